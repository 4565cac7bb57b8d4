"""The tests by which signals are judged: exact where counts are compared, in closed form elsewhere; nothing is drawn at random.

Each gives a one-sided p value. The functions of R that give the same are named, and the tests of this module hold them to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from math import erfc, exp, lgamma, log, sqrt

import numpy as np

SMALLEST = 1e-300
"""No p value is told smaller: below it the computer has zero."""


def holm(p_values: Sequence[float], tests: int, alpha: float) -> np.ndarray:
    """Which of some hypotheses are rejected when ``tests`` were tested in all, with at most ``alpha`` chance of any wrong one.

    Holm (1979), R's ``p.adjust(method = "holm")``. The p values that are not given are taken to be greater than those that are.
    """
    order = np.argsort(p_values, kind="stable")
    rejected = np.zeros(len(order), dtype=bool)
    for rank, index in enumerate(order.tolist()):
        if p_values[index] > alpha / (tests - rank):
            break
        rejected[index] = True
    return rejected


def fisher_greater(hits: int, of: int, other_hits: int, of_others: int) -> float:
    """The chance of at least ``hits`` among ``of``, given the totals: R's ``fisher.test(alternative = "greater")``."""
    return stratified_greater(hits, [(of, of_others, hits + other_hits)])


def stratified_greater(hits: int, strata: Iterable[tuple[int, int, int]]) -> float:
    """The chance of at least ``hits`` in the group over all strata, given the totals of each: of group, of others, hits.

    The exact conditional test of a common odds ratio: R's ``mantelhaen.test(exact = TRUE, alternative = "greater")``.
    """
    least, chances = 0, np.ones(1)
    for of, of_others, both in strata:
        low, own = _hypergeometric(of, of_others, both)
        least, chances = least + low, np.convolve(chances, own)
    return _clipped(chances[max(hits - least, 0) :].sum())


def rank_sum_greater(own: np.ndarray, others: np.ndarray) -> float:
    """Whether values of the group are greater: Wilcoxon's test by the normal approximation, with ties and continuity corrected.

    R's ``wilcox.test(own, others, alternative = "greater", exact = FALSE)``.
    """
    n, m = len(own), len(others)
    values, of = np.unique(np.concatenate([own, others]), return_inverse=True)
    counts = np.bincount(of, minlength=len(values))
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[of]
    statistic = ranks[:n].sum() - n * (n + 1) / 2
    ties = float((counts.astype(float) ** 3 - counts).sum()) / ((n + m) * (n + m - 1))
    variance = n * m / 12 * (n + m + 1 - ties)
    return 1.0 if variance <= 0 else normal_upper((statistic - n * m / 2 - 0.5) / sqrt(variance))


def normal_upper(z: float) -> float:
    """The chance that a standard normal deviate exceeds ``z``: R's ``pnorm(z, lower.tail = FALSE)``."""
    return _clipped(erfc(z / sqrt(2)) / 2)


def gap_p_value(ratio: float, spacings: int) -> float:
    """The chance of a gap so many times the mean of the next ``spacings`` normalized ones: R's ``pf`` with 2 and 2 * spacings.

    Above a threshold, exponential values have normalized spacings that are independent and exponential too (Rényi 1953), so that
    the ratio follows the F distribution with 2 and twice as many degrees of freedom as there are spacings.
    """
    return _clipped((1 + ratio / spacings) ** -spacings)


def log_choose(n: int, k: int) -> float:
    """The logarithm of the binomial coefficient."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def from_log(value: float) -> float:
    """A p value by its logarithm; a bound that exceeds 1 says nothing."""
    return _clipped(exp(value)) if value > log(SMALLEST) else SMALLEST


@cache
def _hypergeometric(of: int, of_others: int, both: int) -> tuple[int, np.ndarray]:
    """The least count that the group can have, and the chances of it and all greater ones."""
    low, high = max(0, both - of_others), min(of, both)
    logs = [log_choose(of, k) + log_choose(of_others, both - k) for k in range(low, high + 1)]
    return low, np.exp(np.array(logs) - log_choose(of + of_others, both))


def _clipped(p: float) -> float:
    return float(min(max(p, SMALLEST), 1.0))
