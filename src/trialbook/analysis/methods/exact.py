"""Fisher's exact test of two proportions, and the conditional odds ratio that goes with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Tables, checked_level
from trialbook.analysis.methods.differences import same_outcome
from trialbook.analysis.methods.results import Estimate, Tested
from trialbook.protocol import power


def fisher(x1: int, n1: int, x2: int, n2: int, *, sides: int = 2, greater: bool = True) -> Tested:
    """Fisher's exact test of equal proportions; its statistic is the responders of arm 1, the margins being given.

    Two-sided, the p value is the sum over all tables that are no more likely than the observed one, as in R's ``fisher.test`` and
    in SAS. One-sided, ``greater`` is the alternative that arm 1 responds more often. The p value is that of the protocol's sample
    size (:mod:`trialbook.protocol.power`), so that the test is the one whose power was planned.
    """
    t = Tables.of(x1, n1, x2, n2)
    nothing = t.nothing()
    if nothing:
        return Tested.unknown(nothing)
    return Tested(float(x1), float(fisher_p_values(t.x1, t.n1, t.x2, t.n2, sides=sides, greater=greater).item()))


def fisher_p_values(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, sides: int = 2, greater: bool = True
) -> Array:
    """The p values of many tables by :func:`fisher`, NaN where an arm is empty; arms of one size are worked out together."""
    if sides not in (1, 2):
        raise ValueError(f"sides: found {sides}, expected 1 or 2")
    t = Tables.of(x1, n1, x2, n2)
    shape = t.n1.shape
    counts = np.stack([part.ravel() for part in (t.x1, t.n1, t.x2, t.n2)]).astype(np.int64)
    found = np.full(counts.shape[1], np.nan)
    sizes, pair = np.unique(counts[[1, 3]], axis=1, return_inverse=True)
    for number, (first, second) in enumerate(sizes.T):
        if first and second:
            here = pair.ravel() == number
            few, other = counts[0, here], counts[2, here]
            found[here] = power.fisher_p_values(other, int(second), few, int(first), sides=sides, greater=greater)
    return np.minimum(found, 1.0).reshape(shape)


def conditional_odds_ratio(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Estimate:
    """The odds ratio of response, arm 1 against arm 2, that is likeliest given the margins, with its exact interval.

    Equal to the estimate of R's ``fisher.test``; by scipy. The interval inverts the one-sided tests and need not agree with the
    two-sided p value. Infinite or 0 where one arm has all of an outcome; none where all subjects have the same.
    """
    from scipy.stats.contingency import odds_ratio

    t = Tables.of(x1, n1, x2, n2)
    nothing = t.nothing() or same_outcome(t)
    if nothing:
        return Estimate.unknown(nothing)
    found = odds_ratio(np.array([[x1, n1 - x1], [x2, n2 - x2]], dtype=np.int64), kind="conditional")
    interval = found.confidence_interval(confidence_level=checked_level(level))
    return Estimate(float(found.statistic), float(interval.low), float(interval.high))
