"""The tipping point analysis as a grid: the p value for each number of responders among each arm's missing subjects.

A thick line runs where the conclusion changes, and the cells of each conclusion have one shade, so that the grid can be read in
greys. The main analysis' own cell has a frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from trialbook.displays.display import NO_DATA
from trialbook.displays.drawings.axes import Scale, axis_below, frame, labelled, no_data_within, title_over
from trialbook.displays.drawings.legend import SAMPLE, Entry, Legend
from trialbook.displays.drawings.series import colour
from trialbook.displays.drawn import FAINT, INK, LINE, SMALL, Drawing, area, way, written
from trialbook.displays.measured import text_width

MARGIN, GRID, TALL, NUMBER = 10.0, 600.0, 22.0, 10.0
"""At the edges; the grid's width and height at most; a row's height; the size of the numbers in cells."""
LEAST = 400.0
"""The room that titles have, however small the grid is."""
THICK = 2.6
"""The width of the line where the conclusion changes."""
OPACITY = {1: 0.34, -1: 0.2}
"""How much of its arm's colour a conclusion has; none where there is no difference."""


def tipping_grid(
    p_values: npt.ArrayLike, conclusions: npt.ArrayLike, *, arms: tuple[str, str], alpha: float, main: tuple[int, int] = (0, 0)
) -> Drawing:
    """The grid: a row a number of responders among arm 1's missing subjects (0 at the bottom), a column among arm 2's.

    ``p_values`` and ``conclusions`` (1 where arm 1 is better, -1 where arm 2 is, else 0) are of one shape, as
    ``trialbook.analysis.methods.tipping.TippingPoint`` has them; ``main``: the cell of the main analysis. Cells have their p
    value where there is room for it. Without cells it is a shell.

    Raises ValueError for arrays of another shape, for p values beyond 0 to 1, and for a main analysis outside of the grid.
    """
    p, found = np.asarray(p_values, dtype=float), np.asarray(conclusions, dtype=int)
    if not p.size:
        return _Grid(np.zeros((0, 0)), np.zeros((0, 0), dtype=int), arms, alpha, main).drawing()
    if p.ndim != 2 or p.shape != found.shape:
        raise ValueError(f"a grid has rows and columns, and a conclusion for each p value: {p.shape} and {found.shape}")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("a p value is from 0 to 1")
    if not (0 <= main[0] < p.shape[0] and 0 <= main[1] < p.shape[1]):
        raise ValueError(f"the main analysis, {main}, is outside of a grid of {p.shape[0]} rows and {p.shape[1]} columns")
    return _Grid(p, found, arms, alpha, main).drawing()


