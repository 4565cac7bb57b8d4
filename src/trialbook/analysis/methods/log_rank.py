"""The log-rank test of any number of groups, also stratified, and its weighted forms (Fleming and Harrington's family)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trialbook.analysis.methods.chi_squared import quadratic_form
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
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for stratum in range(len(strata_.names)):
        inside = strata_.codes == stratum
        parts = _one_stratum(times[inside], happened[inside], groups.codes[inside], k, rho)
        observed, expected, variance = observed + parts[0], expected + parts[1], variance + parts[2]
    return LogRank(_test(observed, expected, variance), groups.names, observed, expected)


def _one_stratum(
    time: np.ndarray, event: np.ndarray, group: np.ndarray, groups: int, rho: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The observed and expected events of each group and the variance of their difference."""
    counts = risk_sets(time, event, group=group, groups=groups)
    steps = np.flatnonzero(counts.events.sum(axis=(0, 1)))
    at_risk, events = counts.at_risk[:, steps].astype(float), counts.events[0][:, steps].astype(float)
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    before = np.cumprod(np.append(1.0, (1 - d / n)[:-1]))[: len(steps)]
    weight = before**rho
    share = at_risk / n
    # One subject alone at risk has no variance: its event is certain to be its own.
    spread = weight**2 * d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag(share @ spread) - (share * spread) @ share.T
    return events @ weight, share @ (d * weight), variance


def _test(observed: np.ndarray, expected: np.ndarray, variance: np.ndarray) -> Tested:
    compared = np.flatnonzero(expected > 0)
    if len(compared) == 0:
        return Tested.unknown("no events")
    if len(compared) == 1:
        return Tested.unknown("no event happened while two groups were at risk")
    rest = compared[1:]
    return quadratic_form(
        (observed - expected)[rest], variance[np.ix_(rest, rest)], "events happened only to everybody who was left at once"
    )
