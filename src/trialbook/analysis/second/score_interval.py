"""Miettinen and Nurminen's interval, plain and within strata: the likelihood maximised numerically, the limits by bisection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import copysign, inf, sqrt
from typing import NamedTuple

from trialbook.analysis.second.normal import z_of
from trialbook.analysis.second.proportions import UNKNOWN, Interval

STEPS = 80
"""Halvings of an interval of length 2 or less: the limits are known to the last digit of a float."""


class Counts(NamedTuple):
    """Responders and subjects of the arm that is treated, then of control."""

    x1: int
    n1: int
    x0: int
    n0: int


def miettinen_nurminen(counts: Counts, confidence: float) -> Interval:
    """The score interval of the difference of two proportions (Miettinen and Nurminen 1985); NaN where an arm is empty."""
    return stratified_miettinen_nurminen([counts], confidence)


def stratified_miettinen_nurminen(strata: Sequence[Counts], confidence: float) -> Interval:
    """The interval of the difference common to the strata: where the weighted sum of their scores is no further than z.

    A stratum weighs ``n1 n0 / (n1 + n0)`` (Mantel and Haenszel); one with an empty arm tells nothing. R: ratesci's
    ``scoreci(stratified = TRUE, weighting = "MH", skew = FALSE)``.
    """
    told = [one for one in strata if one.n1 and one.n0]
    if not told:
        return UNKNOWN
    weights = [one.n1 * one.n0 / (one.n1 + one.n0) for one in told]
    observed = [one.x1 / one.n1 - one.x0 / one.n0 for one in told]
    estimate = sum(w * d for w, d in zip(weights, observed, strict=True)) / sum(weights)
    z = z_of(confidence)

    def score(delta: float) -> float:
        away = sum(w * (d - delta) for w, d in zip(weights, observed, strict=True))
        variance = sum(w * w * variance_at(one, delta) for w, one in zip(weights, told, strict=True))
        if variance <= 0:
            return 0.0 if away == 0 else copysign(inf, away)
        return away / sqrt(variance)

    low = -1.0 if score(-1.0) <= z else halved(lambda delta: score(delta) > z, -1.0, estimate)
    high = 1.0 if score(1.0) >= -z else halved(lambda delta: score(delta) > -z, estimate, 1.0)
    return Interval(estimate, low, high)


def variance_at(counts: Counts, delta: float) -> float:
    """The variance of the observed difference, were ``delta`` the true one, with Miettinen and Nurminen's factor N / (N - 1)."""
    p0 = likeliest(counts, delta)
    p1, total = p0 + delta, counts.n1 + counts.n0
    return (p1 * (1 - p1) / counts.n1 + p0 * (1 - p0) / counts.n0) * total / (total - 1)


def likeliest(counts: Counts, delta: float) -> float:
    """Control's proportion that is likeliest, were ``delta`` the true difference: where the likelihood's slope changes sign."""
    x1, n1, x0, n0 = counts
    low, high = max(0.0, -delta), min(1.0, 1 - delta)

    def rises(p0: float) -> bool:
        parts = ((x1, p0 + delta), (-(n1 - x1), 1 - p0 - delta), (x0, p0), (-(n0 - x0), 1 - p0))
        slope = 0.0
        for count, p in parts:
            if count and p <= 0:
                return count > 0
            slope += count / p if count else 0.0
        return slope > 0

    return halved(rises, low, high)


def halved(before: Callable[[float], bool], low: float, high: float) -> float:
    """Where ``before`` ceases to be true between ``low`` and ``high``."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if before(middle) else (low, middle)
    return (low + high) / 2
