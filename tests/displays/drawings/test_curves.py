"""Step curves: what is drawn of a small trial, the shell, and what holds for every one."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.displays.drawings.curve import Curve
from trialbook.displays.drawings.curves import Beneath, curves
from trialbook.displays.drawn import Drawing

Texts = Callable[[Drawing], list[str]]
TICKS = (0, 6, 12, 24)
# Four subjects: events at 3 and 12, censored at 6 and 20.
SURVIVAL = Curve("Drug <A>", [3, 6, 12, 20], [0.75, 0.75, 0.375, 0.375], censored=[6, 20])
AT_RISK = Beneath("Number at risk", (("Drug <A>", (4, 3, 2, 0)),))


def survival(*drawn: Curve, **more: Any) -> Drawing:
    return curves(drawn, start=1, ticks=TICKS, y_title="Survival (%)", **more)


def polylines(drawing: Drawing, width: str) -> list[list[tuple[float, float]]]:
    """The corners of the lines of a width."""
    found = re.findall(rf'<polyline points="([^"]+)"[^>]*stroke-width="{width}"', str(drawing.body))
    return [[(float(x), float(y)) for x, y in (point.split(",") for point in line.split())] for line in found]


def test_a_small_trial(texts: Texts) -> None:
    drawn = survival(SURVIVAL, beneath=[AT_RISK], notes=["Median 12.0 months"])
    assert texts(drawn) == [
        "Survival (%)", "0", "20", "40", "60", "80", "100", "0", "6", "12", "24", "Months since randomization",
        "Drug <A>", "Median 12.0 months", "Number at risk", "Drug <A>", "4", "3", "2", "0",
    ]  # fmt: skip
    assert drawn.words == (
        "Survival (%) against months since randomization. Drug <A>, by time: 0: 100.0 %; 6: 75.0 %; 12: 37.5 %; "
        "24: not followed so long. Number at risk, Drug <A>: 4, 3, 2, 0. Median 12.0 months"
    )
    assert "Drug &lt;A&gt;" in drawn.body


def test_the_line_goes_down_in_steps_and_ends_where_the_last_subject_was_followed_to() -> None:
    line = polylines(survival(SURVIVAL), "1.8")[0]
    left, top = line[0]
    month, whole = 540 / 24, 300.0
    expected = [(0, 1), (3, 1), (3, 0.75), (12, 0.75), (12, 0.375), (20, 0.375)]
    assert line == [pytest.approx((left + month * time, top + whole * (1 - value)), abs=0.06) for time, value in expected]


def test_censoring_is_marked_on_the_curve() -> None:
    drawn = survival(SURVIVAL)
    line = polylines(drawn, "1.8")[0]
    marks = [[x for x, _ in mark] + [(mark[0][1] + mark[1][1]) / 2] for mark in polylines(drawn, "1.2")][:2]
    (left, top), month = line[0], 540 / 24
    assert marks == [
        pytest.approx([left + 6 * month, left + 6 * month, top + 300 * 0.25], abs=0.1),
        pytest.approx([left + 20 * month, left + 20 * month, top + 300 * 0.625], abs=0.1),
    ]


def test_an_interval_has_gaps_where_there_are_no_limits() -> None:
    nan = float("nan")
    curve = Curve("A", [1, 2, 3, 4], [0.9, 0.8, 0.7, 0.6], low=[0.7, nan, 0.5, 0.4], high=[0.95, nan, 0.8, 0.7])
    bands = re.findall(r'<polygon points="([^"]+)"[^>]*fill-opacity="0.15"', str(survival(curve).body))
    assert [len(band.split()) for band in bands] == [4, 8]


def test_curves_are_told_apart_without_colours() -> None:
    four = [Curve(name, [6], [0.1], arm=arm) for arm, name in enumerate(["A, relapse", "A, death", "B, relapse", "B, death"])]
    drawn = curves(four, start=0, ticks=TICKS, y_title="Cumulative incidence (%)")
    lines = re.findall(r'<polyline [^>]*stroke-width="1.8"[^>]*>', str(drawn.body))
    patterns = [re.search(r'stroke-dasharray="([^"]+)"', line) for line in lines]
    assert len({found[1] if found else "" for found in patterns}) == 4


@pytest.mark.parametrize(
    ("values", "high", "labels"),
    [
        ([0.04, 0.08], None, ["0", "2", "4", "6", "8", "10"]),
        ([0.04, 0.22], None, ["0", "5", "10", "15", "20", "25", "30"]),
        ([0.04, 0.22], [0.2, 0.55], ["0", "10", "20", "30", "40", "50", "60"]),
        ([0.5, 1.0], None, ["0", "20", "40", "60", "80", "100"]),
    ],
)
def test_incidence_has_the_height_that_it_needs(
    texts: Texts, values: list[float], high: list[float] | None, labels: list[str]
) -> None:
    low = None if high is None else [0.0, 0.0]
    drawn = curves([Curve("A", [3, 6], values, low, high)], start=0, ticks=TICKS, y_title="Incidence (%)")
    assert texts(drawn)[1 : 1 + len(labels)] == labels
    assert texts(drawn)[1 + len(labels)] == "0"


def test_without_data_it_is_a_shell(texts: Texts) -> None:
    drawn = survival(Curve("A"), Curve("B", arm=1), beneath=[Beneath("Number at risk", (("A", ("xx",) * 4),))])
    assert texts(drawn)[-8:] == ["B", "No data", "Number at risk", "A", "xx", "xx", "xx", "xx"]
    assert drawn.words == (
        "Survival (%) against months since randomization. No data. Curves to be shown: A, B. Number at risk, A: xx, xx, xx, xx."
    )
    assert "No data" in texts(survival())


def test_a_subject_without_event_is_a_level_line(texts: Texts) -> None:
    drawn = survival(Curve("One", censored=[7]))
    line = polylines(drawn, "1.8")[0]
    assert (len(line), line[0][1]) == (2, line[1][1])
    assert "One, by time: 0: 100.0 %; 6: 100.0 %; 12: not followed so long" in drawn.words


def test_ticks_that_are_close_are_labelled_in_part_with_what_stands_under_them(texts: Texts) -> None:
    ticks = tuple(range(37))
    below = [Beneath("At risk (events)", (("A", tuple(f"{48 - at} ({at})" for at in ticks)),))]
    drawn = curves([SURVIVAL], start=1, ticks=ticks, y_title="Survival (%)", beneath=below)
    assert [text for text in texts(drawn) if "(" in text][2:] == [f"{48 - at} ({at})" for at in range(0, 37, 3)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"times": [1, 2], "values": [0.5]}, "curve 'A': 2 times, but 1 values"),
        ({"times": [1], "values": [0.5], "low": [0.4]}, "curve 'A': one limit without the other"),
        ({"times": [1], "values": [0.5], "low": [0.4], "high": [0.6, 0.7]}, "curve 'A': 1 times, but 2 high"),
        ({"times": [2, 1], "values": [0.5, 0.4]}, "curve 'A': times are numbers of 0 or more, each later than the one before"),
        ({"times": [1, 1], "values": [0.5, 0.4]}, "curve 'A': times are numbers of 0 or more, each later than the one before"),
        ({"times": [-1], "values": [0.5]}, "curve 'A': times are numbers of 0 or more, each later than the one before"),
        ({"censored": [float("nan")]}, "curve 'A': times are numbers of 0 or more, each later than the one before"),
        ({"times": [1], "values": [85.0]}, "curve 'A': values are proportions from 0 to 1, and not 85"),
        ({"times": [1], "values": [float("nan")]}, "curve 'A': values are proportions from 0 to 1, and not nan"),
    ],
)
def test_what_a_curve_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        Curve("A", **arguments)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"ticks": (0,)}, "the ticks of an axis of time ascend from 0 or more, and are two at least: [0]"),
        ({"ticks": (0, 6, 6)}, "the ticks of an axis of time ascend from 0 or more, and are two at least: [0, 6, 6]"),
        ({"beneath": [Beneath("At risk", (("A", (1, 2)),))]}, "At risk, 'A': 2 numbers for 4 ticks"),
        ({"top": 0.5}, "the axis ends at 0.5, and there is a value of 1"),
    ],
)
def test_what_a_plot_refuses(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        curves([SURVIVAL], **{"start": 1, "ticks": TICKS, "y_title": "y", **more})
    assert str(raised.value) == message


NAMES = st.text(st.sampled_from("abc XYZ <&> 1聚乙二醇干扰素"), min_size=1, max_size=90)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_text_meets_another_or_a_curve(places: Callable[[Drawing], list[Any]], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([0, 1]))
    drawn = []
    for arm in range(data.draw(st.integers(0, 4))):
        times = sorted(data.draw(st.sets(st.floats(0, 40), max_size=12)))
        falls = np.sort(np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(times), max_size=len(times)))))
        values = falls[::-1] if start else falls
        band = data.draw(st.booleans())
        low, high = (np.maximum(values - 0.2, 0), np.minimum(values + 0.1, 1)) if band else (None, None)
        drawn.append(Curve(data.draw(NAMES), times, values, low, high, data.draw(st.lists(st.floats(0, 40), max_size=5)), arm))
    ticks = data.draw(st.lists(st.integers(0, 60), min_size=2, max_size=20, unique=True).map(sorted))
    rows = tuple((curve.label, tuple(data.draw(st.integers(0, 2000)) for _ in ticks)) for curve in drawn)
    notes = data.draw(st.lists(NAMES, max_size=3))
    found = curves(drawn, start=start, ticks=ticks, y_title="Survival (%)", beneath=[Beneath("At risk", rows)], notes=notes)
    lines = places(found)
    for line in polylines(found, "1.8"):
        for (x1, y1), (x2, y2) in pairwise(line):
            for text in lines:
                clear = max(x1, x2) <= text.left or min(x1, x2) >= text.right
                assert clear or max(y1, y2) <= text.top or min(y1, y2) >= text.bottom, (text, (x1, y1), (x2, y2))
