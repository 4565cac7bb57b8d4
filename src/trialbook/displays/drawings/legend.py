"""The legend: what each series is, inside the plot where nothing is drawn, else over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from markupsafe import Markup

from trialbook.displays.drawn import GROUND, SMALL, box, height_of, widest, written
from trialbook.displays.measured import wrapped

SAMPLE, BETWEEN, PADDING, INSET = 36.0, 7.0, 6.0, 10.0
"""The width of a sample; between it and its text; around the legend; from the plot's edges."""
_SHARES = (0.0, 1.0, 0.5, 0.25, 0.75)


@dataclass(frozen=True)
class Entry:
    """A text with a sample, which is drawn at the left end and the middle of its room."""

    text: str
    sample: Callable[[float, float], Markup]


@dataclass(frozen=True)
class Rect:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rect) -> bool:
        """Whether they share a surface."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


class Legend:
    """Entries under each other, and lines of text under them; ``room`` is the widest that a text may be."""

    def __init__(self, entries: Sequence[Entry], notes: Sequence[str] = (), *, room: float = 230) -> None:
        self.entries = [(entry, wrapped(entry.text, room - SAMPLE - BETWEEN, SMALL)) for entry in entries]
        self.notes = [line for note in notes for line in wrapped(note, room, SMALL)]
        texts = [widest(lines, SMALL) + SAMPLE + BETWEEN for _, lines in self.entries]
        self.width = max([*texts, widest(self.notes, SMALL)], default=0) + 2 * PADDING
        heights = [height_of(lines, SMALL) + 2 for _, lines in self.entries]
        gap = 4 if heights and self.notes else 0
        self.height = sum(heights) + gap + height_of(self.notes, SMALL) + 2 * PADDING if entries or self.notes else 0

    def drawn(self, x: float, y: float) -> Markup:
        """The legend with its upper left corner at a place."""
        left, down = x + PADDING, y + PADDING
        parts = [box(x, y, self.width, self.height, fill=GROUND)] if self.height else []
        for entry, lines in self.entries:
            parts.append(entry.sample(left, down + SMALL * 0.62))
            parts.append(written(lines, left + SAMPLE + BETWEEN, down, size=SMALL, anchor="start"))
            down += height_of(lines, SMALL) + 2
        if self.notes:
            parts.append(written(self.notes, left, down + (4 if self.entries else 0), size=SMALL, anchor="start"))
        return Markup("").join(parts)

    def place(self, plot: Rect, taken: Iterable[Rect], *, low: bool) -> tuple[float, float] | None:
        """A place inside the plot that meets nothing of what is ``taken``, or None; ``low``: rather at the bottom.

        Corners come first, then the middles of the edges, then what is between.
        """
        free_x, free_y = plot.right - plot.left - self.width - 2 * INSET, plot.bottom - plot.top - self.height - 2 * INSET
        if free_x < 0 or free_y < 0:
            return None
        occupied = [one for one in taken if one.meets(plot)]
        shares = sorted(product(_SHARES, _SHARES), key=lambda pair: (sum(map(_inner, pair)), pair[1] != (1.0 if low else 0.0)))
        for across, down in shares:
            x, y = plot.left + INSET + across * free_x, plot.top + INSET + down * free_y
            own = Rect(x, y, x + self.width, y + self.height)
            if not any(own.meets(one) for one in occupied):
                return x, y
        return None


def _inner(share: float) -> int:
    return _SHARES.index(share) // 2
