"""The tipping point: the whole grid, each cell being the test of one completed table."""

from __future__ import annotations

import numpy as np
import pytest

from trialbook.analysis.methods.counts import normal_p_value
from trialbook.analysis.methods.exact import fisher
from trialbook.analysis.methods.score import score_statistic
from trialbook.analysis.methods.tipping import tipping_point


def test_every_cell_is_the_test_of_one_completed_table():
    found = tipping_point(24, 43, 5, 11, 43, 5)
    assert found.p_values.shape == found.differences.shape == (6, 6)
    for i in range(6):
        for j in range(6):
            assert found.p_values[i, j] == fisher(24 + i, 48, 11 + j, 48).p_value
            assert found.differences[i, j] == pytest.approx((24 + i) / 48 - (11 + j) / 48)


def test_where_the_conclusion_tips():
    # 24 of 48 against 11 to 16 of 48: from the fourth of 0 to 5 responders on, 0.05 is exceeded.
    found = tipping_point(24, 43, 5, 11, 43, 5)
    assert found.significant[0].tolist() == [True, True, True, False, False, False]
    assert found.boundary.tolist() == [3, 4, 5, -1, -1, -1]
    assert not found.robust


def test_where_it_does_not():
    found = tipping_point(40, 46, 2, 5, 46, 2)
    assert found.robust
    assert found.boundary.tolist() == [-1, -1, -1]
    assert found.conclusions.tolist() == [[1] * 3] * 3


def test_another_arm_that_becomes_better_is_another_conclusion():
    found = tipping_point(10, 20, 0, 0, 20, 40, alpha=0.05)
    assert found.conclusions[0, 0] == 1
    assert found.conclusions[0, -1] == 0
    other = tipping_point(0, 20, 0, 0, 20, 40)
    assert other.conclusions[0, [0, -1]].tolist() == [0, -1]
    assert other.changed[0].tolist() == (other.conclusions[0] == -1).tolist()


def test_equal_proportions_differ_by_nothing():
    found = tipping_point(3, 9, 2, 10, 30, 5)
    # 4 of 11 and 13 of 35 differ, 5 of 11 and 15 of 35 do; without missing ones 3 of 9 and 10 of 30 do not.
    assert tipping_point(3, 9, 0, 10, 30, 0).differences.tolist() == [[0]]
    assert found.differences.shape == (3, 6)


def test_another_test():
    def score(x1, n1, x2, n2):
        return normal_p_value(score_statistic(x1, n1, x2, n2))

    found = tipping_point(24, 43, 5, 11, 43, 5, test=score)
    assert (found.p_values < tipping_point(24, 43, 5, 11, 43, 5).p_values).all()


def test_mirrored_arms_mirror_the_grid():
    found, mirrored = tipping_point(24, 43, 5, 11, 41, 7), tipping_point(11, 41, 7, 24, 43, 5)
    assert pytest.approx(found.p_values, rel=1e-10) == mirrored.p_values.T
    assert (-found.conclusions == mirrored.conclusions.T).all()


def test_arms_of_which_nothing_is_known_are_all_possibilities():
    found = tipping_point(0, 0, 4, 0, 0, 4)
    assert np.diag(found.p_values).tolist() == pytest.approx([1] * 5)


def test_what_is_no_trial():
    with pytest.raises(ValueError, match="no subjects in arm 2"):
        tipping_point(1, 2, 1, 0, 0, 0)
    with pytest.raises(ValueError, match="arm 1: missing subjects: found -1"):
        tipping_point(1, 2, -1, 0, 3, 0)
    with pytest.raises(ValueError, match="arm 1: 3 responders of 2 subjects"):
        tipping_point(3, 2, 1, 0, 3, 0)
