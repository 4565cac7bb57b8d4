"""What a regression on times to events gives: a ratio of hazards for each covariate, and tests of all of them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log, nan
from statistics import NormalDist

import numpy as np

from trialbook.analysis.methods.chi_squared import chi_squared, quadratic_form, two_sided
from trialbook.analysis.methods.covariates import Design, told_apart
from trialbook.analysis.methods.newton import Maximum, maximum
from trialbook.analysis.methods.partial_likelihood import Derivatives
from trialbook.analysis.methods.results import Estimate, Tested

NOT_TOLD = "it does not vary, or only with the covariates before it, among those at risk when events happen"
NO_EVENTS = "no events"
UNBOUNDED = "a coefficient has no bound"
NO_VARIANCE = "the variance of the coefficients tells nothing: too few subjects bear on them"
HIGHEST = log(np.finfo(float).max)
NOTHING = 1e-20
"""A robust variance below this share of the other is zero, but for rounding."""
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
    gtol: float | None = None,
) -> Regression:
    """The regression that maximises a likelihood.

    ``likelihood`` makes it for some of the columns of ``given.standardised``. Where it is weighted, and so no likelihood,
    ``robust`` gives the covariance of the coefficients, from those columns and the maximum; else that is the inverse of the
    information. ``gtol``: end the steps where the score is below this share of the likelihood, as R's ``crr`` does; by default
    at the maximum.
    """
    if not events:
        return _unknown(given, events, NO_EVENTS)
    null = likelihood(given.standardised)(np.zeros(len(given.names)))
    kept = told_apart(null.information, events)
    if not kept.any():
        return _unknown(given, events, NOT_TOLD, null.log_likelihood)
    chosen, scale = given.standardised[:, kept], given.scale[kept]
    try:
        top = maximum(likelihood(chosen), np.zeros(len(scale)))
        if gtol is not None and not top.unbounded.any():
            top = maximum(likelihood(chosen), np.zeros(len(scale)), _flat(gtol, scale))
    except ArithmeticError as err:
        return _unknown(given, events, str(err), null.log_likelihood)
    inverse = np.linalg.pinv(top.at.information, hermitian=True)
    with np.errstate(all="ignore"):  # of a coefficient without bound there may be no variance in floats
        spread = inverse if robust is None else robust(chosen, top)
    variance = np.where(np.diag(spread) > NOTHING * np.abs(np.diag(inverse)), np.diag(spread), 0)

    coefficients, errors = np.full(len(kept), nan), np.full(len(kept), nan)
    coefficients[kept] = np.where(top.unbounded, nan, top.coefficients) / scale
    errors[kept] = np.where(top.unbounded, nan, np.sqrt(variance)) / scale
    z = NormalDist().inv_cdf((1 + level) / 2)
    return Regression(
        names=given.names,
        subjects=len(chosen),
        events=events,
        ratios=tuple(_ratio(b, z * e, reason) for b, e, reason in zip(coefficients, errors, _reasons(kept, top), strict=True)),
        coefficients=coefficients,
        standard_errors=errors,
        p_values=np.array([two_sided(b / e) if e > 0 else nan for b, e in zip(coefficients, errors, strict=True)]),
        log_likelihood=(null.log_likelihood, top.at.log_likelihood),
        likelihood_ratio=NO_LIKELIHOOD if robust else _likelihood_ratio(null, top),
        wald=Tested.unknown(UNBOUNDED) if top.unbounded.any() else quadratic_form(top.coefficients, spread, NO_VARIANCE),
        score=NO_LIKELIHOOD if robust else _score(null, kept),
    )


def _likelihood_ratio(null: Derivatives, top: Maximum) -> Tested:
    return chi_squared(2 * (top.at.log_likelihood - null.log_likelihood), len(top.coefficients))


def _score(null: Derivatives, kept: np.ndarray) -> Tested:
    score, information = null.score[kept], null.information[np.ix_(kept, kept)]
    return chi_squared(float(score @ np.linalg.solve(information, score)), len(score))


def _flat(gtol: float, scale: np.ndarray) -> Callable[[np.ndarray, Derivatives], bool]:
    """Whether the score is small, in the covariates' own units."""

    def enough(coefficients: np.ndarray, at: Derivatives) -> bool:
        slope = np.abs(at.score * scale) * np.maximum(np.abs(coefficients / scale), 1)
        return bool(slope.max() < max(abs(at.log_likelihood), 1) * gtol)

    return enough


def _reasons(kept: np.ndarray, top: Maximum) -> list[str]:
    """Why a covariate has no ratio; nothing where it has one."""
    reasons = np.full(len(kept), NOT_TOLD, dtype=object)
    reasons[kept] = [
        f"the likelihood rises for ever as the ratio goes to {'infinity' if value > 0 else '0'}" if without else ""
        for value, without in zip(top.coefficients, top.unbounded, strict=True)
    ]
    return list(reasons)


def _ratio(coefficient: float, reach: float, reason: str) -> Estimate:
    if reason:
        return Estimate.unknown(reason)
    if not reach > 0:
        return Estimate(_exp(coefficient), nan, nan, NO_VARIANCE)
    return Estimate(_exp(coefficient), _exp(coefficient - reach), _exp(coefficient + reach))


def _exp(exponent: float) -> float:
    return exp(exponent) if exponent < HIGHEST else inf


def _unknown(given: Design, events: int, reason: str, height: float = nan) -> Regression:
    none, no_test = np.full(len(given.names), nan), Tested.unknown(reason)
    return Regression(
        names=given.names,
        subjects=len(given.standardised),
        events=events,
        ratios=(Estimate.unknown(reason),) * len(given.names),
        coefficients=none,
        standard_errors=none,
        p_values=none,
        log_likelihood=(height, height),
        likelihood_ratio=no_test,
        wald=no_test,
        score=no_test,
    )
