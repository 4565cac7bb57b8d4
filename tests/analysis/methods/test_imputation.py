"""Multiple imputation: the edges of Rubin's rules, draws that have the spread of the posterior."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
from scipy import stats

from trialbook.analysis.methods.imputation import impute_responders, imputed_difference, pool
from trialbook.analysis.methods.strata_difference import stratified_risk_difference

# Responders and subjects with an outcome by cell, subjects without: arm 1, then arm 2.
TRIAL = ([20, 5], [35, 8], [5, 0], [10, 2], [38, 6], [2, 2])


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_barnard_and_rubin_s_degrees_of_freedom():
    # By hand: the share of imputation is (4/3) / (11/6) = 8/11; observed 21/23 x 20 x 3/11; 1 / (1/3.78125 + 1/4.98023...).
    found = pool([1, 2, 3], [0.5, 0.6, 0.4], complete_df=20)
    assert found.df == pytest.approx(1 / (1 / 3.78125 + 1 / (21 / 23 * 20 * 3 / 11)))
    assert pool([1, 2, 3], [0.5, 0.6, 0.4], complete_df=1e9).df == pytest.approx(3.78125)


def test_imputations_that_agree_leave_the_complete_data_s_interval():
    found = pool([0.3, 0.3], [0.01, 0.01])
    assert (found.df, found.missing_information) == (inf, 0)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((0.3 - 0.1959963984540054, 0.3 + 0.1959963984540054))


def test_where_nothing_varies_there_is_no_estimate():
    found = pool([1, 1], [0, 0])
    assert found.estimate.reason == found.test.reason == "neither the imputed data sets nor the estimates within them vary"
    only_between = pool([1, 2], [0, 0])
    assert (only_between.df, only_between.missing_information) == (1, 1)


@pytest.mark.parametrize(
    ("estimates", "variances", "complete_df"),
    [([1], [1], inf), ([1, 2], [1], inf), ([1, np.nan], [1, 1], inf), ([1, 2], [1, -1], inf), ([1, 2], [1, 1], 0)],
)
def test_what_cannot_be_pooled(estimates, variances, complete_df):
    with pytest.raises(ValueError, match="expected"):
        pool(estimates, variances, complete_df=complete_df)


def test_draws_are_proper():
    # Beta-binomial: mean m a / (a + b), variance m a b (a + b + m) / ((a + b)² (a + b + 1)), a = 20.5, b = 15.5, m = 5.
    drawn = impute_responders([20], [35], [5], imputations=200_000, rng=seeded())[:, 0]
    expected = stats.betabinom(5, 20.5, 15.5)
    assert drawn.mean() == pytest.approx(expected.mean(), abs=4 * expected.std() / sqrt(200_000))
    assert np.bincount(drawn, minlength=6) / 200_000 == pytest.approx(expected.pmf(range(6)), abs=0.005)
    # A draw that took the observed proportion as the truth would vary less.
    assert drawn.var() == pytest.approx(expected.var(), rel=0.02)
    assert expected.var() > 1.1 * 5 * (20 / 35) * (15 / 35)


def test_an_odds_ratio_shifts_those_who_are_missing():
    same, worse, none = (
        impute_responders([2000], [4000], [100], imputations=4000, rng=seeded(), odds_ratio=odds).mean()
        for odds in (1, 0.5, 1e-12)
    )
    # The odds of 1/2 halved: a chance of 1/3.
    assert (same, worse, none) == (pytest.approx(50, abs=0.5), pytest.approx(100 / 3, abs=0.5), 0)


def test_the_same_seed_draws_the_same_and_no_more_than_are_missing():
    first, again, other = (impute_responders(*TRIAL[:3], imputations=50, rng=seeded(seed)) for seed in (3, 3, 4))
    assert first.shape == (50, 2)
    assert (first == again).all()
    assert (first != other).any()
    assert ((first >= 0) & (first <= [5, 0])).all()


def test_a_cell_without_anybody_observed_is_drawn_from_the_prior():
    drawn = impute_responders([0], [0], [1], imputations=20_000, rng=seeded())
    assert drawn.mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"imputations": 0}, "imputations: found 0, expected 1 or more"),
        ({"odds_ratio": 0}, "expected finite numbers above 0"),
        ({"odds_ratio": [1, inf]}, "expected finite numbers above 0"),
        ({"prior": 0}, "expected finite numbers above 0"),
        ({"missing": [-1, 0]}, "missing subjects: found -1"),
        ({"x": [40, 5]}, "observed: 40 responders of 35 subjects"),
    ],
)
def test_what_cannot_be_imputed(change, message):
    given = {"x": TRIAL[0], "n": TRIAL[1], "missing": TRIAL[2], "imputations": 5, "rng": seeded()}
    with pytest.raises(ValueError, match=message):
        impute_responders(**{**given, **change})


def test_nobody_missing_is_the_plain_analysis():
    whole = ([20, 5], [40, 8], [0, 0], [10, 2], [40, 8], [0, 0])
    counts = (whole[0], whole[1], whole[3], whole[4])
    for stratified, method, strata in ((True, "sato", counts), (False, "wald", [[sum(one)] for one in counts])):
        found = imputed_difference(*whole, imputations=10, rng=seeded(), stratified=stratified).estimate
        expected = stratified_risk_difference(*strata, method=method)
        assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))


def test_missing_outcomes_widen_the_interval_and_mirrored_arms_mirror_it():
    found = imputed_difference(*TRIAL, imputations=2000, rng=seeded())
    # What is imputed is like what was observed in the cell, so the estimate is near that of the posterior means.
    completed = ([20 + 5 * 20.5 / 36, 5], [40, 8], [10 + 2 * 10.5 / 39, 2 + 2 * 2.5 / 7], [40, 8])
    p = [(a / b - c / d) for a, b, c, d in zip(*completed, strict=True)]
    assert found.estimate.value == pytest.approx((20 * p[0] + 4 * p[1]) / 24, abs=0.003)
    assert found.between > 0
    assert found.imputations == 2000
    other = imputed_difference(*TRIAL[3:], *TRIAL[:3], imputations=2000, rng=seeded(2))
    assert other.estimate.value == pytest.approx(-found.estimate.value, abs=0.005)


def test_limits_stay_within_one():
    found = imputed_difference([5], [5], [1], [0], [5], [1], imputations=20, rng=seeded())
    assert found.estimate.high <= 1


def test_without_a_cell_of_both_arms_there_is_a_reason():
    found = imputed_difference([1, 0], [2, 0], [1, 0], [0, 1], [0, 2], [0, 1], imputations=5, rng=seeded())
    assert found.estimate.reason == found.test.reason == "no stratum has subjects in both arms"
