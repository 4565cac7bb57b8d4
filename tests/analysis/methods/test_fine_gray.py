from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.cox import cox
from trialbook.analysis.methods.fine_gray import fine_gray


def test_events_at_time_0_count_as_in_r(invented: pd.DataFrame) -> None:
    group = np.array(["a", "b", *invented["group"]])
    found = fine_gray([0, 0, *invented["time"]], [1, 2, *invented["cause"]], {"b": group == "b", "c": group == "c"})
    assert found.coefficients == pytest.approx([-1.194914780463931, -1.330980771456269], abs=1e-9)
    assert found.standard_errors == pytest.approx([0.593401960680036, 0.854454154016291], abs=1e-9)


def test_comprisk_agrees(invented: pd.DataFrame) -> None:
    """An implementation of other hands, which stops its steps as early as R unless asked to go on."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from comprisk import FineGrayRegression

        theirs = FineGrayRegression(cause=1, gtol=1e-14, max_iter=50, robust_se=True).fit(
            invented[["b", "c"]].to_numpy(float), time=invented["time"].to_numpy(float), event=invented["cause"].to_numpy()
        )
    found = fine_gray(invented["time"], invented["cause"], invented[["b", "c"]])
    assert found.coefficients == pytest.approx(np.asarray(theirs.coef_), abs=1e-8)


def test_only_wald_s_test_is_given(invented: pd.DataFrame) -> None:
    found = fine_gray(invented["time"], invented["cause"], invented["b"])
    assert found.wald.p_value == pytest.approx(found.p_values[0])
    assert found.score.reason == found.likelihood_ratio.reason
    assert found.score.reason == "a weighted likelihood is none: there is Wald's test, by the robust variance"


@pytest.mark.parametrize(
    ("cause", "covariate", "reason"),
    [
        ([0, 0, 0, 0], [0, 1, 0, 1], "no events"),
        ([0, 2, 2, 0], [0, 1, 0, 1], "no events"),
        (
            [1, 1, 2, 0],
            [1, 1, 1, 1],
            "it does not vary, or only with the covariates before it, among those at risk when events happen",
        ),
        ([1, 1, 2, 0], [1, 1, 0, 0], "the likelihood rises for ever as the ratio goes to infinity"),
        ([2, 1, 1, 0], [1, 0, 0, 0], "the likelihood rises for ever as the ratio goes to 0"),
    ],
)
def test_what_the_data_do_not_tell_has_a_reason(cause: list[int], covariate: list[int], reason: str) -> None:
    """In the last case the one with another event stays at risk: it is its arm that has no events."""
    assert fine_gray([1, 2, 3, 4], cause, covariate).ratios[0].reason == reason
    assert fine_gray([], [], []).ratios[0].reason == "no events"


def test_a_robust_variance_of_zero_gives_no_limits_and_a_reason() -> None:
    """One event in each arm at the same time: each subject's influence is 0. R's standard error is 0 and its p value NaN."""
    found = fine_gray([0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 0, 1])
    assert (found.ratios[0].value, np.isnan(found.ratios[0].low), found.standard_errors[0]) == (pytest.approx(1), True, 0)
    reason = "the variance of the coefficients tells nothing: too few subjects bear on them"
    assert (found.ratios[0].reason, found.wald.reason, np.isnan(found.p_values[0])) == (reason, reason, True)


trials = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2), st.booleans()), min_size=4, max_size=40)


@settings(max_examples=40, deadline=None)
@given(trials, st.randoms(use_true_random=False))
def test_arms_turned_round_turn_the_sign(data, random) -> None:
    """Whatever the order of the subjects and the unit of time."""
    time, cause, arm = (np.array(column) for column in zip(*data, strict=True))
    plain = fine_gray(time, cause, arm)
    shuffled = random.sample(range(len(data)), len(data))
    other = fine_gray(time[shuffled] * 30.4375, cause[shuffled], ~arm[shuffled])
    assert other.coefficients == pytest.approx(-plain.coefficients, abs=1e-7, nan_ok=True)
    assert other.standard_errors == pytest.approx(plain.standard_errors, abs=1e-6, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(trials)
def test_without_competing_events_the_coefficient_is_cox_s(data) -> None:
    time, cause, arm = (np.array(column) for column in zip(*data, strict=True))
    event = cause == 1
    found, plain = fine_gray(time, event, arm), cox(time, event, arm, ties="breslow")
    assert found.coefficients == pytest.approx(plain.coefficients, abs=1e-7, nan_ok=True)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7, nan_ok=True)
