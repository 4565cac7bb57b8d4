"""Two arms compared within strata: the test of Cochran, Mantel and Haenszel, and the common difference by their weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import NO_STRATUM, Array, Limits, Tables, deviate
from trialbook.analysis.methods.results import Tested

NO_MARGINS = "no stratum has subjects in both arms and both outcomes"


def mantel_haenszel_weights(t: Tables) -> Array:
    """n1 n2 / (n1 + n2) of each stratum as a part of their sum: 0 where a stratum lacks an arm, NaN where all do."""
    weights = t.n1 * t.n2 / np.maximum(t.total, 1)
    together = weights.sum(axis=-1, keepdims=True)
    return np.divide(weights, together, out=np.full_like(weights, np.nan), where=together > 0)


def cmh_statistic(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, corrected: bool = False
) -> Array:
    """The chi-squared statistic (1 df) of Cochran, Mantel and Haenszel for K strata; NaN where no stratum tells anything.

    Counts have the strata on their last axis, tables on the ones before. ``corrected``: with continuity correction by R's rule
    (``mantelhaen.test``): half a subject is taken from the distance to what is expected where that is half a subject or more.
    Strata with one subject, or with one arm or outcome only, add nothing. With one stratum it is Pearson's chi-squared by
    (N - 1) / N. Source: Mantel and Haenszel, J Natl Cancer Inst 1959; 22: 719-748.
    """
    t = Tables.of_strata(x1, n1, x2, n2)
    events, total = t.x1 + t.x2, np.maximum(t.total, 1)
    distance = np.abs((t.x1 - events * t.n1 / total).sum(axis=-1))
    spread = (t.n1 * t.n2 * events * (total - events) / (total**2 * np.maximum(total - 1, 1))).sum(axis=-1)
    if corrected:
        distance = distance - np.where(distance >= 0.5, 0.5, 0.0)
    return np.divide(distance**2, spread, out=np.full_like(spread, np.nan), where=spread > 0)


def cochran_mantel_haenszel(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, corrected: bool = False
) -> Tested:
    """The test by :func:`cmh_statistic` of no difference in any stratum, for the counts of each stratum of one comparison.

    Equal to R's ``mantelhaen.test`` and SAS's ``cmh``. Own code, since statsmodels' takes 1 - cdf, which is 0 for small p values,
    and corrects distances below half a subject upward.
    """
    from scipy.special import chdtrc

    statistic = float(cmh_statistic(x1, n1, x2, n2, corrected=corrected).item())
    if np.isnan(statistic):
        return Tested.unknown(NO_MARGINS)
    return Tested(statistic, float(chdtrc(1, statistic)), 1)


def mantel_haenszel(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95, sato: bool = True
) -> Limits:
    """The common difference by Mantel and Haenszel's weights, with a symmetric interval, cut to [-1, 1]; NaN without a stratum.

    Its variance is :func:`mantel_haenszel_variance`. Equal to SAS's ``commonriskdiff(cl=mh)``.
    """
    t, z = Tables.of_strata(x1, n1, x2, n2), deviate(level)
    value = common_difference(t)
    half = z * np.sqrt(mantel_haenszel_variance(t, sato=sato))
    return Limits(value, value - half, value + half).within(-1.0, 1.0)


def common_difference(t: Tables) -> Array:
    """The strata's differences, arm 1 minus arm 2, averaged by Mantel and Haenszel's weights; NaN without a stratum."""
    return (mantel_haenszel_weights(t) * (t.p1 - t.p2)).sum(axis=-1)


def mantel_haenszel_variance(t: Tables, *, sato: bool = True) -> Array:
    """The variance of the common difference.

    ``sato``: consistent for many small strata as well as for few large ones, if the difference is the same in all (Sato,
    Biometrics 1989; 45: 1323-1324). Else the sum of the strata's own binomial variances (Wald's), which lets differences vary.
    """
    weights = mantel_haenszel_weights(t)
    if not sato:
        own = t.p1 * (1 - t.p1) / np.maximum(t.n1, 1) + t.p2 * (1 - t.p2) / np.maximum(t.n2, 1)
        return (weights**2 * own).sum(axis=-1)
    told, total = t.compared, np.maximum(t.total, 1)
    p = (t.n1**2 * t.x2 - t.n2**2 * t.x1 + t.n1 * t.n2 * (t.n2 - t.n1) / 2) / total**2
    q = (t.x1 * (t.n2 - t.x2) + t.x2 * (t.n1 - t.x1)) / (2 * total)
    sums = [np.where(told, part, 0.0).sum(axis=-1) for part in (p, q, t.n1 * t.n2 / total)]
    spread = (weights * (t.p1 - t.p2)).sum(axis=-1) * sums[0] + sums[1]
    return np.maximum(spread, 0.0) / np.where(sums[2] > 0, sums[2], 1.0) ** 2


def nothing_to_compare(t: Tables) -> str:
    """Why the strata of one comparison tell nothing; empty where they do."""
    return "" if t.compared.any() else NO_STRATUM
