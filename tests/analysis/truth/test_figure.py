"""When a number agrees with an outside figure."""

from __future__ import annotations

from math import inf, nan

import pytest

from trialbook.analysis.truth.figure import Check


def check(expected: float, **more: object) -> Check:
    return Check(id="a", about="b", method="wilson", source="r", how="c", expected={"low": expected}, **more)


@pytest.mark.parametrize(
    ("expected", "more", "found", "agrees"),
    [
        (0.5, {}, 0.5 + 9e-10, True),
        (0.5, {}, 0.5 + 2e-9, False),
        (0.5, {"tolerance": 1e-3}, 0.5009, True),
        (0.5, {"tolerance": 1e-3}, 0.5011, False),
        # Printed with four decimals.
        (0.0524, {"decimals": 4}, 0.05243147240236, True),
        (0.0524, {"decimals": 4}, 0.05245, True),
        (0.0524, {"decimals": 4}, 0.0524501, False),
        (23.0, {"decimals": 0}, 23.4, True),
        (nan, {}, nan, True),
        (nan, {}, 1.0, False),
        (1.0, {}, nan, False),
        (inf, {}, inf, True),
        (inf, {}, 1e300, False),
        (-inf, {}, inf, False),
    ],
)
def test_a_number_agrees_within_the_tolerance(expected: float, more: dict[str, object], found: float, agrees: bool) -> None:
    assert check(expected, **more).agrees("low", found) is agrees
