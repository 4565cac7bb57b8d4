"""Results: each number has one name, and what is not known its reason."""

from __future__ import annotations

from math import nan

import pytest

from trialbook.analysis.methods.results import Estimate
from trialbook.analysis.results import Key, Result, collected, estimated


def test_a_number_has_one_name():
    one = Result(Key("A", "survival", "estimate", "ACT", "day 1"), 0.5)
    with pytest.raises(ValueError, match="two results have one name: Key"):
        collected([one, one])


def test_results_as_a_table():
    found = collected(estimated("A", "survival", Estimate(0.5, nan, 0.9, "no events"), "ACT", "day 1"))
    assert found.frame.fillna(-1).values.tolist() == [
        ["A", "survival", "estimate", "ACT", "day 1", 0.5, ""],
        ["A", "survival", "low", "ACT", "day 1", -1, "no events"],
        ["A", "survival", "high", "ACT", "day 1", 0.9, ""],
    ]
    assert found.get("A", "survival", "low", "ACT", "day 1") is not None
    assert found.get("A", "survival", "low", "PBO", "day 1") is None
    assert [one.key.statistic for one in found.of("A")] == ["estimate", "low", "high"]
