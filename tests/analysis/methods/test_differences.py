"""The difference of two proportions: properties that every method has. The figures of R and SAS are in the package (truth)."""

from __future__ import annotations

import numpy as np
import pytest

from trialbook.analysis.methods import results
from trialbook.analysis.methods.differences import DIFFERENCE_METHODS, newcombe, pearson_chi_squared, risk_difference, wald
from trialbook.analysis.methods.results import Estimate


def all_small_and_some_large_tables():
    """Every table with arms of 1 to 5 subjects, and 500 with arms of up to 300, as arrays of x1, n1, x2, n2."""
    arms = [(x, n) for n in range(1, 6) for x in range(n + 1)]
    small = np.array([(*one, *two) for one in arms for two in arms]).T
    rng = np.random.default_rng(20250328)
    n = rng.integers(1, 300, (2, 500))
    x = rng.binomial(n, rng.random((2, 500)))
    return np.concatenate([small, [x[0], n[0], x[1], n[1]]], axis=1)


@pytest.mark.parametrize("method", DIFFERENCE_METHODS)
@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_swapped_arms_mirror_and_relabelled_outcomes_flip(method, level):
    interval, (x1, n1, x2, n2) = DIFFERENCE_METHODS[method], all_small_and_some_large_tables()
    found = interval(x1, n1, x2, n2, level=level)
    mirrored = interval(x2, n2, x1, n1, level=level)
    assert (mirrored.value == -found.value).all()
    assert (mirrored.low == -found.high).all()
    assert (mirrored.high == -found.low).all()
    flipped = interval(n1 - x1, n1, n2 - x2, n2, level=level)
    assert flipped.low == pytest.approx(-found.high, abs=1e-9)
    assert (flipped.value == pytest.approx(-found.value)) and (flipped.high == pytest.approx(-found.low, abs=1e-9))
    assert (found.low >= -1).all()
    assert (found.low <= found.high).all()
    assert (found.high <= 1).all()
    if method != "agresti_caffo":
        assert ((found.low <= found.value) & (found.value <= found.high)).all()
    wider = interval(x1, n1, x2, n2, level=0.999)
    assert ((wider.low <= found.low) & (found.high <= wider.high)).all()


@pytest.mark.parametrize("method", DIFFERENCE_METHODS)
def test_an_empty_arm_gives_no_estimate_but_a_reason(method):
    assert risk_difference(0, 0, 3, 5, method=method).reason == "no subjects in arm 1"
    assert risk_difference(3, 5, 0, 0, method=method).reason == "no subjects in arm 2"
    assert risk_difference(0, 0, 0, 0, method=method).reason == "no subjects in arm 1; no subjects in arm 2"
    many = DIFFERENCE_METHODS[method]([0, 3, 3], [0, 5, 5], [3, 2, 0], [5, 5, 0])
    assert np.isnan([many.value, many.low, many.high]).tolist() == [[True, False, True]] * 3


def test_many_tables_at_once_are_each_as_alone():
    rng = np.random.default_rng(5)
    n1, n2 = rng.integers(1, 40, 50), rng.integers(1, 40, 50)
    x1, x2 = rng.binomial(n1, 0.4), rng.binomial(n2, 0.1)
    for method, function in DIFFERENCE_METHODS.items():
        together = function(x1, n1, x2, n2, level=0.9)
        for number, table in enumerate(zip(x1, n1, x2, n2, strict=True)):
            alone = risk_difference(*table, method=method, level=0.9)
            assert (together.value[number], together.low[number], together.high[number]) == (alone.value, alone.low, alone.high)


def test_of_large_arms_all_methods_are_one():
    limits = {method: function(310_000, 10**6, 299_000, 10**6) for method, function in DIFFERENCE_METHODS.items()}
    assert {method: (float(one.low), float(one.high)) for method, one in limits.items()} == {
        method: pytest.approx((float(limits["wald"].low), float(limits["wald"].high)), abs=1e-6) for method in limits
    }


def test_nobody_responds():
    assert risk_difference(0, 8, 0, 9, method="wald") == Estimate(0, 0, 0)
    found = newcombe(0, 8, 0, 9)
    # The upper limits of Wilson alone: z² / (n + z²).
    square = 1.959963984540054**2
    assert (float(found.low), float(found.high)) == pytest.approx((-square / (9 + square), square / (8 + square)), abs=1e-12)


def test_wald_is_cut():
    # 0.8 - 0.1 plus 1.96 x 0.2026... is more than 1.
    assert float(wald(4, 5, 0, 10).high) == 1


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((0, 5, 0, 7), "nobody responded"),
        ((5, 5, 7, 7), "everybody responded"),
        ((0, 0, 3, 7), "no subjects in arm 1"),
    ],
)
def test_chi_squared_says_why_there_is_none(table, reason):
    found = pearson_chi_squared(*table)
    assert (found.reason, np.isnan(found.p_value)) == (reason, True)


def test_yates_takes_no_more_than_there_is():
    # 4 of 9 and 4 of 9: nothing is left; without Yates the statistic is 0 as well.
    assert pearson_chi_squared(4, 9, 4, 9, corrected=True) == results.Tested(0, 1, 1)
    # The distance from what is expected is 0.26 of a subject.
    assert pearson_chi_squared(4, 9, 5, 10, corrected=True).statistic == pytest.approx(0, abs=1e-30)


def test_an_unknown_method_is_told():
    with pytest.raises(ValueError, match="method score: expected one of miettinen_nurminen, mee, newcombe, wald, agresti_caffo"):
        risk_difference(1, 2, 1, 2, method="score")
