from __future__ import annotations

from math import inf, nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.cox import Ties, cox
from trialbook.analysis.methods.log_rank import log_rank


def test_events_at_time_0_count_as_in_r() -> None:
    found = cox([0, 0, 1, 2, 3, 4], [1, 0, 1, 1, 0, 1], [1, 2, 1, 2, 1, 2])
    assert (found.coefficients[0], found.standard_errors[0]) == pytest.approx((-0.940613641736337, 1.240258352596783), abs=1e-8)
    assert found.log_likelihood == pytest.approx((-4.276666119016055, -3.968588545971576))


def test_statsmodels_and_lifelines_agree(invented: pd.DataFrame) -> None:
    """Implementations of other hands; lifelines stops its steps early, so it is asked to go on."""
    import warnings

    from statsmodels.duration.hazard_regression import PHReg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import CoxPHFitter

        lifelines = CoxPHFitter().fit(
            invented[["time", "event", "b", "c"]].astype(float), "time", "event", fit_options={"precision": 1e-14}
        )
    x = invented[["b", "c"]].astype(float)
    statsmodels = PHReg(invented["time"], x, status=invented["event"].astype(int), ties="efron").fit(disp=0)
    found = cox(invented["time"], invented["event"], x)
    assert found.coefficients == pytest.approx(np.asarray(statsmodels.params), abs=1e-8)
    assert found.standard_errors == pytest.approx(np.asarray(statsmodels.bse), abs=1e-8)
    assert found.coefficients == pytest.approx(lifelines.params_.to_numpy(), abs=1e-8)


def test_an_arm_without_events_has_a_ratio_without_bound_and_r_s_tests() -> None:
    """R 4.2.2 stops at 21.9 and warns; its likelihood ratio is 5.99, p = 0.0143752624512, and its score test 5.05166051660517."""
    found = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0])
    assert np.isnan(found.coefficients[0]) and np.isnan(found.ratios[0].value) and np.isnan(found.p_values[0])
    assert found.ratios[0].reason == "the likelihood rises for ever as the ratio goes to infinity"
    assert found.wald.reason == "a coefficient has no bound"
    assert found.likelihood_ratio.p_value == pytest.approx(0.0143752624512, abs=1e-7)
    assert found.score.statistic == pytest.approx(5.05166051660517)
    turned = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1])
    assert turned.ratios[0].reason == "the likelihood rises for ever as the ratio goes to 0"


def test_what_has_no_bound_leaves_the_other_covariates_their_ratios() -> None:
    found = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], {"arm": [1, 1, 1, 0, 0, 0], "age": [3, 1, 2, 4, 2, 3]})
    alone = cox([1, 2, 3], [1, 1, 1], [3, 1, 2])  # once the ratio is infinite, only the arm with events is at risk
    assert np.isnan(found.ratios[0].value)
    assert (found.ratios[1].value, found.standard_errors[1]) == pytest.approx(
        (alone.ratios[0].value, alone.standard_errors[0]), rel=1e-6
    )


@pytest.mark.parametrize(
    ("time", "event", "covariate", "reason"),
    [
        ([], [], [], "no events"),
        ([5], [1], [1], "it does not vary, or only with the covariates before it, among those at risk when events happen"),
        ([1, 2, 3], [0, 0, 0], [0, 1, 0], "no events"),
        (
            [1, 2, 3],
            [1, 1, 1],
            [1, 1, 1],
            "it does not vary, or only with the covariates before it, among those at risk when events happen",
        ),
        (
            [1, 2, 3],
            [0, 1, 1],
            [1, 0, 0],
            "it does not vary, or only with the covariates before it, among those at risk when events happen",
        ),
    ],
)
def test_what_the_data_do_not_tell_has_a_reason(time, event, covariate, reason: str) -> None:
    found = cox(time, event, covariate)
    assert [one.reason for one in found.ratios] == [reason]
    assert (found.wald.reason, found.score.reason, found.likelihood_ratio.reason) == (reason, reason, reason)
    assert np.isnan(found.coefficients).all() and np.isnan(found.p_values).all()


def test_a_covariate_far_out_or_in_tiny_units_is_no_crash() -> None:
    """Cauchy-like values: what can be told is told, the rest has its reason; nothing warns (warnings are errors here)."""
    rng = np.random.default_rng(81)
    for _ in range(15):
        n = int(rng.integers(3, 40))
        x = rng.standard_t(1.2, size=(n, 2)) * 10.0 ** rng.integers(-3, 4, size=2)
        time, event = np.round(rng.exponential(5, n), 1), rng.random(n) < 0.6
        for ties in ("efron", "exact"):
            found = cox(time, event, x, ties=ties)
            told = np.isfinite(found.coefficients)
            assert [bool(one.reason) for one in found.ratios] == (~told).tolist() or found.wald.reason


