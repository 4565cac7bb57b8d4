"""Exposure: the injections of a subject against the planned ones."""

from __future__ import annotations

from typing import Any

from trialbook.protocol import Protocol

from .course import Records
from .dates import whole_day
from .sets import TREATED

Row = dict[str, Any]
WEEK = 7
EXPOSURE_LEVELS = ("treated",)


def exposure(records: Records, protocol: Protocol) -> dict[str, float]:
    """Injections planned, given, reduced and left out; the sum of doses in ug, weeks, ug a week, and both in % of the plan.

    The weeks last from the first injection to a week after the last. None of a subject that was given no injection;
    no sum where the dose of one is not known.
    """
    given = sorted((row for row in records["EX"] if whole_day(row["EXSTDTC"])), key=lambda row: row["EXSTDTC"])
    if not given:
        return {}
    drug = protocol.interventions.of(TREATED)[0]
    dose, planned = float(drug.regimen.dose), drug.plan.planned_doses
    first, last = whole_day(given[0]["EXSTDTC"]), whole_day(given[-1]["EXSTDTC"])
    assert first is not None and last is not None
    known = [row["EXDOSE"] for row in given if row["EXDOSE"] is not None]
    weeks = ((last - first).days + WEEK) / WEEK
    found = {
        "NPLAN": len(records["EC"]),
        "NGIVEN": len(given),
        "NREDUC": sum(one < dose for one in known),
        "NOMIT": sum(row["ECOCCUR"] == "N" for row in records["EC"]),
        "DURWK": weeks,
    }
    if len(known) < len(given):
        return found
    total = sum(known)
    return found | {
        "CUMDOSE": total,
        "INTENS": total / weeks,
        "RDI": 100 * total / weeks / (dose * WEEK / drug.regimen.every),
        "DOSEPCT": 100 * total / (dose * planned),
    }
