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

    The weeks last from the first injection to a week after the last. None of a subject that was given no injection that has a
    date; an injection without one is given all the same (section 10.7). No sum where the dose of one is not known.
    """
    given = records["EX"]
    days = sorted(day for day in (whole_day(row["EXSTDTC"]) for row in given) if day)
    if not days:
        return {}
    drug = protocol.interventions.of(TREATED)[0]
    dose, planned = float(drug.regimen.dose), drug.plan.planned_doses
    known = [row["EXDOSE"] for row in given if row["EXDOSE"] is not None]
    weeks = ((days[-1] - days[0]).days + WEEK) / WEEK
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
