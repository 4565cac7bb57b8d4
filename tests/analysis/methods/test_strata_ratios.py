"""Common odds and risk ratios, and Breslow–Day: statsmodels; edges."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from trialbook.analysis.methods import results
from trialbook.analysis.methods.strata_ratios import breslow_day, common_odds_ratio, common_risk_ratio

CAMIS = ([20, 8], [40, 12], [25, 4], [49, 10])
# R's UCBAdmissions: men admitted and applying, women admitted and applying, departments A to F.
BERKELEY = (
    [512, 353, 120, 138, 53, 22],
    [825, 560, 325, 417, 191, 373],
    [89, 17, 202, 131, 94, 24],
    [108, 25, 593, 375, 393, 341],
)


def test_breslow_day_and_tarone_of_berkeley():
    # R: DescTools BreslowDayTest of UCBAdmissions: X-squared = 18.826, df = 5, p = 0.002071.
    found = breslow_day(*BERKELEY)
    assert (round(found.statistic, 3), found.df, round(found.p_value, 6)) == (18.826, 5, 0.002071)


def test_statsmodels_gives_the_same():
    rng = np.random.default_rng(6)
    for strata in range(2, 7):
        n = rng.integers(8, 40, (2, strata))
        x = rng.binomial(n, 0.5)
        counts = (x[0], n[0], x[1], n[1])
        other = StratifiedTable([np.array([[a, b - a], [c, d - c]], dtype=float) for a, b, c, d in zip(*counts, strict=True)])
        low, high = other.oddsratio_pooled_confint(alpha=0.1)
        odds = common_odds_ratio(*counts, level=0.9)
        assert (odds.value, odds.low, odds.high) == pytest.approx((other.oddsratio_pooled, low, high), rel=1e-10)
        assert common_risk_ratio(*counts).value == pytest.approx(other.riskratio_pooled, rel=1e-12)
        for adjusted in (False, True):
            expected = other.test_equal_odds(adjust=adjusted)
            found = breslow_day(*counts, adjusted=adjusted)
            assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-8)


def test_one_stratum_has_the_plain_ratios():
    # 29/48 against 14/48: (29 x 34) / (19 x 14), 29/14. The log odds ratio's variance is 1/29 + 1/19 + 1/14 + 1/34.
    odds, risk = common_odds_ratio([29], [48], [14], [48]), common_risk_ratio([29], [48], [14], [48])
    half = 1.959963984540054 * (1 / 29 + 1 / 19 + 1 / 14 + 1 / 34) ** 0.5
    assert (odds.value, np.log(odds.high / odds.low)) == pytest.approx((986 / 266, 2 * half))
    half = 1.959963984540054 * (1 / 29 + 1 / 14 - 2 / 48) ** 0.5
    assert (risk.value, np.log(risk.high / risk.low)) == pytest.approx((29 / 14, 2 * half))


def test_swapped_arms_invert_and_relabelled_outcomes_invert_the_odds():
    x1, n1, x2, n2 = (np.array(counts) for counts in BERKELEY)
    odds, swapped, relabelled = (
        common_odds_ratio(x1, n1, x2, n2),
        common_odds_ratio(x2, n2, x1, n1),
        common_odds_ratio(n1 - x1, n1, n2 - x2, n2),
    )
    expected = (1 / odds.value, 1 / odds.high, 1 / odds.low)
    assert (swapped.value, swapped.low, swapped.high) == pytest.approx(expected)
    assert (relabelled.value, relabelled.low, relabelled.high) == pytest.approx(expected)
    for other in ((x2, n2, x1, n1), (n1 - x1, n1, n2 - x2, n2)):
        assert breslow_day(*other).statistic == pytest.approx(breslow_day(x1, n1, x2, n2).statistic)


def test_strata_with_one_ratio_do_not_differ():
    # An odds ratio of 1 in each stratum (statsmodels divides by zero here), and of 4 in each.
    assert breslow_day([2, 4], [4, 8], [3, 5], [6, 10]) == results.Tested(pytest.approx(0, abs=1e-20), pytest.approx(1), 1)
    assert breslow_day([8, 4], [12, 6], [4, 6], [12, 18]).statistic == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize(
    ("strata", "odds", "reason"),
    [
        (([3, 2], [5, 4], [0, 0], [6, 3]), inf, "all that tells the arms apart is on one side, so that there is no interval"),
        (([0, 0], [5, 4], [2, 1], [6, 3]), 0, "all that tells the arms apart is on one side, so that there is no interval"),
        (([0, 0], [5, 4], [0, 0], [6, 3]), None, "no stratum has subjects in both arms and both outcomes"),
        (([0, 2], [0, 4], [2, 0], [6, 0]), None, "no stratum has subjects in both arms"),
    ],
)
def test_edges(strata, odds, reason):
    found = common_odds_ratio(*strata)
    assert found.reason == reason
    assert (found.value == odds) if odds is not None else np.isnan(found.value)
    assert np.isnan([found.low, found.high]).all()
    assert breslow_day(*strata).reason


def test_a_useless_stratum_costs_no_degree_of_freedom():
    more = [[*counts, *two] for counts, two in zip(CAMIS, ((0, 0), (0, 4), (1, 0), (3, 6)), strict=True)]
    assert breslow_day(*more) == breslow_day(*CAMIS)
    assert breslow_day([2, 0], [4, 3], [1, 0], [4, 3]).reason == "only one stratum has subjects in both arms and both outcomes"
