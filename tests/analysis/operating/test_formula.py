"""The computed power: Fisher's is the sample size's, the others' have the z test's as their limit."""

from __future__ import annotations

import pytest

from trialbook.analysis.operating.formula import COMPUTED, computed_power
from trialbook.analysis.operating.scenario import Arm, Scenario
from trialbook.protocol.power import fisher_power, z_power


def two(treatment: float, control: float, subjects: int = 48, missing: tuple[float, float] = (0.0, 0.0)) -> Scenario:
    return Scenario("x", Arm(subjects, (treatment,), missing), Arm(subjects, (control,), missing))


def test_fisher_s_is_that_of_the_sample_size():
    # 30 % against 60 % with 48 an arm: 80.05 % (the reconstruction of the protocol).
    assert round(computed_power("fisher", two(0.6, 0.3)), 4) == 0.8005
    assert computed_power("fisher", two(0.6, 0.3)) == fisher_power(48, 48, 0.3, 0.6)


def test_missing_outcomes_are_non_responses():
    lost = two(0.6, 0.3, missing=(0.1, 0.1))
    assert computed_power("fisher", lost) == pytest.approx(fisher_power(48, 48, 0.27, 0.54))
    assert computed_power("fisher", lost) < computed_power("fisher", two(0.6, 0.3))
    # Who does not respond cannot be lost as a responder.
    assert computed_power("fisher", two(0.6, 0.3, missing=(0, 0.5))) == computed_power("fisher", two(0.6, 0.3))


def test_one_sided_the_treatment_must_be_better():
    assert computed_power("fisher", two(0.6, 0.3), sides=1) == pytest.approx(fisher_power(48, 48, 0.3, 0.6, sides=1))
    # In the other tail: the chance is tiny, and one-sided tests of both directions share the level where the arms are alike.
    assert computed_power("fisher", two(0.3, 0.6), sides=1) < 1e-4
    assert computed_power("fisher", two(0.3, 0.30001), sides=1) == pytest.approx(
        computed_power("fisher", two(0.3, 0.3), sides=1), abs=1e-4
    )


@pytest.mark.parametrize("test", COMPUTED)
def test_in_large_trials_all_are_the_z_test(test):
    assert computed_power(test, two(0.36, 0.30, 900)) == pytest.approx(z_power(900, 900, 0.30, 0.36), abs=0.02)


def test_both_tails_at_the_level():
    assert computed_power("cochran_mantel_haenszel", two(0.3, 0.3)) == pytest.approx(0.05)
    assert computed_power("cochran_mantel_haenszel", two(0.3, 0.3), sides=1) == pytest.approx(0.05)
    assert computed_power("cochran_mantel_haenszel", two(0.6, 0.3)) == pytest.approx(z_power(48, 48, 0.3, 0.6), abs=1e-6)
    assert computed_power("fisher", two(0.3, 0.3)) < 0.05


def test_strata_that_differ_much_raise_the_power():
    apart = Scenario("x", Arm(48, (0.9, 0.5)), Arm(48, (0.6, 0.2)), (0.5, 0.5))
    assert computed_power("cochran_mantel_haenszel", apart) > computed_power("cochran_mantel_haenszel", two(0.7, 0.4)) + 0.02


def test_certain_outcomes():
    assert computed_power("cochran_mantel_haenszel", two(1.0, 0.0)) == 1
    assert computed_power("cochran_mantel_haenszel", two(0.0, 0.0)) == 0


def test_an_unknown_test():
    with pytest.raises(ValueError, match="test chi: expected one of fisher, miettinen_nurminen, cochran_mantel_haenszel"):
        computed_power("chi", two(0.6, 0.3))
