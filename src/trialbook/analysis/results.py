"""Results: one number a row, named by analysis, technique, statistic, group and level, so that two programs can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import NamedTuple

import pandas as pd

from trialbook.analysis.methods.results import Estimate, Tested

DIFFERENCE, ALL = "difference", "all"
"""Groups that are no arm: the comparison of the arms, and both together."""
COLUMNS = ("analysis", "technique", "statistic", "group", "level", "value", "reason")


class Key(NamedTuple):
    """What a number is: the ``statistic`` of a ``technique`` in an ``analysis``, of a ``group`` (ARMCD, difference or all).

    ``level``: the stratum, visit, day, or terms that it is of; empty where there is only one.
    """

    analysis: str
    technique: str
    statistic: str
    group: str = ALL
    level: str = ""


@dataclass(frozen=True)
class Result:
    """A number with its name; NaN where the data do not tell it, and then ``reason`` says why."""

    key: Key
    value: float
    reason: str = ""


@dataclass(frozen=True)
class ResultSet:
    """All results, each key once; raises ValueError for a key that is there twice."""

    results: tuple[Result, ...]

    def __post_init__(self) -> None:
        if len(self.by_key) != len(self.results):
            seen: set[Key] = set()
            twice = next(one.key for one in self.results if one.key in seen or seen.add(one.key))  # type: ignore[func-returns-value]
            raise ValueError(f"two results have one name: {twice}")

    @cached_property
    def by_key(self) -> Mapping[Key, Result]:
        """The results by what they are."""
        return {one.key: one for one in self.results}

    @property
    def frame(self) -> pd.DataFrame:
        """A row a result, columns :data:`COLUMNS`."""
        return pd.DataFrame([(*one.key, one.value, one.reason) for one in self.results], columns=list(COLUMNS))

    def of(self, analysis: str) -> Iterator[Result]:
        """The results of one analysis."""
        return (one for one in self.results if one.key.analysis == analysis)

    def get(self, *key: str) -> Result | None:
        """A result by its key, None where there is none."""
        return self.by_key.get(Key(*key))


def estimated(analysis: str, technique: str, estimate: Estimate, group: str, level: str = "") -> Iterator[Result]:
    """An estimate's three numbers: ``estimate``, ``low``, ``high``; the reason stands where one is not known."""
    for statistic, value in (("estimate", estimate.value), ("low", estimate.low), ("high", estimate.high)):
        reason = estimate.reason if isnan(value) else ""
        yield Result(Key(analysis, technique, statistic, group, level), value, reason)


def tested(analysis: str, technique: str, test: Tested, level: str = "", *, exact: bool = False) -> Iterator[Result]:
    """A test's numbers: ``statistic``, which an exact test has none of, and ``p_value``."""
    if not exact:
        yield Result(Key(analysis, technique, "statistic", DIFFERENCE, level), test.statistic, test.reason)
    yield Result(Key(analysis, technique, "p_value", DIFFERENCE, level), test.p_value, test.reason)


def counted(analysis: str, technique: str, group: str, counts: Mapping[str, float], level: str = "") -> Iterator[Result]:
    """Counts by the statistic that they are."""
    for statistic, value in counts.items():
        yield Result(Key(analysis, technique, statistic, group, level), float(value))


def collected(results: Iterable[Result]) -> ResultSet:
    """All of them as one set."""
    return ResultSet(tuple(results))
