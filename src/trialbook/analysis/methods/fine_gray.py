"""Fine and Gray's regression on the hazard of the subdistribution of one cause, where others compete with it (JASA 1999)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialbook.analysis.methods.covariates import Covariates, design
from trialbook.analysis.methods.kaplan_meier import kaplan_meier
from trialbook.analysis.methods.newton import Maximum
from trialbook.analysis.methods.partial_likelihood import Derivatives, moments
from trialbook.analysis.methods.regression import Regression, fit
from trialbook.analysis.methods.time_data import (
    Values,
    checked_cause_of_interest,
    checked_causes,
    checked_level,
    checked_times,
)


def fine_gray(
    time: Values, cause: Values, covariates: Covariates, *, of: int = 1, level: float = 0.95, gtol: float | None = None
) -> Regression:
    """The subdistribution hazard ratio of each covariate, given the others, with the robust variance of Fine and Gray.

    ``time``: from the start, 0 or more; ``cause``: 0 where censored, else the number of the cause; ``of``: that of interest;
    ``covariates``: numbers, one array or several by name (see ``covariates.design``). Who has another event stays at risk, with
    the weight G(t-) / G(T-): the Kaplan–Meier chance not to be censored until t, given that one was not until one's own T. Tied
    events stand against the same risk set (Breslow). The variance counts that the weights are estimated.

    The weighted likelihood is no likelihood: of the three tests there is only Wald's. A ratio is unknown, with its reason, as
    in ``cox``. Raises ValueError for missing or impossible values.

    The coefficients are those of the maximum. R's ``crr`` stops when the score is below 1e-6 of the likelihood, some
    1e-5 away: ``gtol=1e-6`` stops there too, and gives its figures digit by digit. (Where subjects are
    censored at time 0 R takes G(0) for G(0-), which is 1.)

    Source: R's ``cmprsk::crr(ftime, fstatus, cov1, failcode)``.
    """
    times = checked_times(time)
    codes, given = checked_causes(cause, len(times)), design(covariates, len(times))
    own = codes == checked_cause_of_interest(of)
    order = np.argsort(times, kind="stable")
    times, codes, own = times[order], codes[order], own[order]
    other = (codes > 0) & ~own
    free = _uncensored(times, codes == 0)

    def likelihood(x: np.ndarray) -> WeightedLikelihood:
        return WeightedLikelihood(times, own, other, free, x[order])

    def robust(x: np.ndarray, top: Maximum) -> np.ndarray:
        return likelihood(x).covariance(top.coefficients, top.at)

    return fit(given, int(own.sum()), likelihood, checked_level(level), robust=robust, gtol=gtol)


@dataclass(frozen=True)
class WeightedLikelihood:
    """Data of n subjects, in the order of their times: ``own`` and ``other`` events, and ``free``, G just before their time."""

    time: np.ndarray
    own: np.ndarray
    other: np.ndarray
    free: np.ndarray
    covariates: np.ndarray

    def __call__(self, coefficients: np.ndarray) -> Derivatives:
        """The logarithm of the weighted likelihood and its derivatives."""
        linear = self.covariates @ coefficients
        top = linear.max()
        total, weighted, squared = self._sums(np.exp(linear - top))
        mean = weighted / total[:, None]
        variance = squared / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
        score = (self.covariates[self.own] - mean).sum(axis=0)
        return Derivatives(float((linear[self.own] - np.log(total) - top).sum()), score, variance.sum(axis=0))

    def covariance(self, coefficients: np.ndarray, at: Derivatives) -> np.ndarray:
        """The robust covariance of the coefficients: each subject's influence on the score, and on the weights of others."""
        linear = self.covariates @ coefficients
        risk = np.exp(linear - linear.max())
        total, weighted, _ = self._sums(risk)
        mean = weighted / total[:, None]
        influence = self._on_score(risk, total, mean) + self._on_weights(risk, total, mean)
        bread = np.linalg.pinv(at.information, hermitian=True)
        return bread @ influence.T @ influence @ bread

    def _sums(self, risk: np.ndarray) -> tuple[np.ndarray, ...]:
        """At each own event, over those at risk and those who count on: the sums of risk and its products with covariates."""
        start = np.searchsorted(self.time, self.time[self.own], side="left")
        gone = risk * self.other / self.free
        return tuple(
            present[::-1].cumsum(axis=0)[::-1][start] + _per_event(self.free[self.own], _before(past)[start])
            for present, past in zip(moments(risk, self.covariates), moments(gone, self.covariates), strict=True)
        )

    def _on_score(self, risk: np.ndarray, total: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """What each subject's own event and own time at risk add to the score."""
        until = np.searchsorted(self.time[self.own], self.time, side="right")
        steps = np.column_stack([np.ones(len(total)), mean]) / total[:, None]
        there = _before(steps, whole=True)[until]
        kept = self.free[self.own][:, None] * steps
        after = (kept.sum(axis=0) - _before(kept, whole=True)[until]) * (self.other / self.free)[:, None]
        hazard = there + after
        found = -risk[:, None] * (self.covariates * hazard[:, :1] - hazard[:, 1:])
        found[self.own] += self.covariates[self.own] - mean
        return found

    def _on_weights(self, risk: np.ndarray, total: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """What each subject's being censored, or not, adds to the weights of those with another event before."""
        start = np.searchsorted(self.time, self.time, side="left")
        gone = _before(np.column_stack([np.ones(len(risk)), self.covariates]) * (risk * self.other / self.free)[:, None])[start]
        kept = self.free[self.own][:, None] * np.column_stack([np.ones(len(total)), mean]) / total[:, None]
        ahead = kept.sum(axis=0) - _before(kept, whole=True)[np.searchsorted(self.time[self.own], self.time, side="left")]
        q = gone[:, 1:] * ahead[:, :1] - gone[:, :1] * ahead[:, 1:]
        at_risk = len(self.time) - start
        censored = ~(self.own | self.other)
        martingale = np.where(censored[:, None], q / at_risk[:, None], 0.0)
        until = np.searchsorted(self.time, self.time, side="right")
        return martingale - _before(martingale / at_risk[:, None], whole=True)[until]


def _uncensored(time: np.ndarray, censored: np.ndarray) -> np.ndarray:
    """The Kaplan–Meier chance not to be censored before each subject's time."""
    curve = kaplan_meier(time, censored)
    return np.append(1.0, curve.survival)[np.searchsorted(curve.time, time, side="left")]


def _before(values: np.ndarray, whole: bool = False) -> np.ndarray:
    """The sum of the values before each place, and with ``whole`` also that of all."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), values.cumsum(axis=0)])
    return sums if whole else sums[:-1]


def _per_event(factor: np.ndarray, values: np.ndarray) -> np.ndarray:
    return factor.reshape(-1, *(1,) * (values.ndim - 1)) * values
