"""Two paths beside each other: what agrees, what differs, what one of them lacks."""

from __future__ import annotations

from math import inf, nan

import pytest

from trialbook.analysis.results import Key, Result, collected
from trialbook.analysis.second.compare import COLUMNS, compare


def key(statistic: str) -> Key:
    return Key("A", "technique", statistic, "all")


@pytest.mark.parametrize(
    ("first", "second", "agrees"),
    [
        (0.5, 0.5, True),
        (0.5, 0.5 + 9e-7, True),
        (0.5, 0.5 + 2e-6, False),
        (732.0, 732.0005, True),  # above 1 the tolerance is a part of the number
        (732.0, 732.001, False),
        (nan, nan, True),
        (nan, 0.5, False),
        (0.5, nan, False),
        (inf, inf, True),
        (inf, 1e300, False),
        (0.0, -1e-9, True),
    ],
)
def test_numbers(first, second, agrees):
    found = compare(collected([Result(key("a"), first)]), {key("a"): second})
    assert found.agree is agrees
    assert [one.agrees for one in found.compared] == [agrees]


def test_everything_that_is_told():
    first = collected([Result(key("same"), 1.0), Result(key("other"), 0.2), Result(key("lost"), 3.0)])
    found = compare(first, {key("same"): 1.0, key("other"): 0.3, key("new"): 4.0})
    assert found.counts == {"agree": 1, "differ": 1, "only first": 1, "only second": 1}
    assert not found.agree
    assert [one.key.statistic for one in found.worst(3)] == ["lost", "new", "other"]
    frame = found.frame
    assert tuple(frame.columns) == COLUMNS
    assert frame[["statistic", "agrees", "missing"]].values.tolist() == [
        ["same", True, ""],
        ["other", False, ""],
        ["lost", False, "second"],
        ["new", False, "first"],
    ]
    assert frame["difference"].tolist() == pytest.approx([0.0, 0.1, nan, nan], nan_ok=True)


def test_nothing_compared_is_no_agreement():
    assert not compare(collected([]), {}).agree


def test_a_stricter_tolerance():
    assert not compare(collected([Result(key("a"), 0.5)]), {key("a"): 0.5 + 1e-8}, tolerance=1e-9).agree
