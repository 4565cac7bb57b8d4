"""An estimate that is given with its standard error, and the difference of two such estimates from separate groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan, sqrt
from statistics import NormalDist

from trialbook.analysis.methods.results import Estimate


@dataclass(frozen=True)
class EstimateWithError(Estimate):
    """An estimate, its limits, and its standard error (NaN where there is none: ``reason`` says why)."""

    standard_error: float = nan


def symmetric(value: float, error: float, level: float, reason: str = "") -> EstimateWithError:
    """An estimate with the limits of the normal distribution; without limits, and with the reason, where there is no error."""
    if not error > 0:
        return EstimateWithError(value, nan, nan, reason, error)
    reach = NormalDist().inv_cdf((1 + level) / 2) * error
    return EstimateWithError(value, value - reach, value + reach, "", error)


def difference(first: EstimateWithError, second: EstimateWithError, level: float) -> EstimateWithError:
    """The first less the second, of two groups of different subjects: their variances add up.

    Unknown, with the reason, where one of them is; without limits where one has no error, or both have the error 0.
    """
    value, error = first.value - second.value, sqrt(first.standard_error**2 + second.standard_error**2)
    named = (("first group", first), ("second group", second))
    reasons = [f"{which}: {one.reason}" for which, one in named if isnan(one.standard_error)]
    return symmetric(value, error, level, "; ".join(reasons) or "nothing varies in either group: there is no error")
