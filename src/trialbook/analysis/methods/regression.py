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


@dataclass(frozen=True)
class Regression:
    """A fitted model of hazards; arrays and tuples are by covariate, in the order of ``names``.

    ``ratios``: of the hazards for one more of the covariate, with Wald's interval; ``coefficients``: their logarithms, with
    ``standard_errors`` and the ``p_values`` of Wald's tests; ``log_likelihood``: without and with the covariates. The three tests
    are of all covariates together. A covariate without a ratio has NaN in each, and the ratio's reason says why.
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
type Covariance = Callable[[np.ndarray, Derivatives], np.ndarray]


def fit(
    given: Design, events: int, likelihood: Callable[[np.ndarray], Likelihood], level: float, covariance: Covariance | None = None
) -> Regression:
    """The regression that maximises a likelihood.

    ``likelihood`` makes it for some of the columns of ``given.standardised``; ``covariance`` gives that of the coefficients, from
    them and the derivatives there: by default the inverse of the information.
    """
    p, subjects = len(given.names), len(given.standardised)
    if not events:
        return _unknown(given, subjects, NO_EVENTS)
    null = likelihood(given.standardised)(np.zeros(p))
    kept = told_apart(null.information, events)
    if not kept.any():
        return _unknown(given, subjects, NOT_TOLD, events, null.log_likelihood)
    chosen = likelihood(given.standardised[:, kept])
    top = maximum(chosen, np.zeros(int(kept.sum())))
    spread = _inverse(top) if covariance is None else covariance(top.coefficients, top.at)
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
    pick = np.ix_(kept, kept)
    return Regression(
        given.names,
        subjects,
        events,
        tuple(_ratio(b, z * e, reason) for b, e, reason in zip(coefficients, errors, reasons, strict=True)),
        coefficients,
        errors,
        np.array([nan if reason else two_sided(b / e) for b, e, reason in zip(coefficients, errors, reasons, strict=True)]),
        (null.log_likelihood, top.at.log_likelihood),
        chi_squared(2 * (top.at.log_likelihood - null.log_likelihood), int(kept.sum())),
        _wald(top, spread),
        chi_squared(float(null.score[kept] @ np.linalg.solve(null.information[pick], null.score[kept])), int(kept.sum())),
    )


def _inverse(top: Maximum) -> np.ndarray:
    return np.linalg.pinv(top.at.information, hermitian=True)


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
