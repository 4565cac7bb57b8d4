from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest

from trialbook.analysis.methods.follow_up import follow_up, median_follow_up
from trialbook.analysis.methods.kaplan_meier import kaplan_meier


def test_a_limit_that_is_not_reached_has_a_reason(invented: pd.DataFrame) -> None:
    found = median_follow_up(invented["time"], invented["event"])
    assert isnan(found.high)
    assert found.reason == "its upper limit did not come down to 0.5"


def test_events_and_censorings_change_places(invented: pd.DataFrame) -> None:
    reverse = follow_up(invented["time"], invented["event"], transform="log", level=0.9)
    plain = kaplan_meier(invented["time"], ~invented["event"], transform="log", level=0.9)
    for name in ("time", "at_risk", "events", "censored", "survival", "low", "high"):
        np.testing.assert_array_equal(getattr(reverse, name), getattr(plain, name))
    assert reverse.censored.sum() == invented["event"].sum()


def test_if_nobody_has_the_event_it_is_the_median_of_the_times() -> None:
    assert median_follow_up([3, 5, 8, 13], [0, 0, 0, 0]).value == 6.5


def test_where_all_have_the_event_nothing_is_known() -> None:
    assert isnan(median_follow_up([3, 5], [1, 1]).value)
    assert median_follow_up([], []).reason == "no subjects"
    with pytest.raises(ValueError, match="event must be one a subject"):
        median_follow_up([1, 2], [1])
