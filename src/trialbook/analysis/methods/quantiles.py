"""Quantiles of the time to an event, with Brookmeyer and Crowley's interval (Biometrics 1982)."""

from __future__ import annotations

from fractions import Fraction
from math import nan

import numpy as np

from trialbook.analysis.methods.kaplan_meier import KaplanMeier
from trialbook.analysis.methods.results import Estimate

NEAR = 1e-9
"""Survival that is this near to what is asked is held against it in whole numbers: rounding reaches nowhere near as far."""


def quantile(curve: KaplanMeier, probability: float | Fraction) -> Estimate:
    """The time by which a share of the subjects has had the event: where the curve crosses 1 - ``probability``.

    It is the first time of an event at which survival is at or below 1 - ``probability``. Where survival is exactly that until
    the next event, it is the midpoint between the two, as in R and SAS; where no event follows, the midpoint to the last time
    of the curve, as R's ``quantile.survfit`` has it (SAS gives none). Whether they are equal is decided in whole numbers, of
    the product of (at risk - events) / at risk, never by rounding. ``probability`` is read as the decimal that is written: 0.1
    is 1/10.

    The interval runs from where the lower limit of the curve first is at or below 1 - ``probability`` to where the upper limit
    first is, on the curve's own transform (an upper limit can rise again, after few are left: R's ``quantile.survfit`` then
    takes a later time, its ``print.survfit`` the first). A limit is NaN where its curve never comes that low, and the value
    where survival doesn't; the reason says so. Raises ValueError for a probability that does not lie between 0 and 1.
    """
    if not 0 < probability < 1:
        raise ValueError(f"a quantile is asked for a probability between 0 and 1: found {probability}")
    share = probability if isinstance(probability, Fraction) else Fraction(repr(float(probability)))
    if not curve.subjects:
        return Estimate.unknown("no subjects")
    left = 1 - share
    value = _crossing(curve, left)
    low, high = _reached(curve, curve.low, float(left)), _reached(curve, curve.high, float(left))
    return Estimate(value, low, high, _reason(value, low, high, float(left)))


def median(curve: KaplanMeier) -> Estimate:
    """The time by which half of the subjects have had the event: ``quantile`` of 1/2, by R's and SAS's convention."""
    return quantile(curve, Fraction(1, 2))


def _crossing(curve: KaplanMeier, left: Fraction) -> float:
    steps = np.flatnonzero(curve.events)
    below = curve.survival[steps] < float(left)
    equal = np.zeros(len(steps), dtype=bool)
    for place in np.flatnonzero(np.abs(curve.survival[steps] - float(left)) < NEAR):
        exact = _exact_survival(curve, steps[: place + 1])
        below[place], equal[place] = exact < left, exact == left
    reached = np.flatnonzero(below | equal)
    if not len(reached):
        return nan
    first = reached[0]
    time = float(curve.time[steps[first]])
    if not equal[first]:
        return time
    following = curve.time[steps[first + 1]] if first + 1 < len(steps) else curve.time[-1]
    return (time + float(following)) / 2


def _exact_survival(curve: KaplanMeier, steps: np.ndarray) -> Fraction:
    above = below = 1
    for step in steps:
        at_risk = int(curve.at_risk[step])
        above, below = above * (at_risk - int(curve.events[step])), below * at_risk
    return Fraction(above, below)


def _reached(curve: KaplanMeier, limit: np.ndarray, left: float) -> float:
    reached = np.flatnonzero(limit <= left)
    return float(curve.time[reached[0]]) if len(reached) else nan


def _reason(value: float, low: float, high: float, left: float) -> str:
    missing = [
        what for what, found in (("survival", value), ("its lower limit", low), ("its upper limit", high)) if np.isnan(found)
    ]
    return f"{' and '.join(missing)} did not come down to {left:g}" if missing else ""