def test_everybody_at_once() -> None:
    """All die at one time: by Breslow and Efron the ratio is told, by the exact likelihood nothing is."""
    assert cox([2, 2, 2], [1, 1, 1], [1, 0, 0], ties="breslow").ratios[0].value == pytest.approx(1)
    assert cox([2, 2, 2], [1, 1, 1], [1, 0, 0], ties="exact").ratios[0].reason.startswith("it does not vary")


def test_of_covariates_that_say_the_same_the_second_has_no_ratio(invented: pd.DataFrame) -> None:
    """As R's NA: coxph leaves it out."""
    b = invented["b"].astype(float)
    found = cox(invented["time"], invented["event"], {"b": b, "twice": 2 * b + 1, "c": invented["c"]})
    plain = cox(invented["time"], invented["event"], invented[["b", "c"]])
    assert found.coefficients == pytest.approx([plain.coefficients[0], nan, plain.coefficients[1]], nan_ok=True)
    assert [bool(one.reason) for one in found.ratios] == [False, True, False]
    assert (found.score.df, found.score.statistic) == (2, pytest.approx(plain.score.statistic))


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        ({}, "at least one covariate is needed"),
        ([1.0, nan, 3], "covariate x1 is missing for the subject at position 1"),
        ({"age": [1, 2]}, r"covariate age must be one number a subject: found \(2,\) for 3 subjects"),
        ({"age": [1, 2, inf]}, "covariate age is missing for the subject at position 2"),
        ({"arm": ["A", "B", "A"]}, "covariate arm must be numbers: found <U1"),
        (np.zeros((3, 1, 1)), "covariates are a column each: found 3 dimensions"),
    ],
)
def test_what_is_no_covariate_is_an_error(covariates, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cox([1, 2, 3], [1, 1, 1], covariates)


def test_an_unknown_rule_for_ties_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"ties are handled by one of \('efron', 'breslow', 'exact'\): found 'exakt'"):
        cox([1, 2], [1, 1], [0, 1], ties="exakt")


trials = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.booleans()), min_size=3, max_size=30)


@settings(max_examples=40, deadline=None)
@given(trials, st.sampled_from(["efron", "breslow", "exact"]), st.randoms(use_true_random=False))
def test_arms_turned_round_turn_the_sign(data: list[tuple[int, bool, bool]], ties: Ties, random) -> None:
    """Whatever the order of the subjects, the unit of time, and with all in one stratum."""
    time, event, arm = (np.array(column) for column in zip(*data, strict=True))
    plain = cox(time, event, arm, ties=ties)
    shuffled = random.sample(range(len(data)), len(data))
    other = cox(time[shuffled] * 30.4375, event[shuffled], ~arm[shuffled], strata=[1] * len(data), ties=ties)
    assert other.coefficients == pytest.approx(-plain.coefficients, abs=1e-7, nan_ok=True)
    assert other.standard_errors == pytest.approx(plain.standard_errors, abs=1e-6, nan_ok=True)
    assert other.score.statistic == pytest.approx(plain.score.statistic, abs=1e-9, nan_ok=True)
    assert other.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(trials)
def test_the_score_test_of_the_exact_likelihood_is_the_log_rank_test(data: list[tuple[int, bool, bool]]) -> None:
    """Kalbfleisch and Prentice 2002, section 4.2.2."""
    time, event, arm = zip(*data, strict=True)
    score, test = cox(time, event, arm, ties="exact").score, log_rank(time, event, arm).test
    assume(not test.reason)
    assert score.statistic == pytest.approx(test.statistic, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=3, max_size=20))
def test_without_ties_the_rules_for_ties_agree(data: list[tuple[bool, int]]) -> None:
    event, age = zip(*data, strict=True)
    fits = [cox(range(len(data)), event, age, ties=ties) for ties in ("efron", "breslow", "exact")]
    for other in fits[1:]:
        assert other.coefficients == pytest.approx(fits[0].coefficients, abs=1e-6, nan_ok=True)
        assert other.log_likelihood == pytest.approx(fits[0].log_likelihood, abs=1e-9, nan_ok=True)
