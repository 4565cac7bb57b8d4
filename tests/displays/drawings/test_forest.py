"""Forest plots: the tables on both sides, intervals that go beyond the axis, what has no estimate."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.displays.drawings.forest import Effect, forest_plot
from trialbook.displays.drawn import Drawing

Texts = Callable[[Drawing], list[str]]
ROWS = (
    Effect("All <subjects>", ("27/48",), ("0.45 (0.25, 0.81)",), 0.45, 0.25, 0.81, overall=True),
    Effect("Sex"),
    Effect("Male", ("12/25",), ("0.50 (0.20, 1.10)",), 0.5, 0.2, 1.1, indent=1),
    Effect("Female", ("0/0",), ("NE",), indent=1),
)


def plot(rows: tuple[Effect, ...] = ROWS, **more: Any) -> Drawing:
    asked = {"axis": "Hazard ratio", "null": 1, "log": True, "label": "Subgroup", "before": ("n/N",), "after": ("HR",), **more}
    return forest_plot(rows, **asked)


def test_a_small_plot(texts: Texts) -> None:
    drawn = plot(favours=("drug", "observation"))
    assert texts(drawn) == [
        "Subgroup", "n/N", "HR",
        "All <subjects>", "27/48", "0.45 (0.25, 0.81)", "Sex", "Male", "12/25", "0.50 (0.20, 1.10)", "Female", "0/0", "NE",
        "0.2", "0.5", "1", "2", "Hazard ratio", "Favours drug", "Favours observation",
    ]  # fmt: skip
    assert drawn.words == (
        "Hazard ratio; no effect is 1. All <subjects>: 0.45 (0.25 to 0.81); n/N 27/48; HR 0.45 (0.25, 0.81). Sex: "
        "Male: 0.5 (0.2 to 1.1); n/N 12/25; HR 0.50 (0.20, 1.10). Female: no estimate; n/N 0/0; HR NE."
    )


def intervals(drawn: Drawing) -> list[list[float]]:
    """The horizontal ends of the lines of intervals."""
    found = re.findall(r'<polyline points="([\d.]+),([\d.]+) ([\d.]+),([\d.]+)"[^>]*stroke-width="1.3"', str(drawn.body))
    return [[float(x1), float(x2)] for x1, y1, x2, y2 in found if y1 == y2]


def test_intervals_stand_on_the_axis_of_logarithms() -> None:
    rows = tuple(Effect("x", ("",), ("",), 1, low, high) for low, high in ((0.5, 2), (0.25, 4)))
    near, far = intervals(plot(rows))
    assert near[0] + near[1] == pytest.approx(far[0] + far[1], abs=0.2)  # around no effect
    assert far[1] - far[0] == pytest.approx(2 * (near[1] - near[0]), abs=0.3)


def test_an_interval_that_goes_beyond_the_axis_ends_with_an_arrow() -> None:
    inside = plot((Effect("x", ("",), ("",), 1, 0.5, 2),), limits=(0.2, 5))
    beyond = plot((Effect("x", ("",), ("",), 1, 0.01, 100),), limits=(0.2, 5))
    assert [len(re.findall("<polygon", str(one.body))) for one in (inside, beyond)] == [1, 3]
    left, right = intervals(inside)[0], intervals(beyond)[0]
    assert right[1] - right[0] == 260 > left[1] - left[0]


@pytest.mark.parametrize(("low", "high"), [(0.01, 0.02), (40.0, 80.0)])
def test_no_effect_at_an_end_of_the_axis_leaves_room_for_what_is_in_favour(texts: Texts, low: float, high: float) -> None:
    row = Effect("", (), (), low, low, high)
    said = texts(plot((row,), before=(), after=(), label="", limits=(min(low, 0.9), max(high, 1.1)), favours=("drug", "nothing")))
    assert said[-2:] == ["Favours drug", "Favours nothing"]


def test_without_estimates_it_is_a_shell(texts: Texts) -> None:
    said = texts(plot((Effect("All", ("xx",), ("x.xx",)),)))
    assert said == ["Subgroup", "n/N", "HR", "All", "xx", "x.xx", "0.5", "1", "2", "Hazard ratio", "No data"]
    assert plot(()).words == "Hazard ratio; no effect is 1. No data."


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Effect("A", estimate=1.0), "A: an estimate has two limits, or there is none of the three"),
        (
            lambda: Effect("A", estimate=3.0, low=1.0, high=2.0),
            "A: an estimate lies between its limits, and 3 is not in [1.0, 2.0]",
        ),
        (
            lambda: Effect("A", estimate=1.0, low=float("nan"), high=2.0),
            "A: an estimate lies between its limits, and 1 is not in [nan, 2.0]",
        ),
        (lambda: plot((Effect("A", ("1",), ()),)), "A: 1 and 0 texts for 1 and 1 columns"),
        (
            lambda: plot((Effect("A", ("1",), ("2",), 1.0, 0.0, 2.0),)),
            "A: an axis of logarithms has no place for 0",
        ),
    ],
)
def test_what_a_plot_refuses(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        make()
    assert str(raised.value) == message


NAMES = st.text(st.sampled_from("abc XYZ <&> 1聚乙二醇干扰素"), max_size=80)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), log=st.booleans())
def test_no_text_meets_another(places: Callable[[Drawing], list[Any]], data: st.DataObject, log: bool) -> None:
    columns = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))
    rows = []
    for _ in range(data.draw(st.integers(0, 6))):
        before, after = (tuple(data.draw(NAMES) for _ in range(number)) for number in columns)
        low, middle, high = sorted(data.draw(st.lists(st.floats(0.001 if log else -5, 900), min_size=3, max_size=3)))
        known = (middle, low, high) if data.draw(st.booleans()) else (None, None, None)
        rows.append(Effect(data.draw(NAMES), before, after, *known, data.draw(st.integers(0, 2)), data.draw(st.booleans())))
    before, after = (tuple(data.draw(NAMES) for _ in range(number)) for number in columns)
    favours = data.draw(st.none() | st.tuples(NAMES, NAMES))
    places(forest_plot(rows, axis="Ratio", null=1, log=log, before=before, after=after, label=data.draw(NAMES), favours=favours))
