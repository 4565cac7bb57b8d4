from __future__ import annotations

from math import isnan, sqrt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.kaplan_meier import kaplan_meier
from trialbook.analysis.methods.restricted_mean import restricted_mean, restricted_mean_difference


def test_groups_and_their_difference(invented: pd.DataFrame) -> None:
    """The same by group until 8."""
    a, _, c = (kaplan_meier(one["time"], one["event"], level=0.9) for _, one in invented.groupby("group"))
    assert [restricted_mean(one, 8).value for one in (a, c)] == pytest.approx([5.52083333333333, 6.025])
    found = restricted_mean_difference(a, c, 8)
    assert found.value == pytest.approx(5.52083333333333 - 6.025)
    assert found.standard_error == pytest.approx(sqrt(0.945041044204685**2 + 0.823739567460493**2))
    assert found.high - found.low == pytest.approx(2 * 1.6448536269514722 * found.standard_error)
    turned = restricted_mean_difference(c, a, 8)
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))


def test_nothing_is_said_beyond_follow_up_unless_the_curve_is_extended() -> None:
    curve = kaplan_meier([1, 2, 4], [1, 1, 0])
    assert restricted_mean(curve, 5).reason == "nobody was followed until 5: the longest time is 4"
    assert isnan(restricted_mean(curve, 5).value)
    assert restricted_mean(curve, 4).value == pytest.approx(1 + 2 / 3 + 2 / 3)
    assert restricted_mean(curve, 5, extend=True).value == pytest.approx(1 + 2 / 3 + 3 / 3)
    assert restricted_mean(kaplan_meier([1, 2], [1, 1]), 5).value == pytest.approx(1.5)
    assert restricted_mean(kaplan_meier([], []), 5).reason == "no subjects"


def test_without_an_event_there_is_no_error_and_a_reason() -> None:
    found = restricted_mean(kaplan_meier([5, 6], [0, 0]), 4)
    assert (found.value, found.standard_error, isnan(found.low)) == (4, 0, True)
    assert found.reason == "no event before the horizon leaves some without it: there is no error"
    with pytest.raises(ValueError, match="a time is a number of 0 or more: found -1"):
        restricted_mean(kaplan_meier([5], [0]), -1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.sampled_from([0.5, 30.4375]))
def test_without_censoring_it_is_the_mean_of_the_times_cut_at_the_horizon(times: list[int], unit: float) -> None:
    found = restricted_mean(kaplan_meier([one * unit for one in times], [1] * len(times)), 10 * unit)
    assert found.value == pytest.approx(unit * sum(min(one, 10) for one in times) / len(times))
