"""Fisher's exact test: enumeration in whole numbers, many tables at once; the conditional odds ratio."""

from __future__ import annotations

from fractions import Fraction
from math import comb, inf

import numpy as np
import pytest

from trialbook.analysis.methods import results
from trialbook.analysis.methods.exact import conditional_odds_ratio, fisher, fisher_p_values
from trialbook.analysis.methods.results import Estimate


def test_the_statistic_is_the_responders_of_arm_1():
    # Fisher's tea: 34 of the 70 ways are no likelier than 3 of 4 right.
    assert fisher(3, 4, 1, 4) == results.Tested(3, pytest.approx(34 / 70), None)
    assert fisher(0, 5, 0, 7) == results.Tested(0, 1, None)


def in_whole_numbers(x1: int, n1: int, x2: int, n2: int) -> tuple[Fraction, Fraction, Fraction]:
    """Two-sided, greater and less, by the counts of the tables with these margins."""
    events = x1 + x2
    ways = {k: comb(n1, k) * comb(n2, events - k) for k in range(max(0, events - n2), min(n1, events) + 1)}
    sums = (
        sum(one for one in ways.values() if one <= ways[x1]),
        sum(one for k, one in ways.items() if k >= x1),
        sum(one for k, one in ways.items() if k <= x1),
    )
    together = comb(n1 + n2, events)
    return Fraction(sums[0], together), Fraction(sums[1], together), Fraction(sums[2], together)


def test_all_tables_of_some_sizes_at_once_are_as_in_whole_numbers():
    sizes = [(1, 1), (3, 7), (8, 8), (12, 5)]
    tables = np.array([(x1, n1, x2, n2) for n1, n2 in sizes for x1 in range(n1 + 1) for x2 in range(n2 + 1)])
    expected = np.array([[float(one) for one in in_whole_numbers(*map(int, table))] for table in tables]).T
    assert fisher_p_values(*tables.T) == pytest.approx(expected[0], rel=1e-12)
    assert fisher_p_values(*tables.T, sides=1) == pytest.approx(expected[1], rel=1e-12)
    assert fisher_p_values(*tables.T, sides=1, greater=False) == pytest.approx(expected[2], rel=1e-12)
    assert fisher_p_values(*tables[:6].T.reshape(4, 2, 3)).shape == (2, 3)


def test_swapped_arms_and_relabelled_outcomes_keep_the_p_value():
    rng = np.random.default_rng(8)
    n = rng.integers(1, 30, (2, 200))
    x = rng.binomial(n, 0.4)
    found = fisher_p_values(x[0], n[0], x[1], n[1])
    assert fisher_p_values(x[1], n[1], x[0], n[0]) == pytest.approx(found, rel=1e-10)
    assert fisher_p_values(n[0] - x[0], n[0], n[1] - x[1], n[1]) == pytest.approx(found, rel=1e-10)
    assert (found <= 1).all()


def test_an_empty_arm_has_no_test():
    assert fisher(0, 0, 1, 2).reason == "no subjects in arm 1"
    assert np.isnan(fisher_p_values([0, 1], [0, 2], [1, 1], [2, 2])).tolist() == [True, False]
    with pytest.raises(ValueError, match="sides: found 0, expected 1 or 2"):
        fisher_p_values(1, 2, 1, 2, sides=0)


def test_the_conditional_odds_ratio_is_the_likeliest():
    # At it the expected responders of arm 1, given the margins, are those observed.
    x1, n1, x2, n2 = 29, 48, 14, 48
    found = conditional_odds_ratio(x1, n1, x2, n2)
    events = x1 + x2
    weights = {k: comb(n1, k) * comb(n2, events - k) * found.value**k for k in range(events + 1)}
    assert sum(k * one for k, one in weights.items()) / sum(weights.values()) == pytest.approx(29, abs=1e-8)
    for limit, counts in ((found.low, range(29, 44)), (found.high, range(30))):
        weights = {k: comb(n1, k) * comb(n2, events - k) * limit**k for k in range(events + 1)}
        assert sum(weights[k] for k in counts) / sum(weights.values()) == pytest.approx(0.025, abs=1e-8)


def test_edges_of_the_conditional_odds_ratio():
    assert conditional_odds_ratio(5, 5, 0, 7).value == inf
    assert conditional_odds_ratio(0, 5, 7, 7) == Estimate(0, 0, pytest.approx(0.29515666821910325))
    assert conditional_odds_ratio(0, 5, 0, 7).reason == "nobody responded"
    assert conditional_odds_ratio(5, 5, 7, 7).reason == "everybody responded"
