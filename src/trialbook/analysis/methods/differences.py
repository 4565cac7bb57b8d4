"""The difference of two proportions: the intervals of Newcombe, Wald, Agresti and Caffo; Pearson's chi-squared test."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Limits, Tables, checked_level
from trialbook.analysis.methods.proportions import wilson
from trialbook.analysis.methods.results import Estimate, Tested
from trialbook.analysis.methods.score import miettinen_nurminen


class DifferenceMethod(Protocol):
    """A function from the counts of two arms to the limits of a comparison of them."""

    def __call__(
        self, x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95
    ) -> Limits:
        """``x1`` responders of ``n1`` subjects in arm 1, ``x2`` of ``n2`` in arm 2, numbers or arrays."""


def risk_difference(x1: int, n1: int, x2: int, n2: int, *, method: str = "miettinen_nurminen", level: float = 0.95) -> Estimate:
    """Arm 1's proportion less arm 2's, with its interval by a method of :data:`DIFFERENCE_METHODS`.

    By default it is Miettinen and Nurminen's (1985). Where an arm has no subjects there is no estimate. Raises ValueError for an
    unknown method and for what are no counts.
    """
    if method not in DIFFERENCE_METHODS:
        raise ValueError(f"method {method}: expected one of {', '.join(DIFFERENCE_METHODS)}")
    limits = DIFFERENCE_METHODS[method](x1, n1, x2, n2, level=level)
    nothing = Tables.of(x1, n1, x2, n2).nothing()
    return Estimate.unknown(nothing) if nothing else limits.estimate()


def wald(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95) -> Limits:
    """Wald's interval, cut to [-1, 1], by statsmodels: R's ``prop.test(correct = FALSE)``; of no width where both are 0 or 1."""
    return _limits(Tables.of(x1, n1, x2, n2), level, "wald")


def agresti_caffo(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95) -> Limits:
    """Wald's interval after a responder and a non-responder are added to each arm (Am Stat 2000; 54: 280-288).

    By statsmodels, cut to [-1, 1]; it is not symmetric about the estimate, and at a low level it need not contain it.
    """
    return _limits(Tables.of(x1, n1, x2, n2), level, "agresti-caffo")


def newcombe(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95) -> Limits:
    """Newcombe's hybrid of the arms' Wilson intervals (Stat Med 1998; 17: 873-890, method 10), without continuity correction."""
    t = Tables.of(x1, n1, x2, n2)
    one, two = wilson(t.x1, t.n1, level=level), wilson(t.x2, t.n2, level=level)
    difference = t.p1 - t.p2
    low = difference - np.hypot(one.value - one.low, two.high - two.value)
    high = difference + np.hypot(two.value - two.low, one.high - one.value)
    return Limits(difference, low, high).within(-1.0, 1.0).where(t.compared)


def pearson_chi_squared(x1: int, n1: int, x2: int, n2: int, *, corrected: bool = False) -> Tested:
    """Pearson's chi-squared test of equal proportions; ``corrected``: with the continuity correction of Yates.

    The correction takes half a subject from the distance to what is expected, but not more than there is (R's ``prop.test``).
    No test where an arm is empty, or where nobody or everybody responded.
    """
    from scipy.special import chdtrc

    t = Tables.of(x1, n1, x2, n2)
    nothing = t.nothing() or same_outcome(t)
    if nothing:
        return Tested.unknown(nothing)
    events, total = t.x1 + t.x2, t.total
    distance = abs(t.x1 - events * t.n1 / total)
    distance -= np.minimum(0.5, distance) if corrected else 0.0
    statistic = distance**2 * total**3 / (t.n1 * t.n2 * events * (total - events))
    return Tested(float(statistic), float(chdtrc(1, statistic)), 1)


def same_outcome(t: Tables) -> str:
    """Why a test of margins is none where all subjects have one outcome; empty where they have not."""
    events = (t.x1 + t.x2).sum()
    return "nobody responded" if events == 0 else "everybody responded" if events == t.total.sum() else ""


def _limits(t: Tables, level: float, name: str) -> Limits:
    from statsmodels.stats.proportion import confint_proportions_2indep

    subjects: list[Array] = [np.maximum(n, 1) for n in (t.n1, t.n2)]
    alpha = 1 - checked_level(level)
    low, high = confint_proportions_2indep(t.x1, subjects[0], t.x2, subjects[1], method=name, compare="diff", alpha=alpha)
    return Limits(t.p1 - t.p2, np.asarray(low), np.asarray(high)).within(-1.0, 1.0).where(t.compared)


DIFFERENCE_METHODS: Mapping[str, DifferenceMethod] = {
    "miettinen_nurminen": miettinen_nurminen,
    "mee": partial(miettinen_nurminen, corrected=False),
    "newcombe": newcombe,
    "wald": wald,
    "agresti_caffo": agresti_caffo,
}
"""By the name that a protocol gives them."""
