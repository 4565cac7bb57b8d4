"""Intervals of proportions and of their differences: figures of papers, of R and of SAS; properties."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.second.proportions import clopper_pearson, newcombe, wald, wilson
from trialbook.analysis.second.score_interval import Counts, miettinen_nurminen, stratified_miettinen_nurminen

ARMS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


# Newcombe, Statistics in Medicine 1998; 17: 857-872, Table I: methods 3 (Wilson) and 5 (Clopper–Pearson).
@pytest.mark.parametrize(
    ("x", "n", "score", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_one_proportion(x, n, score, exact):
    assert wilson(x, n, 0.95) == pytest.approx((x / n, *score), abs=5e-5)
    assert clopper_pearson(x, n, 0.95) == pytest.approx((x / n, *exact), abs=5e-5)


# Newcombe, Statistics in Medicine 1998; 17: 873-890, Table II: methods 5 (Mee's, here with Miettinen and Nurminen's factor,
# his method 6) and 10 (hybrid score).
@pytest.mark.parametrize(
    ("counts", "score", "hybrid"),
    [
        ((56, 70, 48, 80), (0.0528, 0.3382), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1700, 0.8406), (0.1705, 0.8090)),
        ((10, 10, 0, 10), (0.6636, 1.0000), (0.6075, 1.0000)),
    ],
)
def test_two_proportions(counts, score, hybrid):
    assert miettinen_nurminen(Counts(*counts), 0.95)[1:] == pytest.approx(score, abs=6e-5)
    assert newcombe(*counts, 0.95)[1:] == pytest.approx(hybrid, abs=6e-5)


def test_nobody_responds():
    # 0/101 against 0/105: R's ratesci scoreci and SAS's PROC FREQ, riskdiff(cl=mn).
    assert miettinen_nurminen(Counts(0, 101, 0, 105), 0.95) == pytest.approx((0, -0.0355, 0.0368), abs=6e-5)


def test_wald():
    # R: prop.test(c(56, 48), c(70, 80), correct = FALSE).
    assert wald(56, 70, 48, 80, 0.95) == pytest.approx((0.2, 0.0575, 0.3425), abs=6e-5)


def test_strata():
    # R: ratesci 1.1.0 scoreci(stratified = TRUE, weighting = "MH", skew = FALSE) of CAMIS's example (CDISC pilot, women by age).
    strata = [Counts(20, 40, 25, 49), Counts(8, 12, 4, 10)]
    expected = (0.04475836431227, -0.141794207089, 0.2282334470412)
    assert stratified_miettinen_nurminen(strata, 0.95) == pytest.approx(expected, abs=1e-10)
    assert stratified_miettinen_nurminen([*strata, Counts(3, 7, 0, 0)], 0.95) == pytest.approx(expected, abs=1e-10)


def test_an_empty_arm_tells_nothing():
    for found in (wilson(0, 0, 0.95), newcombe(3, 5, 0, 0, 0.95), miettinen_nurminen(Counts(0, 0, 3, 5), 0.95)):
        assert all(isnan(value) for value in found)


@settings(max_examples=40)
@given(ARMS, ARMS)
def test_arms_exchanged_mirror_the_interval(treated, control):
    for made in (lambda *counts: miettinen_nurminen(Counts(*counts), 0.95), lambda *counts: newcombe(*counts, 0.95)):
        estimate, low, high = made(*treated, *control)
        assert made(*control, *treated) == pytest.approx((-estimate, -high, -low), abs=1e-9)
        assert -1 - 1e-9 <= low <= estimate <= high <= 1 + 1e-9
