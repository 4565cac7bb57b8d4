"""Step curves by arm: survival (Kaplan–Meier, from 1 down) and cumulative incidence (from 0 up), with numbers under the axis.

Curves differ by colour and, for print without colours, by the pattern of their line. Times are in one unit, that of the axis;
values are proportions of 1, shown in per cent. A curve ends where its last subject was followed to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from trialbook.displays.display import NO_DATA
from trialbook.displays.drawings.axes import (
    APART,
    Scale,
    axis_below,
    axis_left,
    labelled,
    no_data_within,
    number_text,
    title_over,
)
from trialbook.displays.drawings.curve import Curve
from trialbook.displays.drawings.legend import SAMPLE, Entry, Legend, Rect
from trialbook.displays.drawings.series import colour, dashes
from trialbook.displays.drawn import MUTED, SMALL, Drawing, area, height_of, way, widest, written
from trialbook.displays.measured import text_width, wrapped

PLOT_WIDTH, PLOT_HEIGHT, MARGIN, LABELS = 540.0, 300.0, 10.0, 150.0
"""The plot; at the edges; the widest that the labels of the numbers under it are."""
CENSOR = 5.0
"""Half of a censoring mark."""
BAND = 0.15
"""How much of its colour an interval has."""
_TOPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Beneath:
    """Numbers under the axis: a title (``Number at risk``), and for each label a number a tick."""

    title: str
    rows: tuple[tuple[str, tuple[int | str, ...]], ...]


def curves(
    drawn: Sequence[Curve],
    *,
    start: float,
    ticks: Sequence[float],
    y_title: str,
    x_title: str = "Months since randomization",
    beneath: Sequence[Beneath] = (),
    notes: Sequence[str] = (),
    top: float | None = None,
) -> Drawing:
    """The curves over one axis of time, with their legend, ``notes`` (such as a hazard ratio) and the numbers beneath.

    ``start``: the value at time 0, 1 for survival and 0 for incidence; ``ticks``: the times of visits, which the numbers of
    ``beneath`` stand under; ``top``: the highest value shown, by default 1 for survival and for incidence what has room for all.
    Curves without times give a shell, with the axes and the legend.

    Raises ValueError where there are fewer than two ticks, where they do not ascend from 0 or more, where a row beneath has
    not a number a tick, and where a value lies above ``top``.
    """
    if len(ticks) < 2 or ticks[0] < 0 or any(a >= b for a, b in pairwise(ticks)):
        raise ValueError(f"the ticks of an axis of time ascend from 0 or more, and are two at least: {list(ticks)}")
    for block in beneath:
        for label, numbers in block.rows:
            if len(numbers) != len(ticks):
                raise ValueError(f"{block.title}, {label!r}: {len(numbers)} numbers for {len(ticks)} ticks")
    return _Plot(drawn, start, ticks, beneath, notes, top).drawing(x_title, y_title)


class _Plot:
    def __init__(
        self,
        drawn: Sequence[Curve],
        start: float,
        ticks: Sequence[float],
        beneath: Sequence[Beneath],
        notes: Sequence[str],
        top: float | None,
    ) -> None:
        self.curves, self.start, self.ticks, self.beneath, self.notes = drawn, start, list(ticks), beneath, notes
        self.there = [(number, curve) for number, curve in enumerate(drawn) if curve.end >= 0]
        self.highest = self._highest(top)
        labels = [line for block in beneath for label, _ in block.rows for line in wrapped(label, LABELS, SMALL)]
        first = self._cell_width(0) / 2 + APART if labels else 0
        self.left = MARGIN + max(widest(labels, SMALL) + first, text_width("100", SMALL) + 14)
        self.right = self.left + PLOT_WIDTH
        self.width = self.right + MARGIN + max(self._cell_width(len(ticks) - 1) / 2, 4)
        last = max([self.ticks[-1], *(curve.end for _, curve in self.there)])
        self.x = Scale(0, last, self.left, self.right)

    def _highest(self, top: float | None) -> float:
        """The highest value that the axis has room for, and that there is; checked against what was asked for."""
        shown = [one for _, curve in self.there for one in (curve.values, curve.high) if one is not None]
        found = max([self.start, *(float(np.nan_to_num(one).max(initial=0)) for one in shown)])
        if top is None:
            return 1.0 if self.start else next(one for one in _TOPS if one >= found)
        if found > top:
            raise ValueError(f"the axis ends at {top:g}, and there is a value of {found:g}")
        return top

    def _cell_width(self, tick: int) -> float:
        texts = [str(numbers[tick]) for block in self.beneath for _, numbers in block.rows]
        return widest([number_text(self.ticks[tick]), *texts], SMALL)

    def drawing(self, x_title: str, y_title: str) -> Drawing:
        head, down = title_over(y_title, MARGIN, MARGIN, self.right - MARGIN)
        top = MARGIN + down
        legend = Legend([self._entry(number, curve) for number, curve in enumerate(self.curves)], self.notes)
        plot, place = self._placed(legend, top)
        if place is None:
            legend = Legend([self._entry(number, curve) for number, curve in enumerate(self.curves)], self.notes, room=PLOT_WIDTH)
            place = (self.left, top)
            top += legend.height + 2
            plot = Rect(self.left, top, self.right, top + PLOT_HEIGHT)
        self.y = Scale(0, self.highest, plot.bottom, plot.top)
        steps = self.y.ticks()
        parts = [head, axis_left(self.y, plot.left, plot.right, steps, [number_text(round(100 * one, 6)) for one in steps])]
        under, bottom = axis_below(self.x, plot.bottom, self.ticks, x_title)
        parts += [under, *self._bands(), *self._lines(), legend.drawn(*place)]
        if not self.there:
            parts.append(no_data_within(plot.left, plot.top, plot.right, plot.bottom, NO_DATA))
        numbers, bottom = self._numbers(bottom)
        words = self._words(x_title, y_title)
        return Drawing(self.width, bottom + MARGIN, Markup("").join([*parts, numbers]), words)

    # The lines.

    def _placed(self, legend: Legend, top: float) -> tuple[Rect, tuple[float, float] | None]:
        plot = Rect(self.left, top, self.right, top + PLOT_HEIGHT)
        self.y = Scale(0, self.highest, plot.bottom, plot.top)
        return plot, legend.place(plot, self._taken(plot), low=self.start > 0)

    def _taken(self, plot: Rect) -> Iterator[Rect]:
        """What the curves and their intervals cover, with what a mark reaches beyond them."""
        for _, curve in self.there:
            for x1, x2, value, low, high in self._steps(curve):
                yield Rect(x1 - 2, self.y.at(high) - CENSOR, x2 + 2, self.y.at(low) + CENSOR)
                yield Rect(x1 - 2, self.y.at(value) - CENSOR, x2 + 2, self.y.at(value) + CENSOR)
            along = self._points(curve)
            for (x1, y1), (x2, y2) in pairwise(along):
                yield Rect(min(x1, x2) - 2, min(y1, y2) - 2, max(x1, x2) + 2, max(y1, y2) + 2)
        if not self.there:
            middle = (plot.top + plot.bottom) / 2
            yield Rect(plot.left, middle - 20, plot.right, middle + 20)

    def _steps(self, curve: Curve) -> Iterator[tuple[float, float, float, float, float]]:
        """Each step: from where to where it goes, its value and its limits (the value where there are none)."""
        times, values = curve.times, curve.values
        ends = np.append(times[1:], curve.end)[: len(times)]
        low, high = (values if one is None else np.where(np.isnan(one), values, one) for one in (curve.low, curve.high))
        first = float(times[0]) if len(times) else curve.end
        yield self.left, self.x.at(first), self.start, self.start, self.start
        for time, end, value, below, above in zip(times, ends, values, low, high, strict=True):
            yield self.x.at(time), self.x.at(end), float(value), float(below), float(above)

    def _points(self, curve: Curve) -> list[tuple[float, float]]:
        """The corners of the line: no point where nothing changes."""
        points = [(self.left, self.y.at(self.start))]
        for time, value in zip(curve.times, curve.values, strict=True):
            x, y = self.x.at(time), self.y.at(value)
            if y != points[-1][1]:
                points += [(x, points[-1][1]), (x, y)]
        return [*points, (self.x.at(curve.end), points[-1][1])]

    def _lines(self) -> Iterator[Markup]:
        for number, curve in self.there:
            ink = colour(curve.arm)
            yield way(*self._points(curve), dashed=dashes(number), stroke=ink, width=1.8)
            for time in np.unique(curve.censored):
                value = curve.at(time, self.start)
                x, y = self.x.at(time), self.y.at(self.start if value is None else value)
                yield way((x, y - CENSOR), (x, y + CENSOR), stroke=ink, width=1.2)

    def _bands(self) -> Iterator[Markup]:
        """The intervals, in as many pieces as there are stretches with limits."""
        for _, curve in self.there:
            if curve.low is None or curve.high is None:
                continue
            there = ~(np.isnan(curve.low) | np.isnan(curve.high))
            edges: list[tuple[float, float, float]] = []
            for (x1, x2, _, low, high), known in zip(list(self._steps(curve))[1:], there, strict=True):
                if known:
                    edges += [(x1, low, high), (x2, low, high)]
                elif edges:
                    yield self._band(edges, curve.arm)
                    edges = []
            if edges:
                yield self._band(edges, curve.arm)

    def _band(self, edges: list[tuple[float, float, float]], arm: int) -> Markup:
        above = [(x, self.y.at(high)) for x, _, high in edges]
        below = [(x, self.y.at(low)) for x, low, _ in reversed(edges)]
        return area(*above, *below, fill=colour(arm), opacity=BAND)

    def _entry(self, number: int, curve: Curve) -> Entry:
        def sample(x: float, y: float) -> Markup:
            line = way((x, y), (x + SAMPLE, y), dashed=dashes(number), stroke=colour(curve.arm), width=1.8)
            if not len(curve.censored):
                return line
            middle = x + SAMPLE / 2
            return line + way((middle, y - CENSOR), (middle, y + CENSOR), stroke=colour(curve.arm), width=1.2)

        return Entry(curve.label, sample)

    # The numbers under the axis.

    def _numbers(self, y: float) -> tuple[Markup, float]:
        places = [self.x.at(tick) for tick in self.ticks]
        chosen = labelled(places, [self._cell_width(at) for at in range(len(self.ticks))])
        parts = []
        for block in self.beneath:
            y += 8
            parts.append(written(wrapped(block.title, self.right, SMALL), MARGIN, y, size=SMALL, bold=True, anchor="start"))
            y += height_of(wrapped(block.title, self.right, SMALL), SMALL) + 1
            for label, numbers in block.rows:
                lines = wrapped(label, LABELS, SMALL)
                parts.append(written(lines, MARGIN, y, size=SMALL, anchor="start", fill=MUTED))
                parts += [written([str(numbers[at])], places[at], y, size=SMALL) for at in chosen]
                y += height_of(lines or [""], SMALL) + 1
        return Markup("").join(parts), y

    # The content as text.

    def _words(self, x_title: str, y_title: str) -> str:
        said = [f"{y_title} against {x_title[:1].lower()}{x_title[1:]}."]
        if not self.there:
            said.append(f"{NO_DATA}. Curves to be shown: {', '.join(curve.label for curve in self.curves) or 'none'}.")
        for _, curve in self.there:
            values = [(tick, curve.at(tick, self.start)) for tick in self.ticks]
            told = "; ".join(
                f"{number_text(tick)}: {'not followed so long' if value is None else f'{100 * value:.1f} %'}"
                for tick, value in values
            )
            said.append(f"{curve.label}, by time: {told}.")
        for block in self.beneath:
            for label, numbers in block.rows:
                said.append(f"{block.title}, {label}: {', '.join(map(str, numbers))}.")
        return " ".join([*said, *self.notes])
