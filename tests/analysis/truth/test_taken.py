"""What of a result is compared, by its path."""

from __future__ import annotations

import re

import numpy as np
import pytest

from trialbook.analysis import cumulative_incidence, kaplan_meier, tipping_point, wilson
from trialbook.analysis.truth.taken import taken


@pytest.mark.parametrize(
    ("result", "path", "expected"),
    [
        (kaplan_meier([1, 2], [1, 0]), "at(1).value", 0.5),
        (kaplan_meier([1, 2], [1, 0]), "at(1.5).value", 0.5),
        (kaplan_meier([1, 2], [1, 0]), "survival[0]", 0.5),
        (cumulative_incidence([1, 2], [2, 0]), "at(1, 2).value", 0.5),
        (tipping_point(1, 1, 0, 0, 1, 0), "p_values[0][0]", 1.0),
        (wilson(0, 5), "low", 0.0),
        ([np.float64(2.5), 3], "[1]", 3.0),
    ],
)
def test_a_part_of_a_result(result: object, path: str, expected: float) -> None:
    found = taken(result, path)
    assert (found, type(found)) == (expected, float)


@pytest.mark.parametrize(
    "path", ["at(1", "at(x).value", "survival[-1]", "survival.[0]", "Survival", "at(1)value", "survival [0]"]
)
def test_what_is_no_path_is_told(path: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path!r} is no path in a result")):
        taken(kaplan_meier([1, 2], [1, 0]), path)


def test_what_the_result_does_not_have_is_an_error() -> None:
    with pytest.raises(AttributeError, match="hazard"):
        taken(kaplan_meier([1, 2], [1, 0]), "hazard")
    with pytest.raises(IndexError):
        taken(kaplan_meier([1, 2], [1, 0]), "survival[7]")
