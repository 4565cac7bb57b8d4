"""Operating characteristics: simulated power within its error of the exact one, the level kept, bias where it must be."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from trialbook.analysis.operating.characteristics import operating_characteristics
from trialbook.analysis.operating.decisions import TESTS
from trialbook.analysis.operating.scenario import Arm, Scenario
from trialbook.protocol.power import fisher_power

STRATA = (0.5, 0.3, 0.2)
ASSUMED = Scenario("assumed", Arm(48, (0.6,)), Arm(48, (0.3,)))
NULL = Scenario("null", Arm(48, (0.3,)), Arm(48, (0.3,)))
STRATIFIED = Scenario("strata", Arm(48, (0.75, 0.55, 0.35)), Arm(48, (0.45, 0.25, 0.05)), STRATA)


def found(scenario: Scenario, seed: int = 1, **more):
    return operating_characteristics(scenario, rng=np.random.default_rng(seed), **more)


def test_the_power_of_fisher_s_test():
    test = found(ASSUMED, tests=("fisher",), intervals=()).tests[0]
    assert test.computed == fisher_power(48, 48, 0.3, 0.6)
    assert test.rejected.error == pytest.approx((0.8005 * 0.1995 / 10_000) ** 0.5, rel=0.02)
    assert abs(test.rejected.value - test.computed) < 3 * test.rejected.error


@pytest.mark.parametrize("scenario", [ASSUMED, NULL, STRATIFIED], ids=lambda one: one.name)
def test_the_power_of_all_tests(scenario):
    for test in found(scenario, tests=tuple(TESTS), intervals=()).tests:
        # The normal approximation of the stratified test is near, no more.
        near = 0.02 if test.name == "cochran_mantel_haenszel" else 0
        assert abs(test.rejected.value - test.computed) < 3 * test.rejected.error + near, test.name


def test_fisher_s_test_keeps_the_level_whatever_the_probability():
    for chance in (0.05, 0.3, 0.5, 0.9):
        null = Scenario("null", Arm(48, (chance,)), Arm(48, (chance,)))
        test = found(null, tests=("fisher",), intervals=()).tests[0]
        assert test.rejected.value <= 0.05
        assert abs(test.rejected.value - test.computed) < 3 * test.rejected.error + 1e-12


def test_intervals_without_bias_that_cover():
    began = perf_counter()
    plain, stratified = found(STRATIFIED, tests=()).intervals
    assert perf_counter() - began < 60
    for interval in (plain, stratified):
        assert interval.told == 1
        assert abs(interval.bias.value) < 3 * interval.bias.error
        assert interval.coverage.value == pytest.approx(0.95, abs=0.01)
    # Wald's widths: over all strata 0.61 and 0.31 vary; within them 0.2135 and 0.1895 are the means of p (1 - p).
    assert plain.width.value == pytest.approx(2 * 1.96 * ((0.61 * 0.39 + 0.31 * 0.69) / 48) ** 0.5, rel=0.03)
    assert stratified.width.value == pytest.approx(2 * 1.96 * ((0.2135 + 0.1895) / 48) ** 0.5, rel=0.03)


def test_informative_missing_outcomes_bias_by_what_is_expected():
    lost = Scenario("lost", Arm(48, (0.6,), (0.3, 0.05)), Arm(48, (0.3,)))
    interval = found(lost, tests=("fisher",), intervals=("miettinen_nurminen",)).intervals[0]
    assert lost.shown - lost.difference == pytest.approx(-0.18)
    assert interval.bias.value == pytest.approx(-0.18, abs=3 * interval.bias.error)
    assert interval.coverage.value < 0.7


def test_more_missing_outcomes_in_one_arm_break_the_level():
    lost = Scenario("lost", Arm(48, (0.5,)), Arm(48, (0.5,), (0.4, 0.4)))
    test = found(lost, tests=("fisher",), intervals=()).tests[0]
    assert lost.null
    assert test.rejected.value > 0.3
    assert abs(test.rejected.value - test.computed) < 3 * test.rejected.error


def test_one_sided_tests_go_with_a_wider_alpha_of_the_interval():
    both = found(ASSUMED, alpha=0.025, sides=1, tests=("fisher",), intervals=("wald",))
    two = found(ASSUMED, alpha=0.05, sides=2, tests=("fisher",), intervals=("wald",))
    assert both.intervals[0] == two.intervals[0]
    assert both.tests[0].rejected.value == pytest.approx(two.tests[0].rejected.value, abs=0.03)


def test_strata_without_both_arms_are_told():
    tiny = Scenario("tiny", Arm(1, (0.5, 0.5)), Arm(1, (0.5, 0.5)), (0.5, 0.5))
    interval = found(tiny, tests=(), intervals=("stratified_miettinen_nurminen",)).intervals[0]
    # Two subjects meet in a stratum in half of the trials; the other half does not cover.
    assert interval.told == pytest.approx(0.5, abs=0.02)
    assert interval.coverage.value <= interval.told


def test_unknown_names():
    with pytest.raises(ValueError, match="test wald: expected one of fisher"):
        found(ASSUMED, tests=("wald",))
    with pytest.raises(ValueError, match="interval exact: expected one of miettinen_nurminen"):
        found(ASSUMED, intervals=("exact",))
    with pytest.raises(ValueError, match="expected more than 0 and less than 1"):
        found(ASSUMED, alpha=1.5)
