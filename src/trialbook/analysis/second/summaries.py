"""Measurements described, and rates of events with their exact limits, by the formulas alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import exp, inf, lgamma, log, nan
from statistics import fmean, stdev
from typing import NamedTuple

PER_YEARS = 100
"""The patient-years to which a rate refers."""


class Summary(NamedTuple):
    """A measurement of several subjects; NaN where there are too few of them."""

    n: int
    mean: float
    sd: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float


def summary(values: Sequence[float]) -> Summary:
    """Number, mean, standard deviation, range and quartiles.

    A quartile is the least value with at least its part of the values up to it; where the part is met exactly it is the mean of
    that value and the next (SAS's definition 5, R's type 2).
    """
    if not values:
        return Summary(0, nan, nan, nan, nan, nan, nan, nan)
    ordered = sorted(values)
    q1, median, q3 = (quartile(ordered, Fraction(part, 4)) for part in (1, 2, 3))
    spread = stdev(values) if len(values) > 1 else nan
    return Summary(len(values), fmean(values), spread, ordered[0], q1, median, q3, ordered[-1])


def quartile(ordered: Sequence[float], part: Fraction) -> float:
    """The quantile of values in their order."""
    place = part * len(ordered)
    if place.denominator == 1:
        return (ordered[int(place) - 1] + ordered[int(place)]) / 2
    return ordered[int(place)]


class Rate(NamedTuple):
    """Years at risk, and events in a hundred of them with their limits."""

    years: float
    estimate: float
    low: float
    high: float


def rate(events: int, years: float, confidence: float) -> Rate:
    """The rate with Garwood's exact limits: the expected numbers at which either Poisson tail holds half of the error."""
    if years <= 0:
        return Rate(years, nan, nan, nan)
    error = (1 - confidence) / 2
    low = _falling(lambda mean: at_most(events - 1, mean) - (1 - error)) if events else 0.0
    high = _falling(lambda mean: at_most(events, mean) - error)
    return Rate(years, *(PER_YEARS * number / years for number in (events, low, high)))


def at_most(events: int, mean: float) -> float:
    """The chance of at most so many events of a Poisson distribution."""
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(events + 1))


def _falling(value: Callable[[float], float]) -> float:
    """Where a function of a positive number that falls passes 0, by bisection."""
    low, high = 0.0, 1.0
    while value(high) > 0:
        low, high = high, high * 2
        if high == inf:
            raise ValueError("no limit of a rate was found")
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if value(middle) > 0 else (low, middle)
    return (low + high) / 2
