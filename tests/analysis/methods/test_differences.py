"""The difference of two proportions: figures of R, SAS and Newcombe's paper; properties that every method has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from trialbook.analysis.methods import results
from trialbook.analysis.methods.differences import DIFFERENCE_METHODS, newcombe, pearson_chi_squared, risk_difference, wald
from trialbook.analysis.methods.results import Estimate

# R 4.2.2 (DescTools' and Epi's formulas written out); tables a to d are Newcombe's (Stat Med 1998; 17: 873-890, table II).
R = {
    "a": (56, 70, 48, 80),
    "b": (9, 10, 3, 10),
    "d": (5, 56, 0, 29),
    "trial": (29, 48, 14, 48),
}
INTERVALS = [
    ("a", "wald", 0.05750489914904, 0.342495100851),
    ("a", "agresti_caffo", 0.05245292663805, 0.3357584554758),
    ("a", "newcombe", 0.05243147240236, 0.3338726540369),
    ("b", "wald", 0.2605242797771, 0.9394757202229),
    ("b", "agresti_caffo", 0.1600008011004, 0.8399991988996),
    ("b", "newcombe", 0.1705227239345, 0.8090179735355),
    ("d", "wald", 0.01460024044259, 0.1639711881288),
    ("d", "agresti_caffo", -0.02886584630313, 0.171246268995),
    ("d", "newcombe", -0.03813714790354, 0.1925600138551),
    ("trial", "wald", 0.1236263136531, 0.5013736863469),
    ("trial", "agresti_caffo", 0.1140614903086, 0.4859385096914),
    ("trial", "newcombe", 0.1136685924549, 0.4789854605912),
]
# SAS 9.4, PROC FREQ riskdiff, 36/154 against 12/77 (CAMIS), as printed.
SAS = [
    ("agresti_caffo", -0.0329, 0.1782),
    ("miettinen_nurminen", -0.0361, 0.1775),
    ("mee", -0.0358, 0.1773),
    ("newcombe", -0.0361, 0.1751),
    ("wald", -0.0271, 0.1830),
]


def all_small_and_some_large_tables():
    """Every table with arms of 1 to 5 subjects, and 500 with arms of up to 300, as arrays of x1, n1, x2, n2."""
    arms = [(x, n) for n in range(1, 6) for x in range(n + 1)]
    small = np.array([(*one, *two) for one in arms for two in arms]).T
    rng = np.random.default_rng(20250328)
    n = rng.integers(1, 300, (2, 500))
    x = rng.binomial(n, rng.random((2, 500)))
    return np.concatenate([small, [x[0], n[0], x[1], n[1]]], axis=1)


@pytest.mark.parametrize(("table", "method", "low", "high"), INTERVALS)
def test_r_s_intervals(table, method, low, high):
    x1, n1, x2, n2 = R[table]
    found = risk_difference(x1, n1, x2, n2, method=method)
    expected = Estimate(x1 / n1 - x2 / n2, pytest.approx(low, abs=1e-11), pytest.approx(high, abs=1e-11))
    assert found == expected


@pytest.mark.parametrize(("method", "low", "high"), SAS)
def test_sas_s_intervals(method, low, high):
    found = risk_difference(36, 154, 12, 77, method=method)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_all_figures_of_the_reference(shared: Path):
    reference = json.loads((shared / "stats" / "expected" / "proportions.json").read_text(encoding="utf-8"))
    for name, row in reference["two"].items():
        counts = row["x1"], row["n1"], row["x2"], row["n2"]
        for method in DIFFERENCE_METHODS:
            found = risk_difference(*counts, method=method)
            expected = row["newcombe10" if method == "newcombe" else method]
            assert (found.value, found.low, found.high) == pytest.approx((row["diff"], *expected), abs=1e-10), (name, method)
        plain, corrected = pearson_chi_squared(*counts), pearson_chi_squared(*counts, corrected=True)
        assert plain == results.Tested(pytest.approx(row["chisq"]), pytest.approx(row["chisq_p"]), 1)
        assert corrected.p_value == pytest.approx(row["chisq_cc_p"])
    for name, published in reference["newcombe1998_published_method10"].items():
        row = reference["two"][name]
        found = risk_difference(row["x1"], row["n1"], row["x2"], row["n2"], method="newcombe")
        assert (round(found.low, 4), round(found.high, 4)) == tuple(published)
    for method in ("agresti_caffo", "miettinen_nurminen", "mee", "newcombe", "wald"):
        found = risk_difference(36, 154, 12, 77, method=method)
        assert [round(found.low, 4), round(found.high, 4)] == reference["sas_camis_36_154_12_77"][method]
    assert len(reference["two"]) == 7


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
