"""The tests of the signals, held to R's values and to examples that are published."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.checks.signals.statistics import (
    SMALLEST,
    fisher_greater,
    from_log,
    gap_p_value,
    holm,
    normal_upper,
    rank_sum_greater,
    stratified_greater,
)

# Ozone in New York in May and August 1973 (R's airquality).
MAY = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37]
AUGUST = [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85]


@pytest.mark.parametrize(
    ("table", "p"),
    [
        ((3, 4, 1, 4), 17 / 70),  # Fisher's tea taster
        ((4, 4, 0, 4), 1 / 70),
        ((0, 4, 4, 4), 1.0),
        ((10, 13, 2, 17), 0.00046518094336290433),  # Fisher's convicts and their twins, in R's help: p = 0.0004652
        ((0, 5, 0, 7), 1.0),
    ],
)
def test_fisher(table: tuple[int, int, int, int], p: float) -> None:
    assert fisher_greater(*table) == pytest.approx(p, rel=1e-9)


def test_a_p_value_far_out_keeps_its_digits() -> None:
    # All of 30 among 300: 1 / choose(300, 30).
    assert fisher_greater(30, 30, 0, 270) == pytest.approx(float(Fraction(1, comb(300, 30))), rel=1e-9)


def test_strata_penicillin_in_rabbits() -> None:
    """Agresti 1990, in R's help of mantelhaen.test: exact p is 0.040 two-sided, 0.020 one-sided."""
    # By dose: cured at once of so many, cured after 1.5 h of so many.
    doses = [(0, 6, 0, 5), (3, 6, 0, 6), (6, 6, 2, 6), (5, 6, 6, 6), (2, 2, 5, 5)]
    strata = [(of, of_others, hits + other_hits) for hits, of, other_hits, of_others in doses]
    assert stratified_greater(sum(hits for hits, *_ in doses), strata) == pytest.approx(0.0199, abs=0.0001)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(0, 8)), min_size=1, max_size=3), st.integers(0, 12))
def test_strata_by_counting_all_tables(strata: list[tuple[int, int, int]], hits: int) -> None:
    strata = [(a, b, min(c, a + b)) for a, b, c in strata]
    total = Fraction(0)
    for counts in product(*(range(a + 1) for a, _, _ in strata)):
        chance = Fraction(1)
        for k, (a, b, c) in zip(counts, strata, strict=True):
            chance *= Fraction(comb(a, k) * (comb(b, c - k) if c >= k else 0), comb(a + b, c))
        total += chance if sum(counts) >= hits else 0
    assert stratified_greater(hits, strata) == pytest.approx(max(float(total), SMALLEST), rel=1e-9)


def test_rank_sum() -> None:
    """R: wilcox.test(Ozone ~ Month, airquality, Month %in% c(5, 8), exact = FALSE) gives W = 127.5, p = 0.0001208 two-sided."""
    p = rank_sum_greater(np.array(AUGUST, dtype=float), np.array(MAY, dtype=float))
    assert 2 * p == pytest.approx(0.0001208, abs=5e-8)
    assert rank_sum_greater(np.ones(5), np.ones(9)) == 1.0


@pytest.mark.parametrize(("z", "p"), [(0, 0.5), (1.959963984540054, 0.025), (5, 2.866515718791946e-07), (-8, 1.0)])
def test_normal(z: float, p: float) -> None:
    assert normal_upper(z) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(("ratio", "spacings", "p"), [(5.848931925, 10, 0.01), (3.492828477, 10, 0.05), (0, 10, 1.0)])
def test_gap_is_the_f_distribution(ratio: float, spacings: int, p: float) -> None:
    """R: qf(0.99, 2, 20) = 5.848932, qf(0.95, 2, 20) = 3.492828."""
    assert gap_p_value(ratio, spacings) == pytest.approx(p, rel=1e-8)


@pytest.mark.parametrize(
    ("p_values", "tests", "rejected"),
    [
        ([], 100, []),
        ([0.01, 0.04, 0.03, 0.005], 4, [True, False, False, True]),  # p.adjust: 0.03, 0.06, 0.06, 0.02
        ([0.01, 0.005], 100, [False, False]),
        ([0.013, 0.0125], 4, [True, True]),
        ([0.0125, 0.026], 3, [True, False]),
    ],
)
def test_holm(p_values: list[float], tests: int, rejected: list[bool]) -> None:
    assert holm(p_values, tests, 0.05).tolist() == rejected


def test_logarithms_of_p_values() -> None:
    assert [from_log(0.0), from_log(-1e9), from_log(3.0)] == [1.0, SMALLEST, 1.0]
