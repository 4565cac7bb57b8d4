"""Estimates with their intervals under each other, with their numbers beside them: subgroups, or analyses of one endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from trialbook.displays.display import NO_DATA
from trialbook.displays.drawings.axes import Scale, axis_below, no_data_within, number_text, reference
from trialbook.displays.drawings.series import colour, diamond
from trialbook.displays.drawn import INK, MUTED, SMALL, Drawing, area, height_of, way, widest, written
from trialbook.displays.measured import wrapped

MARGIN, PLOT, LABELS, CELLS, APART, ROW = 10.0, 260.0, 210.0, 130.0, 16.0, 5.0
"""At the edges; the plot's width; the widest that labels and that other texts are; between columns; over and under a row."""
INDENT, SQUARE, ARROW = 12.0, 4.2, 40.0
FURTHEST = 32.0
"""On an axis of logarithms, the factor from no effect beyond which an interval ends with an arrow."""


@dataclass(frozen=True)
class Effect:
    """A row: its label, the texts before and after the plot, and the estimate with its limits, None where there is none.

    ``overall``: a diamond, whose ends are the limits. A row without estimate and texts is a heading. Raises ValueError for an
    estimate without limits, or outside of them.
    """

    label: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    indent: int = 0
    overall: bool = False

    def __post_init__(self) -> None:
        known = [value for value in (self.estimate, self.low, self.high) if value is not None]
        if len(known) not in (0, 3):
            raise ValueError(f"{self.label}: an estimate has two limits, or there is none of the three")
        if known and (not all(map(isfinite, known)) or not known[1] <= known[0] <= known[2]):
            raise ValueError(f"{self.label}: an estimate lies between its limits, and {known[0]:g} is not in {known[1:]}")

    @property
    def heading(self) -> bool:
        """Whether it names the rows that follow."""
        return self.estimate is None and not self.before and not self.after


def forest_plot(
    rows: Sequence[Effect],
    *,
    axis: str,
    null: float,
    log: bool = False,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    label: str = "",
    favours: tuple[str, str] | None = None,
    limits: tuple[float, float] | None = None,
) -> Drawing:
    """The plot between its two tables: ``label`` and ``before`` head the columns on its left, ``after`` those on its right.

    ``axis``: what the estimates are; ``null``: no effect (1 for ratios, 0 for differences); ``favours``: what lower and higher
    values are in favour of; ``limits`` of the axis, by default those of all intervals. An interval that goes beyond has an
    arrow. Without estimates it is a shell.

    Raises ValueError for a row that has not a text a column, and for values of 0 or less on an axis of logarithms.
    """
    for row in rows:
        if not row.heading and (len(row.before), len(row.after)) != (len(before), len(after)):
            raise ValueError(
                f"{row.label}: {len(row.before)} and {len(row.after)} texts for {len(before)} and {len(after)} columns"
            )
        if log and row.low is not None and row.low <= 0:
            raise ValueError(f"{row.label}: an axis of logarithms has no place for {row.low:g}")
    return _Forest(rows, null, log, (label, *before), tuple(after), limits).drawing(axis, favours)


