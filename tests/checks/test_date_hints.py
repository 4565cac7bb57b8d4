"""What is said of a text that is no date of its column, as a table."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.checks.date_hints import date_hint, order_witnesses

DM = ("d/m/y", "d-mmm-y")
CHINA = ("y/m/d", "y-m-d", "y年m月d日", "y")
SERIAL = "a number of days as Excel counts them would be"


@pytest.mark.parametrize(
    ("formats", "text", "expected"),
    [
        (CHINA, "45321", f"{SERIAL} 2024-01-30 counted from 1900 and 2028-01-31 counted from 1904"),
        (CHINA, "45321.5", f"{SERIAL} 2024-01-30T12:00 counted from 1900 and 2028-01-31T12:00 counted from 1904"),
        (CHINA, "４５３２１", f"{SERIAL} 2024-01-30 counted from 1900 and 2028-01-31 counted from 1904"),
        (CHINA, "45321.99999999", f"{SERIAL} 2024-01-31 counted from 1900 and 2028-02-01 counted from 1904"),
        (CHINA, "01234", ""),
        (CHINA, "453210", ""),
        (CHINA, "20240305", ""),
        (CHINA, "24/3/5", "a year of two digits is not guessed"),
        (CHINA, "24年3月5日", "a year of two digits is not guessed"),
        (CHINA, "24", "a year of two digits is not guessed"),
        (CHINA, "2024-02-30", "there is no such date or time"),
        (CHINA, "2024年13月1日", "there is no such date or time"),
        (CHINA, "2024/UN/40", "there is no such date or time"),
        (CHINA, "2024-02-30T10:20", "there is no such date or time"),
        (CHINA, "soon", ""),
        (DM, "03/25/2024", "it is a date only as MM/DD/YYYY"),
        (DM, "UN/25/2024", "it is a date only as MM/DD/YYYY"),
        (DM, "31/02/2024", "there is no such date or time"),
        (DM, "25-Mar-24", "a year of two digits is not guessed"),
        (("y-m-d H:M",), "2024-03-05 24:00", "there is no such date or time"),
        (("H:M",), "09:60", "there is no such date or time"),
    ],
)  # fmt: skip
def test_what_a_text_may_be(formats, text, expected):
    assert date_hint(text, formats, ("UN",)) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["03/04/2024", "25/03/2024", "UN/UN/2024", ""], []),
        (
            ["03/04/2024", "03/25/2024", "25-MAR-2024", "26/03/2024"],
            [(1, "can only be MM/DD/YYYY"), (3, "can only be DD/MM/YYYY")],
        ),
        (["03/04/2024", "03/25/2024", "03/26/2024"], [(1, "can only be MM/DD/YYYY"), (None, "no cell can only be DD/MM/YYYY")]),
        (["31/31/2024", "soon", "2024-03-25"], []),
    ],
)
def test_what_contradicts_a_column_is_shown_beside_what_proves_it(cells, expected):
    found = order_witnesses(pd.Series(cells, dtype="str"), DM, ("UN",))
    assert [(witness.position, witness.says) for witness in found] == expected
