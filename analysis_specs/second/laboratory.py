"""Laboratory values: by visit and as change, their grades before and after treatment, transaminases with bilirubin."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from trialbook.protocol import Protocol

from .baselines import MARROW, laboratory_baseline
from .dates import study_day, whole_day
from .grades import grade
from .marrow import exact
from .outcomes import days_of
from .sets import TREATED

Row = dict[str, Any]
HYS_LEVELS = ("measured", "Hy's law", "Temple's corollary", "hyperbilirubinemia")


def values(lb: list[Row]) -> dict[str, list[Row]]:
    """The results that are numbers, of blood, by test."""
    found: dict[str, list[Row]] = {}
    for row in lb:
        if row["LBSTRESN"] is not None and row["LBSPEC"] != MARROW and whole_day(row["LBDTC"]):
            found.setdefault(row["LBTESTCD"], []).append(row)
    return found


def by_visit(lb: list[Row], subject: Row, day1: date | None, protocol: Protocol) -> dict[str, float]:
    """The baseline of each test, the last value in the window of each later visit, and its change since baseline.

    Whose day 1 is not known has no window of a visit.
    """
    found: dict[str, float] = {}
    visits = [one for one in protocol.visits.values() if one.day is not None and one.window is not None and one.day > 1]
    for test, rows in values(lb).items():
        before = laboratory_baseline(lb, test, subject)
        if before:
            found[f"{test} | BASELINE"] = before["LBSTRESN"]
        last: dict[str, Row] = {}
        for row in sorted(after(rows, subject), key=lambda row: (row["LBDTC"], row["LBREFID"])):
            for visit in visits:
                day, window = days_of(visit)
                if day1 and window[0] <= study_day(date.fromisoformat(row["LBDTC"][:10]), day1) - day <= window[1]:
                    last[visit.visit] = row
        for name, row in last.items():
            found[f"{test} | {name}"] = row["LBSTRESN"]
            if before:
                found[f"{test} | {name} | change"] = row["LBSTRESN"] - before["LBSTRESN"]
    return found


def after(rows: list[Row], subject: Row, until: date = date.max) -> list[Row]:
    """The rows of a day after the randomization and, in the interferon arm, after the first injection (section 8.2)."""
    day1, first = whole_day(subject["RFSTDTC"]), whole_day(subject["RFXSTDTC"])
    if day1 is None:
        return []
    if first and subject["ARMCD"] == TREATED:
        day1 = max(day1, first)
    return [row for row in rows if day1 < date.fromisoformat(row["LBDTC"][:10]) <= until]


def shifts(lb: list[Row], subject: Row, end: date | None) -> frozenset[str]:
    """Of each test the grade at baseline, ``Missing`` where there is none, against the highest after it in the safety window."""
    found = set()
    for test, rows in values(lb).items():
        before = laboratory_baseline(lb, test, subject)
        first = grade(before) if before else None
        later = [grade(row, before) for row in after(rows, subject, end or date.max)]
        known = [one for one in later if one is not None]
        if known:
            found.add(f"{test} | {'Missing' if first is None else first} | {max(known)}")
    return frozenset(found)


def hys_law(lb: list[Row], subject: Row, end: date | None) -> frozenset[str]:
    """Where the highest transaminase and bilirubin after baseline, in the safety window, lie: beyond 3 and 2 times the limit."""
    highest: dict[str, Fraction] = {}
    for test, rows in values(lb).items():
        for row in after(rows, subject, end or date.max):
            value, upper = exact(row["LBSTRESN"]), exact(row["LBSTNRHI"])
            if value is not None and upper:
                highest[test] = max(highest.get(test, Fraction(0)), value / upper)
    liver = [highest[test] for test in ("ALT", "AST") if test in highest]
    if not liver or "BILI" not in highest:
        return frozenset()
    injured, jaundiced = max(liver) > 3, highest["BILI"] > 2
    named = {(True, True): "Hy's law", (True, False): "Temple's corollary", (False, True): "hyperbilirubinemia"}
    return frozenset({"measured", *([named[injured, jaundiced]] if injured or jaundiced else [])})
