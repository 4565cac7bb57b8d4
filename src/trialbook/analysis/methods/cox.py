"""Cox's proportional hazards regression (JRSS B 1972), also stratified."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from trialbook.analysis.methods.covariates import Covariates, design
from trialbook.analysis.methods.exact_ties import DiscreteLikelihood
from trialbook.analysis.methods.partial_likelihood import PartialLikelihood
from trialbook.analysis.methods.regression import Likelihood, Regression, fit
from trialbook.analysis.methods.time_data import Values, checked_events, checked_level, checked_strata, checked_times

type Ties = Literal["efron", "breslow", "exact"]


def cox(
    time: Values,
    event: Values,
    covariates: Covariates,
    *,
    strata: Values | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> Regression:
    """The hazard ratio of each covariate, given the others, with each stratum's hazard its own.

    ``time``: from the start, 0 or more; ``event``: whether the subject had it then, else censored; ``covariates``: numbers, one
    array or several by name (see ``covariates.design``): an arm is 1 for treatment and 0 for control. ``ties``: what is done
    with events at one time: ``efron`` (R's default), ``breslow`` (SAS's) or ``exact`` (R's, which is SAS's ``discrete``); where
    no two events are at one time in a stratum all give the same.

    A ratio is unknown, with its reason, where there are no events, where the covariate does not vary among those at risk, or
    where the likelihood rises for ever (one arm has no events): the likelihood ratio and score tests hold there. ValueError for
    missing or impossible values.

    Source: R's ``coxph(Surv(time, event) ~ covariates + strata(strata), ties=)``.
    """
    times = checked_times(time)
    happened, given = checked_events(event, len(times)), design(covariates, len(times))
    stratum = checked_strata(strata, len(times)).codes
    if ties not in get_args(Ties.__value__):
        raise ValueError(f"ties are handled by one of {get_args(Ties.__value__)}: found {ties!r}")

    def likelihood(x: np.ndarray) -> Likelihood:
        if ties == "exact":
            return DiscreteLikelihood(times, happened, x, stratum)
        return PartialLikelihood(times, happened, x, stratum, efron=ties == "efron")

    return fit(given, int(happened.sum()), likelihood, checked_level(level))
