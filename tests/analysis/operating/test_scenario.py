"""What a scenario's assumptions say, and what are none."""

from __future__ import annotations

import pytest

from trialbook.analysis.operating.scenario import Arm, Scenario

ASSUMED = Scenario("assumed", Arm(48, (0.7, 0.4), (0.1, 0.1)), Arm(48, (0.4, 0.1), (0.2, 0.0)), (0.75, 0.25))


def test_true_and_shown_differences():
    # Treatment 0.75 x 0.7 + 0.25 x 0.4 = 0.625, of which 0.9 is known; control 0.325, of which 0.8 is.
    assert ASSUMED.response(ASSUMED.treatment) == pytest.approx(0.625)
    assert ASSUMED.observed(ASSUMED.treatment) == pytest.approx(0.5625)
    assert ASSUMED.difference == pytest.approx(0.3)
    assert ASSUMED.shown == pytest.approx(0.5625 - 0.26)
    assert not ASSUMED.null


def test_alike_arms_are_a_null_scenario_also_with_other_missing_outcomes():
    assert Scenario("null", Arm(48, (0.3,), (0.2, 0.0)), Arm(40, (0.3,))).null


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Arm(0, (0.3,)), "an arm of 0 subjects: expected 1 or more"),
        (lambda: Arm(5, (1.3,)), r"probability 1\.3: expected from 0 to 1"),
        (lambda: Arm(5, (0.3,), (-0.1, 0)), r"probability -0\.1: expected from 0 to 1"),
        (lambda: Scenario("x", Arm(5, (0.3,)), Arm(5, (0.3,)), (0.5,)), "expected a sum of 1"),
        (lambda: Scenario("x", Arm(5, ()), Arm(5, ()), ()), "expected a sum of 1"),
        (
            lambda: Scenario("x", Arm(5, (0.3,)), Arm(5, (0.3, 0.2))),
            "2 probabilities of response of control for 1 strata, expected one each",
        ),
    ],
)
def test_what_is_no_scenario(make, message):
    with pytest.raises(ValueError, match=message):
        make()
