from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.gray import gray


def test_events_at_time_0_count_as_in_r(invented: pd.DataFrame) -> None:
    """The same with an event of each cause at 0, of a and of b."""
    time, cause, group = [0, 0, *invented["time"]], [1, 2, *invented["cause"]], ["a", "b", *invented["group"]]
    found = [gray(time, cause, group, of=of).statistic for of in (1, 2)]
    assert found == pytest.approx([4.29418415824719, 1.86333445437066], rel=1e-12)


def test_transplants_within_strata_and_by_weights_as_in_r(reference) -> None:
    """R 4.2.2, cmprsk 2.2-11: cuminc(ftime, Status, D, Source), (…, D, Sex) and (…, Phase, D, rho = 0.5) on bmtcrr."""
    data = reference("bmtcrr")
    found = [
        gray(data["time"], data["cause"], data[by], of=of, strata=data[within], rho=rho).statistic
        for by, within, rho in (("D", "Source", 0), ("D", "Sex", 0), ("Phase", "D", 0.5))
        for of in (1, 2)
    ]
    wanted = [4.59789775993076, 1.70179863119990, 2.868904147333137, 0.386774657584132, 16.04253923145732, 0.80703181549692]
    assert found == pytest.approx(wanted, rel=1e-12)


def test_comprisk_agrees(invented: pd.DataFrame) -> None:
    """An implementation of other hands, without strata."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from comprisk import gray_test

        theirs = gray_test(
            invented["time"].to_numpy(float), invented["cause"].to_numpy(), pd.factorize(invented["group"])[0], cause=1
        )
    found = gray(invented["time"], invented["cause"], invented["group"])
    assert (found.statistic, found.p_value) == pytest.approx((theirs.stat, theirs.pvalue), rel=1e-10)


@pytest.mark.parametrize(
    ("time", "cause", "group", "reason"),
    [
        ([], [], [], "no events of this cause"),
        ([1, 2, 3], [0, 2, 2], list("aab"), "no events of this cause"),
        ([1, 2, 3], [1, 1, 1], list("aaa"), "no event of this cause happened while two groups were at risk"),
        ([1, 2, 3], [0, 1, 1], list("baa"), "no event of this cause happened while two groups were at risk"),
        ([5], [1], ["a"], "no event of this cause happened while two groups were at risk"),
        ([1, 1], [1, 1], list("ab"), "the events tell nothing of a difference between the groups"),
    ],
)
def test_without_a_comparison_there_is_no_test_and_a_reason(time, cause, group, reason: str) -> None:
    found = gray(time, cause, group)
    assert (np.isnan(found.statistic), np.isnan(found.p_value), found.df, found.reason) == (True, True, None, reason)


def test_groups_in_separate_strata_are_not_compared() -> None:
    time, cause, group, strata = [1, 2, 3, 1, 2, 4], [1, 2, 1, 1, 1, 2], list("aaabbb"), list("uuuvvv")
    assert gray(time, cause, group, strata=strata).reason == "no event of this cause happened while two groups were at risk"
    one_more = gray([*time, 1, 2, 3, 4], [*cause, 1, 1, 1, 1], [*group, *"abab"], strata=[*strata, *"wwww"])
    alone = gray([1, 2, 3, 4], [1, 1, 1, 1], list("abab"))
    assert (one_more.statistic, one_more.df) == (pytest.approx(alone.statistic), 1)


def test_a_category_of_nobody_costs_no_degree_of_freedom(invented: pd.DataFrame) -> None:
    group = pd.Categorical(invented["group"], categories=["a", "nobody", "b", "c"])
    found = gray(invented["time"], invented["cause"], group)
    assert (found.statistic, found.df) == (pytest.approx(2.66183228717790), 2)


def test_a_cause_of_interest_is_a_number_from_1() -> None:
    with pytest.raises(ValueError, match="a cause is a whole number of 1 or more"):
        gray([1, 2], [1, 1], ["a", "b"], of=0)


trials = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 2), st.sampled_from("ab"), st.sampled_from("uv")), min_size=4, max_size=40
)


@settings(max_examples=40, deadline=None)
@given(trials, st.randoms(use_true_random=False))
def test_order_unit_and_names_leave_the_test_alone(data, random) -> None:
    time, cause, group, stratum = (np.array(column) for column in zip(*data, strict=True))
    plain = gray(time, cause, group, strata=stratum)
    shuffled = random.sample(range(len(data)), len(data))
    renamed, numbered = np.where(group == "a", "z", "y")[shuffled], np.where(cause == 2, 7, cause)[shuffled]
    other = gray(time[shuffled] * 30.4375, numbered, renamed, strata=stratum[shuffled])
    assert other.statistic == pytest.approx(plain.statistic, rel=1e-9, abs=1e-12, nan_ok=True)
    assert (other.reason, other.df) == (plain.reason, plain.df)


@settings(max_examples=30, deadline=None)
@given(trials)
def test_one_stratum_is_none_and_two_alike_double_the_statistic(data) -> None:
    time, cause, group, _ = (list(column) for column in zip(*data, strict=True))
    plain = gray(time, cause, group)
    assert gray(time, cause, group, strata=["one"] * len(data)) == plain
    twice = gray(time * 2, cause * 2, group * 2, strata=["one"] * len(data) + ["two"] * len(data))
    assert twice.statistic == pytest.approx(2 * plain.statistic, rel=1e-9, abs=1e-12, nan_ok=True)
