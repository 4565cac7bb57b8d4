"""The common difference of strata by the score method: stratified Miettinen–Nurminen, and SAS's summary score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Limits, Tables, deviate, normal_p_value
from trialbook.analysis.methods.results import Tested
from trialbook.analysis.methods.score import checked_difference, lowest, miettinen_nurminen, standardized, variance
from trialbook.analysis.methods.strata import mantel_haenszel_weights, nothing_to_compare

STEPS = 50
"""Parts of the range from -1 to the estimate in which the outermost limit is looked for."""


def stratified_miettinen_nurminen(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95, corrected: bool = True
) -> Limits:
    """The interval of the common difference, arm 1 minus arm 2, that the stratified score test does not reject.

    Counts have the strata on their last axis, tables on the ones before. The estimate is the strata's differences averaged by
    Mantel and Haenszel's weights, which stay the same for all supposed differences; the variance is the sum of the strata's score
    variances, each by N / (N - 1) where ``corrected`` (Miettinen and Nurminen, Stat Med 1985; 4: 213-226; equal to ``scoreci`` of
    R's ratesci with ``weighting = "MH"``, ``skew = FALSE``). Strata that lack an arm have no weight; NaN where all do. With one
    stratum it is the unstratified interval. In very sparse strata the statistic does not always fall as the difference rises: the
    limits are then the outermost, looked for in steps of a fiftieth of the range, so that the interval holds what the test keeps.
    """
    t, z = Tables.of_strata(x1, n1, x2, n2), deviate(level)
    weights = mantel_haenszel_weights(t)
    told = t.compared.any(axis=-1)
    known = np.where(told[..., None], weights, 0.0)
    value = (known * (t.p1 - t.p2)).sum(axis=-1)
    return Limits(value, _lower(t, known, z, corrected), -_lower(t.swapped, known, z, corrected)).where(told)


def stratified_score_statistic(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    difference: npt.ArrayLike = 0.0,
    corrected: bool = True,
) -> Array:
    """The standard normal statistic against the hypothesis that the difference is ``difference`` in every stratum.

    NaN where every stratum lacks an arm; ValueError for a ``difference`` outside [-1, 1].
    """
    t, supposed = Tables.of_strata(x1, n1, x2, n2), checked_difference(difference)
    weights = mantel_haenszel_weights(t)
    excess = (weights * (t.p1 - t.p2)).sum(axis=-1) - supposed
    return standardized(excess, _variance(t, weights, supposed, corrected))


def stratified_score_test(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    difference: float = 0.0,
    corrected: bool = True,
    sides: int = 2,
    greater: bool = True,
) -> Tested:
    """The test by :func:`stratified_score_statistic` for the counts of each stratum of one comparison.

    Source: Miettinen and Nurminen 1985; equal to ``scoreci`` of R's ratesci (``stratified``).
    """
    nothing = nothing_to_compare(Tables.of_strata(x1, n1, x2, n2))
    if nothing:
        return Tested.unknown(nothing)
    z = stratified_score_statistic(x1, n1, x2, n2, difference=difference, corrected=corrected)
    return Tested(float(z.item()), float(normal_p_value(z, sides=sides, greater=greater).item()))


def summary_score(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95) -> Limits:
    """The common difference as SAS's ``commonriskdiff(cl=score)`` gives it: the strata's score intervals, averaged.

    Each stratum counts by the midpoint of its Miettinen–Nurminen interval, weighted by the inverse square of that interval's
    width; the interval is symmetric, cut to [-1, 1] (Agresti, Categorical Data Analysis, 2013, p. 231). So the estimate depends
    on the level. Strata that lack an arm have no weight; NaN where all do.
    """
    t, z = Tables.of_strata(x1, n1, x2, n2), deviate(level)
    each = miettinen_nurminen(t.x1, t.n1, t.x2, t.n2, level=level)
    told = t.compared
    middle = np.where(told, (each.low + each.high) / 2, 0.0)
    precision = np.where(told, (2 * z / np.where(told, each.high - each.low, 1.0)) ** 2, 0.0)
    together = precision.sum(axis=-1)
    known = np.where(together > 0, together, 1.0)
    value, half = (precision * middle).sum(axis=-1) / known, z / np.sqrt(known)
    return Limits(value, value - half, value + half).within(-1.0, 1.0).where(told.any(axis=-1))


def _variance(t: Tables, weights: Array, difference: Array, corrected: bool) -> Array:
    return (weights**2 * variance(t, difference[..., None], corrected)).sum(axis=-1)


def _lower(t: Tables, weights: Array, z: float, corrected: bool) -> Array:
    observed = (weights * (t.p1 - t.p2)).sum(axis=-1)

    def rejected(difference: Array) -> npt.NDArray[np.bool_]:
        return observed - difference > z * np.sqrt(_variance(t, weights, difference, corrected))

    low, high, kept = np.full_like(observed, -1.0), observed, np.zeros(observed.shape, dtype=bool)
    for step in range(1, STEPS):
        at = -1.0 + (observed + 1.0) * step / STEPS
        outside = rejected(at)
        high = np.where(outside | kept, high, at)
        kept |= ~outside
        low = np.where(kept, low, at)
    return lowest(rejected, low, high)
