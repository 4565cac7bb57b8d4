"""Cochran–Mantel–Haenszel and the common difference: what sparse strata add, what does not change the result."""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from trialbook.analysis.methods.counts import Tables
from trialbook.analysis.methods.score import score_statistic
from trialbook.analysis.methods.strata import (
    cmh_statistic,
    cochran_mantel_haenszel,
    mantel_haenszel,
    mantel_haenszel_weights,
)

# By stratum: responders and subjects of arm 1, then of arm 2. CAMIS (CDISC pilot, women, placebo against xanomeline by age).
CAMIS = ([20, 8], [40, 12], [25, 4], [49, 10])


def test_the_common_difference_with_wald_s_variance():
    sato, wald = mantel_haenszel(*CAMIS), mantel_haenszel(*CAMIS, sato=False)
    assert float(sato.value) == float(wald.value)
    assert (float(wald.low), float(wald.high)) == pytest.approx((-0.1408339742879, 0.2303507029125), abs=1e-12)


def test_statsmodels_gives_the_same_where_it_is_right():
    rng = np.random.default_rng(2)
    for strata in range(1, 7):
        n = rng.integers(4, 40, (2, strata))
        x = rng.binomial(n, 0.5)
        tables = [np.array([[x[0, k], n[0, k] - x[0, k]], [x[1, k], n[1, k] - x[1, k]]]) for k in range(strata)]
        other = StratifiedTable([table.astype(float) for table in tables]).test_null_odds(correction=False)
        assert cochran_mantel_haenszel(x[0], n[0], x[1], n[1]).statistic == pytest.approx(other.statistic, rel=1e-10)


def test_the_correction_leaves_less_than_half_a_subject():
    # Expected in arm 1: 4.5 of 9, a distance of ½ exactly.
    assert cochran_mantel_haenszel([5], [9], [4], [9], corrected=True).statistic == 0
    # The distance is 0.2639: below ½ nothing is taken (statsmodels would take ½ and square what is negative).
    plain = cochran_mantel_haenszel([5], [10], [4], [9]).statistic
    assert cochran_mantel_haenszel([5], [10], [4], [9], corrected=True).statistic == plain > 0


def test_one_stratum_is_pearson_s_chi_squared_less_one_subject():
    # 9.477841158403 is R's chisq.test(correct = FALSE) of 29/48 against 14/48.
    assert cochran_mantel_haenszel([29], [48], [14], [48]).statistic == pytest.approx(9.477841158403 * 95 / 96, abs=1e-11)
    assert float(cmh_statistic([29], [48], [14], [48])) == pytest.approx(float(score_statistic(29, 48, 14, 48)) ** 2)


@pytest.mark.parametrize(
    "useless",
    [
        pytest.param((0, 0, 3, 5), id="no arm 1"),
        pytest.param((2, 4, 0, 0), id="no arm 2"),
        pytest.param((0, 0, 0, 0), id="nobody"),
        pytest.param((1, 1, 0, 0), id="one subject"),
    ],
)
def test_a_stratum_that_lacks_an_arm_changes_nothing(useless):
    more = [[*counts, one] for counts, one in zip(CAMIS, useless, strict=True)]
    assert cochran_mantel_haenszel(*more) == cochran_mantel_haenszel(*CAMIS)
    for sato in (True, False):
        assert mantel_haenszel(*more, sato=sato) == mantel_haenszel(*CAMIS, sato=sato)
    assert mantel_haenszel_weights(Tables.of_strata(*more))[-1] == 0


def test_a_stratum_with_one_outcome_tells_the_test_nothing_but_moves_the_estimate():
    more = [[*counts, one] for counts, one in zip(CAMIS, (0, 9, 0, 8), strict=True)]
    assert cochran_mantel_haenszel(*more) == cochran_mantel_haenszel(*CAMIS)
    assert 0 < float(mantel_haenszel(*more).value) < float(mantel_haenszel(*CAMIS).value)


def test_where_all_strata_are_useless_it_says_so():
    alone = ([0, 3], [0, 5], [2, 0], [4, 0])
    reason = "no stratum has subjects in both arms and both outcomes"
    assert cochran_mantel_haenszel(*alone).reason == reason
    assert cochran_mantel_haenszel([0, 5], [4, 5], [0, 6], [3, 6]).reason == reason
    assert np.isnan([mantel_haenszel(*alone).value, mantel_haenszel(*alone).low]).all()
    assert cochran_mantel_haenszel([], [], [], []).reason == reason


def test_large_differences_keep_their_p_value():
    # statsmodels has 0 here.
    found = cochran_mantel_haenszel([95, 90], [100, 100], [5, 10], [100, 100])
    assert 0 < found.p_value == pytest.approx(erfc(sqrt(found.statistic / 2)), rel=1e-12, abs=0)


def test_many_comparisons_at_once_are_each_as_alone():
    rng = np.random.default_rng(3)
    n = rng.integers(0, 9, (2, 40, 3))
    x = rng.binomial(n, 0.4)
    together = cmh_statistic(x[0], n[0], x[1], n[1])
    limits = mantel_haenszel(x[0], n[0], x[1], n[1])
    for k in range(40):
        row = (x[0, k], n[0, k], x[1, k], n[1, k])
        assert together[k] == pytest.approx(cochran_mantel_haenszel(*row).statistic, nan_ok=True, rel=1e-14)
        assert limits.high[k] == pytest.approx(float(mantel_haenszel(*row).high), nan_ok=True, rel=1e-14)
