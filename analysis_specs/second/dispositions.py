"""What became of the subjects, and in what they departed from the protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from trialbook.protocol import Protocol

from .course import Records
from .dates import study_day, whole_day
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
DEVIATIONS = ("INELIGIBLE", "OTHER ARM", "NOT TREATED", "LATE START", "NO MARROW")
DEVIATION_LEVELS = (*DEVIATIONS, "any")


def screened(dm: Iterable[Row]) -> dict[str, int]:
    """How many were screened, randomized and not, and why not (ARMNRS)."""
    subjects = list(dm)
    left = [row for row in subjects if not row["ARMCD"]]
    found = {"screened": len(subjects), "randomized": len(subjects) - len(left), "not randomized": len(left)}
    return found | {f"not randomized | {why}": many for why, many in Counter(row["ARMNRS"] for row in left).items()}


def disposition(subject: Row, records: Records, sets: frozenset[str]) -> frozenset[str]:
    """The levels of a randomized subject: treated, how treatment and participation ended, its sets.

    What ended an earlier screening is no end of the participation: DSSPID is the screening number.
    """
    found = {"randomized", *(f"set | {name}" for name in sets)}
    if subject["RFXSTDTC"]:
        found.add("treated")
    for part, category in PARTS.items():
        rows = [row for row in records["DS"] if row["DSSCAT"] == category and row["DSSPID"] == subject["SUBJID"]]
        last = max(rows, key=lambda row: row["DSSTDTC"], default=None)
        if last is None:
            found.add(f"{part} | ONGOING")
        elif last["DSDECOD"] == "COMPLETED":
            found.add(f"{part} | COMPLETED")
        else:
            found |= {f"{part} | DISCONTINUED", f"{part} | DISCONTINUED | {last['DSDECOD']}"}
    return frozenset(found)


def deviations(subject: Row, sets: frozenset[str], marrow: bool, protocol: Protocol) -> frozenset[str]:
    """The kinds of deviation of a subject, and ``any``; ``marrow``: whether none is missing for a response."""
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
