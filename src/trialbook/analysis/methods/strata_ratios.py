"""Ratios of odds and of risks that strata have in common (Mantel and Haenszel), and whether they have one (Breslow and Day)."""

from __future__ import annotations

from math import exp, inf, log, nan, sqrt

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Tables, deviate
from trialbook.analysis.methods.results import Estimate, Tested
from trialbook.analysis.methods.strata import NO_MARGINS, nothing_to_compare


def common_odds_ratio(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95
) -> Estimate:
    """Mantel and Haenszel's common odds ratio of response, arm 1 against arm 2, with the interval of Robins, Breslow, Greenland.

    Counts are sequences, one number a stratum (Biometrics 1986; 42: 311-323; R's ``mantelhaen.test``). Where no stratum has
    responders of one arm beside non-responders of the other the ratio is 0 or infinite and has no interval.
    """
    t = Tables.of_strata(x1, n1, x2, n2)
    total = np.maximum(t.total, 1)
    no1, no2 = t.n1 - t.x1, t.n2 - t.x2
    same, other = t.x1 * no2 / total, t.x2 * no1 / total
    upper, lower = float(same.sum()), float(other.sum())
    if upper == 0 or lower == 0:
        return _without_interval(upper, lower, nothing_to_compare(t))
    with_same, with_other = (t.x1 + no2) / total, (t.x2 + no1) / total
    spread = (with_same * same).sum() / upper**2 + (with_other * other).sum() / lower**2
    spread += (with_same * other + with_other * same).sum() / (upper * lower)
    return _on_logs(upper / lower, float(spread) / 2, level)


def common_risk_ratio(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95
) -> Estimate:
    """Mantel and Haenszel's common ratio of the proportions, arm 1 to arm 2, with the interval of Greenland and Robins.

    Counts are sequences, one number a stratum (Biometrics 1985; 41: 55-68; SAS's ``cmh``). 0 or infinite, and without an
    interval, where in no stratum with both arms one of them responded.
    """
    t = Tables.of_strata(x1, n1, x2, n2)
    total = np.maximum(t.total, 1)
    upper, lower = float((t.x1 * t.n2 / total).sum()), float((t.x2 * t.n1 / total).sum())
    if upper == 0 or lower == 0:
        return _without_interval(upper, lower, nothing_to_compare(t))
    spread = ((t.n1 * t.n2 * (t.x1 + t.x2) - t.x1 * t.x2 * total) / total**2).sum() / (upper * lower)
    return _on_logs(upper / lower, float(spread), level)


def breslow_day(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, adjusted: bool = False) -> Tested:
    """Whether the strata have one odds ratio: the test of Breslow and Day, ``adjusted`` by Tarone.

    Strata that lack an arm or an outcome say nothing and cost no degree of freedom. Source: Breslow and Day, Statistical Methods
    in Cancer Research I, 1980, p. 142; Tarone, Biometrika 1985; 72: 91-95; SAS's ``cmh`` has it without the adjustment.
    """
    from scipy.special import chdtrc

    t = Tables.of_strata(x1, n1, x2, n2)
    events = t.x1 + t.x2
    told = t.compared & (events > 0) & (events < t.total)
    if told.sum() < 2:
        return Tested.unknown(NO_MARGINS if not told.any() else "only one stratum has subjects in both arms and both outcomes")
    t = Tables(*(counts[told] for counts in (t.x1, t.n1, t.x2, t.n2)))
    ratio = common_odds_ratio(t.x1, t.n1, t.x2, t.n2)
    if ratio.reason:
        return Tested.unknown(ratio.reason)
    expected = _expected(t, ratio.value)
    events = events[told]
    cells = (expected, events - expected, t.n1 - expected, t.n2 - events + expected)
    spread = 1 / np.sum([1 / cell for cell in cells], axis=0)
    statistic = float(((t.x1 - expected) ** 2 / spread).sum())
    if adjusted:
        statistic = max(statistic - float((t.x1 - expected).sum() ** 2 / spread.sum()), 0.0)
    df = int(told.sum()) - 1
    return Tested(statistic, float(chdtrc(df, statistic)), df)


def _expected(t: Tables, ratio: float) -> Array:
    """Responders of arm 1 that give each stratum the odds ratio ``ratio`` with its margins, by the root that does not cancel."""
    events = t.x1 + t.x2
    a, b, c = 1 - ratio, ratio * (t.n1 + events) + t.n2 - events, -ratio * t.n1 * events
    root = np.sqrt(b**2 - 4 * a * c)
    near = -2 * c / np.where(b >= 0, b + root, 1.0)
    return near if a == 0 else np.where(b >= 0, near, (root - b) / (2 * a))


def _on_logs(ratio: float, variance: float, level: float) -> Estimate:
    half = deviate(level) * sqrt(variance)
    return Estimate(ratio, exp(log(ratio) - half), exp(log(ratio) + half))


def _without_interval(upper: float, lower: float, nothing: str) -> Estimate:
    if upper == lower:
        return Estimate.unknown(nothing or NO_MARGINS)
    return Estimate(inf if upper else 0.0, nan, nan, "all that tells the arms apart is on one side, so that there is no interval")
