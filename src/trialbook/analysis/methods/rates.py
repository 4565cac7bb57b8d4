"""Incidence rates adjusted for exposure: events by subject-time, their interval, difference and ratio."""

from __future__ import annotations

from math import inf, isfinite, sqrt

import numpy as np

from trialbook.analysis.methods.counts import checked_level, deviate, whole
from trialbook.analysis.methods.proportions import clopper_pearson
from trialbook.analysis.methods.results import Estimate

NO_TIME = "no subject-time in {}"
HALVINGS = 200


def incidence_rate(events: int, time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Events by subject-time with the exact interval of a Poisson count (Garwood, Biometrika 1936; 28: 437-442).

    ``time``: the sum of the subjects' times at risk, in any unit; ``per``: for how many units the rate is given (100 for events
    in 100 patient-years). Equal to R's ``poisson.test``. No estimate without subject-time; events without it are a ValueError.
    """
    from scipy.special import chdtri

    _check(events, time, "the arm")
    tail = (1 - checked_level(level)) / 2
    if time == 0:
        return Estimate.unknown(NO_TIME.format("the arm"))
    low = float(chdtri(2 * events, 1 - tail)) / 2 if events else 0.0
    high = float(chdtri(2 * (events + 1), tail)) / 2
    return Estimate(per * events / time, per * low / time, per * high / time)


def rate_difference(events1: int, time1: float, events2: int, time2: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Arm 1's rate less arm 2's with the score interval of Miettinen and Nurminen (Stat Med 1985; 4: 213-226).

    Under each supposed difference the rates are the likeliest with it, a root of a quadratic equation; the interval holds the
    differences whose standardized distance from the observed one is below the normal deviate. Equal to ``scoreci`` of R's ratesci
    with ``distrib = "poi"``, ``skew = FALSE``. Defined where no arm has events; not without subject-time in both.
    """
    _check(events1, time1, "arm 1")
    _check(events2, time2, "arm 2")
    nothing = _nothing(time1, time2)
    if nothing:
        return Estimate.unknown(nothing)
    z = deviate(level)
    low, high = _lower(events1, time1, events2, time2, z), -_lower(events2, time2, events1, time1, z)
    return Estimate(per * (events1 / time1 - events2 / time2), per * low, per * high)


def rate_ratio(events1: int, time1: float, events2: int, time2: float, *, level: float = 0.95) -> Estimate:
    """Arm 1's rate by arm 2's with the exact interval given the number of events (R's ``poisson.test``).

    Given all events, those of arm 1 are binomial: the limits are Clopper and Pearson's, as odds, by the ratio of the times.
    Infinite where only arm 1 has events; none without events, or without subject-time in both arms.
    """
    _check(events1, time1, "arm 1")
    _check(events2, time2, "arm 2")
    nothing = _nothing(time1, time2) or ("" if events1 + events2 else "no events")
    if nothing:
        return Estimate.unknown(nothing)
    part = clopper_pearson(events1, events1 + events2, level=level)
    low, high = (float(p / (1 - p)) * time2 / time1 if p < 1 else inf for p in (part.low, part.high))
    return Estimate(events1 * time2 / (events2 * time1) if events2 else inf, low, high)


def _check(events: float, time: float, where: str) -> None:
    whole(np.asarray(events), f"events of {where}")
    if not (isfinite(time) and time >= 0):
        raise ValueError(f"subject-time of {where}: found {time:g}, expected 0 or more")
    if events and not time:
        raise ValueError(f"{where} has {events:g} events but no subject-time")


def _nothing(time1: float, time2: float) -> str:
    return "; ".join(NO_TIME.format(arm) for arm, time in (("arm 1", time1), ("arm 2", time2)) if time == 0)


def _lower(events1: int, time1: float, events2: int, time2: float, z: float) -> float:
    observed = events1 / time1 - events2 / time2

    def rejected(difference: float) -> bool:
        return observed - difference > z * sqrt(_variance(events1, time1, events2, time2, difference))

    reach = (z**2 + events1 + events2 + 1) / min(time1, time2)
    while not rejected(observed - reach):
        reach *= 2
    low, high = observed - reach, observed
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rejected(middle) else (low, middle)
    return high


def _variance(events1: int, time1: float, events2: int, time2: float, difference: float) -> float:
    """Of the observed difference, at the rates that are likeliest when the true one is ``difference``."""
    if difference < 0:
        return _variance(events2, time2, events1, time1, -difference)
    time = time1 + time2
    linear = time * difference - events1 - events2
    root = sqrt(linear**2 + 4 * time * events2 * difference)
    rate2 = 2 * events2 * difference / (root + linear) if linear > 0 else (root - linear) / (2 * time)
    return (rate2 + difference) / time1 + rate2 / time2
