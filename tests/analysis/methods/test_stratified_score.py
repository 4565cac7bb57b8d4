"""Stratified Miettinen–Nurminen and the summary score: properties, sparse strata."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from trialbook.analysis.methods import results
from trialbook.analysis.methods.score import miettinen_nurminen, score_statistic
from trialbook.analysis.methods.strata import cmh_statistic
from trialbook.analysis.methods.stratified_score import (
    stratified_miettinen_nurminen,
    stratified_score_statistic,
    stratified_score_test,
    summary_score,
)

# By stratum: responders and subjects of arm 1, then of arm 2. CAMIS (CDISC pilot, women, placebo against xanomeline by age).
CAMIS = ([20, 8], [40, 12], [25, 4], [49, 10])


def limits(found):
    return float(found.value), float(found.low), float(found.high)


def sparse_strata(number: int = 400, most: int = 12):
    """Comparisons of 1 to 4 strata, arms of 0 to ``most`` subjects, with any proportions: x1, n1, x2, n2, the strata last."""
    rng = np.random.default_rng(11)
    n = rng.integers(0, most + 1, (2, number, 4)) * (np.arange(4) <= rng.integers(0, 4, number)[:, None])
    x = rng.binomial(n, rng.choice([0, 0.1, 0.5, 0.9, 1], (2, number, 4)))
    return x[0], n[0], x[1], n[1]


def test_at_no_difference_it_is_the_test_of_cochran_mantel_haenszel():
    strata = sparse_strata()
    told = ~np.isnan(cmh_statistic(*strata))
    assert told.sum() > 200
    assert stratified_score_statistic(*strata)[told] ** 2 == pytest.approx(cmh_statistic(*strata)[told], rel=1e-9, abs=1e-9)


def test_one_stratum_is_no_strata():
    x1, n1, x2, n2 = (counts[:, :1] for counts in sparse_strata())
    found, plain = stratified_miettinen_nurminen(x1, n1, x2, n2), miettinen_nurminen(x1[:, 0], n1[:, 0], x2[:, 0], n2[:, 0])
    for one, other in zip((found.value, found.low, found.high), (plain.value, plain.low, plain.high), strict=True):
        assert one == pytest.approx(other, abs=1e-13, nan_ok=True)
    assert stratified_score_statistic(x1, n1, x2, n2, difference=0.2) == pytest.approx(
        score_statistic(x1[:, 0], n1[:, 0], x2[:, 0], n2[:, 0], difference=0.2), nan_ok=True
    )


@pytest.mark.parametrize("interval", [stratified_miettinen_nurminen, summary_score])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_swapped_arms_mirror_and_relabelled_outcomes_flip(interval, level):
    x1, n1, x2, n2 = sparse_strata()
    found, mirrored = interval(x1, n1, x2, n2, level=level), interval(x2, n2, x1, n1, level=level)
    flipped = interval(n1 - x1, n1, n2 - x2, n2, level=level)
    told = ~np.isnan(found.value)
    assert (told == ((n1 > 0) & (n2 > 0)).any(axis=-1)).all()
    assert (mirrored.value == -found.value)[told].all()
    assert (mirrored.low == -found.high)[told].all()
    assert flipped.low[told] == pytest.approx(-found.high[told], abs=1e-9)
    inside = (found.low >= -1) & (found.low <= found.value) & (found.value <= found.high) & (found.high <= 1)
    assert inside[told].all()


def test_the_order_of_strata_is_of_no_importance_and_useless_ones_add_nothing():
    strata = sparse_strata()
    more = [
        np.concatenate([counts[:, ::-1], np.full((len(counts), 1), n)], axis=1)
        for counts, n in zip(strata, (0, 0, 2, 5), strict=True)
    ]
    for interval in (stratified_miettinen_nurminen, summary_score):
        found, other = interval(*strata), interval(*more)
        assert other.low == pytest.approx(found.low, abs=1e-12, nan_ok=True)
        assert other.high == pytest.approx(found.high, abs=1e-12, nan_ok=True)


def test_doubled_strata_halve_the_variance():
    # Each stratum twice: same estimate; the statistic, without the small-sample factor alike in both, by the square root of 2.
    doubled = [counts * 2 for counts in CAMIS]
    once, twice = (stratified_score_statistic(*strata, difference=0.1) for strata in (CAMIS, doubled))
    assert float(twice) == pytest.approx(float(once) * 2**0.5, rel=1e-12)
    assert float(stratified_miettinen_nurminen(*doubled).value) == pytest.approx(0.04475836431227, abs=1e-12)


def test_every_difference_that_the_test_keeps_is_within_the_interval():
    strata = sparse_strata(150)
    found = stratified_miettinen_nurminen(*strata)
    grid = np.linspace(-1, 1, 401)
    z = stratified_score_statistic(*(counts[:, None, :] for counts in strata), difference=grid)
    told = ~np.isnan(found.value)
    kept = np.abs(z[told]) < NormalDist().inv_cdf(0.975) - 1e-9
    within = (found.low[told, None] - 1e-9 <= grid) & (grid <= found.high[told, None] + 1e-9)
    assert not (kept & ~within).any()
    # Inside, the test keeps all but where the statistic turns, which it does in few of these strata.
    assert (~kept & within).sum() <= 0.001 * within.sum()


def test_the_limits_where_the_statistic_turns():
    # From -0.057 to 0 the statistic rises from 1.964 to 1.999, so that at the deviate 1.98 there are three crossings.
    strata = ([1, 1], [1, 1], [0, 13], [4, 13])
    level = 2 * NormalDist().cdf(1.98) - 1
    found = stratified_miettinen_nurminen(*strata, level=level)
    statistic = [float(stratified_score_statistic(*strata, difference=d)) for d in (-0.2, -0.057, -0.001, 0.1)]
    assert [one > 1.98 for one in statistic] == [True, False, True, False]
    assert -0.2 < float(found.low) < -0.057
    assert float(stratified_score_statistic(*strata, difference=float(found.low))) == pytest.approx(1.98, abs=1e-9)


def test_where_nobody_responds_in_any_stratum():
    found = stratified_miettinen_nurminen([0, 0], [50, 51], [0, 0], [52, 53])
    assert limits(found)[0] == 0
    assert -1 < float(found.low) < 0 < float(found.high) < 1
    assert stratified_score_test([0, 0], [50, 51], [0, 0], [52, 53]) == results.Tested(0, 1)


def test_where_all_strata_are_useless_it_says_so():
    alone = ([0, 3], [0, 5], [2, 0], [4, 0])
    assert stratified_score_test(*alone).reason == "no stratum has subjects in both arms"
    assert np.isnan([limits(stratified_miettinen_nurminen(*alone)), limits(summary_score(*alone))]).all()


def test_one_sided():
    more, less = (stratified_score_test(*CAMIS, sides=1, greater=greater).p_value for greater in (True, False))
    assert (more, less) == pytest.approx((0.6416774751712 / 2, 1 - 0.6416774751712 / 2), abs=1e-12)