class _Grid:
    def __init__(
        self, p: np.ndarray, conclusions: np.ndarray, arms: tuple[str, str], alpha: float, main: tuple[int, int]
    ) -> None:
        self.p, self.conclusions, self.arms, self.alpha, self.main = p, conclusions, arms, alpha, main
        self.rows, self.columns = p.shape if p.size else (6, 6)
        needed = text_width("<0.001", NUMBER) + 6
        self.numbered = bool(p.size) and self.columns * needed <= GRID and self.rows * TALL <= GRID
        self.wide = max(min(GRID / self.columns, 60), needed) if self.numbered or not p.size else GRID / self.columns
        self.tall = TALL if self.numbered or not p.size else min(TALL, GRID / max(self.rows, 1))
        self.left = MARGIN + text_width(f"{self.rows}", SMALL) + 12
        self.right = self.left + self.columns * self.wide

    def drawing(self) -> Drawing:
        title, down = title_over(self._title(0), MARGIN, MARGIN, max(self.right - MARGIN, LEAST))
        self.top = MARGIN + down
        self.bottom = self.top + self.rows * self.tall
        parts = [title, *self._shades(), *self._cells(), frame(self.left, self.top, self.right, self.bottom)]
        parts += [*self._boundary(), *self._main(), *self._row_numbers()]
        middle = Scale(0, self.columns, self.left, self.right)
        ticks = [number + 0.5 for number in range(self.columns if self.p.size else 0)]
        labels = [f"{number}" for number, _ in enumerate(ticks)]
        under, end = axis_below(middle, self.bottom, ticks, self._title(1), labels, room=LEAST)
        parts.append(under)
        if not self.p.size:
            parts.append(no_data_within(self.left, self.top, self.right, self.bottom, NO_DATA))
        legend = Legend(self._entries(), room=GRID)
        parts.append(legend.drawn(self.left - 6, end + 4))
        width = max(self.right, self.left + LEAST, self.left + legend.width) + MARGIN
        return Drawing(width, end + 4 + legend.height + MARGIN, Markup("").join(parts), self._words())

    def _title(self, arm: int) -> str:
        missing = f"the {(self.rows, self.columns)[arm] - 1}" if self.p.size else "the"
        return f"Responders among {missing} missing of {self.arms[arm]}"

    def _y(self, row: int) -> float:
        """The lower edge of a row."""
        return self.bottom - row * self.tall

    def _x(self, column: int) -> float:
        return self.left + column * self.wide

    def _shades(self) -> Iterator[Markup]:
        """Neighbours of one conclusion are one surface."""
        for row in range(len(self.p)):
            for conclusion, run in groupby(range(self.columns), key=lambda column: int(self.conclusions[row, column])):
                columns = list(run)
                if conclusion:
                    corners = ((columns[0], row), (columns[-1] + 1, row), (columns[-1] + 1, row + 1), (columns[0], row + 1))
                    places = [(self._x(x), self._y(y)) for x, y in corners]
                    yield area(*places, fill=_colour(conclusion), opacity=OPACITY[conclusion])

    def _cells(self) -> Iterator[Markup]:
        if not self.numbered:
            return
        for at in range(1, self.columns):
            yield self._line((at, 0), (at, self.rows), FAINT, 0.8)
        for at in range(1, self.rows):
            yield self._line((0, at), (self.columns, at), FAINT, 0.8)
        for (row, column), p in np.ndenumerate(self.p):
            down = self._y(row + 1) + (self.tall - NUMBER * 1.27) / 2
            yield written([p_text(float(p))], self._x(column) + self.wide / 2, down, size=NUMBER)

    def _line(self, start: tuple[int, int], end: tuple[int, int], stroke: str, width: float) -> Markup:
        """A line between corners of cells, each a column and a row."""
        (x1, y1), (x2, y2) = start, end
        return way((self._x(x1), self._y(y1)), (self._x(x2), self._y(y2)), stroke=stroke, width=width)

    def _boundary(self) -> Iterator[Markup]:
        """The edges between neighbours of different conclusions, those of a line in one piece."""
        rows, columns = len(self.p), self.columns
        for column in range(1, columns if rows else 0):
            for first, last in _runs(self.conclusions[:, column - 1] != self.conclusions[:, column]):
                yield self._line((column, first), (column, last), INK, THICK)
        for row in range(1, rows):
            for first, last in _runs(self.conclusions[row - 1] != self.conclusions[row]):
                yield self._line((first, row), (last, row), INK, THICK)

    def _main(self) -> Iterator[Markup]:
        if self.p.size:
            row, column = self.main
            inset = min(2.5, self.wide / 4, self.tall / 4)
            yield _framed(self._x(column) + inset, self._y(row + 1) + inset, self._x(column + 1) - inset, self._y(row) - inset)

    def _row_numbers(self) -> Iterator[Markup]:
        places = [self._y(row) - self.tall / 2 for row in range(len(self.p))]
        for row in labelled([-place for place in places], [SMALL * 0.8] * len(places)):
            yield written([f"{row}"], self.left - 6, places[row] - SMALL * 0.62, size=SMALL, anchor="end")

    def _entries(self) -> list[Entry]:
        level = f"p ≤ {self.alpha:g}"
        return [
            Entry(f"{level}, better with {self.arms[0]}", _swatch(1)),
            Entry(f"{level}, better with {self.arms[1]}", _swatch(-1)),
            Entry("Where the conclusion changes", lambda x, y: way((x, y), (x + SAMPLE, y), stroke=INK, width=THICK)),
            Entry("Main analysis", lambda x, y: _framed(x + 4, y - 6, x + SAMPLE - 4, y + 6)),
        ]

    def _words(self) -> str:
        if not self.p.size:
            return f"{self._title(0)} against {self._title(1).lower()}: {NO_DATA.lower()}."
        row, column = self.main
        said = [
            f"p values by the number of responders among {self.rows - 1} missing subjects of {self.arms[0]} and "
            f"{self.columns - 1} of {self.arms[1]}. Main analysis, {row} and {column}: p {_equals(float(self.p[row, column]))}, "
            f"{self._concluded(int(self.conclusions[row, column]))}."
        ]
        changed = self.conclusions != self.conclusions[self.main]
        for at in np.flatnonzero(changed.any(axis=1)):
            said.append(
                f"With {at} of {self.arms[0]} the conclusion is another with {_ranges(changed[at])} of "
                f"{self.arms[1]}; p is from {p_text(float(self.p[at].min()))} to {p_text(float(self.p[at].max()))}."
            )
        return " ".join(said if changed.any() else [*said, "No numbers of responders change the conclusion."])

    def _concluded(self, conclusion: int) -> str:
        return {1: f"better with {self.arms[0]}", -1: f"better with {self.arms[1]}", 0: "no significant difference"}[conclusion]


def p_text(p: float) -> str:
    """A p value with three decimals, or that it is less."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _equals(p: float) -> str:
    return f"< {p_text(p)[1:]}" if p < 0.001 else f"= {p_text(p)}"


def _colour(conclusion: int) -> str:
    return colour(0 if conclusion > 0 else 1)


def _swatch(conclusion: int) -> Callable[[float, float], Markup]:
    def sample(x: float, y: float) -> Markup:
        corners = ((x, y - 6), (x + SAMPLE, y - 6), (x + SAMPLE, y + 6), (x, y + 6))
        return area(*corners, fill=_colour(conclusion), opacity=OPACITY[conclusion]) + way(
            *corners, corners[0], stroke=LINE, width=0.8
        )

    return sample


def _framed(left: float, top: float, right: float, bottom: float) -> Markup:
    return way((left, top), (right, top), (right, bottom), (left, bottom), (left, top), stroke=INK, width=1.6)


def _runs(found: np.ndarray) -> list[tuple[int, int]]:
    """Where runs of true values begin, and what follows them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], found.astype(int), [0]])))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _ranges(found: np.ndarray) -> str:
    """The places of true values with runs drawn together: ``2, 4 to 7``."""
    return ", ".join(f"{first}" if last - first == 1 else f"{first} to {last - 1}" for first, last in _runs(found))