class _Forest:
    def __init__(
        self,
        rows: Sequence[Effect],
        null: float,
        log: bool,
        before: tuple[str, ...],
        after: tuple[str, ...],
        limits: tuple[float, float] | None,
    ) -> None:
        self.rows, self.null, self.log, self.headers = rows, null, log, (*before, *after)
        self.split = len(before)
        self.texts = [self._cells(row) for row in rows]
        self.heads = [wrapped(text, LABELS if not at else CELLS, SMALL, bold=True) for at, text in enumerate(self.headers)]
        self._place()
        low, high = limits or self._limits()
        self.scale = Scale(low, high, self.plot, self.plot + PLOT, log)

    def _cells(self, row: Effect) -> list[list[str]]:
        label = wrapped(row.label, LABELS - row.indent * INDENT, SMALL, bold=row.heading or row.overall)
        return [label, *(wrapped(text, CELLS, SMALL, bold=row.overall) for text in (*row.before, *row.after))]

    def _place(self) -> None:
        """Where each column begins, and the plot between them."""
        self.lefts: list[float] = []
        self.wides: list[float] = []
        x = MARGIN
        self.plot = x
        for at, head in enumerate(self.heads):
            if at == self.split:
                x = self._leave(x)
            wide = widest(head, SMALL, bold=True)
            for row, texts in zip(self.rows, self.texts, strict=True):
                if at < len(texts):
                    wide = max(wide, widest(texts[at], SMALL, bold=row.overall) + (row.indent * INDENT if not at else 0))
            self.lefts.append(x)
            self.wides.append(wide)
            x += wide + APART
        if self.split == len(self.heads):
            x = self._leave(x)
        self.right = x - APART

    def _leave(self, x: float) -> float:
        self.plot = x + 4
        return self.plot + PLOT + APART + 4

    def _limits(self) -> tuple[float, float]:
        """From the lowest to the highest limit with some room, no effect between them."""
        lows = [row.low for row in self.rows if row.low is not None]
        highs = [row.high for row in self.rows if row.high is not None]
        low, high = min([self.null, *lows]), max([self.null, *highs])
        if self.log:
            low, high = max(low, self.null / FURTHEST), min(high, self.null * FURTHEST)
            return min(low / 1.1, self.null / 2), max(high * 1.1, self.null * 2)
        room = (high - low) * 0.06 or 1.0
        return low - room, high + room

    def drawing(self, axis: str, favours: tuple[str, str] | None) -> Drawing:
        down = height_of(max(self.heads, key=len), SMALL)
        parts = [
            written(
                lines,
                *self._anchored(at, MARGIN + down - height_of(lines, SMALL)),
                size=SMALL,
                bold=True,
                anchor=self._anchor(at),
            )
            for at, lines in enumerate(self.heads)
            if lines
        ]
        top = MARGIN + down + 5
        parts.append(way((MARGIN, top), (self.right, top), width=1))
        y = top + ROW
        drawn: list[Markup] = []
        for row, texts in zip(self.rows, self.texts, strict=True):
            tall = max(height_of(lines or [""], SMALL) for lines in texts)
            drawn += [*self._row(row, texts, y), *self._interval(row, y + height_of([""], SMALL) / 2)]
            y += tall + ROW
        bottom = max(y, top + 60) if not any(row.estimate is not None for row in self.rows) else y
        if self.scale.low <= self.null <= self.scale.high:
            at = self.scale.at(self.null)
            parts.append(reference(at, top, at, bottom))
        parts += drawn
        under, end = axis_below(self.scale, bottom, self.scale.ticks(), axis)
        parts.append(under)
        if not any(row.estimate is not None for row in self.rows):
            parts.append(no_data_within(self.plot, top, self.plot + PLOT, bottom, NO_DATA))
        edge = max(self.right, self.plot + PLOT) + 8
        if favours:
            told, end, reach = self._favours(favours, end + 4)
            parts.append(told)
            edge = max(edge, reach)
        return Drawing(edge + MARGIN, end + MARGIN, Markup("").join(parts), self._words(axis))

    def _anchor(self, at: int) -> str:
        return "middle" if at else "start"

    def _anchored(self, at: int, y: float) -> tuple[float, float]:
        return self.lefts[at] + (self.wides[at] / 2 if at else 0), y

    def _row(self, row: Effect, texts: list[list[str]], y: float) -> Iterator[Markup]:
        for at, lines in enumerate(texts):
            x, _ = self._anchored(at, y)
            bold = row.overall or (row.heading and not at)
            shift = row.indent * INDENT if not at else 0
            yield written(lines, x + shift, y, size=SMALL, anchor=self._anchor(at), bold=bold)

    def _interval(self, row: Effect, y: float) -> Iterator[Markup]:
        if row.estimate is None or row.low is None or row.high is None:
            return
        low, high, middle = self.scale.at(row.low), self.scale.at(row.high), self.scale.at(row.estimate)
        left, right = max(low, self.plot), min(high, self.plot + PLOT)
        if right > left and not row.overall:
            yield way((left, y), (right, y), stroke=INK, width=1.3)
        if low < self.plot:
            yield way((self.plot + 9, y), (self.plot - 3, y), stroke=INK, width=1.3, arrow=True)
        if high > self.plot + PLOT:
            yield way((self.plot + PLOT - 9, y), (self.plot + PLOT + 3, y), stroke=INK, width=1.3, arrow=True)
        if row.overall and left < middle < right:
            yield area((left, y), (middle, y - 6), (right, y), (middle, y + 6), fill=colour(0))
        elif row.overall and self.plot <= middle <= self.plot + PLOT:
            yield diamond(middle, y, 5, 6, fill=colour(0))
        elif self.plot <= middle <= self.plot + PLOT:
            corners = [(middle + dx * SQUARE, y + dy * SQUARE) for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            yield area(*corners, fill=colour(0))

    def _favours(self, favours: tuple[str, str], y: float) -> tuple[Markup, float, float]:
        """What lies on the sides of no effect, each with an arrow that way; and where that ends below and on the right."""
        middle = min(max(self.scale.at(self.null), self.plot), self.plot + PLOT)
        rooms = (middle - 10 - MARGIN, self.right - middle - 10)
        left, right = (
            wrapped(f"Favours {text}", min(max(room, 90), 200), SMALL) for text, room in zip(favours, rooms, strict=True)
        )
        before = max(middle - 10, MARGIN + max(widest(left, SMALL), ARROW))
        after = max(middle + 10, before + 20)
        parts = [
            way((before, y + 5), (before - ARROW, y + 5), arrow=True),
            way((after, y + 5), (after + ARROW, y + 5), arrow=True),
            written(left, before, y + 12, size=SMALL, anchor="end", fill=MUTED),
            written(right, after, y + 12, size=SMALL, anchor="start", fill=MUTED),
        ]
        below = y + 12 + height_of(max(left, right, key=len), SMALL)
        return Markup("").join(parts), below, after + max(widest(right, SMALL), ARROW)

    def _words(self, axis: str) -> str:
        said = [f"{axis}; no effect is {number_text(self.null)}."]
        for row in self.rows:
            if row.heading:
                said.append(f"{row.label}:")
                continue
            named = [f"{head} {text}" for head, text in zip(self.headers[1:], (*row.before, *row.after), strict=True) if text]
            value = "no estimate" if row.estimate is None else f"{row.estimate:.3g} ({row.low:.3g} to {row.high:.3g})"
            said.append(f"{row.label}: {'; '.join([value, *named])}.")
        return " ".join(said if self.rows else [*said, f"{NO_DATA}."])
