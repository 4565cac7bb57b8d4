"""Dates in comparisons: complete ones, and the day so many calendar months or days before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.expressions import ExpressionError, parse

T, F, U = True, False, None


def evaluate(text: str, **columns: list[str]) -> list[bool | None]:
    series = {name: pd.Series(cells, dtype="str") for name, cells in columns.items()}
    found = parse(text, {"n": Decimal(1)}).evaluate(series.__getitem__)
    return [None if value is pd.NA else bool(value) for value in found]


MONTHS = [
    # the day, months, the day before which it is
    ("2024-06-15", 1, "2024-05-15"),
    ("2024-03-31", 1, "2024-02-29"),
    ("2023-03-31", 1, "2023-02-28"),
    ("2024-03-30", 1, "2024-02-29"),
    ("2024-02-29", 1, "2024-01-29"),
    ("2024-02-29", 12, "2023-02-28"),
    ("2024-02-29", 48, "2020-02-29"),
    ("2024-05-31", 1, "2024-04-30"),
    ("2024-01-31", 1, "2023-12-31"),
    ("2024-01-01", 13, "2022-12-01"),
    ("2000-03-31", 1, "2000-02-29"),
    ("1900-03-31", 1, "1900-02-28"),
    ("2024-06-15", 0, "2024-06-15"),
    ("0001-02-01", 1, "0001-01-01"),
]


@pytest.mark.parametrize(("day", "months", "before"), MONTHS)
def test_a_calendar_month_ends_where_the_month_ends(day: str, months: int, before: str) -> None:
    assert evaluate(f"A == months_before(B, {months})", A=[before], B=[day]) == [True]
    if before > "0001-01-01":
        earlier = (date.fromisoformat(before) - timedelta(days=1)).isoformat()
        assert evaluate(f"A >= months_before(B, {months})", A=[before, earlier], B=[day, day]) == [True, False]


@pytest.mark.parametrize(
    ("day", "days", "before"),
    [
        ("2024-03-01", 1, "2024-02-29"),
        ("2024-06-15", 30, "2024-05-16"),
        ("2024-01-01", 366, "2022-12-31"),
        ("2024-01-01", 0, "2024-01-01"),
    ],
)
def test_days_before(day: str, days: int, before: str) -> None:
    assert evaluate(f"A == days_before(B, {days})", A=[before], B=[day]) == [True]


def test_before_the_calendar_begins_every_day_is_later() -> None:
    assert evaluate("A > months_before(B, 2)", A=["0001-01-01"], B=["0001-02-01"]) == [True]
    assert evaluate("A > days_before(months_before(B, 12), 5)", A=["0001-01-01"], B=["0001-02-01"]) == [True]
    assert evaluate("A > months_before(days_before(B, 90), 1)", A=["0001-01-01"], B=["0001-02-01"]) == [True]


CELLS = [
    "2024-06-15",
    "2024-06-14",
    "2024-6-15",
    "2024-06",
    "2024-02-30",
    "2023-02-29",
    "2024-06-15T10:00",
    " 2024-06-15",
    "NONE",
    "",
]


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("date(A) >= B", [T, F, U, U, U, U, U, U, U, U]),
        ("B <= date(A)", [T, F, U, U, U, U, U, U, U, U]),
        ("date(A) == B", [T, F, U, U, U, U, U, U, U, U]),
        ("date(A) != B", [F, T, U, U, U, U, U, U, U, U]),
        ("date(A) > months_before(B, n)", [T, T, U, U, U, U, U, U, U, U]),
        ('A != "NONE" and A > days_before(B, 1)', [T, F, U, U, U, U, U, U, F, U]),
    ],
)
def test_only_a_complete_date_of_the_calendar_is_a_date(text: str, truth: list[bool | None]) -> None:
    assert evaluate(text, A=CELLS, B=["2024-06-15"] * len(CELLS)) == truth


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("date(A)", 1, "date(A) alone is not a condition"),
        ("date('2024-01-01') > A", 1, "date(…) takes the name of one column"),
        ("date(A) > 1", 11, "1 is not a date, and the other side is one"),
        ("date(A) > A * 2", 11, "A * 2 is not a date, and the other side is one"),
        ("date(A) == '2024-01-01'", 12, "'2024-01-01' is text, and the other side is a date"),
        ("date(A) * 2 > B", 1, "date(A) is not a number, and arithmetic takes numbers"),
        ("A > months_before(B)", 5, "months_before(…) takes a date and a whole number, as months_before(VISIT_DAT, 1)"),
        ("A > months_before(B, 1.5)", 22, "1.5 is not a whole number from 0 on"),
        ("A > months_before(B, -1)", 22, "-1 is not a whole number from 0 on"),
        ("A > months_before(B, C)", 22, "C is not a whole number from 0 on"),
        ("A > days_before(B, 1000000)", 20, "1000000 is not a whole number from 0 on"),
        ("A > days_before('x', 1)", 17, "'x' is not a date"),
        ("A in [date(B)]", 7, "a list holds texts and numbers"),
    ],
)
def test_what_is_refused(text: str, column: int, what: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.what, caught.value.column) == (what, column)


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(0, 30))
def test_a_month_before_keeps_the_day_or_ends_the_month(day: date, months: int) -> None:
    """Told by walking back day by day, in another way than it is computed."""
    found = day
    for _ in range(months):
        found = found.replace(day=1) - timedelta(days=1)
    month_end = found if months else (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    expected = month_end.replace(day=min(day.day, month_end.day))
    assert evaluate(f"A == months_before(B, {months})", A=[expected.isoformat()], B=[day.isoformat()]) == [True]
