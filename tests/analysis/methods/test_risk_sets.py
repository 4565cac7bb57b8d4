from __future__ import annotations

import numpy as np

from trialbook.analysis.methods.risk_sets import risk_sets


def test_counts_by_time_group_and_cause() -> None:
    """Who is censored at the time of an event is at risk of it; time 0 is a time like others."""
    time = np.array([0, 2, 2, 2, 5, 5])
    cause = np.array([1, 0, 1, 2, 2, 0])
    group = np.array([0, 0, 1, 0, 1, 1])
    found = risk_sets(time, cause, causes=2, group=group, groups=3)
    assert found.time.tolist() == [0, 2, 5]
    assert found.at_risk.tolist() == [[3, 2, 0], [3, 3, 2], [0, 0, 0]]
    assert found.events.tolist() == [[[1, 0, 0], [0, 1, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 1], [0, 0, 0]]]
    assert found.censored.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]


def test_times_that_differ_in_the_last_digit_are_two_times() -> None:
    found = risk_sets(np.array([0.1 + 0.2, 0.3]), np.array([True, True]))
    assert (len(found.time), found.at_risk.tolist()) == (2, [[2, 1]])


def test_nobody() -> None:
    found = risk_sets(np.array([]), np.array([], dtype=int), causes=2)
    assert (found.time.shape, found.at_risk.shape, found.events.shape, found.censored.shape) == ((0,), (1, 0), (2, 1, 0), (1, 0))
