"""Cumulative incidence with competing risks, and Gray's test, by comprisk."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, nan, sqrt

from trialbook.analysis.second.libraries import comprisk
from trialbook.analysis.second.normal import chi_squared, z_of
from trialbook.analysis.second.proportions import UNKNOWN, Interval
from trialbook.analysis.second.subjects import COMPETING, EVENT
from trialbook.analysis.second.times import Time


def with_variance(times: Sequence[Time], day: int) -> tuple[float, float]:
    """Aalen and Johansen's estimate of the event's incidence at a day and its variance (R: cmprsk's ``cuminc``)."""
    import numpy as np

    if not times:
        return nan, nan
    if day > max(one.days for one in times) and any(one.code == 0 for one in _last(times)):
        return nan, nan
    days, codes = (np.array(column) for column in list(zip(*times, strict=True))[:2])
    curve = comprisk().CumulativeIncidence([EVENT, COMPETING]).fit(days.astype(float), codes).curves_[(None, EVENT)]
    estimate, variance = curve.evaluate(np.array([float(day)]))
    return float(estimate[0]), float(variance[0])


def _last(times: Sequence[Time]) -> list[Time]:
    last = max(one.days for one in times)
    return [one for one in times if one.days == last]


def incidence_at(times: Sequence[Time], day: int, confidence: float) -> Interval:
    """The estimate with an interval that is symmetric on the scale of ``log(-log F)``."""
    estimate, variance = with_variance(times, day)
    if estimate != estimate:
        return UNKNOWN
    if estimate <= 0 or estimate >= 1:
        return Interval(estimate, nan, nan)
    half = z_of(confidence) * sqrt(variance) / (estimate * log(estimate))
    low, high = estimate ** exp(half), estimate ** exp(-half)
    return Interval(estimate, min(low, high), max(low, high))


def gray(times: Sequence[Time]) -> tuple[float, float]:
    """Gray's statistic with rho 0 and its p value, by comprisk; NaN where an arm is empty or has no event of interest."""
    import numpy as np

    if len({one.treated for one in times}) < 2 or not any(one.code == EVENT for one in times):
        return nan, nan
    days, codes, arms, _ = (np.array(column) for column in zip(*times, strict=True))
    found = comprisk().gray_test(days.astype(float), codes, arms.astype(int))
    return float(found.stat), chi_squared(float(found.stat))
