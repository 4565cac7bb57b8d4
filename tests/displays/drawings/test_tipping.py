"""The tipping point's grid: its p values, where the conclusion changes, large grids, the shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from trialbook.displays.drawings.tipping import p_text, tipping_grid
from trialbook.displays.drawn import Drawing

Texts = Callable[[Drawing], list[str]]
P = [[0.02, 0.04, 0.08], [0.0004, 0.03, 0.05]]
CONCLUSIONS = [[1, 1, 0], [1, 1, 1]]
ARMS = ("Drug <A>", "Observation")


def boundary(drawn: Drawing) -> list[str]:
    """The pieces of the thick line, the sample in the legend apart."""
    return re.findall(r'<polyline points="([^"]+)"[^>]*stroke-width="2.6"', str(drawn.body))[:-1]


def test_a_small_grid(texts: Texts) -> None:
    drawn = tipping_grid(P, CONCLUSIONS, arms=ARMS, alpha=0.05)
    assert texts(drawn) == [
        "Responders among the 1 missing of Drug <A>",
        "0.020", "0.040", "0.080", "<0.001", "0.030", "0.050", "0", "1", "0", "1", "2",
        "Responders among the 2 missing of Observation",
        "p ≤ 0.05, better with Drug <A>", "p ≤ 0.05, better with Observation", "Where the conclusion changes", "Main analysis",
    ]  # fmt: skip
    assert drawn.words == (
        "p values by the number of responders among 1 missing subjects of Drug <A> and 2 of Observation. Main analysis, 0 and 0: "
        "p = 0.020, better with Drug <A>. With 0 of Drug <A> the conclusion is another with 2 of Observation; p is from 0.020 to "
        "0.080."
    )


def test_the_line_runs_where_the_conclusion_changes() -> None:
    """Around the one cell at the lower right: its left and its upper edge."""
    drawn = tipping_grid(P, CONCLUSIONS, arms=ARMS, alpha=0.05)
    pieces = [[tuple(map(float, point.split(","))) for point in piece.split()] for piece in boundary(drawn)]
    (edge, above) = pieces
    assert [edge[0][0], edge[0][1] - edge[1][1]] == [edge[1][0], pytest.approx(22, abs=0.11)]
    assert (above[0], above[1][1]) == (edge[1], edge[1][1])


def test_a_conclusion_that_nothing_changes_has_no_line() -> None:
    drawn = tipping_grid([[0.5, 0.6]], [[0, 0]], arms=ARMS, alpha=0.05, main=(0, 1))
    assert boundary(drawn) == []
    assert drawn.words.endswith("p = 0.600, no significant difference. No numbers of responders change the conclusion.")


def test_a_grid_without_missing_subjects_is_one_cell(texts: Texts) -> None:
    said = texts(tipping_grid([[0.03]], [[1]], arms=ARMS, alpha=0.05))
    assert said[:5] == [
        "Responders among the 0 missing of Drug <A>", "0.030", "0", "0", "Responders among the 0 missing of Observation",
    ]  # fmt: skip


def test_a_large_grid_has_no_numbers_in_its_cells(texts: Texts) -> None:
    p = np.linspace(0.001, 0.2, 2500).reshape(50, 50)
    said = texts(tipping_grid(p, (p <= 0.05).astype(int), arms=ARMS, alpha=0.05))
    assert [text for text in said if re.fullmatch(r"0\.\d+", text)] == []


def test_without_cells_it_is_a_shell(texts: Texts) -> None:
    said = texts(tipping_grid([], [], arms=ARMS, alpha=0.05))
    assert said[:3] == [
        "Responders among the missing of Drug <A>", "Responders among the missing of Observation", "No data",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("p", "conclusions", "main", "message"),
    [
        ([0.1, 0.2], [0, 0], (0, 0), "a grid has rows and columns, and a conclusion for each p value: (2,) and (2,)"),
        ([[0.1, 0.2]], [[0]], (0, 0), "a grid has rows and columns, and a conclusion for each p value: (1, 2) and (1, 1)"),
        ([[1.2]], [[0]], (0, 0), "a p value is from 0 to 1"),
        ([[float("nan")]], [[0]], (0, 0), "a p value is from 0 to 1"),
        ([[0.1]], [[0]], (0, 1), "the main analysis, (0, 1), is outside of a grid of 1 rows and 1 columns"),
    ],
)
def test_what_a_grid_refuses(p: Any, conclusions: Any, main: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        tipping_grid(p, conclusions, arms=ARMS, alpha=0.05, main=main)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("p", "text"), [(0.0, "<0.001"), (0.00099, "<0.001"), (0.001, "0.001"), (0.04951, "0.050"), (1, "1.000")]
)
def test_p_values_in_cells(p: float, text: str) -> None:
    assert p_text(p) == text


@settings(max_examples=20, deadline=None)
@given(
    found=arrays.arrays(int, arrays.array_shapes(min_dims=2, max_dims=2, max_side=24), elements=st.integers(-1, 1)),
    names=st.tuples(*2 * [st.text(st.sampled_from("abc XYZ <&>聚乙二醇"), min_size=1, max_size=90)]),
)
def test_no_text_meets_another(places: Callable[[Drawing], list[Any]], found: np.ndarray, names: tuple[str, str]) -> None:
    drawn = tipping_grid(np.where(found == 0, 0.5, 0.01), found, arms=names, alpha=0.05)
    places(drawn)
    assert bool(boundary(drawn)) == bool((found != found[0, 0]).any())
