"""The log-rank test of any number of groups, also stratified, and its weighted forms (Fleming and Harrington's family)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from trialbook.analysis.methods.chi_squared import NOTHING_TOLD, quadratic_form
from trialbook.analysis.methods.results import Tested
from trialbook.analysis.methods.risk_sets import risk_sets
from trialbook.analysis.methods.time_data import Values, checked_events, checked_strata, checked_times, labelled


@dataclass(frozen=True)
class LogRank:
    """The test, and what it compares: each group's events and those expected of it, over all strata (weighted by ``rho``)."""

    test: Tested
    groups: tuple[Any, ...]
    observed: np.ndarray
    expected: np.ndarray


def log_rank(time: Values, event: Values, group: Values, *, strata: Values | None = None, rho: float = 0.0) -> LogRank:
    """Whether the groups' times to the event come from one distribution; with strata, from one in each stratum.

    ``time``: from the start, 0 or more; ``event``: whether the subject had it then, else censored; ``group`` and ``strata``:
    labels, one a subject. An event at time t counts S(t-) to the power ``rho``, S being the Kaplan–Meier curve of all groups of
    the stratum just before t: 0 is the log-rank test (Mantel–Cox), 1 Peto and Peto's form of Gehan's test. The variance is the
    hypergeometric one. A group of which no event is expected (nobody is at risk of one) is left out and costs no degree of
    freedom.

    There is no test, and the reason says why, where no event falls while two groups are at risk, or where events fall only on
    everybody who is left. Raises ValueError for missing or impossible values.

    Source: R's ``survdiff(Surv(time, event) ~ group + strata(strata), rho=)``; Harrington and Fleming, Biometrika 1982.
    """
    times = checked_times(time)
    happened = checked_events(event, len(times))
    if rho < 0:
        raise ValueError(f"rho must be 0 or more: found {rho}")
    groups, strata_ = labelled(group, len(times), "group"), checked_strata(strata, len(times))
    k = len(groups.names)
    total = _Part(np.zeros(k), np.zeros(k), np.zeros((k, k)), np.zeros(k, dtype=bool))
    for stratum in range(len(strata_.names)):
        inside = strata_.codes == stratum
        part = _one_stratum(times[inside], happened[inside], groups.codes[inside], k, rho)
        total = _Part(*(one + other for one, other in zip(total, part, strict=True)))
    return LogRank(_test(total), groups.names, total.observed, total.expected)


class _Part(NamedTuple):
    """What a stratum adds: events and expected ones of each group, the variance of their difference, who was compared at all."""

    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray
    compared: np.ndarray


def _one_stratum(time: np.ndarray, event: np.ndarray, group: np.ndarray, groups: int, rho: float) -> _Part:
    counts = risk_sets(time, event, group=group, groups=groups)
    steps = np.flatnonzero(counts.events.sum(axis=(0, 1)))
    at_risk, events = counts.at_risk[:, steps].astype(float), counts.events[0][:, steps].astype(float)
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    weight = np.cumprod(np.append(1.0, (1 - d / n)[:-1]))[: len(steps)] ** rho
    share = at_risk / n
    # Of one subject alone at risk it is certain whose the event is: there is no variance.
    spread = weight**2 * d * (n - d) / np.maximum(n - 1, 1)
    variance = -(share * spread) @ share.T
    np.fill_diagonal(variance, (share * (1 - share)) @ spread)
    return _Part(events @ weight, share @ (d * weight), variance, ((share > 0) & (share < 1)).any(axis=1))


def _test(total: _Part) -> Tested:
    if not total.expected.any():
        return Tested.unknown("no events")
    compared = np.flatnonzero(total.compared)
    if not len(compared):
        return Tested.unknown("no event happened while two groups were at risk")
    rest = compared[1:]
    return quadratic_form((total.observed - total.expected)[rest], total.variance[np.ix_(rest, rest)], NOTHING_TOLD)
