"""Dates as days since 1960, and what an expression reads of a column."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.adam.columns import as_text, by_subject, imputed_parts, iso_days, sas_days, study_day


@pytest.mark.parametrize(
    ("dtc", "impute", "expected", "part"),
    [
        # SAS counts from 1960-01-01: 23441 is 2024-03-06.
        ("1960-01-01", None, 0, ""),
        ("2024-03-06", None, 23441, ""),
        ("2024-03-06T12:30", None, 23441, ""),
        ("2024-03", None, None, ""),
        ("2024-03", "first", 23436, "D"),
        ("2024-03", "last", 23466, "D"),
        ("2024", "first", 23376, "M"),
        ("2024", "last", 23741, "M"),
        ("2024-02", "last", 23435, "D"),  # a leap year
        ("2024---15", "first", 23390, "M"),  # the month is not known
        ("2024-02-30", "first", None, ""),  # no day of the calendar
        ("", "first", None, ""),
    ],
)
def test_dates_are_days_since_1960(dtc, impute, expected, part):
    found = sas_days(pd.Series([dtc], dtype="str"), impute)
    assert found.dtype == "float64"
    assert [None if pd.isna(value) else value for value in found] == [expected]
    assert imputed_parts(pd.Series([dtc], dtype="str"), impute).tolist() == [part]


@given(st.dates(min_value=pd.Timestamp("1900-01-01").date(), max_value=pd.Timestamp("2200-12-31").date()))
@settings(max_examples=30, deadline=None)
def test_a_complete_date_comes_back_as_it_was(date):
    text = pd.Series([date.isoformat(), ""], dtype="str")
    assert iso_days(sas_days(text)).tolist() == text.tolist()


@pytest.mark.parametrize(("date", "expected"), [(99, -1), (100, 1), (101, 2), (70, -30)])
def test_there_is_no_study_day_0(date, expected):
    assert study_day(pd.Series([float(date)]), pd.Series([100.0])).tolist() == [expected]


def test_an_expression_reads_numbers_as_they_are_written_and_dates_as_iso_8601():
    nan = float("nan")
    assert as_text("AVAL", pd.Series([1.0, 0.25, 1e-07, nan])).tolist() == ["1", "0.25", "1e-07", ""]
    assert as_text("ADT", pd.Series([23441.0, nan])).tolist() == ["2024-03-06", ""]
    assert as_text("SEX", pd.Series(["F", ""], dtype="str")).tolist() == ["F", ""]


def test_values_by_subject_keep_their_type_also_where_nobody_has_one():
    numbers, texts = pd.Series([2.0], index=["S1"]), pd.Series(["IFN"], index=["S1"], dtype="str")
    asked = pd.Series(["S1", "S2"], dtype="str")
    assert by_subject(numbers, asked).fillna(-1).tolist() == [2.0, -1]
    assert by_subject(texts, asked).tolist() == ["IFN", ""]
    for values, dtype in ((numbers, "float64"), (texts, "str")):
        assert by_subject(values, asked.iloc[:0]).dtype == dtype
        assert by_subject(values.iloc[:0], asked).dtype == dtype
