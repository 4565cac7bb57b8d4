"""The stratified hybrid interval of Newcombe for the common difference of two proportions (Yan and Su)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Limits, Tables, deviate
from trialbook.analysis.methods.strata import mantel_haenszel_weights


def stratified_newcombe(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95
) -> Limits:
    """Mantel and Haenszel's common difference with the hybrid of the arms' stratified Wilson intervals, cut to [-1, 1].

    Each arm's limits are the weighted sum of the strata's Wilson limits at a smaller deviate, by which the sum has the wanted
    confidence; both arms have Mantel and Haenszel's weights. One stratum gives Newcombe's own interval. Source: Yan and Su, Stat
    Biopharm Res 2010; 2: 329-335; equal to SAS's ``commonriskdiff(cl=newcombe)``. NaN where every stratum lacks an arm.
    """
    t, z = Tables.of_strata(x1, n1, x2, n2), deviate(level)
    told = t.compared.any(axis=-1)
    weights = np.where(told[..., None], mantel_haenszel_weights(t), 0.0)
    value = (weights * (t.p1 - t.p2)).sum(axis=-1)
    (low1, high1, size1), (low2, high2, size2) = (_arm(x, n, weights, z) for x, n in ((t.x1, t.n1), (t.x2, t.n2)))
    low = value - z * np.sqrt(size1 * low1 * (1 - low1) + size2 * high2 * (1 - high2))
    high = value + z * np.sqrt(size1 * high1 * (1 - high1) + size2 * low2 * (1 - low2))
    return Limits(value, low, high).within(-1.0, 1.0).where(told)


def _arm(x: Array, n: Array, weights: Array, z: float) -> tuple[Array, Array, Array]:
    """The limits of an arm's weighted proportion, and by what p (1 - p) is multiplied in its variance."""
    size = np.maximum(n, 1)
    p = x / size
    own = p * (1 - p) / size
    # Where no stratum varies the variances are taken in proportion to 1 / n: what is common to all cancels.
    spread = np.where((weights * own).sum(axis=-1, keepdims=True) > 0, own, 1 / size)
    parts = (weights * np.sqrt(spread)).sum(axis=-1)
    deviates = z * np.sqrt((weights**2 * spread).sum(axis=-1)) / np.where(parts > 0, parts, 1.0)
    square = deviates[..., None] ** 2
    middle = p + square / (2 * size)
    half = deviates[..., None] * np.sqrt(own + square / (4 * size**2))
    scale = weights / (1 + square / size)
    limits = [np.clip((scale * end).sum(axis=-1), 0.0, 1.0) for end in (middle - half, middle + half)]
    return limits[0], limits[1], (weights**2 / size).sum(axis=-1)
