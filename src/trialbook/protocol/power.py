"""Power of tests that compare two proportions: exact for Fisher's test, by the normal approximation for the others.

``n_control`` and ``n_treatment`` are subjects whose outcome is known; ``alpha`` is the level of the whole test and ``sides`` how
many tails it has. All functions are symmetric in the arms.
"""

from __future__ import annotations

from functools import lru_cache
from math import asin, lgamma, log, log1p, sqrt
from statistics import NormalDist

import numpy as np

NORMAL = NormalDist()
TIE = 1 + 1e-7
"""Tables within this factor of the observed one's probability count as equally likely, as in R's ``fisher.test``."""

EQUAL = 1 + 1e-9
"""A p value that is the level itself rejects, as in whole numbers, though the computer's last digit may lie above it."""


def fisher_power(
    n_control: int, n_treatment: int, p_control: float, p_treatment: float, *, alpha: float = 0.05, sides: int = 2
) -> float:
    """Exact power of Fisher's exact test: the chance of each pair of counts, summed over those that the test rejects.

    Two-sided, the p value is the sum of the probabilities of all tables with the observed margins that are no more likely than
    the observed one (R's ``fisher.test``). One-sided, it is the tail on the side to which ``p_treatment`` lies of ``p_control``.
    """
    rejected = _rejected(n_control, n_treatment, alpha, sides, p_treatment >= p_control)
    return float(_binomial(n_control, p_control) @ rejected @ _binomial(n_treatment, p_treatment))


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
    responders = control[0] + treatment[0]
    counts, chances = _margins(control[1], treatment[1], responders)
    return float(_p_values(chances, sides, greater)[int(np.flatnonzero(counts == treatment[0])[0])])


def _margins(n_control: int, n_treatment: int, responders: int) -> tuple[np.ndarray, np.ndarray]:
    """The responders that treatment may have of so many in both arms, and the hypergeometric probability of each count."""
    counts = np.arange(max(0, responders - n_control), min(n_treatment, responders) + 1)
    logs = _log_choose(n_treatment)[counts] + _log_choose(n_control)[responders - counts]
    return counts, np.exp(logs - _log_choose(n_control + n_treatment)[responders])


def _p_values(chances: np.ndarray, sides: int, greater: bool) -> np.ndarray:
    if sides == 1:
        return chances[::-1].cumsum()[::-1] if greater else chances.cumsum()
    ordered = np.sort(chances)
    upto = np.searchsorted(ordered, chances * TIE, side="right")
    return ordered.cumsum()[upto - 1]


@lru_cache(maxsize=256)
def _rejected(n_control: int, n_treatment: int, alpha: float, sides: int, greater: bool) -> np.ndarray:
    """Which pairs of responders (control's by row, treatment's by column) the test rejects at ``alpha``."""
    rejected = np.zeros((n_control + 1, n_treatment + 1), dtype=bool)
    for responders in range(n_control + n_treatment + 1):
        counts, chances = _margins(n_control, n_treatment, responders)
        rejected[responders - counts, counts] = _p_values(chances, sides, greater) <= alpha * EQUAL
    return rejected


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
