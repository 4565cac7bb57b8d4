"""Hazards compared: log-rank by lifelines and statsmodels, Cox's model by statsmodels, their proportion by its score test."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, nan
from typing import NamedTuple

from trialbook.analysis.second.libraries import lifelines, quiet, statsmodels
from trialbook.analysis.second.normal import chi_squared, two_sided, z_of
from trialbook.analysis.second.times import Time, at_risk, steps
from trialbook.protocol.analysis import Ties


class Ratio(NamedTuple):
    """A hazard ratio with its limits, and the p value of Wald's test."""

    estimate: float
    low: float
    high: float
    p_value: float


NO_RATIO = Ratio(nan, nan, nan, nan)


def log_rank(times: Sequence[Time]) -> tuple[float, float]:
    """The log-rank statistic and its p value (Mantel 1966), by lifelines; NaN where an arm is empty or nothing happened."""
    arms = [[one for one in times if one.treated is treated] for treated in (True, False)]
    if not _informative(times):
        return nan, nan
    days, codes = ([[one[place] for one in arm] for arm in arms] for place in (0, 1))
    compare = lifelines().statistics.logrank_test
    with quiet():
        found = compare(*days, *codes)
    return float(found.test_statistic), chi_squared(float(found.test_statistic))


def stratified_log_rank(times: Sequence[Time]) -> tuple[float, float]:
    """The same with differences and variances summed over the strata, by statsmodels."""
    import numpy as np

    strata: dict[str, list[Time]] = {}
    for one in times:
        strata.setdefault(one.stratum, []).append(one)
    told = [one for of in strata.values() if _informative(of) for one in of]
    if not told:
        return nan, nan
    days, codes, arms, names = (np.array(column) for column in zip(*told, strict=True))
    statistic, _ = statsmodels().survdiff(days, codes, arms.astype(int), strata=names)
    return float(statistic), chi_squared(float(statistic))


def _informative(times: Sequence[Time]) -> bool:
    """Whether an event was seen while both arms were at risk, and not all of them had it."""
    treated = [one for one in times if one.treated]
    return any(0 < at_risk(treated, one.days) < one.at_risk and one.events < one.at_risk for one in steps(times))


def cox(times: Sequence[Time], confidence: float, ties: Ties) -> Ratio:
    """The hazard ratio of the arm that is treated, by statsmodels, which goes to the maximum (lifelines stops before it).

    NaN where an arm has no event while the other is at risk: the likelihood has no maximum.
    """
    if not bounded(times):
        return NO_RATIO
    import numpy as np
    from statsmodels.duration.hazard_regression import PHReg

    days, codes, treated, _ = (np.array(column) for column in zip(*times, strict=True))
    found = PHReg(days, treated.astype(float)[:, None], status=codes, ties=ties.value).fit()
    beta, error, z = float(found.params[0]), float(found.bse[0]), z_of(confidence)
    return Ratio(exp(beta), exp(beta - z * error), exp(beta + z * error), two_sided(beta / error))


def bounded(times: Sequence[Time]) -> bool:
    """Whether the partial likelihood has a maximum: each arm has an event while the other is still at risk."""
    alone = {treated: max((one.days for one in times if one.treated is not treated), default=-1) for treated in (True, False)}
    return all(any(one.code and one.treated is treated and one.days <= alone[treated] for one in times) for treated in alone)


def proportional_hazards(times: Sequence[Time], confidence: float, ties: Ties) -> tuple[float, float]:
    """The score test that the ratio does not change with time (Grambsch and Therneau 1994), and its p value.

    R: ``cox.zph(transform = "km")`` of survival 3: the score of an added term, the arm times one minus the estimate of both arms
    together just before the event, at the maximum without that term.
    """
    found = cox(times, confidence, ties)
    if found.estimate != found.estimate:
        return nan, nan
    score = plain = crossed = squared = 0.0
    before, left = 0.0, 1.0
    for step in steps(times):
        risk = [one for one in times if one.days >= step.days]
        here = [one for one in risk if one.days == step.days and one.code]
        weight = {treated: found.estimate if treated else 1.0 for treated in (True, False)}
        variance = 0.0
        away = float(sum(one.treated for one in here))
        for number in range(step.events):
            part = number / step.events if ties is Ties.EFRON else 0.0
            sums = [sum(weight[one.treated] for one in of if one.treated) for of in (risk, here)]
            alls = [sum(weight[one.treated] for one in of) for of in (risk, here)]
            mean = (sums[0] - part * sums[1]) / (alls[0] - part * alls[1])
            away -= mean
            variance += mean * (1 - mean)
        score += before * away
        plain += variance
        crossed += before * variance
        squared += before**2 * variance
        left *= 1 - step.events / step.at_risk
        before = 1 - left
    spread = squared - crossed**2 / plain
    if spread <= 1e-12 * squared or spread == 0:
        return nan, nan
    return score**2 / spread, chi_squared(score**2 / spread)
