"""Gray's test within strata, by its formulas: comprisk has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import nan

from trialbook.analysis.second.normal import chi_squared
from trialbook.analysis.second.subjects import COMPETING, EVENT
from trialbook.analysis.second.times import Time

ARMS = (True, False)


def stratified_gray(times: Sequence[Time]) -> tuple[float, float]:
    """Gray's statistic with scores and variances summed over the strata, and its p value (Gray 1988; R: ``cuminc(strata = )``).

    NaN where no stratum has an event of interest in an arm while the other can still have one.
    """
    strata: dict[str, list[Time]] = {}
    for one in times:
        strata.setdefault(one.stratum, []).append(one)
    found = [gray_score(of) for of in strata.values()]
    score, variance = (sum(column) for column in zip(*found, strict=True)) if found else (0.0, 0.0)
    if variance <= 0:
        return nan, nan
    return score**2 / variance, chi_squared(score**2 / variance)


def gray_score(times: Sequence[Time]) -> tuple[float, float]:
    """The score of the arm that is treated and its variance, with rho 0.

    Just before a day ``n`` of an arm are at risk, ``free`` is its chance of neither event so far and ``F`` its incidence. Its
    risk set is ``n (1 - F) / free``, and of that day's events it expects its share. The variance sums, over the events of both
    causes, the squared influence that one of them has on the score, now and by what it does to the estimates of later days; ties
    are corrected for as in R's cmprsk.
    """
    free, incidence, drift = (dict.fromkeys(ARMS, value) for value in (1.0, 0.0, 0.0))
    own, mixed = dict.fromkeys(ARMS, 0.0), dict.fromkeys(ARMS, 0.0)
    pooled = score = variance = 0.0
    for day in sorted({one.days for one in times if one.code}):
        n = Counter(one.treated for one in times if one.days >= day)
        d = Counter((one.treated, one.code) for one in times if one.days == day)
        there = [arm for arm in ARMS if n[arm]]
        weight = {arm: n[arm] / free[arm] for arm in there}
        exposed = {arm: weight[arm] * (1 - incidence[arm]) for arm in there}
        total, events = sum(weight.values()), d[True, EVENT] + d[False, EVENT]
        share = weight.get(True, 0.0) / total
        score += d[True, EVENT] - events * exposed.get(True, 0.0) / sum(exposed.values())
        after = pooled + events / total
        for arm in there:
            slope = weight[arm] * (arm - share)
            drift[arm] += slope * events / (total * (1 - pooled))
            left = free[arm] * (n[arm] - d[arm, EVENT] - d[arm, COMPETING]) / n[arm]
            ratio = (1 - after) / left if left else 0.0
            parts = []
            if events:
                tie = 1 - (events - 1) / (total * free[arm] - 1) if events > 1 else 1.0
                reach = 1 - ratio
                parts.append((reach, slope - reach * drift[arm], tie * free[arm] * events / (total * n[arm])))
            if (others := d[arm, COMPETING]) and left:
                tie = 1 - (others - 1) / (n[arm] - 1) if others > 1 else 1.0
                parts.append((ratio, -ratio * drift[arm], tie * (free[arm] / n[arm]) ** 2 * others))
            for reach, step, spread in parts:
                own[arm] += reach**2 * spread
                mixed[arm] += step * reach * spread
                variance += step**2 * spread
            incidence[arm] += free[arm] * d[arm, EVENT] / n[arm]
            free[arm] = left
        pooled = after
    return score, variance + sum(drift[arm] * (drift[arm] * own[arm] + 2 * mixed[arm]) for arm in ARMS)
