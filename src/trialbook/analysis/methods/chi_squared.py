"""Tests whose statistic is a quadratic form, held against the chi-squared distribution."""

from __future__ import annotations

import numpy as np

from trialbook.analysis.methods.results import Tested

SINGULAR = 1e-10
"""A variance whose smallest eigenvalue, the variables scaled alike, is below this tells nothing in some direction."""

NOTHING_TOLD = "the events tell nothing of a difference between the groups"


def quadratic_form(score: np.ndarray, variance: np.ndarray, reason: str) -> Tested:
    """The test of a score (k,) that has the given variance (k, k) if nothing differs; ``reason`` where that is singular."""
    if not invertible(variance):
        return Tested.unknown(reason)
    return chi_squared(float(score @ np.linalg.solve(variance, score)), len(score))


def chi_squared(statistic: float, df: int) -> Tested:
    """The test of a statistic that is chi-squared distributed under the null hypothesis."""
    from scipy.special import chdtrc

    return Tested(statistic, float(chdtrc(df, max(statistic, 0.0))), df)


def two_sided(z: float) -> float:
    """The two-sided p value of a standard normal deviate."""
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def invertible(variance: np.ndarray) -> bool:
    """Whether a variance tells something in every direction."""
    own = np.diag(variance)
    if not len(own) or not (np.isfinite(own).all() and (own > 0).all()):
        return False
    scale = np.sqrt(own)
    return float(np.linalg.eigvalsh(variance / np.outer(scale, scale))[0]) > SINGULAR
