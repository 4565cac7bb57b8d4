"""Kaplan–Meier estimates by lifelines, with Greenwood's variance, quantiles and differences by direct formulas."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import exp, inf, log, nan, sqrt

from trialbook.analysis.second.libraries import lifelines, quiet
from trialbook.analysis.second.normal import z_of
from trialbook.analysis.second.proportions import UNKNOWN, Interval
from trialbook.analysis.second.times import Time, steps
from trialbook.protocol.analysis import SurvivalInterval


def survival_at(times: Sequence[Time], day: int, confidence: float, scale: SurvivalInterval) -> Interval:
    """The estimate at a day, with an interval that is symmetric on the scale; NaN after the last one who was observed."""
    if not times:
        return UNKNOWN
    estimate = kaplan_meier(times, day)
    if estimate > 0 and day > max(one.days for one in times):
        return UNKNOWN
    return interval(estimate, relative_variance(times, day), confidence, scale)


def kaplan_meier(times: Sequence[Time], day: int) -> float:
    """The estimate at a day, by lifelines."""
    fitter = lifelines().KaplanMeierFitter()
    with quiet():
        fitter.fit([one.days for one in times], [one.code for one in times])
    return float(fitter.survival_function_at_times(day).iloc[0])


def relative_variance(times: Sequence[Time], day: int) -> float:
    """Greenwood's sum, the variance of the estimate's logarithm; infinite where nobody is left."""
    past = [one for one in steps(times) if one.days <= day]
    if any(one.events == one.at_risk for one in past):
        return inf
    return float(sum(Fraction(one.events, one.at_risk * (one.at_risk - one.events)) for one in past))


def interval(estimate: float, relative: float, confidence: float, scale: SurvivalInterval) -> Interval:
    """The limits on the scale: none where nobody is left, nor on that of ``log(-log S)`` where nothing has happened."""
    if estimate == 0 or (scale is SurvivalInterval.LOG_LOG and estimate == 1):
        return Interval(estimate, nan, nan)
    half = z_of(confidence) * sqrt(relative)
    if scale is SurvivalInterval.LOG_LOG:
        low, high = (estimate ** exp(sign * half / log(estimate)) for sign in (-1, 1))
        return Interval(estimate, min(low, high), max(low, high))
    if scale is SurvivalInterval.LOG:
        return Interval(estimate, estimate * exp(-half), min(estimate * exp(half), 1.0))
    return Interval(estimate, max(estimate * (1 - half), 0.0), min(estimate * (1 + half), 1.0))


def quantile(times: Sequence[Time], part: Fraction, confidence: float, scale: SurvivalInterval) -> Interval:
    """The day by which ``part`` of the subjects had the event, with the days at which the limits of the curve pass it.

    Where the estimate is ``1 - part`` exactly (counted in fractions), the middle between that day and the next event. The
    interval is Brookmeyer and Crowley's (1982) on the scale of the curve's. NaN for what is not reached.
    """
    at = 1 - part
    curve: list[tuple[int, Fraction, Interval]] = []
    estimate, relative = Fraction(1), Fraction(0)
    for day, events, left in steps(times):
        estimate *= Fraction(left - events, left)
        relative += Fraction(events, left * (left - events)) if left > events else 0
        curve.append((day, estimate, interval(float(estimate), float(relative), confidence, scale)))
    last = max((one.days for one in times), default=0)
    found = _passed([(day, exact) for day, exact, _ in curve], at, last)
    low = _passed([(day, limits.low) for day, _, limits in curve], at, last)
    high = _passed([(day, limits.high) for day, _, limits in curve], at, last)
    return Interval(found, low, high)


def _passed(curve: Sequence[tuple[int, Fraction | float]], at: Fraction, last: int) -> float:
    for number, (day, value) in enumerate(curve):
        if value < at:
            return float(day)
        if value == at:
            below = next((later for later, lower in curve[number + 1 :] if lower < at), last)
            return (day + below) / 2
    return nan


def difference(treated: tuple[float, float], control: tuple[float, float], confidence: float) -> Interval:
    """The difference of two estimates, each with its variance, and its symmetric interval."""
    away = treated[0] - control[0]
    half = z_of(confidence) * sqrt(treated[1] + control[1])
    return Interval(away, away - half, away + half)


def with_variance(times: Sequence[Time], day: int) -> tuple[float, float]:
    """The estimate at a day and Greenwood's variance of it; NaN after the last one who was observed."""
    if not times:
        return nan, nan
    estimate = kaplan_meier(times, day)
    if estimate > 0 and day > max(one.days for one in times):
        return nan, nan
    return estimate, estimate**2 * relative_variance(times, day) if estimate > 0 else 0.0
