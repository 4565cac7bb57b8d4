"""The export's tables as forms: columns that are missing or unknown, second headers, several files, subjects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from trialbook.exports import RawTable, read_export
from trialbook.mapping import Forms, FormSpec, collect_forms
from trialbook.mapping.forms import label_row
from trialbook.mapping.merged_keys import fill_merged_keys
from trialbook.mapping.numbers import read_numbers

AE = FormSpec.model_validate(
    {
        "form": "AE",
        "tables": ["AE", "AE_*"],
        "subject": "SUBJ",
        "keys": ["SUBJ", "NO"],
        "columns": {
            "SUBJ": {"label": "Subject", "aliases": ["受试者"]},
            "NO": {"label": "Number", "type": "integer"},
            "TERM": {"label": "Reported term"},
            "START": {"label": "Start date", "type": "date", "format": "y-m-d"},
            "NOTE": {"optional": True},
        },
    }
)


def forms_of(folder: Path, **files: str) -> Forms:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return collect_forms(read_export(folder), {"AE": AE})


def test_missing_and_unknown_columns_are_told(tmp_path: Path) -> None:
    form = forms_of(tmp_path, AE="subj,TERM,EXTRA,EMPTY\n1,a,x,\n2,b,,\n").found["AE"]
    assert form.missing == ("NO", "START", "NOTE")
    assert [(table.file, header) for table, header in form.unknown] == [("AE.csv", "EXTRA")]
    assert form.lacking == ()
    assert form.headers == ({"SUBJ": "subj", "TERM": "TERM"},)
    empty = ["", ""]
    assert form.frame.to_dict("list") == {"SUBJ": ["1", "2"], "NO": empty, "TERM": ["a", "b"], "START": empty, "NOTE": empty}
    assert set(map(str, form.frame.dtypes)) == {"str"}


def test_a_column_that_one_file_lacks_and_another_has_is_told(tmp_path: Path) -> None:
    form = forms_of(tmp_path, AE_1="SUBJ,NO,TERM,START\n1,1,a,\n", AE_2="受试者,NO,TERM,NOTE\n2,1,b,n\n").found["AE"]
    assert form.missing == ()
    assert [(table.file, column) for table, column in form.lacking] == [("AE_1.csv", "NOTE"), ("AE_2.csv", "START")]
    assert (form.table.tolist(), form.row.tolist()) == ([0, 1], [2, 2])
    assert form.frame["SUBJ"].tolist() == ["1", "2"]


def test_a_second_column_of_the_same_header_is_unknown(tmp_path: Path) -> None:
    form = forms_of(tmp_path, AE="SUBJ,NO,TERM,Term\n1,1,a,b\n").found["AE"]
    assert form.frame["TERM"].tolist() == ["a"]
    assert [header for _, header in form.unknown] == ["Term"]


def test_forms_that_are_not_there_and_tables_that_no_form_claims(tmp_path: Path) -> None:
    forms = forms_of(tmp_path, LB="SUBJ\n1\n", MH="SUBJ\n1\n")
    assert (dict(forms.found), forms.absent, [table.name for table in forms.unmatched]) == ({}, ("AE",), ["LB", "MH"])


@pytest.mark.parametrize(
    ("first", "is_label"),
    [
        ({"SUBJ": "Subject", "NO": "Number", "TERM": "Reported term", "START": "Start date", "NOTE": ""}, True),
        ({"SUBJ": "subject", "NO": " NUMBER ", "TERM": "Reported  Term", "START": "Start date", "NOTE": "Note"}, True),
        ({"SUBJ": "Subject", "NO": "Number", "TERM": "Term (verbatim)", "START": "Start", "NOTE": ""}, True),
        ({"SUBJ": "Subject", "NO": "Number"}, True),
        ({"SUBJ": "Subject", "NO": "1", "TERM": "Reported term", "START": "Start date", "NOTE": ""}, False),
        ({"SUBJ": "Subject", "NO": "Number", "TERM": "Reported term", "START": "2024-01-01", "NOTE": ""}, False),
        ({"SUBJ": "01", "NO": "1", "TERM": "Reported term", "START": "", "NOTE": ""}, False),
        ({"SUBJ": "", "NO": "", "TERM": "", "START": "", "NOTE": ""}, False),
        ({"TERM": "Reported term"}, False),
    ],
)
def test_a_second_header_is_told_from_data(first: dict[str, str], is_label: bool) -> None:
    frame = pd.DataFrame([first, first], dtype="str")
    assert label_row(AE, frame).tolist() == [is_label, False]


def test_a_first_record_with_the_labels_of_its_keys_alone_is_data() -> None:
    columns = {"SUBJ": {"label": "Subject"}, **{name: {"label": name.lower() * 3} for name in "ABCD"}}
    spec = FormSpec.model_validate({"form": "X", "tables": ["x"], "subject": "SUBJ", "keys": ["SUBJ"], "columns": columns})
    for filled, is_label in ((1, True), (3, False)):
        first = {"SUBJ": "Subject"} | {name: "x" if at < filled else "" for at, name in enumerate("ABCD")}
        assert label_row(spec, pd.DataFrame([first], dtype="str")).tolist() == [is_label]


def test_a_record_of_one_cell_may_have_its_headers_text(tmp_path: Path) -> None:
    spec = FormSpec.model_validate({"form": "X", "tables": ["x"], "subject": "S", "keys": ["S"], "columns": {"S": {}}})
    (tmp_path / "x.csv").write_text("S\n1\nS\n")
    form = collect_forms(read_export(tmp_path), {"X": spec}).found["X"]
    assert (form.frame["S"].tolist(), form.tables[0].problems) == (["1", "S"], ())


def test_no_record_is_a_second_header_without_labels() -> None:
    bare = FormSpec.model_validate({"form": "X", "tables": ["x"], "subject": "S", "keys": ["S"], "columns": {"S": {}}})
    assert label_row(bare, pd.DataFrame({"S": ["", "S"]}, dtype="str")).tolist() == [False, False]
    assert label_row(AE, pd.DataFrame({"SUBJ": []}, dtype="str")).tolist() == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("63", 63.0), (" 63.0 ", 63.0), ("+1", 1.0), ("-0.5", -0.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("６３", 63.0),
        ("", None), ("1,5", None), ("<5", None), ("inf", None), ("nan", None), ("1e999", None), ("0x10", None), ("1_000", None),
        ("٦٣", None), ("1 000", None), ("NA", None), ("-", None),
    ],
)  # fmt: skip
def test_what_a_number_is(text: str, number: float | None) -> None:
    (found,) = read_numbers(pd.Series([text], dtype="str"))
    assert (None if pd.isna(found) else found) == number


def test_a_header_that_stands_again_among_the_records_is_none_of_them(tmp_path: Path) -> None:
    """As when several exports are pasted into one file; the label row comes with it."""
    labels = "Subject,Number,Reported term,Start date\n"
    text = f"SUBJ,NO,TERM,START\n{labels}1,1,a,\nSUBJ,NO,TERM,START \n{labels}2,1,SUBJ,\n"
    form = forms_of(tmp_path, AE=text).found["AE"]
    assert (form.frame["SUBJ"].tolist(), form.row.tolist()) == (["1", "2"], [3, 6])
    assert [(problem.row, problem.what) for problem in form.tables[0].problems] == [
        (4, "repeats the header; it is not a record"),
        (5, "repeats the header; it is not a record"),
    ]


@pytest.mark.parametrize("header", ["subj,ＮＯ,Te rm,START", '" SUBJ","N\nO",term ,start', "SUBJ,NO,ＴＥＲＭ,Start\u3000"])
def test_headers_are_known_however_they_are_spelt(tmp_path: Path, header: str) -> None:
    form = forms_of(tmp_path, AE=f"{header}\n1,2,a,2024-01-02\n").found["AE"]
    assert (form.missing, form.unknown) == (("NOTE",), ())
    assert form.frame.iloc[0].tolist() == ["1", "2", "a", "2024-01-02", ""]


ROWS = "SUBJ,NO,TERM,START\nS001,1,a,2024-01-02\nS002,1,b,2024-01-02\n"


@pytest.mark.parametrize(
    ("under", "said"),
    [
        ("注：NA 未做\n", ["注：NA 未做"]),
        ("\n注：NA 未做,,,\n\n", ["注：NA 未做"]),
        ("* coded by hand\n** not yet coded\n", ["* coded by hand", "** not yet coded"]),
        ("Note: ND, not done\n", ["Note: ND not done"]),
        ("Exported 2024-03-05 by the data manager\nEOF\n", ["Exported 2024-03-05 by the data manager"]),
        ("合计\n", ["合计"]),
        ("\n合计,,2,\n", ["合计 2"]),
        ("Total:,,2,\n", ["Total: 2"]),
        # What may be a record stays one.
        ("S003\n", None),
        ("合计,2,c,2024-01-02\n", None),
        ("S3\n", None),
        ("S 03,,,\n", None),
        ("注：NA 未做,,c,\n", None),
        ("注：NA 未做,1,,\n", None),
        ("注：NA 未做,,c\n", None),
        ("S003,,,\nS004,1,c,2024-01-02\n", None),
        ("注：NA 未做,,,\nS004,1,c,2024-01-02\n", None),
        (",,c,\n", None),
    ],
)
def test_a_footnote_is_told_from_a_record(tmp_path: Path, under: str, said: list[str] | None) -> None:
    form = forms_of(tmp_path, AE=ROWS + under).found["AE"]
    lines = [line for line in under.splitlines() if line and line != "EOF"]
    assert len(form.frame) == 2 + (len(lines) if said is None else 0)
    notes = [note.what for note in form.tables[0].notes if "EOF" not in note.what]
    text = " / ".join(map(repr, said or []))
    assert notes == ([f"stands under the table and is read as no record: {text}"] if said else [])
    assert said is None or form.tables[0].problems == ()


def test_a_footnote_is_told_by_its_opening_where_the_key_is_all_that_a_record_needs(tmp_path: Path) -> None:
    columns = {"SUBJ": {"required": True}, "REASON": {}}
    spec = FormSpec.model_validate({"form": "AE", "tables": ["AE"], "subject": "SUBJ", "keys": ["SUBJ"], "columns": columns})
    (tmp_path / "AE.csv").write_text("SUBJ,REASON\nS026,x\nS027,\n\n注：共27条记录,\n", encoding="utf-8")
    form = collect_forms(read_export(tmp_path), {"AE": spec}).found["AE"]
    assert form.frame["SUBJ"].tolist() == ["S026", "S027"]


def test_a_footnote_is_no_record_where_there_is_none(tmp_path: Path) -> None:
    form = forms_of(tmp_path, AE="SUBJ,NO,TERM,START\n注：无不良事件\n").found["AE"]
    assert (len(form.frame), len(form.tables[0].notes)) == (0, 1)


def test_what_looks_like_a_note_is_a_record_where_records_look_so(tmp_path: Path) -> None:
    form = forms_of(tmp_path, AE="SUBJ,NO,TERM,START\n(01) 张三,1,a,\n(02) 李四,1,a,\n(03) 王五五,,,\n").found["AE"]
    assert form.frame["SUBJ"].tolist() == ["(01) 张三", "(02) 李四", "(03) 王五五"]


def test_merged_keys_are_filled_and_nothing_else_is(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "AE"
    for cells in (["SUBJ", "NO", "TERM"], ["1", 1, "a"], [None, 2], [None, 3, "c"], ["2", 1, "d"], [None, None, "e"], []):
        sheet.append(cells)
    for area in ("A2:A4", "C2:C3", "A5:B6", "A8:A9"):
        sheet.merge_cells(area)
    book.save(tmp_path / "AE.xlsx")
    form = collect_forms(read_export(tmp_path), {"AE": AE}).found["AE"]
    assert form.frame[["SUBJ", "NO", "TERM"]].to_numpy(dtype=object).tolist() == [
        ["1", "1", "a"],
        ["1", "2", ""],
        ["1", "3", "c"],
        ["2", "", "d"],
        ["2", "", "e"],
    ]
    assert [note.what for note in form.tables[0].notes] == [
        "cells that are merged over columns are read in their first column alone: 1, the first A5",
        "key cells that are merged over several rows were filled in each of them: 3",
        "cells that are merged over several rows and are no keys are read in their first row alone: "
        "TERM (1, the first in the rows 2 to 3)",
    ]


def test_a_merged_key_whose_first_row_is_no_record_fills_nothing() -> None:
    frame = pd.DataFrame({"SUBJ": ["1", "x", ""]}, dtype="str")
    table = RawTable("AE.xlsx", "AE", frame, np.array([2, 4, 5]), merged={"SUBJ": np.array([[3, 5]])})
    filled = fill_merged_keys(table, {"SUBJ": "SUBJ"}, {"SUBJ"})
    assert (filled.frame["SUBJ"].tolist(), filled.notes) == (["1", "x", ""], ())


def test_the_surest_header_stands_for_a_column_where_several_do(tmp_path):
    spec = FormSpec.model_validate(
        {
            "form": "AE",
            "tables": ["AE"],
            "subject": "SUBJID",
            "keys": ["SUBJID"],
            "prefixes": ["ae_"],
            "columns": {"SUBJID": {"aliases": ["record_id"]}, "NO": {"aliases": ["ae_no", "instance"]}},
        }
    )
    for header, taken in (
        ("record_id,instance", ("r", "i")),
        ("record_id,ae_subjid,instance", ("a", "i")),
        ("record_id,ae_subjid,SUBJID,instance,ae_no", ("S", "a")),
    ):
        names = header.split(",")
        (tmp_path / "AE.csv").write_text(f"{header}\n{','.join(name[0] for name in names)}\n")
        form = collect_forms(read_export(tmp_path), {"AE": spec}).found["AE"]
        assert tuple(form.frame.iloc[0]) == taken
