"""Proportions and their differences by direct formulas: Wilson, Clopper and Pearson, Newcombe, Wald."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, nan, sqrt
from typing import NamedTuple

from trialbook.analysis.second.normal import z_of


class Interval(NamedTuple):
    """An estimate and its limits; NaN where the data do not tell them."""

    estimate: float
    low: float
    high: float


UNKNOWN = Interval(nan, nan, nan)


def wilson(x: int, n: int, confidence: float) -> Interval:
    """Wilson's score interval of ``x`` responders among ``n`` (Wilson 1927); NaN without subjects."""
    if n == 0:
        return UNKNOWN
    z, p = z_of(confidence), x / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Interval(p, (middle - half) / scale, (middle + half) / scale)


def clopper_pearson(x: int, n: int, confidence: float) -> Interval:
    """The exact interval: the proportions at which either tail of the binomial distribution holds half of the error."""
    if n == 0:
        return UNKNOWN
    error = (1 - confidence) / 2

    def at_most(k: int, p: float) -> float:
        return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))

    low = 0.0 if x == 0 else _falling(lambda p: at_most(x - 1, p) - (1 - error))
    high = 1.0 if x == n else _falling(lambda p: at_most(x, p) - error)
    return Interval(x / n, low, high)


def _falling(value: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if value(middle) > 0 else (low, middle)
    return (low + high) / 2


def newcombe(x1: int, n1: int, x0: int, n0: int, confidence: float) -> Interval:
    """Newcombe's hybrid score interval of the difference of two proportions (Newcombe 1998, method 10)."""
    if n1 == 0 or n0 == 0:
        return UNKNOWN
    p1, l1, u1 = wilson(x1, n1, confidence)
    p0, l0, u0 = wilson(x0, n0, confidence)
    d = p1 - p0
    return Interval(d, d - sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2), d + sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2))


def wald(x1: int, n1: int, x0: int, n0: int, confidence: float) -> Interval:
    """Wald's interval of the difference of two proportions."""
    if n1 == 0 or n0 == 0:
        return UNKNOWN
    p1, p0 = x1 / n1, x0 / n0
    half = z_of(confidence) * sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    return Interval(p1 - p0, p1 - p0 - half, p1 - p0 + half)
