from __future__ import annotations

from fractions import Fraction
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.kaplan_meier import Transform, kaplan_meier
from trialbook.analysis.methods.quantiles import median, quantile


def triple(found) -> tuple[float, float, float]:
    return found.value, found.low, found.high


# R 4.2.2, survival 3.5-3: quantile(survfit(Surv(time, event) ~ 1, conf.type = ...), c(0.25, 0.5, 0.75)); its NA is NaN.
@pytest.mark.parametrize(
    ("time", "event", "transform", "expected"),
    [
        ([1, 2, 3, 4], [1, 1, 0, 0], "log", [(1.5, 1, nan), (3, 1, nan), (nan, 2, nan)]),
        ([1, 2, 3, 4], [1, 1, 0, 1], "log", [(1.5, 1, nan), (3, 1, nan), (4, 2, nan)]),
        ([1, 2, 2, 3, 5, 8], [1, 1, 0, 0, 1, 1], "log", [(2, 1, nan), (5, 2, nan), (8, 5, nan)]),
        (range(1, 21), [1] * 20, "log", [(5.5, 3, 11), (10.5, 7, 16), (15.5, 12, nan)]),
        ([5], [1], "log", [(5, nan, nan), (5, nan, nan), (5, nan, nan)]),
        ([0, 0, 3, 4], [1, 1, 1, 0], "log", [(0, 0, nan), (1.5, 0, nan), (3.5, 0, nan)]),
        ([0, 1, 2, 3], [1, 1, 1, 1], "log-log", [(0.5, 0, 2), (1.5, 0, nan), (2.5, 0, nan)]),
        (range(1, 8), [1, 0, 1, 0, 1, 0, 1], "log-log", [(3, 1, nan), (5, 1, nan), (7, 3, nan)]),
        (range(1, 8), [1, 0, 1, 0, 1, 0, 1], "plain", [(3, 1, nan), (5, 3, nan), (7, 5, nan)]),
    ],
)
def test_quartiles_are_r_s(time, event, transform: Transform, expected: list[tuple[float, float, float]]) -> None:
    curve = kaplan_meier(list(time), event, transform=transform)
    found = [triple(quantile(curve, p)) for p in (0.25, 0.5, 0.75)]
    assert found == [pytest.approx(one, nan_ok=True) for one in expected]


def half_by_floats(at_risk_and_events: list[tuple[int, int]]) -> float:
    survival = 1.0
    for at_risk, events in at_risk_and_events:
        survival *= (at_risk - events) / at_risk
    return survival


@pytest.mark.parametrize("subjects", [14, 22, 28, 44, 56, 88])
def test_rounding_does_not_decide_whether_survival_is_one_half(subjects: int) -> None:
    """Without censoring the median of 2k is the midpoint of the k-th and the next, though the product of floats is no half."""
    times = list(range(1, subjects + 1))
    assert median(kaplan_meier(times, [1] * subjects)).value == subjects / 2 + 0.5


def test_products_of_floats_do_miss_one_half() -> None:
    """Else the test above would show nothing."""
    products = {n: half_by_floats([(n - k, 1) for k in range(n // 2)]) for n in (14, 22, 28, 44, 56, 88)}
    assert [n for n, product in products.items() if product != 0.5]
    assert any(product > 0.5 for product in products.values()), "a test for <= would come too late"
    assert any(product < 0.5 for product in products.values()), "a test for == would see no midpoint"


def test_survival_just_beside_one_half_is_not_one_half() -> None:
    """10000/20001 is above and 10000/19999 is not: nearness is no equality."""
    above = kaplan_meier([1] * 10000 + [2] * 10001, [1] * 10000 + [1] * 10001)
    assert (above.survival[0], median(above).value) == (pytest.approx(10001 / 20001), 2)
    below = kaplan_meier([1] * 10000 + [2] * 9999, [1] * 10000 + [1] * 9999)
    assert (below.survival[0], median(below).value) == (pytest.approx(9999 / 19999), 1)


def test_one_half_after_censoring_is_found_too() -> None:
    """7/8 x 6/7 x 4/6 is 1/2: one of 8 and one of 7, two of 6, then censored, then the next event at 9."""
    curve = kaplan_meier([1, 2, 3, 3, 4, 5, 9, 10], [1, 1, 1, 1, 0, 0, 1, 1])
    assert median(curve).value == 6


def test_a_probability_is_the_decimal_that_is_written() -> None:
    """0.1 of 10 subjects: survival is exactly 0.9 from 1 to 2, though neither 0.1 nor 0.9 is a float."""
    curve = kaplan_meier(list(range(1, 11)), [1] * 10)
    assert [quantile(curve, p).value for p in (0.1, 0.3, 0.7, 0.9)] == [1.5, 3.5, 7.5, 9.5]
    assert quantile(curve, Fraction(1, 3)).value == 4


def test_what_is_not_reached_has_a_reason() -> None:
    found = median(kaplan_meier([1, 2, 3], [1, 0, 0]))
    assert isnan(found.value) and found.low == 1 and isnan(found.high)
    assert found.reason == "survival and its upper limit did not come down to 0.5"
    assert median(kaplan_meier([], [])).reason == "no subjects"
    assert median(kaplan_meier([4, 4], [0, 0])).reason == (
        "survival and its lower limit and its upper limit did not come down to 0.5"
    )
    assert median(kaplan_meier([4, 4], [1, 1])).value == 4


def test_the_first_time_counts_where_the_upper_limit_rises_again() -> None:
    """Of 40 subjects 32 die at 2, 6 are censored at 3, one of the last two dies at 9: the limit is 0.37, then 0.46.

    R 4.2.2: the upper limit of the median is 2 in print(survfit), and 9 in quantile(survfit).
    """
    curve = kaplan_meier([2] * 32 + [3] * 6 + [9, 10], [1] * 32 + [0] * 6 + [1, 0], transform="log")
    assert curve.high[[0, 2]] == pytest.approx([0.3717, 0.4564], abs=1e-4)
    assert triple(median(curve)) == (2, 2, 2)


@pytest.mark.parametrize("probability", [0, 1, -0.5, 50, nan])
def test_a_probability_lies_between_0_and_1(probability: float) -> None:
    with pytest.raises(ValueError, match=f"a quantile is asked for a probability between 0 and 1: found {probability}"):
        quantile(kaplan_meier([1], [1]), probability)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30),
    st.integers(1, 9),
    st.sampled_from([0.5, 2, 8]),
)
def test_quantiles_scale_with_time(data: list[tuple[int, bool]], tenths: int, factor: float) -> None:
    time, event = (np.array(column) for column in zip(*data, strict=True))
    plain = quantile(kaplan_meier(time, event), tenths / 10)
    scaled = quantile(kaplan_meier(time * factor, event), tenths / 10)
    assert triple(scaled) == pytest.approx(tuple(factor * one for one in triple(plain)), nan_ok=True)
    assert scaled.reason == plain.reason


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=41))
def test_without_censoring_the_median_is_the_sample_s(times: list[int]) -> None:
    assert median(kaplan_meier(times, [1] * len(times))).value == np.median(times)
