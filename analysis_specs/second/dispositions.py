"""What became of the subjects, and in what they departed from the protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from trialbook.protocol import Protocol

from .course import Course, Records
from .dates import study_day, whole_day
from .outcomes import day_after, days_of
from .sets import TREATED

Row = dict[str, Any]
PARTS = {"treatment": "STUDY TREATMENT", "study": "STUDY PARTICIPATION"}
"""The parts of a disposition by their names in the results: DSSCAT."""

ENDS = ("COMPLETED", "DISCONTINUED", "ONGOING")
DISPOSITION_LEVELS = (
    "randomized",
    "treated",
    *(f"{part} | {end}" for part in PARTS for end in ENDS),
    *(f"set | {name}" for name in ("ITT", "ELIGIBLE", "SAFETY")),
)
MISSING = "Missing"
"""The reason of an end that nobody gave."""

PRIMARY = "MRD6"
DEVIATIONS = ("INELIGIBLE", "OTHER ARM", "NOT TREATED", "LATE START", "NO MARROW")
DEVIATION_LEVELS = (*DEVIATIONS, "any")


def screened(dm: Iterable[Row], ds: Iterable[Row]) -> dict[str, int]:
    """How many were screened, randomized and not, and why not: the end of their participation (A-DISPOSITION)."""
    subjects, ends = list(dm), list(ds)
    left = [row for row in subjects if not row["ARMCD"]]
    found = {"screened": len(subjects), "randomized": len(subjects) - len(left), "not randomized": len(left)}
    last = [end_of(row, (one for one in ends if one["USUBJID"] == row["USUBJID"]), PARTS["study"]) for row in left]
    # Completion is no reason for not having been randomized.
    reasons = Counter(row["DSDECOD"] if row and row["DSDECOD"] not in ("", "COMPLETED") else MISSING for row in last)
    return found | {f"not randomized | {why}": many for why, many in reasons.items()}


def end_of(subject: Row, ds: Iterable[Row], category: str) -> Row | None:
    """The last record that tells, by a date or a reason, how a part of the trial ended for a subject.

    What ended an earlier screening is no end of the participation: DSSPID is the screening number.
    """
    own = [row for row in ds if row["DSSCAT"] == category and row["DSSPID"] == subject["SUBJID"]]
    rows = [row for row in own if row["DSSTDTC"] or row["DSDECOD"]]
    return max(rows, key=lambda row: (row["DSSTDTC"], row["DSSEQ"]), default=None)


def disposition(subject: Row, records: Records, sets: frozenset[str]) -> frozenset[str]:
    """The levels of a randomized subject: treated, how treatment and participation ended, its sets."""
    found = {"randomized", *(f"set | {name}" for name in sets)}
    if subject["RFXSTDTC"]:
        found.add("treated")
    for part, category in PARTS.items():
        last = end_of(subject, records["DS"], category)
        if last is None:
            found.add(f"{part} | ONGOING")
        elif last["DSDECOD"] == "COMPLETED":
            found.add(f"{part} | COMPLETED")
        else:
            found |= {f"{part} | DISCONTINUED", f"{part} | DISCONTINUED | {last['DSDECOD'] or MISSING}"}
    return frozenset(found)


def due(happened: Course | None, day1: date | None, protocol: Protocol) -> bool:
    """Whether a subject was observed to the end of the window of the primary endpoint's visit, so that its marrow was due."""
    seen = happened and (happened.events["DEATH"] or happened.alive)
    day, window = days_of(protocol.visits[protocol.objectives.endpoint(PRIMARY).visit])
    return bool(seen and day1 and seen >= day_after(day1, day + window[1]))


def deviations(subject: Row, sets: frozenset[str], marrow: bool, protocol: Protocol) -> frozenset[str]:
    """The kinds of deviation of a subject, and ``any``; ``marrow``: whether none is missing that was due."""
    within = protocol.interventions.of(TREATED)[0].plan.first_within
    day1, first = whole_day(subject["RFSTDTC"]), whole_day(subject["RFXSTDTC"])
    found = {
        "INELIGIBLE": "ELIGIBLE" not in sets,
        "OTHER ARM": bool(subject["ACTARMCD"]) and subject["ACTARMCD"] != subject["ARMCD"],
        "NOT TREATED": subject["ARMCD"] == TREATED and not subject["RFXSTDTC"],
        "LATE START": bool(within and day1 and first) and study_day(first, day1) - 1 > within,
        "NO MARROW": not marrow,
    }
    kinds = {kind for kind, departs in found.items() if departs}
    return frozenset(kinds | {"any"} if kinds else kinds)
