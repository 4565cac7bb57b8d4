"""Simulated counts have the margins and the means of their scenario."""

from __future__ import annotations

import numpy as np
import pytest

from trialbook.analysis.operating.scenario import Arm, Scenario
from trialbook.analysis.operating.trials import simulate

SCENARIO = Scenario("assumed", Arm(50, (0.7, 0.4), (0.1, 0.3)), Arm(46, (0.4, 0.1)), (0.75, 0.25))


def test_counts_fit_in_each_other():
    found = simulate(SCENARIO, 500, np.random.default_rng(1))
    assert (found.treatment.subjects.sum(axis=1) == 50).all()
    assert (found.control.subjects.sum(axis=1) == 46).all()
    for arm in (found.treatment, found.control):
        assert arm.responders.shape == arm.subjects.shape == arm.missing.shape == (500, 2)
        assert (arm.responders >= 0).all()
        assert (arm.responders + arm.missing <= arm.subjects).all()
    assert not found.control.missing.any()


def test_means_are_those_of_the_scenario():
    arm = simulate(SCENARIO, 20_000, np.random.default_rng(2)).treatment
    # Known responders 0.9 x 0.7 and 0.9 x 0.4 of a stratum; missing 0.1 of who responds and 0.3 of who does not.
    assert arm.subjects.mean(axis=0) == pytest.approx([37.5, 12.5], abs=0.1)
    assert arm.responders.mean(axis=0) == pytest.approx([37.5 * 0.63, 12.5 * 0.36], abs=0.15)
    assert arm.missing.mean(axis=0) == pytest.approx([37.5 * (0.07 + 0.09), 12.5 * (0.04 + 0.18)], abs=0.1)
    # All together they are binomial: 50 subjects with a chance of 0.5625.
    assert arm.responders.sum(axis=1).var() == pytest.approx(50 * 0.5625 * 0.4375, rel=0.05)


def test_the_same_seed_gives_the_same_trials():
    one, again, other = (simulate(SCENARIO, 20, np.random.default_rng(seed)).tables.x1 for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_no_trials():
    with pytest.raises(ValueError, match="trials: found 0, expected 1 or more"):
        simulate(SCENARIO, 0, np.random.default_rng(1))
