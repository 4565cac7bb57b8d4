"""ISO 8601 dates and times, complete and partial: what is valid, what is earlier, which study day."""

from __future__ import annotations

import calendar
import math
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.datasets import iso8601
from trialbook.datasets.iso8601 import (
    PARTS,
    before,
    complete_date,
    compose,
    day_number,
    first_day,
    is_iso8601,
    last_day,
    split,
    study_day,
)


def text(*values: str) -> pd.Series:
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    ("dtc", "valid"),
    [
        ("2024-03-05", True),
        ("2024-03", True),
        ("2024", True),
        ("", True),
        ("2024-03-05T07:15", True),
        ("2024-03-05T07:15:30.25", True),
        ("2024-03-05T07", True),
        ("2024-03-05T07:15+08:00", True),
        ("2024-03-05T07:15Z", True),
        ("2024---05", True),
        ("--03-05", True),
        ("-----T07:15", True),
        ("2024-03--T07:15", True),
        ("2024-03-05T-:15", True),
        ("2024-02-29", True),
        ("2023-02-29", False),
        ("1900-02-29", False),
        ("2000-02-29", True),
        ("--02-29", True),
        ("--02-30", False),
        ("2024-04-31", False),
        ("2024-13", False),
        ("2024-00-10", False),
        ("2024-03-00", False),
        ("2024-03-05T24:00", False),
        ("2024-03-05T07:60", False),
        ("2024-03--", False),
        ("2024--", False),
        ("-", False),
        ("2024-3-5", False),
        ("20240305", False),
        ("2024-03-05 07:15", False),
        ("2024-03-05T", False),
        ("2024-03-05\n", False),
        ("２０２４-03-05", False),
        ("٢٠٢٤-03-05", False),
        ("UNK", False),
    ],
)
def test_what_is_valid(dtc: str, valid: bool) -> None:
    assert is_iso8601(text(dtc)).tolist() == [valid]


@pytest.mark.parametrize(
    ("dtc", "parts"),
    [
        ("2024-03-05T07:15:30", (2024, 3, 5, 7, 15, 30)),
        ("2024-03", (2024, 3, None, None, None, None)),
        ("2024---05", (2024, None, 5, None, None, None)),
        ("-----T07:15", (None, None, None, 7, 15, None)),
        ("2024-03-05\n", (None,) * 6),
        ("２０２４", (None,) * 6),
        ("", (None,) * 6),
    ],
)
def test_its_parts(dtc: str, parts: tuple[int | None, ...]) -> None:
    found = split(text(dtc)).iloc[0]
    assert [None if math.isnan(found[part]) else int(found[part]) for part in PARTS] == list(parts)


@pytest.mark.parametrize(
    ("dtc", "complete"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024-03-05T23:59", "2024-03-05"),
        ("9999-12-31", "9999-12-31"),
        ("2024-03", None),
        ("2023-02-29", None),
        ("2024---05", None),
        ("", None),
    ],
)
def test_the_complete_date(dtc: str, complete: str | None) -> None:
    (found,) = complete_date(text(dtc))
    assert (None if pd.isna(found) else found.date().isoformat()) == complete


@pytest.mark.parametrize(
    ("left", "right", "earlier"),
    [
        ("2024-03-05", "2024-03-06", True),
        ("2024-03-05", "2024-03-05", False),
        ("2024-03-06", "2024-03-05", False),
        ("2024-03", "2024-04-01", True),
        ("2024-03", "2024-03-31", False),
        ("2024", "2025", True),
        ("2024", "2024-12", False),
        ("2024-03-05", "2024-03-05T00:00", False),
        ("2024-03-05T07:15", "2024-03-05T07:16", True),
        ("2024-03-05T07", "2024-03-05T07:16", False),
        ("2024-03-05T07", "2024-03-05T08:00", True),
        ("2024---15", "2024-12-20", True),
        ("2024---15", "2024-12-15", False),
        ("2024-01-20", "2024---31", True),
        ("--03-05", "2024-03-06", False),
        ("2024-02", "2024-02-29", False),
        ("2023-02", "2023-03", True),
        ("2023-02-30", "2024-01-01", False),
        ("", "2024-01-01", False),
        ("2024-01-01", "", False),
        ("spring", "2024-01-01", False),
        ("2024-03-05T23:00+00:00", "2024-03-06T00:00+10:00", False),
        ("2024-03-05T23:00+00:00", "2024-03-07T00:00+10:00", True),
        ("2024-03-05T23:00+08:00", "2024-03-06T00:00+08:00", True),
    ],
)
def test_what_is_earlier(left: str, right: str, earlier: bool) -> None:
    assert before(text(left), text(right)).tolist() == [earlier]


