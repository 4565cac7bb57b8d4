"""The partial likelihood of events in discrete time: of tied events, any might have been first (Cox 1972, Gail et al. 1981)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialbook.analysis.methods.partial_likelihood import Derivatives


@dataclass(frozen=True)
class DiscreteLikelihood:
    """The conditional likelihood that, of those at risk, just those d have the event, among all choices of d.

    The data are as in ``PartialLikelihood``. The sum over the choices is made by Howard's recursion (Gail, Lubin and
    Rubinstein, Biometrika 1981), so that its cost is (at risk) times d, not the number of choices. R's ``coxph(ties="exact")``.
    """

    time: np.ndarray
    event: np.ndarray
    covariates: np.ndarray
    stratum: np.ndarray

    def __call__(self, coefficients: np.ndarray) -> Derivatives:
        """The log likelihood and its derivatives at these coefficients."""
        linear = self.covariates @ coefficients
        height, score, information = 0.0, np.zeros(len(coefficients)), np.zeros((len(coefficients),) * 2)
        for stratum, time in sorted(set(zip(self.stratum[self.event], self.time[self.event], strict=True))):
            at_risk = np.flatnonzero((self.stratum == stratum) & (self.time >= time))
            dead = at_risk[self.event[at_risk] & (self.time[at_risk] == time)]
            part = _choices(np.exp(linear[at_risk] - linear[at_risk].max()), self.covariates[at_risk], len(dead))
            height += linear[dead].sum() - part.log_likelihood - len(dead) * linear[at_risk].max()
            score += self.covariates[dead].sum(axis=0) - part.score
            information += part.information
        return Derivatives(float(height), score, information)


def _choices(risk: np.ndarray, x: np.ndarray, chosen: int) -> Derivatives:
    """The logarithm of the sum, over the choices of so many, of their products of risks, and its first two derivatives."""
    p = x.shape[1]
    total = np.zeros(chosen + 1)
    first, second = np.zeros((chosen + 1, p)), np.zeros((chosen + 1, p, p))
    total[0], scale = 1.0, 0.0
    for r, z in zip(risk, x, strict=True):
        cross = first[:-1, :, None] * z
        second[1:] += r * (second[:-1] + cross + cross.swapaxes(1, 2) + total[:-1, None, None] * np.outer(z, z))
        first[1:] += r * (first[:-1] + total[:-1, None] * z)
        total[1:] += r * total[:-1]
        if total.max() > 1e100:
            top = total.max()
            total, first, second, scale = total / top, first / top, second / top, scale + np.log(top)
    mean = first[-1] / total[-1]
    return Derivatives(float(np.log(total[-1]) + scale), mean, second[-1] / total[-1] - np.outer(mean, mean))
