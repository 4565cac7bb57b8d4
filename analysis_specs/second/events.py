"""Adverse events of the safety window: the levels at which they are counted, and the time to the first of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from trialbook.protocol import Protocol
from trialbook.protocol.facts import fact_of

from .course import Course, Records
from .dates import latest, span, study_day, whole_day
from .outcomes import day_after

Row = dict[str, Any]
RELATED = {"POSSIBLY RELATED", "PROBABLY RELATED", "DEFINITELY RELATED"}
CHANGED = {"DOSE REDUCED", "DRUG INTERRUPTED", "DOSE INCREASED", "DOSE RATE REDUCED"}
YEAR = 365.25
NOT_CODED = "Not coded"
CATEGORIES: dict[str, Callable[[Row], bool]] = {
    "any": lambda row: True,
    "serious": lambda row: bool(row["AESER"] == "Y"),
    "related": lambda row: row["AEREL"] in RELATED,
    "serious and related": lambda row: row["AESER"] == "Y" and row["AEREL"] in RELATED,
    "grade 3 or higher": lambda row: grade(row) >= 3,
    "treatment ended": lambda row: bool(row["AEACN"] == "DRUG WITHDRAWN"),
    "dose changed": lambda row: row["AEACN"] in CHANGED,
    "fatal": lambda row: row["AEOUT"] == "FATAL" or row["AESDTH"] == "Y" or grade(row) == 5,
}


def grade(row: Row) -> int:
    """The CTCAE grade of an event; 0 where it has none."""
    return int(row["AETOXGR"]) if row["AETOXGR"] else 0


def window_ends(day1: date, records: Records, protocol: Protocol) -> date:
    """The last day of the safety window: after the later of the last injection and the day to which it lasts at least."""
    least = int(fact_of(protocol, protocol.analysis.setting("SAFETY_END").from_))
    after = protocol.analysis.setting("SAFETY_DAYS_AFTER").value
    last = latest([day_after(day1, least), *(whole_day(row["EXSTDTC"]) for row in records["EX"])])
    assert last is not None and isinstance(after, int)
    return last + timedelta(days=after)


def in_window(records: Records, day1: date, end: date) -> list[tuple[date, Row]]:
    """The events that began in the window, with the first day that their start can be since day 1.

    One that began before day 1 in any reading, or after the window, is left out (section 10.7); one without a date is not known
    to have begun before.
    """
    found = []
    for row in records["AE"]:
        first, last = span(row["AESTDTC"]) or (day1, end)
        if last >= day1 and max(first, day1) <= end:
            found.append((max(first, day1), row))
    return found


def levels(events: list[tuple[date, Row]]) -> tuple[frozenset[str], Mapping[str, int]]:
    """The levels at which a subject is counted, each class, term and the whole at its worst grade; and its events by level."""
    many: Counter[str] = Counter()
    worst: dict[str, int] = {}
    for _, row in events:
        system, term = row["AESOC"] or NOT_CODED, row["AEDECOD"] or NOT_CODED
        of = ["any", system, f"{system} | {term}"]
        many.update({*of, *(name for name, holds in CATEGORIES.items() if holds(row))})
        for level in of:
            worst[level] = max(worst.get(level, 0), grade(row))
    graded = {f"{level} | grade {found}" for level, found in worst.items() if found}
    return frozenset(set(many) | graded), many


def first_events(events: list[tuple[date, Row]], day1: date, end: date, course: Course) -> dict[str, tuple[bool, float]]:
    """Of each category whether there was an event, and the years to the first, or to the end of the window or of observation."""
    observed = min(end, course.events["DEATH"] or course.alive or day1)
    found = {}
    for name, holds in CATEGORIES.items():
        first = min((day for day, row in events if holds(row)), default=None)
        found[name] = (first is not None, study_day(first or max(observed, day1), day1) / YEAR)
    return found