def test_comparison_goes_by_position_and_keeps_the_index_of_the_left() -> None:
    left = text("2024-01-01", "2024-01-03").set_axis([7, 9])
    assert before(left, text("2024-01-02", "2024-01-02").set_axis([9, 7])).to_dict() == {7: True, 9: False}
    assert before(text(), text()).tolist() == []


@pytest.mark.parametrize(
    ("dtc", "reference", "day"),
    [
        ("2024-03-01", "2024-03-01", 1),
        ("2024-03-02", "2024-03-01", 2),
        ("2024-02-29", "2024-03-01", -1),
        ("2024-03-01T00:00", "2024-03-01T23:59", 1),
        ("2023-03-01", "2024-03-01", -366),
        ("2024-03", "2024-03-01", None),
        ("2024-03-01", "2024", None),
        ("2024-02-30", "2024-03-01", None),
        ("", "2024-03-01", None),
    ],
)
def test_the_study_day(dtc: str, reference: str, day: int | None) -> None:
    (found,) = study_day(text(dtc), text(reference))
    assert (None if math.isnan(found) else found) == day


MANY = settings(max_examples=12, deadline=None)
"""Each example is a whole column: the cost is per column, not per value."""

dates = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@MANY
@given(st.lists(st.tuples(dates, dates), min_size=1, max_size=60))
def test_there_is_no_day_0_and_days_count_like_the_calendar(pairs: list[tuple[date, date]]) -> None:
    found = study_day(text(*(dtc.isoformat() for dtc, _ in pairs)), text(*(reference.isoformat() for _, reference in pairs)))
    for day, (dtc, reference) in zip(found, pairs, strict=True):
        assert day != 0
        assert reference + timedelta(days=day - 1 if day > 0 else day) == dtc


@st.composite
def known_parts(draw: st.DrawFn) -> dict[str, float]:
    """Parts of a date and time that can exist, each known or not."""
    year, month = draw(st.integers(1900, 2100)), draw(st.integers(1, 12))
    whole = {
        "y": year, "m": month, "d": draw(st.integers(1, calendar.monthrange(year, month)[1])),
        "H": draw(st.integers(0, 23)), "M": draw(st.integers(0, 59)), "S": draw(st.integers(0, 59)),
    }  # fmt: skip
    known = draw(st.sets(st.sampled_from(PARTS)))
    return {part: float(value) if part in known else math.nan for part, value in whole.items()}


@MANY
@given(st.lists(known_parts(), min_size=1, max_size=60))
def test_what_is_composed_is_valid_and_splits_into_its_parts(parts: list[dict[str, float]]) -> None:
    frame = pd.DataFrame(parts, columns=list(PARTS))
    dtc = compose(frame)
    assert dtc[~is_iso8601(dtc)].tolist() == []
    pd.testing.assert_frame_equal(split(dtc), frame)


YEARS = range(2023, 2026)


