"""Dates as sites write them, and whether the kit reads them as what they were."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.mapping.datetimes import read_iso8601
from trialbook.simulation.dates import reads_as, write_date

UNKNOWN = ("UN", "UNK")


@pytest.mark.parametrize(
    ("value", "kind", "form", "unknown", "padded", "expected"),
    [
        ("2024-03-05", "date", "y/m/d", "", False, "2024/3/5"),
        ("2024-03-05", "date", "y/m/d", "", True, "2024/03/05"),
        ("2024-03-05", "date", "d-mmm-y", "", False, "5-MAR-2024"),
        ("2024-03-05", "date", "y年m月d日", "", False, "2024年3月5日"),
        ("2024-03-05", "date", "y/m", "", False, None),
        ("2024-03", "date", "y/m", "", False, "2024/3"),
        ("2024-03", "date", "y/m/d", "", False, None),
        ("2024-03", "date", "d-mmm-y", "UN", False, "UN-MAR-2024"),
        ("2024", "date", "d-mmm-y", "UNK", False, "UNK-UNK-2024"),
        ("2024---05", "date", "d-mmm-y", "UN", False, "5-UN-2024"),
        ("2024-02-31", "date", "y/m/d", "", False, "2024/2/31"),
        ("2024-13-01", "date", "d-mmm-y", "", False, "1-13-2024"),
        ("2024-03-05T09:05", "datetime", "y-m-d H:M", "", False, "2024-3-5 9:05"),
        ("2024-03-05T09:05", "datetime", "y-m-d", "", False, None),
        ("2024-03-05", "datetime", "y/m/d", "", False, "2024/3/5"),
        ("09:05", "time", "H:M", "", False, "9:05"),
        ("09:05:07", "time", "H:M", "", False, None),
        ("tomorrow", "date", "y/m/d", "", False, None),
    ],
)
def test_a_date_in_a_format(value, kind, form, unknown, padded, expected):
    assert write_date(value, kind, form, unknown, padded) == expected


@settings(max_examples=60, deadline=None)
@given(
    value=st.dates(min_value=pd.Timestamp("1900-01-01").date(), max_value=pd.Timestamp("2099-12-31").date()).map(str),
    cut=st.sampled_from([4, 7, 10]),
    formats=st.lists(
        st.sampled_from(["y/m/d", "y-m-d", "d-mmm-y", "y年m月d日", "mmm-y", "y年m月", "y-m", "y/m", "y", "d.m.y"]),
        min_size=1,
        unique=True,
    ),
    padded=st.booleans(),
)
def test_what_is_taken_to_be_read_as_the_date_is(value, cut, formats, padded):
    value = value[:cut]
    written = (write_date(value, "date", form, unknown, padded) for form in formats for unknown in ("", *UNKNOWN))
    texts = [text for text in written if text is not None]
    read = read_iso8601(pd.Series(texts, dtype="str"), formats, UNKNOWN)
    assert [reads_as(text, value, "date", tuple(formats), UNKNOWN) for text in texts] == (read == value).to_list()
