"""The cumulative incidence of each of several causes that compete (Aalen and Johansen's estimator), on the exact times."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from statistics import NormalDist

import numpy as np

from trialbook.analysis.methods.risk_sets import risk_sets
from trialbook.analysis.methods.time_data import (
    Values,
    checked_cause_of_interest,
    checked_causes,
    checked_level,
    checked_moment,
    checked_times,
)
from trialbook.analysis.methods.with_error import EstimateWithError, difference


@dataclass(frozen=True)
class CumulativeIncidence:
    """Curves at the m distinct times of events and censorings; by cause they are (causes, m), cause 1 first.

    ``incidence`` and ``survival`` (without any event) hold from their time until the next, start at 0 and 1, and add up to 1 at
    every time. ``standard_error`` is 0, and ``low`` and ``high`` are NaN, until the first event of the cause.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    survival: np.ndarray
    incidence: np.ndarray
    standard_error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    level: float

    @property
    def subjects(self) -> int:
        """How many subjects the curves are of."""
        return int(self.at_risk[0]) if len(self.time) else 0

    def at(self, time: float, cause: int = 1) -> EstimateWithError:
        """The incidence of a cause at a time; unknown where the last subject was censored before it, as the data end there.

        Raises ValueError for a time that is no number of 0 or more, or a cause that the curves don't have.
        """
        row = checked_cause_of_interest(cause) - 1
        if row >= len(self.incidence):
            raise ValueError(f"there are curves of the causes 1 to {len(self.incidence)}: found {cause}")
        last = int(np.searchsorted(self.time, checked_moment(time), side="right")) - 1
        if not self.subjects:
            return EstimateWithError.unknown("no subjects")
        if time > self.time[-1] and self.survival[-1] > 0:
            return EstimateWithError.unknown(f"nobody was followed until {time:g}: the longest time is {self.time[-1]:g}")
        if last < 0 or not self.incidence[row, last]:
            return EstimateWithError(0.0, nan, nan, "no event of this cause until then: there are no limits", 0.0)
        value, error = float(self.incidence[row, last]), float(self.standard_error[row, last])
        low, high = float(self.low[row, last]), float(self.high[row, last])
        reason = "everybody had an event of this cause: there are no limits" if np.isnan(low) else ""
        return EstimateWithError(value, low, high, reason, error)


def cumulative_incidence(time: Values, cause: Values, *, causes: int | None = None, level: float = 0.95) -> CumulativeIncidence:
    """The cumulative incidence of each cause in one group, with pointwise intervals.

    ``time``: from the start, 0 or more; ``cause``: 0 where censored, else the number of the cause; ``causes``: how many there
    are, by default up to the highest found (at least one). At a time of events the incidence of a cause rises by the chance to
    be without event just before, times its events / at risk; events of several causes at one time are all of the same risk set,
    and no time is moved. The variance is Aalen's, of counts without replacement, as R's ``cmprsk::cuminc`` has it; limits are
    symmetric for log(-log(incidence)). Raises ValueError for what is no time or cause.

    Source: Aalen, Annals of Statistics 1978; Gray, R's cmprsk, whose figures these are.
    """
    times = checked_times(time)
    codes = checked_causes(cause, len(times))
    highest = int(codes.max(initial=1))
    if causes is not None and causes < highest:
        raise ValueError(f"a cause is a number from 1 to {causes}: found {highest}")
    counts = risk_sets(times, codes, causes=causes or highest)
    at_risk, events = counts.at_risk[0], counts.events[:, 0]
    survival = np.cumprod((at_risk - events.sum(axis=0)) / np.maximum(at_risk, 1))
    before = np.append(1.0, survival)[:-1][: len(survival)]
    incidence = np.cumsum(before * events / np.maximum(at_risk, 1), axis=1)
    error = np.array([_error(incidence[row], events[row], events, at_risk, survival, before) for row in range(len(events))])
    low, high = _limits(incidence, error, survival, checked_level(level))
    return CumulativeIncidence(counts.time, at_risk, events, counts.censored[0], survival, incidence, error, low, high, level)


def incidence_difference(
    first: CumulativeIncidence, second: CumulativeIncidence, time: float, cause: int = 1
) -> EstimateWithError:
    """The incidence of a cause in the first group less that in the second, with variances added up and a normal interval.

    The level is that of the first curves. Unknown where one is; without limits where neither group had an event of the cause.

    Source: Zhang and Fine, Statistics in Medicine 2008; 27: 4939-4949.
    """
    return difference(first.at(time, cause), second.at(time, cause), first.level)


def _error(
    incidence: np.ndarray, own: np.ndarray, events: np.ndarray, at_risk: np.ndarray, survival: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """The standard error: of each event, how far it moves the incidence at that time and at all later ones.

    The variance at t is the sum over u <= t of those of the counts at u, times the square of what they weigh in F(t): (F(t) -
    F(u)) / S(u), and 1 less that for an event of the cause itself. The square is multiplied out, so that one pass over the
    times does.
    """
    other = events.sum(axis=0) - own
    inverse = np.divide(1.0, survival, out=np.zeros(len(survival)), where=survival > 0)
    weight = incidence * inverse
    variance = np.zeros(len(own))
    for count, constant in ((own, 1 + weight), (np.where(survival > 0, other, 0), weight)):
        ties = 1 - np.maximum(count - 1, 0) / np.maximum(at_risk - 1, 1)
        spread = before**2 * ties * count / np.maximum(at_risk, 1) ** 2
        variance += np.cumsum(constant**2 * spread) + incidence**2 * np.cumsum(inverse**2 * spread)
        variance -= 2 * incidence * np.cumsum(inverse * constant * spread)
    return np.sqrt(np.maximum(variance, 0))


def _limits(incidence: np.ndarray, error: np.ndarray, survival: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The limits, symmetric for log(-log(incidence)); none where it is 0, or 1: nobody is left and none had another event."""
    inside = (incidence > 0) & ((survival > 0) | (incidence < incidence.sum(axis=0)))
    within = np.where(inside, incidence, 0.5)
    factor = np.exp(NormalDist().inv_cdf((1 + level) / 2) * error / (within * np.log(within)))
    return np.where(inside, within ** (1 / factor), nan), np.where(inside, within**factor, nan)
