"""Survival by Kaplan and Meier's product of the chances to survive each time of an event (JASA 1958), with Greenwood's error."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np

from trialbook.analysis.methods.risk_sets import risk_sets
from trialbook.analysis.methods.time_data import Values, checked_events, checked_level, checked_moment, checked_times
from trialbook.analysis.methods.with_error import EstimateWithError

type Transform = Literal["log-log", "log", "plain"]


@dataclass(frozen=True)
class KaplanMeier:
    """A survival curve: one value for each distinct time at which somebody has the event or is censored, ascending.

    ``survival`` holds from its time until the next; before the first it is 1. ``at_risk`` counts those whose time is that time
    or later. ``standard_error`` is Greenwood's, of the survival itself. Where survival is 0 his formula gives no error, and so
    no limits (NaN, as in R); nor does the log-log transform where survival is 1.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    survival: np.ndarray
    standard_error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    transform: Transform
    level: float

    @property
    def subjects(self) -> int:
        """How many subjects the curve is of."""
        return int(self.at_risk[0]) if len(self.time) else 0

    def at(self, time: float) -> EstimateWithError:
        """Survival at a time, with its limits; none where the last subject was censored before it, as the data end there.

        Raises ValueError for a time that is no number of 0 or more. As R's ``summary(survfit, times=)``, but for times after an
        event of the last subject, where survival is known to be 0.
        """
        last = int(np.searchsorted(self.time, checked_moment(time), side="right")) - 1
        if not self.subjects:
            return EstimateWithError.unknown("no subjects")
        if time > self.time[-1] and self.survival[-1] > 0:
            return EstimateWithError.unknown(f"nobody was followed until {time:g}: the longest time is {self.time[-1]:g}")
        if last < 0 or self.survival[last] == 1:
            low = nan if self.transform == "log-log" else 1.0
            reason = "no event until then: the log-log transform gives no limits" if self.transform == "log-log" else ""
            return EstimateWithError(1.0, low, low, reason, 0.0)
        if self.survival[last] == 0:
            return EstimateWithError(0.0, nan, nan, "nobody is left without the event: Greenwood's formula gives no error")
        return EstimateWithError(
            float(self.survival[last]), float(self.low[last]), float(self.high[last]), "", float(self.standard_error[last])
        )

    def at_risk_at(self, times: Values) -> np.ndarray:
        """How many are at risk at each of some times: those whose own time is that time or later."""
        place = np.searchsorted(self.time, [checked_moment(time) for time in times], side="left")
        return np.append(self.at_risk, 0)[place]


def kaplan_meier(time: Values, event: Values, *, transform: Transform = "log-log", level: float = 0.95) -> KaplanMeier:
    """The survival curve of one group, with pointwise intervals.

    ``time``: from the start, 0 or more, in any unit; ``event``: whether the subject had the event then, else censored. An event
    at time 0 counts: the curve starts below 1. ``transform`` is the scale on which the interval is symmetric: ``log-log``
    (SAS's default), ``log`` (R's default; above 1 it is cut), ``plain`` (cut at 0 and 1). Raises ValueError for what is no time
    or event.

    Source: R's ``survfit(Surv(time, event) ~ 1, conf.type=)``, Greenwood 1926; Kalbfleisch and Prentice 2002, section 1.4.
    """
    times = checked_times(time)
    counts = risk_sets(times, checked_events(event, len(times)))
    at_risk, events = counts.at_risk[0], counts.events[0, 0]
    survival = np.cumprod((at_risk - events) / np.maximum(at_risk, 1))
    alive = survival > 0
    # Of the logarithm: it is the same sum for the interval on each scale.
    error = np.sqrt(np.cumsum(events[alive] / (at_risk * (at_risk - events))[alive]))
    error = np.concatenate([error, np.full((~alive).sum(), nan)])
    low, high = _limits(survival, error, transform, checked_level(level))
    return KaplanMeier(counts.time, at_risk, events, counts.censored[0], survival, survival * error, low, high, transform, level)


def _limits(survival: np.ndarray, error: np.ndarray, transform: Transform, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The limits of survival, from the standard error of its logarithm."""
    reach = NormalDist().inv_cdf((1 + level) / 2) * error
    if transform == "plain":
        return np.maximum(survival * (1 - reach), 0), np.minimum(survival * (1 + reach), 1)
    if transform == "log":
        return survival * np.exp(-reach), np.minimum(survival * np.exp(reach), 1)
    if transform != "log-log":
        raise ValueError(f"an interval of survival is made on one of {get_args(Transform.__value__)}: found {transform!r}")
    inside = (survival > 0) & (survival < 1)
    within = np.where(inside, survival, 0.5)
    factor = np.exp(-reach / np.log(within))
    return np.where(inside, within**factor, nan), np.where(inside, within ** (1 / factor), nan)
