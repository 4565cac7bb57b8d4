"""Dates of SDTM as days: a partial one is the first day that it can be."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from functools import cache

ISO = re.compile(r"(\d{4})(?:-(\d{2}|-)(?:-(\d{2}|-))?)?(?:T.*)?")


@cache
def span(text: str) -> tuple[date, date] | None:
    """The first and the last day that an ISO 8601 date can be, which may be partial (``2024-03``, ``2024---15``).

    None where it is empty or does not tell the year. Raises ValueError for what is no date of ISO 8601.
    """
    if not text or text.startswith("-"):
        return None
    found = ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date of ISO 8601, such as 2024-03-05")
    year, month, day = (None if part in (None, "-") else int(part) for part in found.groups())
    assert year is not None
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    return first, date(year, last_month, day or calendar.monthrange(year, last_month)[1])


def first_day(text: str) -> date | None:
    """The first day that a date can be; None where it is empty."""
    found = span(text)
    return found[0] if found else None


def whole_day(text: str) -> date | None:
    """The day of a date that is complete; None where it is not."""
    found = span(text)
    return found[0] if found and found[0] == found[1] else None


def earliest(dates: Iterable[date | None]) -> date | None:
    """The first of those that there are."""
    return min((one for one in dates if one is not None), default=None)


def latest(dates: Iterable[date | None]) -> date | None:
    """The last of those that there are."""
    return max((one for one in dates if one is not None), default=None)


def study_day(day: date, randomized: date) -> int:
    """Days since the randomization, which is day 1; the day before it is day 0 here, so that differences are days."""
    return (day - randomized).days + 1