@st.composite
def partial_dates(draw: st.DrawFn) -> str:
    """A date of 2023 to 2025 in which the month, the day or both may be unknown."""
    day = draw(st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)))
    form = draw(st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y", "%Y---%d"]))
    return day.strftime(form)


DAYS = [(date(YEARS[0], 1, 1) + timedelta(days=n)).isoformat() for n in range(366 + 2 * 365)]


def readings(partial: str) -> list[str]:
    """Every day that a partial date can mean."""
    if "---" in partial:
        return [day for day in DAYS if day.startswith(partial[:4]) and day.endswith(partial[-3:])]
    return [day for day in DAYS if day.startswith(partial)]


@MANY
@given(st.lists(st.tuples(partial_dates(), partial_dates()), min_size=1, max_size=60))
def test_earlier_means_earlier_by_every_reading(pairs: list[tuple[str, str]]) -> None:
    found = before(text(*(left for left, _ in pairs)), text(*(right for _, right in pairs)))
    assert found.tolist() == [max(readings(left)) < min(readings(right)) for left, right in pairs]


@MANY
@given(st.lists(st.tuples(known_parts(), known_parts()), min_size=1, max_size=60))
def test_two_dates_are_never_both_before_each_other(pairs: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    left = compose(pd.DataFrame([left for left, _ in pairs], columns=list(PARTS)))
    right = compose(pd.DataFrame([right for _, right in pairs], columns=list(PARTS)))
    assert not (before(left, right) & before(right, left)).any()


def test_a_text_that_is_no_iso8601_has_no_parts_no_date_and_no_order() -> None:
    odd = text("2024-03-05\n", "2024-3", "x", "2024-03-05T1", "2024-03-05/P1D", "P1D")
    assert not is_iso8601(odd).any()
    assert iso8601.split(odd).isna().all(axis=None)
    assert complete_date(odd).isna().all()
    assert not before(odd, text(*["2030"] * 6)).any()


@pytest.mark.parametrize(
    ("dtc", "valid"),
    [
        ("2024-01-12T10:00/2024-01-12T10:30", True),
        ("2024-01/2024-02", True),
        ("2024-01-12T10:00+08/2024-01-12T10:30+08", True),
        ("2024-01-12T10:00+08", True),
        ("2024-01-12T10:30/2024-01-12T10:00", False),
        ("2024-01-12/", False),
        ("/2024-01-12", False),
        ("/", False),
        ("2024-01-12/2024-01-13/2024-01-14", False),
        ("2024-01-12/spring", False),
        ("2024-01-12/2024-02-30", False),
    ],
)
def test_an_interval_of_uncertainty(dtc: str, valid: bool) -> None:
    assert is_iso8601(text(dtc)).tolist() == [valid]
    assert complete_date(text("2024-01-12T10:00/2024-01-12T10:30")).isna().all()


@pytest.mark.parametrize(
    ("left", "right", "earlier"),
    [
        ("2024-01-10/2024-01-12", "2024-01-13", True),
        ("2024-01-10/2024-01-12", "2024-01-11", False),
        ("2024-01-09", "2024-01-10/2024-01-12", True),
        ("2024-01-11", "2024-01-10/2024-01-12", False),
        ("2024-01-10/2024-01-12", "2024-01-13/2024-01-15", True),
    ],
)
def test_an_interval_is_earlier_when_all_of_it_is(left: str, right: str, earlier: bool) -> None:
    assert before(text(left), text(right)).tolist() == [earlier]


@pytest.mark.parametrize(
    ("dtc", "first", "last"),
    [
        ("2024-03-05", "2024-03-05", "2024-03-05"),
        ("2024-03-05T23:59", "2024-03-05", "2024-03-05"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024---31", "2024-01-31", "2024-01-31"),
        ("2023-02-29", None, None),
        ("2024-13", None, None),
        ("--03-05", None, None),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_the_first_and_the_last_day_that_a_date_can_be(dtc, first, last):
    found = [[None if day is pd.NaT else f"{day:%Y-%m-%d}" for day in of(text(dtc))] for of in (first_day, last_day)]
    assert found == [[first], [last]]


@pytest.mark.parametrize("rest", [[], ["2023-05-01"]], ids=["nothing else", "beside a date"])
def test_a_missing_text_is_as_an_empty_one(rest: list[str]) -> None:
    missing, empty = pd.Series([None, *rest], dtype="str"), pd.Series(["", *rest], dtype="str")
    later = pd.Series(["2024-01-01"] * len(missing), dtype="str")
    for function in (is_iso8601, complete_date, iso8601.earliest, iso8601.latest, lambda dates: before(dates, later)):
        pd.testing.assert_series_equal(function(missing), function(empty))


def test_days_are_numbered_from_1970():
    found = day_number(text("1970-01-01", "1970-02-01T08:30", "1969-12-31", "1970-01", "", "2970-01-01"))
    assert found.fillna(9999).tolist() == [0, 31, -1, 9999, 9999, 365243]


def test_days_keep_the_index_and_there_may_be_none():
    dates = text("2024", "2024", "2023-01").set_axis([7, 3, 5])
    assert last_day(dates).to_dict() == {
        7: pd.Timestamp(2024, 12, 31),
        3: pd.Timestamp(2024, 12, 31),
        5: pd.Timestamp(2023, 1, 31),
    }
    assert (len(first_day(text())), len(last_day(text()))) == (0, 0)
