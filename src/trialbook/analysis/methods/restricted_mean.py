"""The restricted mean survival time: the mean of the time to the event or to a horizon, whichever comes first."""

from __future__ import annotations

import numpy as np

from trialbook.analysis.methods.kaplan_meier import KaplanMeier
from trialbook.analysis.methods.time_data import checked_moment
from trialbook.analysis.methods.with_error import EstimateWithError, difference, symmetric


def restricted_mean(curve: KaplanMeier, horizon: float, *, extend: bool = False) -> EstimateWithError:
    """The area under a survival curve until the horizon, in the unit of time, with a normal interval at the curve's level.

    Its variance is the sum, over the times of events, of the squared area from that time to the horizon, times events / (at
    risk x (at risk - events)); a time that leaves nobody adds nothing. Where the last subject was censored before the horizon
    the mean is unknown, unless ``extend``: then the curve goes on at its last value, as R takes it. Raises ValueError for no
    horizon of 0 or more.

    Source: R's ``print(survfit, rmean=horizon)``; Klein and Moeschberger 2003, section 4.5.
    """
    checked_moment(horizon)
    if not curve.subjects:
        return EstimateWithError.unknown("no subjects")
    if horizon > curve.time[-1] and curve.survival[-1] > 0 and not extend:
        return EstimateWithError.unknown(f"nobody was followed until {horizon:g}: the longest time is {curve.time[-1]:g}")
    inside = curve.time < horizon
    edges = np.concatenate([[0.0], curve.time[inside], [horizon]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.survival[inside]])
    # What is under the curve from each time to the horizon.
    after = areas[::-1].cumsum()[::-1][1:]
    at_risk, events = curve.at_risk[inside].astype(float), curve.events[inside]
    left = at_risk - events
    hazard_variance = np.divide(events, at_risk * left, out=np.zeros(len(left)), where=left > 0)
    error = float(np.sqrt(np.sum(after**2 * hazard_variance)))
    return symmetric(
        float(areas.sum()), error, curve.level, "no event before the horizon leaves some without it: there is no error"
    )


def restricted_mean_difference(
    first: KaplanMeier, second: KaplanMeier, horizon: float, *, extend: bool = False
) -> EstimateWithError:
    """The restricted mean of the first group less that of the second, at the level of the first curve.

    Source: Royston and Parmar, BMC Medical Research Methodology 2013; 13: 152.
    """
    return difference(
        restricted_mean(first, horizon, extend=extend), restricted_mean(second, horizon, extend=extend), first.level
    )
