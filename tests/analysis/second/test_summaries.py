"""Measurements described and rates of events, counted by hand and against tables."""

from __future__ import annotations

from math import isnan

import pytest

from trialbook.analysis.second.summaries import at_most, rate, summary


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # R: quantile(x, type = 2), SAS's default.
        ([4, 1, 3, 2], (4, 2.5, 1.2909944487, 1, 1.5, 2.5, 3.5, 4)),
        ([5, 1, 3, 2, 4], (5, 3.0, 1.5811388301, 1, 2, 3, 4, 5)),
        ([7, 7], (2, 7, 0, 7, 7, 7, 7, 7)),
    ],
)
def test_summaries(values, expected):
    assert summary(values) == pytest.approx(expected)


def test_too_few_values():
    n, mean, sd, *others = summary([3.0])
    assert (n, mean, others) == (1, 3, [3] * 5) and isnan(sd)
    assert summary([])[0] == 0 and all(isnan(one) for one in summary([])[1:])


# Garwood's limits of the expected number, as printed in tables of the Poisson distribution (95 %).
@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_rates(events, low, high):
    found = rate(events, 50, 0.95)
    assert found == pytest.approx((50, 2 * events, 2 * low, 2 * high), abs=2e-3)


def test_a_rate_needs_time():
    assert all(isnan(one) for one in rate(0, 0, 0.95)[1:])


def test_poisson_tail():
    assert at_most(2, 3.0) == pytest.approx(0.4231900811, abs=1e-10)
    assert at_most(-1, 3.0) == 0
