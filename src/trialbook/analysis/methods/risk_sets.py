"""Who is at risk, and what happens to them, at each distinct time: what every method for times to events counts with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RiskSets:
    """Counts at the distinct times at which somebody has an event or is censored.

    ``time``: the m times, ascending; ``at_risk``: (groups, m), those whose time is that time or later; ``events``: (causes,
    groups, m), cause 1 first; ``censored``: (groups, m). Who is censored at the time of an event is at risk of it. Times are
    equal where they are the same number: nothing is merged and nothing set apart.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray


def risk_sets(
    time: np.ndarray, cause: np.ndarray, *, causes: int = 1, group: np.ndarray | None = None, groups: int = 1
) -> RiskSets:
    """The counts for times, causes (0 censored, then 1 to ``causes``; or true and false) and groups 0 to ``groups`` - 1."""
    times, place = np.unique(time, return_inverse=True)
    member = np.zeros(len(time), dtype=int) if group is None else group
    cell = (cause.astype(int) * groups + member) * len(times) + place
    left = np.bincount(cell, minlength=(causes + 1) * groups * len(times)).reshape(causes + 1, groups, len(times))
    at_risk = left.sum(axis=0)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return RiskSets(times, at_risk, left[1:], left[0])
