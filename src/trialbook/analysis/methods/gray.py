"""Gray's test that groups have the same cumulative incidence of a cause (Annals of Statistics 1988), also stratified."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trialbook.analysis.methods.chi_squared import NOTHING_TOLD, quadratic_form
from trialbook.analysis.methods.results import Tested
from trialbook.analysis.methods.risk_sets import risk_sets
from trialbook.analysis.methods.time_data import (
    Values,
    checked_cause_of_interest,
    checked_causes,
    checked_strata,
    checked_times,
    labelled,
)


def gray(time: Values, cause: Values, group: Values, *, of: int = 1, strata: Values | None = None, rho: float = 0.0) -> Tested:
    """Whether the groups' cumulative incidences of a cause are equal; with strata, equal within each stratum.

    ``time``: from the start, 0 or more; ``cause``: 0 where censored, else the number of the cause; ``of``: that of interest,
    all others compete with it; ``group`` and ``strata``: labels, one a subject. Scores and variances of the strata add up. An
    event counts (1 - F) to the power ``rho``, F being the incidence just before it if the groups are alike.

    A group that is never at risk of such an event together with another is left out. There is no test, with the reason, where
    less than two groups are left or the variance tells nothing. Raises ValueError for missing or impossible values.

    Source: R's ``cmprsk::cuminc(ftime, fstatus, group, strata, rho)$Tests``.
    """
    times = checked_times(time)
    codes = checked_causes(cause, len(times))
    codes = np.where(codes == checked_cause_of_interest(of), 1, np.where(codes > 0, 2, 0))
    groups, strata_ = labelled(group, len(times), "group"), checked_strata(strata, len(times))
    k = len(groups.names)
    total = _Part(np.zeros(k), np.zeros((k, k)), np.zeros(k, dtype=bool))
    for stratum in range(len(strata_.names)):
        inside = strata_.codes == stratum
        part = _one_stratum(times[inside], codes[inside], groups.codes[inside], k, rho)
        total = _Part(*(one + other for one, other in zip(total, part, strict=True)))
    compared = np.flatnonzero(total.compared)
    if not (codes == 1).any():
        return Tested.unknown("no events of this cause")
    if len(compared) < 2:
        return Tested.unknown("no event of this cause happened while two groups were at risk")
    free = compared[:-1]
    return quadratic_form(total.score[free], total.variance[np.ix_(free, free)], NOTHING_TOLD)


class _Part(NamedTuple):
    """A stratum's score of each group and its variance, and which groups were at risk of such an event with another."""

    score: np.ndarray
    variance: np.ndarray
    compared: np.ndarray


def _one_stratum(time: np.ndarray, code: np.ndarray, group: np.ndarray, groups: int, rho: float) -> _Part:
    """Gray's equations, with a row a group and a column a time of any event."""
    counts = risk_sets(time, code, causes=2, group=group, groups=groups)
    steps = np.flatnonzero(counts.events.sum(axis=(0, 1)))
    at_risk, (own, other) = counts.at_risk[:, steps].astype(float), counts.events[:, :, steps].astype(float)
    there = at_risk > 0
    some = np.where(there, at_risk, 1.0)
    free = np.cumprod(1 - (own + other) / some, axis=1)  # of any event, after each time
    free_before = np.column_stack([np.ones(groups), free[:, :-1]])
    incidence_before = _before(np.cumsum(free_before * own / some, axis=1))
    # At risk in the subdistribution: those who had another event count on, for as many as would not have been censored.
    weighted = np.where(there, at_risk / np.where(there, free_before, 1.0), 0.0)
    total, events = weighted.sum(axis=0), own.sum(axis=0)
    step = events / total
    common = np.cumsum(step)
    common_before = _before(common)
    weight = np.maximum(1 - common_before, 0) ** rho
    share = weighted * (1 - incidence_before)
    score = (weight * (own - events * (share / share.sum(axis=0)))).sum(axis=1)

    a = weight * weighted[:, None] * (np.eye(groups)[:, :, None] - weighted / total)
    c = np.cumsum(a * step / np.where(a.any(axis=(0, 1)), 1 - common_before, 1.0), axis=2)
    later = c[:, :, -1:] - c
    ratio = np.divide(1 - common, free, out=np.zeros_like(free), where=free > 0)
    ties = 1 - np.maximum(events - 1, 0) / np.where(there & (events > 1), total * free_before - 1, 1.0)
    moved = a + (1 - ratio) * later
    variance = _sum_of_squares(moved, np.where(there, ties * step / np.where(there, weighted, 1.0), 0.0))
    ties = 1 - np.maximum(other - 1, 0) / np.where(other > 1, some - 1, 1.0)
    variance += _sum_of_squares(ratio * later, np.where(free > 0, ties * (free_before / some) ** 2 * other, 0.0))
    compared = there & (weighted < total) & (events > 0)
    return _Part(score, variance, compared.any(axis=1))


def _before(curve: np.ndarray) -> np.ndarray:
    """A curve that starts at 0, just before each of its times."""
    return np.concatenate([np.zeros((*curve.shape[:-1], 1)), curve[..., :-1]], axis=-1)


def _sum_of_squares(vectors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The sum over groups k and times t of weights[k, t] times the product of vectors[:, k, t] with itself."""
    return np.einsum("ikt,jkt,kt->ij", vectors, vectors, weights, optimize=True)
