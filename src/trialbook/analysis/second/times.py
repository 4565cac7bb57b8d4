"""Times to an event as the methods of the second path take them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trialbook.analysis.second.subjects import EVENT


class Time(NamedTuple):
    """A subject's time: its days, what ended it (0 censored, 1 event, 2 competing), whether it was treated, and its stratum."""

    days: int
    code: int
    treated: bool = False
    stratum: str = ""


class Step(NamedTuple):
    """A day on which events were: how many, of how many at risk."""

    days: int
    events: int
    at_risk: int


def steps(times: Sequence[Time], code: int = EVENT) -> list[Step]:
    """The days of events in their order; who is censored or competes on the day of an event is at risk at it."""
    happened = Counter(one.days for one in times if one.code == code)
    return [Step(day, happened[day], at_risk(times, day)) for day in sorted(happened)]


def at_risk(times: Iterable[Time], day: int) -> int:
    """How many are observed up to the day or longer."""
    return sum(one.days >= day for one in times)


def with_code(times: Iterable[Time], code: int) -> list[Time]:
    """The same times where only the ends of this code are events, and all else is censored."""
    return [one._replace(code=EVENT if one.code == code else 0) for one in times]
