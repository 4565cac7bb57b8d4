"""The operating characteristics of tests and intervals under a scenario, each with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from trialbook.analysis.methods.counts import Array, Tables, checked_level
from trialbook.analysis.operating.decisions import INTERVALS, TESTS
from trialbook.analysis.operating.formula import computed_power
from trialbook.analysis.operating.scenario import Scenario
from trialbook.analysis.operating.trials import simulate
from trialbook.protocol.power import EQUAL


@dataclass(frozen=True)
class Simulated:
    """A mean over the trials and its Monte Carlo standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class DecisionBehaviour:
    """How often a test rejects: power, or the type-1 error in a null scenario; ``computed``: the same without simulation."""

    name: str
    rejected: Simulated
    computed: float


@dataclass(frozen=True)
class IntervalBehaviour:
    """Bias of the estimate against the scenario's true difference, coverage of that, mean width.

    A trial in which there is no interval does not cover; bias and width are those of the trials with one, ``told`` their share.
    """

    name: str
    bias: Simulated
    coverage: Simulated
    width: Simulated
    told: float


@dataclass(frozen=True)
class Characteristics:
    """What the trials of one scenario show."""

    scenario: Scenario
    trials: int
    tests: tuple[DecisionBehaviour, ...]
    intervals: tuple[IntervalBehaviour, ...]


def operating_characteristics(
    scenario: Scenario,
    *,
    rng: np.random.Generator,
    trials: int = 10_000,
    tests: Sequence[str] = ("fisher", "cochran_mantel_haenszel"),
    intervals: Sequence[str] = ("miettinen_nurminen", "stratified_miettinen_nurminen"),
    alpha: float = 0.05,
    sides: int = 2,
) -> Characteristics:
    """Simulate the scenario's trials and analyse each of them, all at once; a missing outcome is a non-response.

    ``tests`` are names of ``decisions.TESTS``, ``intervals`` of ``decisions.INTERVALS``. The intervals are two-sided with
    confidence 1 - ``alpha``, or 1 - 2 ``alpha`` beside one-sided tests, whose alternative is the better treatment. A p value that
    is ``alpha`` rejects. Raises ValueError for an unknown name.

    Source: Morris, White and Crowther, Statistics in Medicine 2019; 38: 2074-2102 (the measures and their errors).
    """
    for names, known, what in ((tests, TESTS, "test"), (intervals, INTERVALS, "interval")):
        for name in names:
            if name not in known:
                raise ValueError(f"{what} {name}: expected one of {', '.join(known)}")
    level = checked_level(1 - alpha * (2 / sides))
    tables = simulate(scenario, trials, rng).tables
    return Characteristics(
        scenario,
        trials,
        tuple(
            DecisionBehaviour(
                name,
                _proportion(TESTS[name](tables, sides) <= alpha * EQUAL),
                computed_power(name, scenario, alpha=alpha, sides=sides),
            )
            for name in tests
        ),
        tuple(_interval(name, tables, scenario.difference, level) for name in intervals),
    )


def _interval(name: str, tables: Tables, truth: float, level: float) -> IntervalBehaviour:
    limits = INTERVALS[name](tables, level)
    told = ~np.isnan(limits.value)
    covered = (limits.low <= truth) & (truth <= limits.high)
    return IntervalBehaviour(
        name,
        _mean(limits.value[told] - truth),
        _proportion(covered),
        _mean(limits.high[told] - limits.low[told]),
        float(told.mean()),
    )


def _proportion(happened: np.ndarray) -> Simulated:
    share = float(happened.mean())
    return Simulated(share, sqrt(share * (1 - share) / len(happened)))


def _mean(values: Array) -> Simulated:
    """NaN where no trial has a value, which ``told`` says; without an error where one has."""
    if not len(values):
        return Simulated(np.nan, np.nan)
    error = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else np.nan
    return Simulated(float(values.mean()), error)
