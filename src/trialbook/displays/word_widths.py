"""How wide the columns of a table in Word are, and how large its letters: what its texts need, as far as the page has room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trialbook.displays.display import Table, spans
from trialbook.displays.measured import text_width

SIZES = (9.0, 8.0, 7.0)
"""Of letters, in points: the first is taken in which the texts are not torn."""
CELL = 5.0
"""What is free at either side of a cell's text, in points; and what an indent of a row is, in letters."""
INDENT = 1.2
_SPREAD, _LABEL = 60.0, 0.45
"""The widest that a column is beyond its need; the part of the page that labels have before they are broken into lines."""


@dataclass(frozen=True)
class Widths:
    """The size of letters and the width of each column, in points."""

    size: float
    columns: tuple[float, ...]


def widths(table: Table, room: float) -> Widths:
    """The widths of a table's columns on a page with so much room (points): never more than that in all.

    Columns have what their longest line needs and a share of what is left. Where there is too little, labels are broken into
    lines first, then the other texts between their words, in letters as small as :data:`SIZES` allows.
    """
    for size in SIZES:
        whole = [width * size + 2 * CELL for width in _needed(table, lambda line: [line])]
        words = [width * size + 2 * CELL for width in _needed(table, str.split)]
        label = max(min(whole[0], room * _LABEL), words[0])
        if sum(whole) <= room:
            return Widths(size, _spread(whole, room))
        if label + sum(whole[1:]) <= room:
            return Widths(size, (room - sum(whole[1:]), *whole[1:]))
        if sum(words) <= room:
            found = _between(words, [label, *whole[1:]], room)
            if size == SIZES[-1] or _lines(table, found, size) <= 2:
                return Widths(size, found)
    return Widths(SIZES[-1], tuple(width * room / sum(words) for width in words))


def _needed(table: Table, parts: Callable[[str], list[str]]) -> list[float]:
    """For each column its widest part (lines or words), in letters' sizes, that of spanning headers shared out."""
    columns = []
    for at, column in enumerate(table.columns):
        texts = [(column.header, True, 0.0)]
        for row in table.rows:
            if at < len(row.cells) and len(row.cells) > 1:
                texts.append((row.cells[at], row.heading, row.indent * INDENT if not at else 0.0))
        columns.append(max(_widest(text, bold, parts) + indent for text, bold, indent in texts))
    for span in spans(table.columns):
        under = range(span.first, span.first + span.columns)
        missing = (_widest(span.text, True, parts) - sum(columns[at] for at in under)) / span.columns
        for at in under:
            columns[at] += max(missing, 0)
    return columns


def _widest(text: str, bold: bool, parts: Callable[[str], list[str]]) -> float:
    return max((text_width(part, 1, bold=bold) for line in text.split("\n") for part in parts(line)), default=0)


def _spread(whole: list[float], room: float) -> tuple[float, ...]:
    more = min((room - sum(whole)) / len(whole), _SPREAD)
    return tuple(width + more for width in whole)


def _between(least: list[float], most: list[float], room: float) -> tuple[float, ...]:
    """Widths between the least and the most that fill the room, each the same part of its way."""
    most = [max(pair) for pair in zip(least, most, strict=True)]
    way = sum(most) - sum(least)
    part = min((room - sum(least)) / way, 1) if way else 0
    return tuple(low + part * (high - low) for low, high in zip(least, most, strict=True))


def _lines(table: Table, columns: tuple[float, ...], size: float) -> float:
    """How many lines a cell beside the labels takes at most, about."""
    return max(
        (
            text_width(line, size) / (width - 2 * CELL)
            for row in table.rows
            for text, width in zip(row.cells[1:], columns[1:], strict=False)
            for line in text.split("\n")
        ),
        default=0,
    )
