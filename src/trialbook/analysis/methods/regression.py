"""What a regression on times to events gives: a ratio of hazards for each covariate, and tests of all of them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, nan
from statistics import NormalDist

import numpy as np

from trialbook.analysis.methods.chi_squared import chi_squared, two_sided
from trialbook.analysis.methods.covariates import Design, told_apart
from trialbook.analysis.methods.newton import Maximum, maximum
from trialbook.analysis.methods.partial_likelihood import Derivatives
from trialbook.analysis.methods.results import Estimate, Tested

NOT_TOLD = "it does not vary, or only with the covariates before it, among those at risk when events happen"
NO_EVENTS = "no events"
NO_LIKELIHOOD = Tested.unknown("a weighted likelihood is none: there is Wald's test, by the robust variance")


@dataclass(frozen=True)
class Regression:
    """A fitted model of hazards; arrays and tuples are by covariate, in the order of ``names``.

    ``ratios``: of the hazards for one more of the covariate, with Wald's interval; ``coefficients``: their logarithms, with
    ``standard_errors`` and the ``p_values`` of Wald's tests; ``log_likelihood``: without and with the covariates. The three
    tests are of all covariates together. A covariate without a ratio has NaN in each, and the ratio's reason says why.
    """

    names: tuple[str, ...]
    subjects: int
    events: int
    ratios: tuple[Estimate, ...]
    coefficients: np.ndarray
    standard_errors: np.ndarray
    p_values: np.ndarray
    log_likelihood: tuple[float, float]
    likelihood_ratio: Tested
    wald: Tested
    score: Tested


type Likelihood = Callable[[np.ndarray], Derivatives]


def fit(
    given: Design,
    events: int,
    likelihood: Callable[[np.ndarray], Likelihood],
    level: float,
    *,
    robust: Callable[[np.ndarray, Maximum], np.ndarray] | None = None,
) -> Regression:
    """The regression that maximises a likelihood.

    ``likelihood`` makes it for some of the columns of ``given.standardised``. Where it is weighted, and so no likelihood,
    ``robust`` gives the covariance of the coefficients, from those columns and the maximum; else that is the inverse of the
    information.
    """
    p, subjects = len(given.names), len(given.standardised)
    if not events:
        return _unknown(given, subjects, NO_EVENTS)
    null = likelihood(given.standardised)(np.zeros(p))
    kept = told_apart(null.information, events)
    if not kept.any():
        return _unknown(given, subjects, NOT_TOLD, events, null.log_likelihood)
    chosen = given.standardised[:, kept]
    top = maximum(likelihood(chosen), np.zeros(int(kept.sum())))
    spread = np.linalg.pinv(top.at.information, hermitian=True) if robust is None else robust(chosen, top)
    scale = given.scale[kept]
    coefficients, errors = np.full(p, nan), np.full(p, nan)
    coefficients[kept] = np.where(top.unbounded, nan, top.coefficients) / scale
    errors[kept] = np.where(top.unbounded, nan, np.sqrt(np.diag(spread))) / scale
    reasons = np.full(p, "", dtype=object)
    reasons[~kept] = NOT_TOLD
    reasons[np.flatnonzero(kept)[top.unbounded]] = [
        f"the likelihood rises for ever as the ratio goes to {'infinity' if up else '0'}"
        for up in (top.coefficients > 0)[top.unbounded]
    ]
    z = NormalDist().inv_cdf((1 + level) / 2)
    return Regression(
        given.names,
        subjects,
        events,
        tuple(_ratio(b, z * e, reason) for b, e, reason in zip(coefficients, errors, reasons, strict=True)),
        coefficients,
        errors,
        np.array([nan if reason else two_sided(b / e) for b, e, reason in zip(coefficients, errors, reasons, strict=True)]),
        (null.log_likelihood, top.at.log_likelihood),
        NO_LIKELIHOOD if robust else chi_squared(2 * (top.at.log_likelihood - null.log_likelihood), int(kept.sum())),
        _wald(top, spread),
        NO_LIKELIHOOD if robust else _score(null, kept),
    )


def _score(null: Derivatives, kept: np.ndarray) -> Tested:
    score = null.score[kept]
    return chi_squared(float(score @ np.linalg.solve(null.information[np.ix_(kept, kept)], score)), len(score))


def _wald(top: Maximum, spread: np.ndarray) -> Tested:
    if top.unbounded.any():
        return Tested.unknown("a coefficient has no bound")
    return chi_squared(float(top.coefficients @ np.linalg.solve(spread, top.coefficients)), len(top.coefficients))


def _ratio(coefficient: float, reach: float, reason: str) -> Estimate:
    if reason:
        return Estimate.unknown(reason)
    return Estimate(exp(coefficient), exp(coefficient - reach), exp(coefficient + reach))


def _unknown(given: Design, subjects: int, reason: str, events: int = 0, height: float = nan) -> Regression:
    none, no_test = np.full(len(given.names), nan), Tested.unknown(reason)
    estimates = (Estimate.unknown(reason),) * len(given.names)
    return Regression(given.names, subjects, events, estimates, none, none, none, (height, height), no_test, no_test, no_test)
