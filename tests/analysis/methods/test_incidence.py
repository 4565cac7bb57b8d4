from __future__ import annotations

from math import exp, isnan, log, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.incidence import cumulative_incidence, incidence_difference
from trialbook.analysis.methods.kaplan_meier import kaplan_meier


def test_events_at_time_0_count_as_in_r() -> None:
    """R's cmprsk: a step at 0 of 1/9 for the one of nine subjects of group a."""
    curves = cumulative_incidence([0, 1, 2, 4, 5, 7, 8, 10, 11], [1, 1, 2, 0, 1, 0, 2, 0, 1])
    assert (curves.at(0).value, curves.at(0).standard_error ** 2) == pytest.approx((1 / 9, 0.0123456790123457))


def test_comprisk_agrees(invented: pd.DataFrame) -> None:
    """An implementation of other hands."""
    import warnings

    time, cause = invented["time"].to_numpy(float), invented["cause"].to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from comprisk import CumulativeIncidence

        theirs = CumulativeIncidence().fit(time=time, event=cause).curves_
    for of in (1, 2):
        curve = theirs[None, of]
        ours = [cumulative_incidence(time, cause).at(at, of) for at in curve.times]
        assert [one.value for one in ours] == pytest.approx(curve.cif)
        assert [one.standard_error**2 for one in ours] == pytest.approx(curve.var)


FOUR = tuple(0.25 ** exp(sign * 1.959963984540054 * sqrt(10) / 12 / (0.25 * log(4))) for sign in (1, -1))


@pytest.mark.parametrize(
    ("time", "value", "limits", "error", "reason"),
    [
        (0.5, 0, (nan, nan), 0, "no event of this cause until then: there are no limits"),
        (1, 0, (nan, nan), 0, "no event of this cause until then: there are no limits"),
        (2, 1 / 4, FOUR, sqrt(10) / 12, ""),
        (4, 1 / 4, FOUR, sqrt(10) / 12, ""),
        (9, nan, (nan, nan), nan, "nobody was followed until 9: the longest time is 4"),
    ],
)
def test_where_there_are_no_limits_the_reason_says_why(time, value, limits, error, reason) -> None:
    """Four subjects: another event, the event, censored, censored; so small that all is seen by hand.

    F(2) = 3/4 x 1/3. The other event weighs (F(2) - F(1)) / S(1) = 1/3 and its count varies by 1/16; the event weighs 1 and
    varies by (3/4)^2 / 9 = 1/16: together 10/144.
    """
    found = cumulative_incidence([1, 2, 3, 4], [2, 1, 0, 0]).at(time)
    assert (found.value, found.low, found.high) == pytest.approx((value, *limits), nan_ok=True)
    assert found.standard_error == pytest.approx(error, nan_ok=True)
    assert found.reason == reason


def test_without_censoring_the_error_is_nearly_the_binomial_one() -> None:
    """Of n subjects without censoring or ties, Aalen's variance of F is F (1 - F) / n times factors near 1 (here n is 400)."""
    rng = np.random.default_rng(20240305)
    cause = rng.permutation(np.repeat([1, 2], [120, 280]))
    curves = cumulative_incidence(np.arange(1, 401), cause)
    middle = curves.at(200)
    assert middle.standard_error == pytest.approx(sqrt(middle.value * (1 - middle.value) / 400), rel=0.01)


def test_everybody_with_the_event_has_an_incidence_of_one_and_no_limits() -> None:
    found = cumulative_incidence([1, 2, 2], [1, 1, 1]).at(50)
    assert (found.value, found.reason) == (pytest.approx(1), "everybody had an event of this cause: there are no limits")
    assert isnan(found.low)


def test_groups_of_nobody_and_of_one() -> None:
    empty = cumulative_incidence([], [], causes=2)
    assert (empty.subjects, empty.at(1, 2).reason) == (0, "no subjects")
    assert cumulative_incidence([3], [2]).at(3, 2).value == 1
    assert cumulative_incidence([3], [0]).at(3).value == 0


def test_the_difference_adds_the_variances_and_is_turned_with_the_arms(invented: pd.DataFrame) -> None:
    a, b = (cumulative_incidence(one["time"], one["cause"], causes=2) for _, one in list(invented.groupby("group"))[:2])
    found = incidence_difference(a, b, 8)
    assert found.value == a.at(8).value - b.at(8).value
    assert found.standard_error == pytest.approx(sqrt(a.at(8).standard_error ** 2 + b.at(8).standard_error ** 2))
    assert found.high - found.value == pytest.approx(1.959963984540054 * found.standard_error)
    turned = incidence_difference(b, a, 8)
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))
    assert incidence_difference(a, b, 13, 2).reason == "second group: nobody was followed until 13: the longest time is 12"


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ([1, -1], "cause must be a whole number, 0 for censored: found -1.0 for the subject at position 1"),
        ([1, 1.5], "cause must be a whole number, 0 for censored: found 1.5 for the subject at position 1"),
        ([nan, 1], "cause must be a whole number, 0 for censored: found nan for the subject at position 0"),
        ([1, 3], "a cause is a number from 1 to 2: found 3"),
        (["relapse", "death"], "cause must be numbers: found <U7"),
    ],
)
def test_what_is_no_cause_is_an_error(cause, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        cumulative_incidence([1, 2], cause, causes=2)


def test_a_cause_that_there_is_no_curve_of_is_an_error() -> None:
    curves = cumulative_incidence([1, 2], [1, 2])
    with pytest.raises(ValueError, match="there are curves of the causes 1 to 2: found 3"):
        curves.at(1, 3)
    with pytest.raises(ValueError, match=r"a cause is a whole number of 1 or more \(0 is censored\): found 0"):
        curves.at(1, 0)


subjects = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(subjects, st.randoms(use_true_random=False))
def test_all_incidences_and_survival_are_one_at_every_time(data: list[tuple[int, int]], random) -> None:
    time, cause = zip(*data, strict=True)
    curves = cumulative_incidence(time, cause, causes=3)
    assert curves.time.tolist() == sorted(set(time)), "no time is moved"
    assert curves.incidence.sum(axis=0) + curves.survival == pytest.approx(np.ones(len(curves.time)), abs=1e-12)
    assert (np.diff(curves.incidence, axis=1) >= 0).all()
    known = ~np.isnan(curves.low)
    assert (curves.low[known] <= curves.incidence[known]).all() and (curves.incidence[known] <= curves.high[known]).all()
    shuffled = random.sample(data, len(data))
    other = cumulative_incidence(*zip(*shuffled, strict=True), causes=3)
    np.testing.assert_array_equal(other.incidence, curves.incidence)
    np.testing.assert_array_equal(other.standard_error, curves.standard_error)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30))
def test_without_competing_events_incidence_is_one_less_survival(data: list[tuple[int, bool]]) -> None:
    time, event = zip(*data, strict=True)
    curves, plain = cumulative_incidence(time, event), kaplan_meier(time, event)
    assert curves.incidence[0] == pytest.approx(1 - plain.survival, abs=1e-12)
    assert curves.at_risk.tolist() == plain.at_risk.tolist()
