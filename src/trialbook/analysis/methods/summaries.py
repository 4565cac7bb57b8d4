"""How numbers of a group are described: mean and standard deviation, quartiles, range."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from trialbook.analysis.methods.time_data import Values


@dataclass(frozen=True)
class Summary:
    """Of ``n`` numbers; NaN where there are too few (the standard deviation needs two)."""

    n: int
    mean: float
    sd: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float


def summary(values: Values) -> Summary:
    """The description of numbers, missing ones (NaN) left out.

    The standard deviation has n - 1. A quartile is the mean of two values where its place is between them: SAS's default
    (PCTLDEF=5), R's ``quantile(type = 2)`` (Hyndman and Fan, Am Stat 1996; 50: 361-365). Raises ValueError for what is no list of
    numbers.
    """
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or np.isinf(found).any():
        raise ValueError("a summary is of one list of finite numbers")
    known = found[~np.isnan(found)]
    if not len(known):
        return Summary(0, nan, nan, nan, nan, nan, nan, nan)
    quartiles = np.quantile(known, (0.25, 0.5, 0.75), method="averaged_inverted_cdf")
    spread = float(known.std(ddof=1)) if len(known) > 1 else nan
    q1, median, q3 = map(float, quartiles)
    return Summary(len(known), float(known.mean()), spread, float(known.min()), q1, median, q3, float(known.max()))
