"""What every method for proportions takes and gives: counts of two arms, checked; estimates of many tables at once.

Counts are numbers or arrays of them: one table, or as many as the arrays are long. Arm 1 is the one whose proportion comes first
in a difference or ratio (treatment), arm 2 the other (control).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.results import Estimate

Array = npt.NDArray[np.float64]
"""Real numbers, one a table; of stratified methods, the last axis of what is given are the strata."""

EMPTY_ARM = "no subjects in arm {}"
NO_STRATUM = "no stratum has subjects in both arms"


@dataclass(frozen=True)
class Limits:
    """Estimates of many tables with their confidence limits, arrays of one shape; NaN where a table tells nothing."""

    value: Array
    low: Array
    high: Array

    def where(self, told: npt.NDArray[np.bool_]) -> Limits:
        """The same, with NaN for the tables that are not ``told``."""
        return Limits(*(np.where(told, part, np.nan) for part in (self.value, self.low, self.high)))

    def within(self, least: float, most: float) -> Limits:
        """The same, with limits cut to what the parameter can be."""
        return Limits(self.value, np.clip(self.low, least, most), np.clip(self.high, least, most))

    def estimate(self) -> Estimate:
        """The estimate of the only table; ValueError where there are others."""
        if self.value.size != 1:
            raise ValueError(f"counts of {self.value.size} tables: found where those of one are expected")
        return Estimate(float(self.value.item()), float(self.low.item()), float(self.high.item()))


@dataclass(frozen=True)
class Tables:
    """Responders ``x1`` of ``n1`` subjects in arm 1, ``x2`` of ``n2`` in arm 2: whole numbers, arrays of one shape."""

    x1: Array
    n1: Array
    x2: Array
    n2: Array

    @classmethod
    def of(cls, x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Tables:
        """Counts that were checked; ValueError where one is no count or an arm has more responders than subjects."""
        first, second = responders(x1, n1, "arm 1"), responders(x2, n2, "arm 2")
        return cls(*np.broadcast_arrays(*first, *second))

    @classmethod
    def of_strata(cls, x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Tables:
        """Counts whose last axis are the strata; ValueError where there is no such axis."""
        tables = cls.of(x1, n1, x2, n2)
        if not tables.n1.ndim:
            raise ValueError("a stratified method takes the counts of each stratum: found single numbers, expected sequences")
        return tables

    @property
    def swapped(self) -> Tables:
        """The arms in the other order."""
        return Tables(self.x2, self.n2, self.x1, self.n1)

    @property
    def compared(self) -> npt.NDArray[np.bool_]:
        """Whether both arms have subjects."""
        return (self.n1 > 0) & (self.n2 > 0)

    @property
    def total(self) -> Array:
        """Subjects of both arms."""
        return self.n1 + self.n2

    @property
    def p1(self) -> Array:
        """The proportion of responders in arm 1; 0 in an empty one."""
        return self.x1 / np.maximum(self.n1, 1)

    @property
    def p2(self) -> Array:
        """The proportion of responders in arm 2; 0 in an empty one."""
        return self.x2 / np.maximum(self.n2, 1)

    def nothing(self) -> str:
        """Why a single table can't be compared; empty where it can."""
        return "; ".join(EMPTY_ARM.format(arm) for arm, n in ((1, self.n1), (2, self.n2)) if not n.any())


def responders(x: npt.ArrayLike, n: npt.ArrayLike, where: str = "") -> tuple[Array, Array]:
    """Responders and subjects as arrays of one shape; ValueError where one is no count or ``x`` is larger than ``n``."""
    place = f"{where}: " if where else ""
    found = whole(x, f"{place}responders"), whole(n, f"{place}subjects")
    few, many = np.broadcast_arrays(*found)
    if (few > many).any():
        at = int(np.argmax(few > many))
        raise ValueError(f"{place}{few.flat[at]:g} responders of {many.flat[at]:g} subjects, expected no more than subjects")
    return few, many


def whole(counts: npt.ArrayLike, what: str) -> Array:
    """Counts as an array; ValueError naming the first that is no whole number from 0 upward."""
    found = np.asarray(counts, dtype=np.float64)
    wrong = ~np.isfinite(found) | (found < 0) | (found != np.floor(np.where(np.isfinite(found), found, 0)))
    if wrong.any():
        raise ValueError(f"{what}: found {found[wrong].flat[0]:g}, expected whole numbers from 0 upward")
    return found


def deviate(level: float) -> float:
    """The standard normal deviate of a two-sided interval with confidence ``level`` (1.96 for 0.95)."""
    return NormalDist().inv_cdf((1 + checked_level(level)) / 2)


def checked_level(level: float) -> float:
    """The confidence level as it came; ValueError where it is no proportion."""
    if not 0 < level < 1:
        raise ValueError(f"confidence level {level:g}: expected more than 0 and less than 1, such as 0.95")
    return level


def normal_p_value(z: npt.ArrayLike, *, sides: int = 2, greater: bool = True) -> Array:
    """The p value of a standard normal statistic; one-sided, ``greater`` is the alternative that it is large."""
    from scipy.special import ndtr

    z = np.asarray(z, dtype=np.float64)
    if sides == 2:
        return np.asarray(2 * ndtr(-np.abs(z)))
    if sides == 1:
        return np.asarray(ndtr(-z if greater else z))
    raise ValueError(f"sides: found {sides}, expected 1 or 2")
