"""What a raw cell says, as a table: the column, the cells, what is read."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.mapping import ColumnSpec, FormSpec
from trialbook.mapping.cells import read_cells
from trialbook.mapping.plain import plain

DATE = {"type": "date", "format": "y-m-d"}


def read(column: dict, cells: list[str]) -> list[str]:
    return read_cells(pd.Series(cells, dtype="str"), ColumnSpec.model_validate(column)).tolist()


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ({}, [" x ", "\u3000ｘ\u3000", "\xa0NA\t", "None", "N/A", "未查", "0007", "1.0", ""],
         ["x", "ｘ", "NA", "None", "N/A", "未查", "0007", "1.0", ""]),
        ({}, ["\u200b0007", "\ufeffx\u00a0", "x\u200by", " \u200e ", "👍🏽", "❤️", "a \u2060 "],
         ["0007", "x", "x\u200by", "", "👍🏽", "❤️", "a"]),
        ({"type": "integer"}, ["１２", "1.0", "＋１", "0007", "1.5", "NA"], ["12", "1", "+1", "0007", "1.5", "NA"]),
        ({"type": "number"}, ["１．５", "－2", "＜5", "1.0"], ["1.5", "-2", "<5", "1.0"]),
        ({"null_codes": ["NA", "未查"]}, ["NA", " ＮＡ", "未查 ", "na", "NA.", "N A"], ["", "", "", "na", "NA.", "N A"]),
        ({"null_codes": ["NA\u200b"]}, ["NA", "NA\u200b", "N\u200bA"], ["", "", "N\u200bA"]),
        ({"null_codes": ["µ"]}, ["\u00b5", "\u03bc", "u"], ["", "", "u"]),
        ({"null_codes": []}, ["NA"], ["NA"]),
        ({"type": "integer", "null_codes": ["99", "NA"]}, ["99", "99.0", "９９", "199", "NA"], ["", "", "", "199", ""]),
        ({"type": "number", "null_codes": ["9999"]}, ["9999", "9999.00", "9999.5", "999", "NA"], ["", "", "9999.5", "999", "NA"]),
        ({"null_codes": ["9999"]}, ["9999", "9999.0"], ["", "9999.0"]),
        (DATE | {"null_codes": ["9999-12-31"]}, ["9999-12-31", "9999-12-30", ""], ["", "9999-12-30", ""]),
        ({"type": "date", "format": ["y/m/d", "y-m-d"], "null_codes": ["1900-01-01", "ND"]},
         ["1900/1/1", "１９００-01-01", "1900-01-02", "1900", "x", "ND"], ["", "", "1900-01-02", "1900", "x", ""]),
    ],
)  # fmt: skip
def test_what_a_cell_says(column, cells, expected):
    assert read(column, cells) == expected
    assert read(column, expected) == expected, "reading again changes nothing"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｎ", "N"),
        ("１级", "1级"),
        ("\u00b5g", "\u03bcg"),
        ("＜\u30005", "< 5"),
        ("\u3000男 ", "男"),
        ("℃", "°C"),
        ("Male", "Male"),
    ],
)
def test_codes_are_compared_by_their_plain_form(text, expected):
    assert plain(text) == expected


def test_a_column_takes_the_exports_null_codes_but_for_values_of_its_code_list():
    form = FormSpec.model_validate(
        {
            "form": "AE",
            "tables": ["ae"],
            "subject": "SUBJ",
            "keys": ["SUBJ"],
            "columns": {"SUBJ": {}, "OWN": {"null_codes": ["-"]}, "NONE": {"null_codes": []}, "CODE": {"codelist": "ACTION"}},
        }
    )
    inheriting = form.inheriting(("NA", "ＮＡ", "未查"), {"ACTION": {"NA"}, "OTHER": {"未查"}})
    assert {name: column.nulls for name, column in inheriting.columns.items()} == {
        "SUBJ": ("NA", "ＮＡ", "未查"),
        "OWN": ("-",),
        "NONE": (),
        "CODE": ("未查",),
    }
    assert {name: column.nulls for name, column in form.columns.items()} == {"SUBJ": (), "OWN": ("-",), "NONE": (), "CODE": ()}
    assert inheriting.model_dump() == form.model_dump(), "what the specification says of its own stays as it is written"
