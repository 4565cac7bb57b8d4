"""Exposure-adjusted rates: exact Poisson limits, score limits of a difference, exact limits of a ratio."""

from __future__ import annotations

from math import exp, factorial, inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from trialbook.analysis.methods.rates import incidence_rate, rate_difference, rate_ratio

counts = st.integers(0, 30)
times = st.floats(0.5, 500)


def poisson(most: int, mean: float) -> float:
    return sum(mean**k * exp(-mean) / factorial(k) for k in range(most + 1))


@pytest.mark.parametrize("level", [0.9, 0.99])
@pytest.mark.parametrize("events", [1, 4, 25])
def test_the_tails_at_the_limits(events, level):
    found = incidence_rate(events, 8.0, level=level)
    tails = [1 - poisson(events - 1, found.low * 8), poisson(events, found.high * 8)]
    assert tails == pytest.approx([(1 - level) / 2] * 2, abs=1e-12)


def test_the_unit_scales_the_rate():
    one, hundred = incidence_rate(7, 45.5), incidence_rate(7, 45.5, per=100)
    assert (hundred.value, hundred.low, hundred.high) == pytest.approx((100 * one.value, 100 * one.low, 100 * one.high))
    assert round(hundred.value, 2) == 15.38


def likeliest_variance(events1: int, time1: float, events2: int, time2: float, difference: float) -> float:
    """By search instead of the quadratic equation."""

    def less_likely(rate2: float) -> float:
        rate1 = rate2 + difference
        logs = sum(events * np.log(rate) for events, rate in ((events1, rate1), (events2, rate2)) if events)
        return rate1 * time1 + rate2 * time2 - logs

    low = max(0.0, -difference) + 1e-12
    high = low + (events1 + events2 + 1) / min(time1, time2)
    rate2 = minimize_scalar(less_likely, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    return (rate2 + difference) / time1 + rate2 / time2


@settings(max_examples=40, deadline=None)
@given(counts, times, counts, times)
def test_the_limits_of_a_difference_are_where_the_score_is_the_deviate(events1, time1, events2, time2):
    found = rate_difference(events1, time1, events2, time2)
    for limit in (found.low, found.high):
        spread = likeliest_variance(events1, time1, events2, time2, limit)
        assert abs(found.value - limit) / spread**0.5 == pytest.approx(1.959963984540054, rel=2e-3)
    mirrored = rate_difference(events2, time2, events1, time1)
    assert (mirrored.value, mirrored.low, mirrored.high) == (-found.value, -found.high, -found.low)
    assert found.low <= found.value <= found.high


def test_a_ratio():
    # The example of R's poisson.test (breast cancer): each limit is where a binomial tail is 2.5 %.
    found = rate_ratio(11, 800, 21, 3011)
    for limit, chosen in ((found.low, range(11, 33)), (found.high, range(12))):
        p = limit * 800 / (limit * 800 + 3011)
        tail = sum(factorial(32) / factorial(k) / factorial(32 - k) * p**k * (1 - p) ** (32 - k) for k in chosen)
        assert tail == pytest.approx(0.025, abs=1e-12)
    inverted = rate_ratio(21, 3011, 11, 800)
    assert (inverted.value, inverted.low, inverted.high) == pytest.approx((1 / found.value, 1 / found.high, 1 / found.low))


@pytest.mark.parametrize(
    ("counts", "value", "reason"),
    [
        ((3, 10.0, 0, 10.0), inf, ""),
        ((0, 10.0, 3, 10.0), 0, ""),
        ((0, 10.0, 0, 10.0), nan, "no events"),
        ((0, 0.0, 3, 10.0), nan, "no subject-time in arm 1"),
        ((0, 0.0, 0, 0.0), nan, "no subject-time in arm 1; no subject-time in arm 2"),
    ],
)
def test_edges_of_a_ratio(counts, value, reason):
    found = rate_ratio(*counts)
    assert (found.value, found.reason) == (pytest.approx(value, nan_ok=True), reason)
    if not reason:
        assert 0 <= found.low < found.high <= inf
    if "time" in reason:
        assert rate_difference(*counts).reason == reason


def test_what_is_no_rate():
    assert incidence_rate(0, 0).reason == "no subject-time in the arm"
    with pytest.raises(ValueError, match="the arm has 2 events but no subject-time"):
        incidence_rate(2, 0)
    with pytest.raises(ValueError, match="subject-time of arm 2: found -1, expected 0 or more"):
        rate_difference(2, 5, 1, -1)
    with pytest.raises(ValueError, match="events of arm 1: found -2, expected whole numbers from 0 upward"):
        rate_ratio(-2, 5, 1, 1)
    with pytest.raises(ValueError, match="found nan, expected 0 or more"):
        incidence_rate(1, nan)
