"""Cox's partial likelihood and its derivatives, event by event (Cox 1972), with ties by Efron or Breslow, and in strata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Derivatives(NamedTuple):
    """A log likelihood at some coefficients, its first derivatives (p,) and the information, minus the second ones (p, p)."""

    log_likelihood: float
    score: np.ndarray
    information: np.ndarray


@dataclass(frozen=True)
class EventTerms:
    """What each event adds to the log likelihood and its derivatives; events are ordered by stratum and time.

    ``time``: (k,); ``subject``: (k,), the place of who had it; ``covariates``: (k, p), that subject's; ``log_risk``: (k,), the
    logarithm of the sum of risks that it stands against, after the subject's own log risk is taken off; ``mean``: (k, p) and
    ``variance``: (k, p, p), of the covariates among those at risk. Of tied events each has its own share of the ties' risk, in
    no order that means anything: only sums over a time do.
    """

    time: np.ndarray
    subject: np.ndarray
    covariates: np.ndarray
    log_risk: np.ndarray
    mean: np.ndarray
    variance: np.ndarray

    def derivatives(self) -> Derivatives:
        """The sums over the events."""
        return Derivatives(-float(self.log_risk.sum()), (self.covariates - self.mean).sum(axis=0), self.variance.sum(axis=0))


@dataclass(frozen=True)
class PartialLikelihood:
    """Data of n subjects, to be asked at any coefficients.

    ``time`` (n,), ``event`` (n,) booleans, ``covariates`` (n, p), ``stratum`` (n,) from 0. ``efron``: how tied events share the
    risk: the j-th of d stands against the risk of all, less (j - 1)/d of the risk of the tied; else against all (Breslow).
    """

    time: np.ndarray
    event: np.ndarray
    covariates: np.ndarray
    stratum: np.ndarray
    efron: bool = True

    def terms(self, coefficients: np.ndarray) -> EventTerms:
        """Each event's part at these coefficients."""
        linear = self.covariates @ coefficients
        parts = [self._stratum(np.flatnonzero(self.stratum == one), linear) for one in np.unique(self.stratum[self.event])]
        return EventTerms(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def __call__(self, coefficients: np.ndarray) -> Derivatives:
        """The log likelihood and its derivatives at these coefficients."""
        return self.terms(coefficients).derivatives()

    def _stratum(self, members: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, ...]:
        members = members[np.argsort(self.time[members], kind="stable")]
        time, x = self.time[members], self.covariates[members]
        top = linear[members].max()
        risk = np.exp(linear[members] - top)
        sums = [moment[::-1].cumsum(axis=0)[::-1] for moment in moments(risk, x)]
        dead = np.flatnonzero(self.event[members])
        at, first, tied = np.unique(time[dead], return_index=True, return_counts=True)
        start, place = np.searchsorted(time, at), np.repeat(np.arange(len(at)), tied)
        earlier = (np.arange(len(dead)) - first[place]) / tied[place] if self.efron else np.zeros(len(dead))
        total, weighted, squared = (
            above[start[place]] - _by_event(np.add.reduceat(moment, first), earlier, place)
            for above, moment in zip(sums, moments(risk[dead], x[dead]), strict=True)
        )
        mean = weighted / total[:, None]
        variance = squared / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
        return time[dead], members[dead], x[dead], np.log(total) + top - linear[members[dead]], mean, variance


def moments(risk: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each subject's risk, and that times its covariates and their products."""
    weighted = risk[:, None] * x
    return risk, weighted, weighted[:, :, None] * x[:, None, :]


def _by_event(of_time: np.ndarray, share: np.ndarray, place: np.ndarray) -> np.ndarray:
    """A share of the sum over the events of a time, for each of its events."""
    return of_time[place] * share.reshape(-1, *(1,) * (of_time.ndim - 1))
