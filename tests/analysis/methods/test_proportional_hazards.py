from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.proportional_hazards import proportional_hazards


def test_residuals_are_r_s(invented: pd.DataFrame) -> None:
    """R's cox.zph(…)$y: the first two events by time, and by time within the first stratum; those at one time in some order."""
    plain = proportional_hazards(invented["time"], invented["event"], invented[["b", "c", "v"]])
    assert plain.time[:4].tolist() == [1, 1, 2, 2]
    assert plain.residuals[:4] == pytest.approx(
        np.array(
            [
                [-3.442640078145178, -3.146894416288326, -2.40463773521698],
                [3.471028322589891, -0.139571772977471, 2.68943978119917],
                [-0.401895410856743, 3.200253757373947, -2.46045163060393],
                [2.624529073734287, -0.196045091507455, -1.58053035777074],
            ]
        ),
        abs=1e-7,
    )
    within = proportional_hazards(invented["time"], invented["event"], invented[["b", "c"]], strata=invented["stratum"])
    assert within.time[:4].tolist() == [1, 2, 2, 3]
    assert within.residuals[:4] == pytest.approx(
        np.array(
            [
                [-2.945331375596347, -3.259644830782719],
                [-0.312495825935786, 3.634075711298067],
                [2.746423527286237, -0.609978459690404],
                [-2.945331375596347, -3.259644830782719],
            ]
        ),
        abs=1e-7,
    )


def test_the_leukemia_trial(leukemia: pd.DataFrame) -> None:
    """R 4.2.2: cox.zph(coxph(Surv(time, cens) ~ treat, MASS::gehan)); p is 0.8798."""
    found = proportional_hazards(leukemia["time"], leukemia["event"], leukemia["placebo"])
    assert found.overall.p_value == pytest.approx(0.879812894957257)
    assert found.residuals[:6, 0] == pytest.approx(
        [2.46725484055756, 2.46725484055756, 2.54564196972141, 2.54564196972141, 2.61350951154971, 2.69287561351624]
    )
    assert found.scaled_time[:5] == pytest.approx([0, 0, 0.0476190476190477, 0.0476190476190477, 0.0952380952380953])


BOUND = "a coefficient has no bound"
FEW = "the events are too few, or too much at one time, to tell a change with time"


@pytest.mark.parametrize(
    ("event", "covariate", "reason"),
    [
        ([0, 0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 1], "no events"),
        ([1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], BOUND),
        (
            [1, 1, 1, 1, 1, 1],
            [1, 1, 1, 1, 1, 1],
            "it does not vary, or only with the covariates before it, among those at risk when",
        ),
    ],
)
def test_without_a_fit_there_is_no_test_and_a_reason(event, covariate, reason: str) -> None:
    found = proportional_hazards([1, 2, 3, 4, 5, 6], event, covariate)
    assert found.overall.reason.startswith(reason) and found.tests[0].reason == found.overall.reason
    assert (found.residuals.shape, np.isnan(found.residuals).all()) == ((sum(event), 1), True)


def test_events_at_one_time_tell_no_change_with_time() -> None:
    found = proportional_hazards([2, 2, 3, 3], [1, 1, 0, 0], [1, 0, 1, 0])
    assert (found.tests[0].reason, found.overall.reason) == (FEW, FEW)
    assert np.isfinite(found.residuals).all()


def test_a_covariate_without_a_ratio_has_no_test(invented: pd.DataFrame) -> None:
    """As in R, where the coefficient is NA: the others are tested as if it were not there."""
    with_it = proportional_hazards(invented["time"], invented["event"], invented[["b", "c"]].assign(same=invented["b"]))
    without = proportional_hazards(invented["time"], invented["event"], invented[["b", "c"]])
    assert with_it.tests[:2] == without.tests and with_it.overall == without.overall
    assert with_it.tests[2].reason.startswith("it does not vary")
    assert np.isnan(with_it.residuals[:, 2]).all()


def test_a_stratum_in_which_a_covariate_does_not_vary_has_no_residual_of_it() -> None:
    """As R's NA."""
    time, event, stratum = [1, 2, 3, 4, 1, 2, 3, 4], [1, 1, 1, 0, 1, 1, 0, 0], [1, 1, 1, 1, 2, 2, 2, 2]
    x = {"x": [1, 0, 1, 0, 1, 1, 1, 1], "y": [3, 1, 2, 5, 2, 4, 4, 1]}
    found = proportional_hazards(time, event, x, strata=stratum)
    assert np.isnan(found.residuals).tolist() == [[False, False]] * 3 + [[True, False]] * 2


def test_what_is_asked_must_make_sense() -> None:
    with pytest.raises(ValueError, match="with ties by efron or breslow: found 'exact'"):
        proportional_hazards([1, 2], [1, 1], [0, 1], ties="exact")
    with pytest.raises(ValueError, match=r"time is scaled by one of \('km', 'identity'\): found 'log'"):
        proportional_hazards([1, 2, 3], [1, 1, 1], [0, 1, 0], scale="log")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.booleans()), min_size=5, max_size=30),
    st.randoms(use_true_random=False),
)
def test_order_unit_and_names_leave_the_test_alone(data, random) -> None:
    time, event, arm = (np.array(column) for column in zip(*data, strict=True))
    plain = proportional_hazards(time, event, arm, scale="identity")
    shuffled = random.sample(range(len(data)), len(data))
    other = proportional_hazards(time[shuffled] * 7, event[shuffled], ~arm[shuffled], scale="identity")
    assert other.overall.statistic == pytest.approx(plain.overall.statistic, rel=1e-5, abs=1e-6, nan_ok=True)
    assert other.overall.reason == plain.overall.reason
