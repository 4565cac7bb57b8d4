"""Distributions without a library: the figures are those of printed tables."""

from __future__ import annotations

from math import inf

import pytest

from trialbook.analysis.second.normal import beta_tail, chi_squared, student_quantile, student_tail, two_sided, z_of


@pytest.mark.parametrize(("confidence", "expected"), [(0.90, 1.6448536270), (0.95, 1.9599639845), (0.99, 2.5758293035)])
def test_normal_quantiles(confidence, expected):
    assert z_of(confidence) == pytest.approx(expected, abs=1e-10)
    assert two_sided(-z_of(confidence)) == pytest.approx(1 - confidence, abs=1e-14)


@pytest.mark.parametrize(("statistic", "expected"), [(0.0, 1.0), (3.841458820694, 0.05), (6.634896601021, 0.01)])
def test_chi_squared_with_one_degree(statistic, expected):
    assert chi_squared(statistic) == pytest.approx(expected, abs=1e-12)


# Quantiles of Student's t distribution, two-sided 95 %, as R's qt(0.975, df) prints them.
@pytest.mark.parametrize(
    ("df", "expected"), [(1, 12.70620473617), (2, 4.30265272975), (10, 2.22813885199), (30, 2.04227245630), (inf, 1.95996398454)]
)
def test_student_s_quantiles(df, expected):
    assert student_quantile(0.95, df) == pytest.approx(expected, abs=1e-10)
    assert student_tail(expected, df) == pytest.approx(0.05, abs=1e-11)


def test_student_with_many_degrees_is_normal():
    assert student_tail(2.0, 1e7) == pytest.approx(two_sided(2.0), abs=1e-7)


def test_the_incomplete_beta_function_of_whole_numbers_is_a_binomial_tail():
    # I_x(a, b) is the chance of at least a successes in a + b - 1 trials: here 5 or more of 8 with 0.3.
    assert beta_tail(5, 4, 0.3) == pytest.approx(0.05796765, abs=1e-12)
    assert (beta_tail(2, 3, 0.0), beta_tail(2, 3, 1.0)) == (0.0, 1.0)
