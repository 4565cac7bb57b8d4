from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods import results
from trialbook.analysis.methods.log_rank import log_rank


# R 4.2.2, survival 3.5-3: survdiff(Surv(time, event) ~ group + strata(stratum), rho = ...) on the invented subjects.
@pytest.mark.parametrize(
    ("stratified", "rho", "statistic", "observed", "expected"),
    [
        (False, 0, 0.515506669539756, [6, 6, 5], [4.89189216356399, 5.90596779381609, 6.20214004261992]),
        (
            False,
            1,
            0.402130543027159,
            [3.85802396616541, 4.06544682017544, 3.09515977443609],
            [3.36696232769424, 3.71485354010025, 3.93681469298246],
        ),
        (
            False,
            0.5,
            0.451410577209851,
            [4.70811439744597, 4.85740917082465, 3.81702073993049],
            [3.99549355644301, 4.56628501969229, 4.82076573206581],
        ),
        (
            True,
            0,
            0.827110351465998,
            [6, 6, 5],
            [2.32878787878788 + 2.75238095238095, 2.96060606060606 + 2.25238095238095, 2.71060606060606 + 3.99523809523809],
        ),
        (
            True,
            1,
            0.436269037235879,
            [2.75 + 1.13055555555556, 1.36111111111111 + 2.83333333333333, 1.47222222222222 + 1.71111111111111],
            [1.63888888888889 + 1.83055555555556, 2.02777777777778 + 1.67777777777778, 1.91666666666667 + 2.16666666666667],
        ),
    ],
)
def test_three_groups_are_compared_as_r_does(
    invented: pd.DataFrame, stratified: bool, rho: float, statistic: float, observed: list[float], expected: list[float]
) -> None:
    strata = invented["stratum"] if stratified else None
    found = log_rank(invented["time"], invented["event"], invented["group"], strata=strata, rho=rho)
    assert (found.groups, found.test.df) == (("a", "b", "c"), 2)
    assert found.test.statistic == pytest.approx(statistic, rel=1e-12)
    assert found.test.p_value == pytest.approx(np.exp(-statistic / 2), rel=1e-12)  # chi-squared with 2 degrees of freedom
    assert found.observed == pytest.approx(observed) and found.expected == pytest.approx(expected)


def test_the_data_sets_of_the_reference_give_r_s_figures(expected, reference) -> None:
    figures = expected("km_logrank_cox")
    asked = [("aml", "aml", "logrank", 0), ("aml", "aml", "gehan_peto", 1), ("gehan", "gehan", "logrank", 0)]
    asked += [("lung", "lung", "logrank", 0), ("myeloid_os", "myeloid", "logrank", 0)]
    for name, data, test, rho in asked:
        table, wanted = reference(data), figures[name][test]
        found = log_rank(table["time"], table["event"], table["group"], rho=rho)
        assert (found.test.statistic, found.test.p_value) == pytest.approx((wanted["chisq"], wanted["p"]), abs=1e-9)
        assert found.observed == pytest.approx(wanted["obs"]) and found.expected == pytest.approx(wanted["exp"])
    lung, wanted = reference("lung").dropna(subset=["ph.ecog"]), figures["lung"]["logrank_strat_ecog"]
    found = log_rank(lung["time"], lung["event"], lung["group"], strata=lung["ph.ecog"])
    assert (found.test.statistic, found.test.p_value) == pytest.approx((wanted["chisq"], wanted["p"]), abs=1e-9)
    assert found.observed == pytest.approx(wanted["obs"]) and found.expected == pytest.approx(wanted["exp"])


def test_the_leukemia_trial(leukemia: pd.DataFrame) -> None:
    """R 4.2.2: survdiff(Surv(time, cens) ~ treat, MASS::gehan)."""
    found = log_rank(leukemia["time"], leukemia["event"], leukemia["placebo"])
    assert found.test == results.Tested(pytest.approx(16.792940989217), pytest.approx(4.168809109335e-05), 1)
    assert found.observed.tolist() == [9, 21]
    assert found.expected == pytest.approx([19.250500948031, 10.749499051969])


def test_lung_cancer_by_performance_status_and_within_it(lung: pd.DataFrame) -> None:
    """R 4.2.2: survdiff(Surv(time, status) ~ ph.ecog, lung), and ~ sex + strata(ph.ecog) with rho 0 and 1."""
    known = lung.dropna(subset=["ph.ecog"])
    four = log_rank(known["time"], known["event"], known["ph.ecog"])
    assert (four.test.statistic, four.test.df) == (pytest.approx(21.962131682476), 3)
    assert four.expected == pytest.approx([54.152697018922929, 83.527564575081882, 26.147353065330211, 0.172385340664962])
    within = [log_rank(known["time"], known["event"], known["sex"], strata=known["ph.ecog"], rho=rho) for rho in (0, 1)]
    assert [one.test.statistic for one in within] == pytest.approx([10.795059633496, 13.8577727533752])


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
