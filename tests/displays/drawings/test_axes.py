"""Axes: where values stand, which of them are marked, which ticks are labelled."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trialbook.displays.drawings.axes import Scale, labelled, number_text


@pytest.mark.parametrize(
    ("scale", "value", "place"),
    [
        (Scale(0, 100, 10, 210), 25, 60),
        (Scale(0, 1, 300, 0), 0.75, 75),
        (Scale(0.1, 10, 0, 100, log=True), 1, 50),
        (Scale(0.5, 2, 0, 100, log=True), 4, 150),
    ],
)
def test_where_a_value_stands(scale: Scale, value: float, place: float) -> None:
    assert scale.at(value) == pytest.approx(place)


@pytest.mark.parametrize(
    ("low", "high", "log", "ticks"),
    [
        (0, 1, False, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 0.1, False, [0, 0.02, 0.04, 0.06, 0.08, 0.1]),
        (-0.25, 0.65, False, [-0.2, 0, 0.2, 0.4, 0.6]),
        (-3, 4, False, [-2, 0, 2, 4]),
        (0.5, 2, True, [0.5, 1, 2]),
        (0.1, 10, True, [0.1, 0.2, 0.5, 1, 2, 5, 10]),
        (0.1, 30, True, [0.1, 0.3, 1, 3, 10, 30]),
        (0.01, 300, True, [0.01, 0.1, 1, 10, 100]),
    ],
)
def test_round_values_are_marked(low: float, high: float, log: bool, ticks: list[float]) -> None:
    assert Scale(low, high, 0, 1, log).ticks() == ticks


@settings(max_examples=60, deadline=None)
@given(low=st.floats(-1e4, 1e4), span=st.floats(1e-3, 1e5))
def test_there_are_some_ticks_and_not_too_many(low: float, span: float) -> None:
    assume(low + span > low)
    ticks = Scale(low, low + span, 0, 1).ticks()
    assert 1 <= len(ticks) <= 7
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in ticks)


@pytest.mark.parametrize(
    ("low", "high", "log", "message"),
    [
        (1, 1, False, "an axis can't go from 1 to 1"),
        (2, 1, False, "an axis can't go from 2 to 1"),
        (0, 1, True, "an axis of logarithms can't go from 0 to 1"),
    ],
)
def test_what_an_axis_refuses(low: float, high: float, log: bool, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        Scale(low, high, 0, 1, log)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("places", "widths", "chosen"),
    [
        ([0, 30, 60], [20, 20, 20], [0, 1, 2]),
        ([0, 20, 40, 60, 80], [20] * 5, [0, 2, 4]),
        ([0, 5, 100], [10, 10, 10], [0, 2]),
        ([0, 1], [50, 50], [0]),
        ([], [], []),
    ],
)
def test_labels_stay_apart(places: list[float], widths: list[float], chosen: list[int]) -> None:
    assert labelled(places, widths) == chosen


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (-0.2, "−0.2"), (100.0, "100"), (0.30000000000000004, "0.3")])
def test_numbers_beside_an_axis(value: float, text: str) -> None:
    assert number_text(value) == text
