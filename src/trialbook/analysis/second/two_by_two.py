"""Tests of two proportions: Fisher's by SciPy, Cochran, Mantel and Haenszel's and those of a normal statistic by formulas."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, copysign, nan, sqrt
from statistics import NormalDist

from trialbook.analysis.second.normal import chi_squared, two_sided
from trialbook.analysis.second.score_interval import Counts
from trialbook.protocol.sample_size import Method


def p_value(counts: Counts, method: Method, sides: int) -> float:
    """The p value of the plan's test of no difference; one-sided, of treatment having more responders. NaN for an empty arm."""
    x1, n1, x0, n0 = counts
    if n1 == 0 or n0 == 0:
        return nan
    if method is Method.FISHER:
        from scipy.stats import fisher_exact

        alternative = "two-sided" if sides == 2 else "greater"
        return float(fisher_exact([[x1, n1 - x1], [x0, n0 - x0]], alternative=alternative).pvalue)
    z = z_statistic(counts, method)
    return two_sided(z) if sides == 2 else 1 - NormalDist().cdf(z)


def z_statistic(counts: Counts, method: Method) -> float:
    """The statistic that is held against the normal distribution; NaN where its variance is zero."""
    x1, n1, x0, n0 = counts
    p1, p0, p = x1 / n1, x0 / n0, (x1 + x0) / (n1 + n0)
    if method is Method.ARCSINE:
        return (2 * asin(sqrt(p1)) - 2 * asin(sqrt(p0))) / sqrt(1 / n1 + 1 / n0)
    pooled = p * (1 - p) * (1 / n1 + 1 / n0)
    variance = p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0 if method is Method.UNPOOLED else pooled
    if variance == 0:
        return nan
    away = p1 - p0
    if method is Method.FLEISS_CC:
        # Not more is taken than there is.
        away = copysign(max(abs(away) - (1 / n1 + 1 / n0) / 2, 0), away)
    return away / sqrt(variance)


def cochran_mantel_haenszel(strata: Sequence[Counts]) -> tuple[float, float]:
    """The statistic without correction for continuity, and its p value with one degree of freedom (Mantel and Haenszel 1959)."""
    away = variance = 0.0
    for x1, n1, x0, n0 in strata:
        n, m = n1 + n0, x1 + x0
        if n < 2:
            continue
        away += x1 - n1 * m / n
        variance += n1 * n0 * m * (n - m) / (n * n * (n - 1))
    if variance == 0:
        return nan, nan
    return away**2 / variance, chi_squared(away**2 / variance)
