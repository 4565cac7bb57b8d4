"""The analysis sets of protocol/analysis.yml: who is in which."""

from __future__ import annotations

from typing import Any

TREATED, CONTROL = "IFN", "CTRL"


def sets(subject: dict[str, Any], exceptions: list[dict[str, Any]]) -> frozenset[str]:
    """The sets of a randomized subject, by its record in DM and its records in IE.

    Who failed a screening and was screened again is judged by the screening that led to the randomization: IESPID and
    DM.SUBJID are both the screening number.
    """
    found = {"ITT"}
    if not any(row["IESPID"] == subject["SUBJID"] for row in exceptions):
        found.add("ELIGIBLE")
    if subject["ARMCD"] == CONTROL or subject["RFXSTDTC"]:
        found.add("SAFETY")
    return frozenset(found)
