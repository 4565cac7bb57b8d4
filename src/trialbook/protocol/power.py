"""Power of tests that compare two proportions: exact for Fisher's test, by the normal approximation for the others.

``n_control`` and ``n_treatment`` are subjects whose outcome is known; ``alpha`` is the level of the whole test and ``sides`` how
many tails it has. All functions are symmetric in the arms.
"""

from __future__ import annotations

from functools import lru_cache
from math import asin, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

NORMAL = NormalDist()
TIE = 1 + 1e-7
"""Tables within this factor of the observed one's probability count as equally likely, as in R's ``fisher.test``."""

EQUAL = 1 + 1e-9
"""A p value that is the level itself rejects, as in whole numbers, though the computer's last digit may lie above it."""

NEGLIGIBLE = 1e-20
"""Counts that are rarer are left out of the sum."""


def fisher_power(
    n_control: int, n_treatment: int, p_control: float, p_treatment: float, *, alpha: float = 0.05, sides: int = 2
) -> float:
    """Exact power of Fisher's exact test: the chance of each pair of counts, summed over those that the test rejects.

    Two-sided, the p value is the sum of the probabilities of all tables with the observed margins that are no more likely than
    the observed one (R's ``fisher.test``). One-sided, it is the tail on the side to which ``p_treatment`` lies of ``p_control``.
    """
    control, treatment = _binomial(n_control, p_control), _binomial(n_treatment, p_treatment)
    likely = [np.flatnonzero(chances > NEGLIGIBLE) for chances in (control, treatment)]
    responders = np.arange(likely[0][0] + likely[1][0], likely[0][-1] + likely[1][-1] + 1)
    table = _tables(n_control, n_treatment, responders)
    rejected = table.there & (_p_values(table.chances, sides, p_treatment >= p_control) <= alpha * EQUAL)
    return float((control[table.controls] * treatment * rejected).sum())


def z_power(
    n_control: float,
    n_treatment: float,
    p_control: float,
    p_treatment: float,
    *,
    alpha: float = 0.05,
    sides: int = 2,
    pooled: bool = True,
) -> float:
    """Power of the z test without continuity correction; the far tail is left out, as in R's ``power.prop.test``.

    ``pooled``: the test's variance is that of the common proportion (the chi-squared test), else each arm's own (Wald's test).
    """
    own = p_control * (1 - p_control) / n_control + p_treatment * (1 - p_treatment) / n_treatment
    common = (n_control * p_control + n_treatment * p_treatment) / (n_control + n_treatment)
    null = common * (1 - common) * (1 / n_control + 1 / n_treatment) if pooled else own
    shift = abs(p_control - p_treatment) - critical(alpha, sides) * sqrt(null)
    if own == 0:
        return float(shift > 0)
    return NORMAL.cdf(shift / sqrt(own))


def arcsine_power(
    n_control: float, n_treatment: float, p_control: float, p_treatment: float, *, alpha: float = 0.05, sides: int = 2
) -> float:
    """Power by Cohen's effect size h; two-sided it counts both tails, as ``pwr.2p.test`` of R's pwr."""
    reached = abs(effect_size(p_control, p_treatment)) / sqrt(1 / n_control + 1 / n_treatment)
    near = NORMAL.cdf(reached - critical(alpha, sides))
    return near if sides == 1 else near + NORMAL.cdf(-reached - critical(alpha, sides))


def effect_size(p_control: float, p_treatment: float) -> float:
    """Cohen's h: the difference of the proportions' arcsines (Cohen 1988)."""
    return 2 * asin(sqrt(p_treatment)) - 2 * asin(sqrt(p_control))


def critical(alpha: float, sides: int = 2) -> float:
    """The standard normal deviate that a test at level ``alpha`` must exceed."""
    return NORMAL.inv_cdf(1 - alpha / sides)


def fisher_p_value(control: tuple[int, int], treatment: tuple[int, int], *, sides: int = 2, greater: bool = True) -> float:
    """The p value of Fisher's exact test for responders and subjects of each arm; ``greater`` is the one-sided direction."""
    table = _tables(control[1], treatment[1], np.array([control[0] + treatment[0]]))
    return float(_p_values(table.chances, sides, greater)[0, treatment[0]])


def fisher_p_values(
    control: np.ndarray, n_control: int, treatment: np.ndarray, n_treatment: int, *, sides: int = 2, greater: bool = True
) -> np.ndarray:
    """The p values of Fisher's exact test for many tables with arms of one size: arrays of one shape with the arms' responders.

    Each margin is worked out once, however many tables have it.
    """
    margins, place = np.unique(control + treatment, return_inverse=True)
    table = _tables(n_control, n_treatment, margins)
    return _p_values(table.chances, sides, greater)[place.reshape(np.shape(treatment)), treatment]


class _Tables(NamedTuple):
    """The tables with given margins: a row a number of responders in both arms, a column treatment's part of them.

    ``there``: whether there is such a table; ``controls``: control's part; ``chances``: its hypergeometric probability.
    """

    there: np.ndarray
    controls: np.ndarray
    chances: np.ndarray


def _tables(n_control: int, n_treatment: int, responders: np.ndarray) -> _Tables:
    rest = responders[:, None] - np.arange(n_treatment + 1)
    there = (rest >= 0) & (rest <= n_control)
    controls = np.clip(rest, 0, n_control)
    logs = _log_choose(n_treatment) + _log_choose(n_control)[controls]
    logs -= _log_choose(n_control + n_treatment)[responders][:, None]
    return _Tables(there, controls, np.where(there, np.exp(np.where(there, logs, 0)), 0))


def _p_values(chances: np.ndarray, sides: int, greater: bool) -> np.ndarray:
    if sides == 1:
        return chances[:, ::-1].cumsum(axis=1)[:, ::-1] if greater else chances.cumsum(axis=1)
    order = chances.argsort(axis=1)
    ordered = np.take_along_axis(chances, order, axis=1)
    sums = ordered.cumsum(axis=1)
    # Probabilities rise to one peak and fall again, so that no more than two are equal.
    tied = ordered[:, 1:] <= ordered[:, :-1] * TIE
    sums[:, :-1] = np.where(tied, sums[:, 1:], sums[:, :-1])
    found = np.empty_like(sums)
    np.put_along_axis(found, order, sums, axis=1)
    return found


@lru_cache(maxsize=4096)
def _log_choose(n: int) -> np.ndarray:
    """The logarithms of the binomial coefficients of ``n``."""
    return np.array([lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) for k in range(n + 1)])


def _binomial(n: int, p: float) -> np.ndarray:
    """The chance of 0 to ``n`` responders."""
    if p in (0, 1):
        return np.eye(n + 1)[n if p else 0]
    counts = np.arange(n + 1)
    return np.exp(_log_choose(n) + counts * log(p) + (n - counts) * log1p(-p))
