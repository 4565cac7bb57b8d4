from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.log_rank import log_rank


def test_events_at_time_0_count_as_in_r() -> None:
    found = log_rank([0, 0, 1, 2, 3, 4], [1, 0, 1, 1, 0, 1], [1, 2, 1, 2, 1, 2])
    assert found.test.statistic == pytest.approx(0.615384615384615)
    assert found.expected == pytest.approx([1.33333333333333, 2.66666666666667])


def test_statsmodels_agrees(invented: pd.DataFrame) -> None:
    """An implementation of other hands, on the strata too."""
    from statsmodels.duration.survfunc import survdiff

    for strata in (None, invented["stratum"]):
        found = log_rank(invented["time"], invented["event"], invented["group"], strata=strata)
        theirs = survdiff(invented["time"], invented["event"].astype(int), invented["group"], strata=strata)
        assert (found.test.statistic, found.test.p_value) == pytest.approx(theirs, rel=1e-10)


@pytest.mark.parametrize(
    ("time", "event", "group", "reason"),
    [
        ([], [], [], "no events"),
        ([1, 2, 3], [0, 0, 0], list("aab"), "no events"),
        ([1, 2, 3], [1, 1, 1], list("aaa"), "no event happened while two groups were at risk"),
        ([1, 2, 3], [0, 1, 1], list("baa"), "no event happened while two groups were at risk"),
        ([2, 2, 2], [1, 1, 1], list("aab"), "the events tell nothing of a difference between the groups"),
        ([5], [1], ["a"], "no event happened while two groups were at risk"),
    ],
)
def test_without_a_comparison_there_is_no_test_and_a_reason(time, event, group, reason: str) -> None:
    found = log_rank(time, event, group).test
    assert (np.isnan(found.statistic), np.isnan(found.p_value), found.df, found.reason) == (True, True, None, reason)


def test_a_group_that_is_gone_before_the_first_event_costs_no_degree_of_freedom() -> None:
    time, event, group = [1, 2, 3, 4, 5], [0, 1, 1, 1, 1], list("cabab")
    with_it, without = log_rank(time, event, group), log_rank(time[1:], event[1:], group[1:])
    assert with_it.test == without.test
    assert (with_it.test.df, with_it.groups, with_it.expected[2]) == (1, ("a", "b", "c"), 0)


def test_groups_in_separate_strata_are_not_compared() -> None:
    time, event, group, strata = [1, 2, 3, 1, 2, 4], [1, 1, 1, 1, 1, 1], list("aaabbb"), list("uuuvvv")
    assert log_rank(time, event, group, strata=strata).test.reason == "no event happened while two groups were at risk"
    one_more = log_rank([*time, 1, 2, 3, 4], [*event, 1, 1, 1, 1], [*group, *"abab"], strata=[*strata, *"wwww"])
    alone = log_rank([1, 2, 3, 4], [1, 1, 1, 1], list("abab"))
    assert (one_more.test.statistic, one_more.test.df) == (pytest.approx(alone.test.statistic), 1)


def test_a_category_of_nobody_is_shown_and_costs_nothing() -> None:
    group = pd.Categorical(["a", "b", "a", "b"], categories=["b", "empty", "a"])
    found = log_rank([1, 2, 3, 4], [1, 1, 1, 1], group)
    assert (found.groups, found.observed.tolist(), found.test.df) == (("b", "empty", "a"), [2, 0, 2], 1)


def test_missing_labels_are_an_error() -> None:
    with pytest.raises(ValueError, match="group is missing for the subject at position 1"):
        log_rank([1, 2], [1, 1], ["a", None])
    with pytest.raises(ValueError, match="stratum is missing for the subject at position 0"):
        log_rank([1, 2], [1, 1], ["a", "b"], strata=[np.nan, 1])
    with pytest.raises(ValueError, match="group must be one a subject: found 1 for 2 subjects"):
        log_rank([1, 2], [1, 1], ["a"])
    with pytest.raises(ValueError, match="rho must be 0 or more: found -1"):
        log_rank([1, 2], [1, 1], ["a", "b"], rho=-1)


trials = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.sampled_from("ab")), min_size=2, max_size=30)


@settings(max_examples=40, deadline=None)
@given(trials, st.randoms(use_true_random=False))
def test_order_unit_and_names_leave_the_test_alone(data: list[tuple[int, bool, str]], random) -> None:
    time, event, group = (np.array(column) for column in zip(*data, strict=True))
    plain = log_rank(time, event, group)
    shuffled = random.sample(range(len(data)), len(data))
    renamed = np.where(group == "a", "z", "y")[shuffled]
    other = log_rank(time[shuffled] * 7, event[shuffled], renamed, strata=["one"] * len(data))
    assert other.test.statistic == pytest.approx(plain.test.statistic, rel=1e-9, abs=1e-12, nan_ok=True)
    assert other.test.reason == plain.test.reason
    if len(plain.groups) == 2:
        assert other.observed[::-1] == pytest.approx(plain.observed) and other.expected[::-1] == pytest.approx(plain.expected)
    assert plain.observed.sum() == pytest.approx(plain.expected.sum())


@settings(max_examples=40, deadline=None)
@given(trials, st.floats(0, 2))
def test_who_never_is_at_risk_of_an_event_changes_nothing(data: list[tuple[int, bool, str]], rho: float) -> None:
    """A subject that is censored before the first event: here at 0, all others being one later."""
    time, event, group = zip(*data, strict=True)
    later = [one + 1 for one in time]
    plain, more = log_rank(later, event, group, rho=rho), log_rank([*later, 0], [*event, 0], [*group, "a"], rho=rho)
    assert more.test == plain.test
