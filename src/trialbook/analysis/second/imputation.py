"""Multiple imputation pooled by Rubin's rules, from the responders that the first path drew."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan, sqrt
from statistics import fmean, variance
from typing import NamedTuple

from trialbook.analysis.second.normal import student_quantile, student_tail
from trialbook.analysis.second.score_interval import Counts


class Pooled(NamedTuple):
    """The pooled difference with its limits, its p value, and the part of the information that is missing."""

    estimate: float
    low: float
    high: float
    p_value: float
    missing_information: float


UNPOOLED = Pooled(nan, nan, nan, nan, nan)


def pooled(completed: Sequence[Sequence[Counts]], confidence: float) -> Pooled:
    """The difference of the proportions, common to the strata, over completed data sets (Rubin 1987, chapter 3).

    ``completed``: for each imputation the counts of each stratum. The missing information is Rubin's
    ``(r + 2 / (v + 3)) / (r + 1)``, with ``r`` the relative increase of the variance and ``v`` the degrees of freedom. NaN where
    every stratum lacks an arm.
    """
    found = [mantel_haenszel(strata) for strata in completed]
    if len(found) < 2 or any(one is None for one in found):
        return UNPOOLED
    differences, variances = zip(*(one for one in found if one is not None), strict=True)
    within, between = fmean(variances), (1 + 1 / len(found)) * variance(differences)
    estimate = fmean(differences)
    if within + between == 0:
        return UNPOOLED
    error = sqrt(within + between)
    df = (len(found) - 1) * (1 + within / between) ** 2 if between else inf
    half = student_quantile(confidence, df) * error
    increase = between / within if within else inf
    missing = (increase + 2 / (df + 3)) / (increase + 1) if within else 1.0
    low, high = max(estimate - half, -1.0), min(estimate + half, 1.0)
    return Pooled(estimate, low, high, student_tail(estimate / error, df), missing)


def mantel_haenszel(strata: Sequence[Counts]) -> tuple[float, float] | None:
    """Mantel and Haenszel's difference of proportions with Sato's variance (Biometrics 1989; 45: 1323); None without any."""
    told = [one for one in strata if one.n1 and one.n0]
    if not told:
        return None
    weights = above = p = q = 0.0
    for x1, n1, x0, n0 in told:
        n = n1 + n0
        weights += n1 * n0 / n
        above += (x1 * n0 - x0 * n1) / n
        p += (n1 * n1 * x0 - n0 * n0 * x1 + n1 * n0 * (n0 - n1) / 2) / n**2
        q += (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)
    estimate = above / weights
    return estimate, (estimate * p + q) / weights**2
