"""The subdistribution hazard ratio: Fine and Gray's model by comprisk, the variance by their formulas."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt

from trialbook.analysis.second.hazards import NO_RATIO, Ratio
from trialbook.analysis.second.libraries import comprisk
from trialbook.analysis.second.normal import two_sided, z_of
from trialbook.analysis.second.subjects import CENSORED, COMPETING, EVENT
from trialbook.analysis.second.times import Time, at_risk


def subdistribution(times: Sequence[Time], confidence: float) -> Ratio:
    """The ratio of the arm that is treated, with Wald's interval and test on the robust variance (R: cmprsk's ``crr``).

    NaN where an arm has no event of interest, so that the likelihood has no maximum.
    """
    if {one.treated for one in times if one.code == EVENT} != {True, False}:
        return NO_RATIO
    beta = coefficient(times)
    error = sqrt(robust_variance(times, beta))
    z = z_of(confidence)
    return Ratio(exp(beta), exp(beta - z * error), exp(beta + z * error), two_sided(beta / error))


def coefficient(times: Sequence[Time]) -> float:
    """The logarithm of the ratio, by comprisk, iterated until it stands still."""
    import numpy as np

    days, codes, treated, _ = (np.array(column) for column in zip(*times, strict=True))
    model = comprisk().FineGrayRegression(max_iter=100, gtol=1e-14)
    return float(model.fit(treated.astype(float)[:, None], time=days.astype(float), event=codes).coef_[0])


def robust_variance(times: Sequence[Time], beta: float) -> float:
    """The variance of the coefficient with what the estimated censoring adds (Fine and Gray 1999, section 4).

    With ``w`` the weight of a subject at a day (1 while observed; after a competing event the chance of not being censored
    since), ``S0`` and ``S1`` the weighted sums of the risks, the residual of a subject is the sum over the days of events of
    ``(Z - S1/S0) w dM``. A subject's censoring changes the weights of those with a competing event before it, and so the score:
    that is what its second residual sums over the days of censoring.
    """
    censored_days = sorted({one.days for one in times if one.code == CENSORED})
    days = sorted({one.days for one in times if one.code == EVENT})
    uncensored = _uncensored(times, censored_days)
    risk = [exp(beta) if one.treated else 1.0 for one in times]
    hazard: dict[int, float] = {}
    mean: dict[int, float] = {}
    information = 0.0
    for day in days:
        weights = [_weight(one, day, uncensored) for one in times]
        total = sum(w * r for w, r in zip(weights, risk, strict=True))
        mean[day] = sum(w * r for w, r, one in zip(weights, risk, times, strict=True) if one.treated) / total
        events = sum(one.days == day and one.code == EVENT for one in times)
        hazard[day] = events / total
        information += events * mean[day] * (1 - mean[day])
    residuals, later = [], []
    for one, r in zip(times, risk, strict=True):
        parts = {day: (mean[day] - one.treated) * _weight(one, day, uncensored) * r * hazard[day] for day in days}
        residuals.append(sum(parts.values()) + (one.treated - mean[one.days] if one.code == EVENT else 0.0))
        later.append(parts if one.code == COMPETING else {})
    drift = {}
    for day in censored_days:
        left, gone = at_risk(times, day), sum(one.days == day and one.code == CENSORED for one in times)
        since = [parts for one, parts in zip(times, later, strict=True) if one.days < day]
        drift[day] = -sum(part for parts in since for at, part in parts.items() if at >= day) / left, gone / left
    for number, one in enumerate(times):
        own = drift[one.days][0] if one.code == CENSORED else 0.0
        residuals[number] += own - sum(influence * chance for day, (influence, chance) in drift.items() if day <= one.days)
    return sum(part**2 for part in residuals) / information**2


def _uncensored(times: Sequence[Time], days: Sequence[int]) -> list[tuple[int, float]]:
    """The Kaplan–Meier estimate of not being censored, from each day of censoring on."""
    steps, estimate = [], 1.0
    for day in days:
        estimate *= 1 - sum(one.days == day and one.code == CENSORED for one in times) / at_risk(times, day)
        steps.append((day, estimate))
    return steps


def _before(steps: Sequence[tuple[int, float]], day: int) -> float:
    return next((estimate for at, estimate in reversed(steps) if at < day), 1.0)


def _weight(one: Time, day: int, uncensored: Sequence[tuple[int, float]]) -> float:
    if one.days >= day:
        return 1.0
    return _before(uncensored, day) / _before(uncensored, one.days) if one.code == COMPETING else 0.0
