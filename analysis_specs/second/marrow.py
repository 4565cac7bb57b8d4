"""The molecular MRD of a marrow (GF): which run counts at a visit, and whether it is negative."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from trialbook.protocol import Protocol

from .dates import study_day, whole_day
from .genetics import DIAGNOSIS

MRD, MARROW = "MEASURABLE RESIDUAL DISEASE", "BONE MARROW"


@dataclass(frozen=True)
class Run:
    """A run of the assay: when the marrow was taken, the run (GFGRPID), whether the target was found, its ratio to ABL1 in %."""

    taken: date
    run: str
    detected: bool
    ratio: Fraction | None


@cache
def exact(text: str | float | None) -> Fraction | None:
    """A number as it is written, since a person computes so; None for what is none, as ``<0.00319`` or an empty cell."""
    try:
        return Fraction(Decimal(str(text)))
    except (ArithmeticError, ValueError):
        return None


def runs(gf: list[dict[str, Any]], target: str, protocol: Protocol) -> list[Run]:
    """The adequate runs of a subject's marrows for its own target.

    Adequate: the laboratory made a call (GFRESCAT), and there are at least as many copies of ABL1 as the plan asks for.
    """
    least = exact(str(protocol.analysis.setting("MRD_ABL1_COPIES").value))
    assert least is not None
    by_run: dict[str, list[dict[str, Any]]] = {}
    for row in gf:
        if row["GFCAT"] == MRD and row["GFLOC"] == MARROW:
            by_run.setdefault(row["GFGRPID"], []).append(row)
    found = []
    for name, rows in by_run.items():
        call = next((row for row in rows if row["GFTSTDTL"] == "DETECTION" and row["GFSYM"] == target), None)
        if call is None or not target or not call["GFRESCAT"]:
            continue
        copies = [exact(row["GFSTRESC"]) for row in rows if row["GFTSTDTL"] == "NUMBER OF GENE COPIES" and row["GFSYM"] == "ABL1"]
        taken = whole_day(call["GFDTC"])
        if taken is None or not any(one is not None and one >= least for one in copies):
            continue
        ratios = [exact(row["GFSTRESC"]) for row in rows if row["GFTSTDTL"] == "NORMALIZED LEVEL" and row["GFSYM"] == target]
        found.append(Run(taken, name, call["GFSTRESC"] == "DETECTED", ratios[0] if ratios else None))
    return found


def at_visit(of: list[Run], randomized: date, day: int, window: tuple[int, int]) -> Run | None:
    """The run in the window of a visit: nearest to the planned day, then the later marrow, then the later run."""
    within = [one for one in of if window[0] <= study_day(one.taken, randomized) - day <= window[1]]
    return max(within, key=lambda one: (-abs(study_day(one.taken, randomized) - day), one.taken, one.run), default=None)


def at_diagnosis(gf: list[dict[str, Any]], target: str, screening: str) -> Fraction | None:
    """The ratio at diagnosis in %: as the screening that counts tells it, or else the last that does."""
    rows = [row for row in gf if row["GFCAT"] == DIAGNOSIS and row["GFTSTDTL"] == "NORMALIZED LEVEL" and row["GFSYM"] == target]
    told = max(rows, key=lambda row: (row["GFSPID"] == screening, row["GFSPID"]), default=None)
    return exact(told["GFSTRESC"]) if told else None


def is_negative(run: Run, diagnosis: Fraction | None, protocol: Protocol, by: str) -> bool:
    """Whether a marrow is negative: by ``not_detected``, or by a ``log_reduction`` since diagnosis of at least the setting.

    What is not detected is reduced too. A target that is detected without both ratios is not known to be reduced. The reduction
    is compared in whole numbers: ``log10(a) >= p/q`` is ``a**q >= 10**p``.
    """
    if not run.detected:
        return True
    if by == "not_detected":
        return False
    if by != "log_reduction":
        raise ValueError(f"the second program knows no negativity by {by!r}: not_detected or log_reduction")
    if diagnosis is None or run.ratio is None or run.ratio <= 0:
        return False
    least = exact(str(protocol.analysis.setting("MRD_LOG_REDUCTION").value))
    assert least is not None
    return (diagnosis / run.ratio) ** least.denominator >= Fraction(10) ** least.numerator
