from __future__ import annotations

from math import isnan, nan, sqrt

import pandas as pd
import pytest

from trialbook.analysis.methods.kaplan_meier import KaplanMeier, kaplan_meier
from trialbook.analysis.methods.survival_difference import survival_difference


@pytest.fixture
def arms(lung: pd.DataFrame) -> tuple[KaplanMeier, KaplanMeier]:
    """Women and men with lung cancer."""
    women, men = (kaplan_meier(one["time"], one["event"]) for one in (lung[lung["sex"] == 2], lung[lung["sex"] == 1]))
    return women, men


def test_arms_turned_round_turn_the_interval(arms: tuple[KaplanMeier, KaplanMeier]) -> None:
    found, turned = survival_difference(*arms, 365), survival_difference(*arms[::-1], 365)
    assert (turned.value, turned.low, turned.high) == (-found.value, -found.high, -found.low)


def test_without_censoring_it_is_wald_s_interval_of_two_proportions() -> None:
    """6 of 10 against 2 of 8 beyond 5: 0.35, error sqrt(0.6 x 0.4 / 10 + 0.25 x 0.75 / 8)."""
    first = kaplan_meier([1, 2, 3, 4, 6, 7, 8, 9, 10, 11], [1] * 10)
    second = kaplan_meier([1, 1, 2, 3, 4, 5, 6, 7], [1] * 8)
    found = survival_difference(first, second, 5)
    assert (found.value, found.standard_error) == pytest.approx((0.35, sqrt(0.024 + 0.0234375)))


@pytest.mark.parametrize(
    ("first", "second", "value", "reason"),
    [
        (([9, 9], [0, 0]), ([9, 9, 9], [0, 0, 0]), 0, "nothing varies in either group: there is no error"),
        (([1, 2], [1, 1]), ([9], [0]), -1, "first group: nobody is left without the event: Greenwood's formula gives no error"),
        (([9], [0]), ([1, 2], [1, 0]), nan, "second group: nobody was followed until 3: the longest time is 2"),
        (([], []), ([], []), nan, "first group: no subjects; second group: no subjects"),
    ],
)
def test_what_is_not_told_has_a_reason(first, second, value: float, reason: str) -> None:
    found = survival_difference(kaplan_meier(*first), kaplan_meier(*second), 3)
    assert (found.value, found.reason) == (pytest.approx(value, nan_ok=True), reason)
    assert (isnan(found.low), isnan(found.high)) == (True, True)


def test_an_arm_without_events_adds_no_variance() -> None:
    """Its limits on the log-log scale are unknown, but the difference has the error of the other arm, as in R."""
    some, none = kaplan_meier([1, 2, 9, 9], [1, 0, 0, 0]), kaplan_meier([9, 9], [0, 0])
    found = survival_difference(some, none, 5)
    assert (found.value, found.standard_error) == pytest.approx((-0.25, sqrt(0.25**2 * 3 / 4)))
    assert found.reason == "" and found.low < found.value < found.high
