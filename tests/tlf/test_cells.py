"""Numbers as tables write them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.tlf.cells import count, count_percent, decimal, estimate, in_percent, interval, p_value, rounded


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        # Half away from zero, as the decimal that a person sees: Python's round gives 0.1, 2 and 1.00 for the first three.
        (0.15, 1, "0.2"),
        (2.5, 0, "3"),
        (1.005, 2, "1.01"),
        (-2.5, 0, "−3"),
        (-0.15, 1, "−0.2"),
        (0.25, 1, "0.3"),
        (0.35, 1, "0.4"),
        (-0.04, 1, "0.0"),  # no minus before a zero
        (0.0, 1, "0.0"),
        (12.0, 1, "12.0"),
        (1234.5678, 2, "1234.57"),
        (1e-9, 2, "0.00"),
        (100 * 1 / 3, 1, "33.3"),
        (100 * 0.285, 1, "28.5"),  # 28.499999999999996
        (inf, 2, "∞"),
        (-inf, 2, "−∞"),
    ],
)
def test_rounded_half_away_from_zero(value, places, expected):
    assert rounded(value, places) == expected


@given(st.decimals(min_value=-1000, max_value=1000, places=3), st.integers(0, 2))
@settings(max_examples=50, deadline=None)
def test_rounding_is_that_of_the_decimal_that_is_written(value, places):
    expected = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert float(rounded(float(value), places).replace("−", "-")) == float(expected)


@pytest.mark.parametrize(
    ("number", "of", "expected"),
    [
        (25, 49, "25 (51.0)"),
        (1, 3, "1 (33.3)"),
        (49, 49, "49 (100.0)"),
        (0, 49, "0"),
        (0, 0, "–"),
        (1, 800, "1 (0.1)"),
        (None, 49, "xx (xx.x)"),
        (3, None, "xx (xx.x)"),
    ],
)
def test_counts_with_per_cent(number, of, expected):
    assert count_percent(number, of) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0494, "0.049"),
        (0.0495, "0.050"),
        (0.001, "0.001"),
        (0.00099, "<0.001"),
        (0.0, "<0.001"),
        (0.999, "0.999"),
        (0.9991, ">0.999"),
        (1.0, ">0.999"),
        (nan, "NE"),
        (None, "0.xxx"),
    ],
)
def test_p_values(value, expected):
    assert p_value(value) == expected


def test_estimates_with_their_limits():
    assert estimate((0.5484, 0.0495, 6.0786), 2) == "0.55 (0.05, 6.08)"
    assert estimate((nan, 4.9, nan)) == "NE (4.9, NE)"
    assert estimate((None, None, None)) == "xx.x (xx.x, xx.x)"
    assert estimate((1.0, 0.0, inf), 2) == "1.00 (0.00, ∞)"
    assert interval(-0.4516, 0.7556, 3) == "(−0.452, 0.756)"
    assert in_percent((0.25, None, -0.4)) == (25.0, None, -40.0)
    assert (decimal(None, 0), decimal(None, 2), decimal(3.0, 0), count(None), count(12)) == ("xx", "xx.xx", "3", "xx", "12")
