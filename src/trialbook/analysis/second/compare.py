"""The two paths' numbers beside each other: what agrees, what does not, and what only one of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isinf, isnan, nan

import pandas as pd

from trialbook.analysis.results import Key, ResultSet

TOLERANCE = 1e-6
COLUMNS = (*Key._fields, "first", "second", "difference", "agrees", "missing")


@dataclass(frozen=True)
class Compared:
    """A number of both paths. ``missing`` names the path that has none of this name (``first``, ``second``), else is empty."""

    key: Key
    first: float
    second: float
    agrees: bool
    missing: str = ""

    @property
    def difference(self) -> float:
        """The second number minus the first; NaN where one of them is none."""
        return self.second - self.first if not isinf(self.first) or not isinf(self.second) else nan

    @property
    def distance(self) -> float:
        """How far apart they are, by which the worst are told: infinite where they can't be subtracted, though they disagree."""
        if self.agrees and isnan(self.difference):
            return 0.0
        return inf if isnan(self.difference) else abs(self.difference) / max(1.0, abs(self.first))


@dataclass(frozen=True)
class Comparison:
    """All numbers of both paths, in the order of the first's, and the tolerance within which they agree."""

    compared: tuple[Compared, ...]
    tolerance: float

    @property
    def agree(self) -> bool:
        """Whether there are numbers, and each is the same on both paths."""
        return bool(self.compared) and not self.disagreeing

    @property
    def disagreeing(self) -> tuple[Compared, ...]:
        """Those that differ, or that only one path has."""
        return tuple(one for one in self.compared if not one.agrees)

    @property
    def counts(self) -> dict[str, int]:
        """How many numbers ``agree``, ``differ``, and are ``only first``'s or ``only second``'s."""
        differ = sum(not one.missing for one in self.disagreeing)
        only = {path: sum(one.missing == path for one in self.compared) for path in ("first", "second")}
        agree = len(self.compared) - len(self.disagreeing)
        return {"agree": agree, "differ": differ, "only first": only["second"], "only second": only["first"]}

    @property
    def frame(self) -> pd.DataFrame:
        """A row a number, columns :data:`COLUMNS`."""
        rows = [(*one.key, one.first, one.second, one.difference, one.agrees, one.missing) for one in self.compared]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def worst(self, number: int = 10) -> tuple[Compared, ...]:
        """The numbers that are farthest apart, those that disagree before all others."""
        return tuple(sorted(self.compared, key=lambda one: (one.agrees, -one.distance))[:number])


def compare(first: ResultSet, second: Mapping[Key, float], tolerance: float = TOLERANCE) -> Comparison:
    """Both paths' numbers, key by key.

    Two numbers agree when they are no further apart than ``tolerance``, and above 1 than that part of the first (so that
    proportions and p values are compared as they are, days and statistics by their size). Where the first has no number (NaN,
    with its reason), the second must have none either. A key that one path lacks disagrees.
    """
    found = []
    for key, one in first.by_key.items():
        if key in second:
            found.append(Compared(key, one.value, second[key], _agrees(one.value, second[key], tolerance)))
        else:
            found.append(Compared(key, one.value, nan, False, "second"))
    found += [Compared(key, nan, value, False, "first") for key, value in second.items() if key not in first.by_key]
    return Comparison(tuple(found), tolerance)


def _agrees(first: float, second: float, tolerance: float) -> bool:
    if isnan(first) or isnan(second):
        return isnan(first) and isnan(second)
    if isinf(first) or isinf(second):
        return first == second
    return abs(first - second) <= tolerance * max(1.0, abs(first))
