"""Each test and interval, asked of many trials, decides as the method does for one."""

from __future__ import annotations

import numpy as np
import pytest

from trialbook.analysis.methods.differences import DIFFERENCE_METHODS, risk_difference
from trialbook.analysis.methods.exact import fisher
from trialbook.analysis.methods.score import score_test
from trialbook.analysis.methods.strata import cochran_mantel_haenszel
from trialbook.analysis.methods.strata_difference import STRATIFIED_METHODS, stratified_risk_difference
from trialbook.analysis.operating.decisions import INTERVALS, TESTS
from trialbook.analysis.operating.scenario import Arm, Scenario
from trialbook.analysis.operating.trials import simulate

TABLES = simulate(
    Scenario("assumed", Arm(20, (0.7, 0.4, 0.1)), Arm(17, (0.4, 0.1, 0.1)), (0.5, 0.3, 0.2)), 12, np.random.default_rng(9)
).tables
ROWS = [tuple(counts[k] for counts in (TABLES.x1, TABLES.n1, TABLES.x2, TABLES.n2)) for k in range(12)]


def test_tests():
    sums = [tuple(int(counts.sum()) for counts in row) for row in ROWS]
    assert {name: TESTS[name](TABLES, 2).tolist() for name in TESTS} == {
        "fisher": pytest.approx([fisher(*row).p_value for row in sums]),
        "miettinen_nurminen": pytest.approx([score_test(*row).p_value for row in sums]),
        "cochran_mantel_haenszel": pytest.approx([cochran_mantel_haenszel(*row).p_value for row in ROWS]),
    }
    assert TESTS["fisher"](TABLES, 1).tolist() == pytest.approx([fisher(*row, sides=1).p_value for row in sums])


@pytest.mark.parametrize("name", INTERVALS)
def test_intervals(name):
    found = INTERVALS[name](TABLES, 0.9)
    for k, row in enumerate(ROWS):
        if name in DIFFERENCE_METHODS:
            one = risk_difference(*(int(counts.sum()) for counts in row), method=name, level=0.9)
        else:
            one = stratified_risk_difference(*row, method=name.removeprefix("stratified_"), level=0.9)
        assert (found.value[k], found.low[k], found.high[k]) == pytest.approx((one.value, one.low, one.high))
    assert len(INTERVALS) == len(DIFFERENCE_METHODS) + len(STRATIFIED_METHODS)
