"""Miettinen–Nurminen and Mee: a second computation without the cubic equation, edges, interval and test as one."""

from __future__ import annotations

from math import inf, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods import results
from trialbook.analysis.methods.counts import Tables
from trialbook.analysis.methods.score import likeliest, miettinen_nurminen, score_statistic, score_test

levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@st.composite
def arms(draw, most: int = 40):
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        # Nobody responds: the limit is z² k / (n + z² k) of either arm, k = N / (N - 1).
        ((0, 101, 0, 105), -0.0355, 0.0368),
        ((0, 1, 0, 1), -0.8848, 0.8848),
        # Everybody in one arm, nobody in the other.
        ((7, 7, 0, 5), 0.4823, 1.0),
        ((0, 5, 7, 7), -1.0, -0.4823),
        # Everybody in both.
        ((101, 101, 105, 105), -0.0368, 0.0355),
    ],
)
def test_edges_have_a_defined_answer(table, low, high):
    found = miettinen_nurminen(*table)
    assert (round(float(found.low), 4), round(float(found.high), 4)) == (low, high)


def by_likelihood(x1: int, n1: int, x2: int, n2: int, difference: float, corrected: bool) -> float:
    """The statistic, the likeliest proportions being found by halving the slope of the likelihood, which only falls."""
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    for _ in range(200):
        p2 = (low + high) / 2
        p1 = p2 + difference
        parts = ((x1, p1, 1), (n1 - x1, 1 - p1, -1), (x2, p2, 1), (n2 - x2, 1 - p2, -1))
        slope = (
            sum(sign * count / p for count, p, sign in parts if count and p > 0)
            if all(p > 0 or not c for c, p, _ in parts)
            else 0
        )
        low, high = (p2, high) if slope > 0 else (low, p2)
    p1, p2 = min(max(low + difference, 0.0), 1.0), low
    spread = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    if corrected:
        spread *= (n1 + n2) / (n1 + n2 - 1)
    return (x1 / n1 - x2 / n2 - difference) / sqrt(spread)


@settings(max_examples=150, deadline=None)
@given(arms(), st.floats(-0.98, 0.98), st.booleans())
def test_the_statistic_by_the_slope_of_the_likelihood(table, difference, corrected):
    if abs(difference) < 1e-3:
        difference = 0.01
    found = float(score_statistic(*table, difference=difference, corrected=corrected))
    assert found == pytest.approx(by_likelihood(*table, difference, corrected), rel=1e-6, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(arms(400), levels, st.booleans())
def test_the_limits_are_where_the_statistic_is_the_deviate(table, level, corrected):
    found = miettinen_nurminen(*table, level=level, corrected=corrected)
    z = NormalDist().inv_cdf((1 + level) / 2)
    for limit, sign, end in ((found.low, 1, -1), (found.high, -1, 1)):
        if abs(float(limit)) < 1 - 1e-12:
            assert by_likelihood(*table, float(limit), corrected) == pytest.approx(sign * z, rel=1e-6)
        else:
            assert float(limit) == end


@settings(max_examples=40, deadline=None)
@given(arms(), levels, st.floats(-1, 1))
def test_a_difference_is_outside_the_interval_exactly_if_the_test_rejects_it(table, level, difference):
    found = miettinen_nurminen(*table, level=level)
    outside = not found.low <= difference <= found.high
    tested = score_test(*table, difference=difference)
    assert outside == (tested.p_value < 1 - level) or abs(tested.p_value - (1 - level)) < 1e-9
    for near, within in ((found.low, 1e-7), (found.high, -1e-7)):
        at = float(np.clip(near + within, -1, 1))
        assert score_test(*table, difference=at).p_value >= 1 - level - 1e-5


@settings(max_examples=40, deadline=None)
@given(arms())
def test_one_sided_tests_are_parts_of_the_two_sided(table):
    two, more, less = (
        score_test(*table),
        score_test(*table, sides=1, greater=True),
        score_test(*table, sides=1, greater=False),
    )
    assert two.p_value == pytest.approx(2 * min(more.p_value, less.p_value))
    assert more.p_value + less.p_value == pytest.approx(1)
    x1, n1, x2, n2 = table
    assert score_test(x2, n2, x1, n1).statistic == pytest.approx(-two.statistic, abs=1e-12)


def test_the_test_at_the_edges():
    assert score_test(0, 5, 0, 7) == results.Tested(0, 1)
    assert score_test(5, 5, 0, 7, difference=1) == results.Tested(0, 1)
    assert score_test(5, 5, 0, 7, difference=-1) == results.Tested(inf, 0)
    assert score_test(0, 5, 7, 7, difference=1) == results.Tested(-inf, 0)
    assert score_test(0, 0, 7, 7).reason == "no subjects in arm 1"
    with pytest.raises(ValueError, match=r"found 1\.5, expected from -1 to 1"):
        score_test(1, 5, 2, 7, difference=1.5)


def test_pearson_s_chi_squared_is_its_square():
    # R: chisq.test of 29/48 against 14/48 without correction.
    assert float(score_statistic(29, 48, 14, 48, corrected=False)) ** 2 == pytest.approx(9.477841158403, abs=1e-11)


def test_the_cubic_equation_keeps_its_digits():
    # Nobody responds in arm 2: its likeliest proportion is 0 until the difference exceeds what arm 1 shows.
    p1, p2 = likeliest(Tables.of(5, 56, 0, 29), np.array([0.05, 0.3]))
    assert p1 - p2 == pytest.approx([0.05, 0.3], abs=1e-15)
    assert p2[1] == pytest.approx(0, abs=1e-15)
    one = miettinen_nurminen(3 * 10**6, 10**7, 2 * 10**6, 10**7)
    assert (float(one.low), float(one.high)) == pytest.approx((0.1 - 3.7706e-4, 0.1 + 3.7703e-4), abs=1e-7)
