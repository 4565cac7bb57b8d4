"""Whether hazards are proportional: the score test of a covariate's effect that changes with time, and Schoenfeld's residuals."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Literal, get_args

import numpy as np

from trialbook.analysis.methods.chi_squared import quadratic_form
from trialbook.analysis.methods.covariates import TELLING, Covariates, design
from trialbook.analysis.methods.cox import cox
from trialbook.analysis.methods.kaplan_meier import kaplan_meier
from trialbook.analysis.methods.partial_likelihood import EventTerms, PartialLikelihood
from trialbook.analysis.methods.results import Tested
from trialbook.analysis.methods.time_data import Values, checked_events, checked_strata, checked_times

type Scale = Literal["km", "identity"]

TOO_FEW = "the events are too few, or too much at one time, to tell a change with time"


@dataclass(frozen=True)
class ProportionalHazards:
    """The tests, and what to draw: each event's residual, whose trend over time is that of the covariate's coefficient.

    ``tests``: of each covariate of ``names``; ``overall``: of all together. For the k events, by stratum and time: ``time``
    (k,); ``scaled_time`` (k,), on the scale of the test; ``residuals`` (k, p), Schoenfeld's, scaled, around the coefficient. A
    covariate that the regression gives no ratio has no test and NaN residuals.
    """

    names: tuple[str, ...]
    tests: tuple[Tested, ...]
    overall: Tested
    time: np.ndarray
    scaled_time: np.ndarray
    residuals: np.ndarray


def proportional_hazards(
    time: Values,
    event: Values,
    covariates: Covariates,
    *,
    strata: Values | None = None,
    ties: Literal["efron", "breslow"] = "efron",
    scale: Scale = "km",
) -> ProportionalHazards:
    """Whether a coefficient of Cox's regression changes with time: the score test that the covariate times g(t) adds nothing.

    The arguments are those of ``cox``. ``scale`` is g: ``km``, 1 less survival just before t, of all subjects together;
    ``identity``, t itself. The scaled residuals are Schoenfeld's times the inverse of the mean variance of the covariates
    (Grambsch and Therneau, Biometrika 1994), plus the coefficient. There is no test, with the reason, where the events are too
    few for it.

    Source: R's ``cox.zph(coxph(Surv(time, event) ~ covariates + strata(strata)), transform=)`` of survival 3.
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"proportional hazards are checked with ties by efron or breslow: found {ties!r}")
    model = cox(time, event, covariates, strata=strata, ties=ties)
    times = checked_times(time)
    happened, given = checked_events(event, len(times)), design(covariates, len(times))
    stratum = checked_strata(strata, len(times)).codes
    at = np.flatnonzero(happened)[np.lexsort((times[happened], stratum[happened]))]
    moment, residuals = _scaled(times, happened, scale)[at], np.full((len(at), len(model.names)), nan)
    if model.wald.reason:
        none = Tested.unknown(model.wald.reason)
        return ProportionalHazards(model.names, (none,) * len(model.names), none, times[at], moment, residuals)
    kept = np.isfinite(model.coefficients)
    raw = given.standardised[:, kept] * given.scale[kept]
    terms = PartialLikelihood(times, happened, raw, stratum, efron=ties == "efron").terms(model.coefficients[kept])
    each, overall = _tests(terms, moment)
    tests = [Tested.unknown(ratio.reason) for ratio in model.ratios]
    for place, test in zip(np.flatnonzero(kept), each, strict=True):
        tests[place] = test
    residuals[:, kept] = _residuals(terms, raw, stratum) + model.coefficients[kept]
    return ProportionalHazards(model.names, tuple(tests), overall, times[at], moment, residuals)


def _scaled(time: np.ndarray, event: np.ndarray, scale: Scale) -> np.ndarray:
    if scale == "identity":
        return time
    if scale != "km":
        raise ValueError(f"time is scaled by one of {get_args(Scale.__value__)}: found {scale!r}")
    curve = kaplan_meier(time, event)
    return 1 - np.append(1.0, curve.survival)[np.searchsorted(curve.time, time, side="left")]


def _tests(terms: EventTerms, moment: np.ndarray) -> tuple[list[Tested], Tested]:
    """The score tests of the covariates times the scaled time, one by one and together, the covariates being fitted."""
    g = moment - moment.mean()
    score = g @ (terms.covariates - terms.mean)
    plain, once, twice = (np.tensordot(g**power, terms.variance, axes=1) for power in (0, 1, 2))
    variance = twice - once @ np.linalg.solve(plain, once)
    told = (np.diag(variance) > TELLING * np.diag(twice)) & (np.ptp(moment) > 0)
    each = [
        quadratic_form(score[[place]], variance[np.ix_([place], [place])], TOO_FEW) if told[place] else Tested.unknown(TOO_FEW)
        for place in range(len(score))
    ]
    return each, quadratic_form(score, variance, TOO_FEW) if told.all() else Tested.unknown(TOO_FEW)


def _residuals(terms: EventTerms, covariates: np.ndarray, stratum: np.ndarray) -> np.ndarray:
    """Schoenfeld's residuals in the units of the coefficients; NaN where a covariate does not vary in the event's stratum."""
    own = stratum[terms.subject]
    _, tied = np.unique(np.column_stack([own, terms.time]), axis=0, return_inverse=True)
    sums = np.zeros((tied.max() + 1, terms.mean.shape[1]))
    np.add.at(sums, tied, terms.mean)
    found = terms.covariates - sums[tied] / np.bincount(tied)[tied, None]
    varies = {one: np.ptp(covariates[stratum == one], axis=0) > 0 for one in np.unique(own)}
    weight = sum(np.count_nonzero(own == one) * np.outer(which, which) for one, which in varies.items())
    mean_variance = terms.variance.sum(axis=0) / np.maximum(weight, 1)
    for one, which in varies.items():
        rows = own == one
        found[np.ix_(rows, which)] = np.linalg.solve(mean_variance[np.ix_(which, which)], found[np.ix_(rows, which)].T).T
        found[np.ix_(rows, ~which)] = nan
    return found
