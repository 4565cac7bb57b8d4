"""Rubin's rules on completed data sets: counted by hand."""

from __future__ import annotations

from math import isnan, sqrt

import pytest

from trialbook.analysis.second.imputation import mantel_haenszel, pooled
from trialbook.analysis.second.normal import student_quantile, z_of
from trialbook.analysis.second.score_interval import Counts


def test_mantel_and_haenszel_s_difference():
    # One stratum with arms of one size: the plain difference with Wald's variance, 0.25/10 + 0.21/10.
    assert mantel_haenszel([Counts(5, 10, 3, 10)]) == pytest.approx((0.2, 0.046))
    # Weights 5 and 4, of differences 0.2 and -0.125; a stratum without control has none.
    estimate, _ = mantel_haenszel([Counts(5, 10, 3, 10), Counts(3, 8, 4, 8), Counts(1, 3, 0, 0)])
    assert estimate == pytest.approx((5 * 0.2 - 4 * 0.125) / 9)
    assert mantel_haenszel([Counts(1, 3, 0, 0)]) is None


def test_two_imputations():
    # Differences 0.2 and 0.3 with variances 0.046 and 0.045: within 0.0455, between 0.005, 1.5 times.
    estimate, low, high, p, missing = pooled([[Counts(5, 10, 3, 10)], [Counts(6, 10, 3, 10)]], 0.95)
    df = (1 + 0.0455 / 0.0075) ** 2
    half = student_quantile(0.95, df) * sqrt(0.053)
    assert (estimate, low, high) == pytest.approx((0.25, 0.25 - half, 0.25 + half))
    r = 0.0075 / 0.0455
    assert missing == pytest.approx((r + 2 / (df + 3)) / (r + 1))
    assert p == pytest.approx(0.2827, abs=5e-4)  # t of 1.0859 with 49.9 degrees


def test_imputations_that_agree_are_one_data_set():
    found = pooled([[Counts(5, 10, 3, 10)]] * 3, 0.95)
    assert found[:3] == pytest.approx((0.2, 0.2 - z_of(0.95) * sqrt(0.046), 0.2 + z_of(0.95) * sqrt(0.046)))
    assert found.missing_information == 0


def test_nothing_to_pool():
    for completed in ([[Counts(5, 10, 0, 0)]] * 2, [[Counts(5, 10, 3, 10)]], [[Counts(0, 10, 0, 10)]] * 2):
        assert all(isnan(one) for one in pooled(completed, 0.95))
