"""Axes: where a value stands, which values are marked, and the lines and numbers along a plot's edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from markupsafe import Markup

from trialbook.displays.drawn import FAINT, GROUND, INK, LINE, MUTED, SIZE, SMALL, box, height_of, way, widest, written
from trialbook.displays.measured import text_width, wrapped

TICK, APART = 5.0, 8.0
"""The length of a tick; what stays free between neighbouring texts."""


@dataclass(frozen=True)
class Scale:
    """Values from ``low`` to ``high`` on places from ``start`` to ``end``, evenly or by their logarithms.

    Raises ValueError for limits that are not in order, and for a logarithmic one that is not above 0.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"an axis {'of logarithms ' if self.log else ''}can't go from {self.low:g} to {self.high:g}")

    def at(self, value: float) -> float:
        """The place of a value, beyond the ends for one beyond the limits; raises ValueError for 0 on a scale of logarithms."""
        if self.log:
            share = (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 7) -> list[float]:
        """Round values between the limits: 1, 2 and 5 times powers of ten, so many as are wanted at most (but two at least)."""
        if self.log:
            return _log_ticks(self.low, self.high, most)
        step = 10.0 ** floor(log10((self.high - self.low) / most))
        while (found := _multiples(step, self.low, self.high)) and len(found) > max(most, 2):
            step *= 2.5 if f"{step:e}".startswith("2") else 2
        return found


def _multiples(step: float, low: float, high: float) -> list[float]:
    near = step * 1e-9
    return [round(step * one, 12) for one in range(ceil((low - near) / step), floor((high + near) / step) + 1)]


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        found = [round(digit * 10.0**decade, 12) for decade in decades for digit in digits]
        found = [one for one in found if low * (1 - 1e-9) <= one <= high * (1 + 1e-9)]
        if len(found) <= most:
            break
    return found


def number_text(value: float) -> str:
    """A number beside an axis: ``0.5``, ``100``, ``−2``."""
    return f"{value:g}".replace("-", "−")


def labelled(places: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Which ticks are labelled so that their texts stay apart: all, or every second, third … from the first."""
    for step in range(1, len(places) + 1):
        chosen = range(0, len(places), step)
        if all(places[b] - places[a] >= (widths[a] + widths[b]) / 2 + APART for a, b in pairwise(chosen)):
            return list(chosen)
    return []


def axis_below(
    scale: Scale, y: float, ticks: Sequence[float], title: str, labels: Sequence[str] | None = None, *, room: float = 0
) -> tuple[Markup, float]:
    """A horizontal axis at ``y`` with its numbers (or ``labels``) and its title under it, and where it ends below.

    ``room``: how wide the title may be, where that is more than the axis; it then begins with the axis.
    """
    texts = [number_text(tick) for tick in ticks] if labels is None else list(labels)
    places = [scale.at(tick) for tick in ticks]
    parts = [way((scale.start, y), (scale.end, y))]
    parts += [way((x, y), (x, y + TICK)) for x in places]
    chosen = labelled(places, [text_width(text, SMALL) for text in texts])
    parts += [written([texts[at]], places[at], y + TICK + 2, size=SMALL) for at in chosen]
    bottom = y + TICK + 2 + height_of([""], SMALL)
    long = scale.end - scale.start
    lines = wrapped(title, max(long, room), SIZE)
    inside = widest(lines, SIZE) <= long
    parts.append(
        written(
            lines, (scale.start + scale.end) / 2 if inside else scale.start, bottom + 4, anchor="middle" if inside else "start"
        )
    )
    return Markup("").join(parts), bottom + 4 + height_of(lines)


def axis_left(scale: Scale, x: float, right: float, ticks: Sequence[float], labels: Sequence[str] | None = None) -> Markup:
    """A vertical axis at ``x`` with its numbers before it, and faint lines up to ``right``."""
    texts = [number_text(tick) for tick in ticks] if labels is None else list(labels)
    parts = [way((x, scale.at(tick)), (right, scale.at(tick)), stroke=FAINT, width=0.8) for tick in ticks]
    parts.append(way((x, scale.start), (x, scale.end)))
    for tick, text in zip(ticks, texts, strict=True):
        y = scale.at(tick)
        parts.append(way((x - TICK, y), (x, y)))
        parts.append(written([text], x - TICK - 3, y - SMALL * 0.62, size=SMALL, anchor="end"))
    return Markup("").join(parts)


def title_over(title: str, x: float, y: float, width: float) -> tuple[Markup, float]:
    """The title of a vertical axis, which is read without turning the head: over it, from its left; and its height."""
    lines = wrapped(title, width, SIZE)
    return written(lines, x, y, anchor="start"), height_of(lines) + 6


def no_data_within(left: float, top: float, right: float, bottom: float, text: str) -> Markup:
    """What is said in the middle of a plot that has nothing to show."""
    x, y, wide = (left + right) / 2, (top + bottom) / 2 - SIZE / 2, text_width(text, SIZE) + 8
    return box(x - wide / 2, y, wide, height_of([text]), fill=GROUND) + written([text], x, y, fill=MUTED)


def frame(left: float, top: float, right: float, bottom: float) -> Markup:
    """The edges of a plot."""
    return way((left, top), (right, top), (right, bottom), (left, bottom), (left, top), stroke=LINE, width=1)


def reference(x1: float, y1: float, x2: float, y2: float) -> Markup:
    """A line that values are compared with."""
    return way((x1, y1), (x2, y2), dashed="6 4", stroke=INK, width=1.1)
