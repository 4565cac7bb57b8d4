"""Which row of a table is its header, and what its columns are called where the header stands in several rows.

A header is told by the names that the study's columns may have. Two spellings of one name that differ in case, width of
letters or white space, or in characters that nobody sees, are the same name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

HEADER_ROWS = 20
"""How many rows that are not blank are looked through for the header."""

FEWEST_NAMES = 2
"""A row with fewer known names than this is no header for it: a title may hold one."""

INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Characters without width, which come in with text that is copied from a web page: a name with one looks as without."""

_GONE = dict.fromkeys(map(ord, INVISIBLE))
_LONGEST_NAME = 500
_MOST_LEVELS = 5

Cells = Mapping[int, str]
"""The filled cells of a row by column from 0."""


@dataclass(frozen=True)
class Header:
    """The rows ``first`` to ``last`` of a sheet (from 1), the ``names`` of its columns, and the texts of rows ``above`` it."""

    first: int
    last: int
    names: list[str]
    above: tuple[tuple[int, str], ...]


def plain_header(text: str) -> str:
    """A header without what does not tell two names apart: case, full width, white space, line breaks and invisible characters.

    >>> plain_header(" ＡＥ\\n term")
    'aeterm'
    """
    return "".join(unicodedata.normalize("NFKC", text).translate(_GONE).casefold().split())


def known_names(cells: Collection[str], known: Collection[str]) -> set[str]:
    """Which of the ``known`` names, each as :func:`plain_header` gives it, stand in the cells."""
    return {plain for cell in cells if len(cell) <= _LONGEST_NAME and (plain := plain_header(cell)) in known}


def header_index(rows: Sequence[Collection[str]], known: Collection[str]) -> int | None:
    """The first row with the most known names, of which it has two or more; None where no row has."""
    counts = [len(known_names(row, known)) for row in rows]
    most = max(counts, default=0)
    return counts.index(most) if most >= FEWEST_NAMES else None


def sheet_header(rows: Mapping[int, Cells], merged: np.ndarray, known: Collection[str]) -> Header:
    """The header among the first filled rows of a sheet.

    ``rows``: their cells by row from 1, not empty; ``merged``: the merged ranges that begin in them, a row of first row, last row
    (from 1), first column, last column (from 0). A header cell that is merged down joins rows into one header, and so does one
    that is merged over several columns with names below it. A column is then called by its own name where that is a known one
    and no other column's, else by all names from the top down.
    """
    numbers = list(rows)
    index = header_index([list(cells.values()) for cells in rows.values()], known)
    at = numbers[index] if index is not None else _below_titles(rows, merged)
    first, last = _levels(rows, merged, at, known)
    above = tuple((row, " ".join(cells.values())) for row, cells in rows.items() if row < first)
    names = _names([rows.get(row, {}) for row in range(first, last + 1)], first, merged, known)
    return Header(first, last, names, above)


def title_note(texts: Sequence[str]) -> str:
    """What is noted about rows that stand above a header."""
    return f"stands above the header and is read as no record: {_short(' / '.join(texts))}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= 200 else plain[:200] + "…")


def _below_titles(rows: Mapping[int, Cells], merged: np.ndarray) -> int:
    """The first row, or the first below those that are one cell merged over columns: titles."""
    wide = {(row, column) for row, _, column, last in merged.tolist() if last > column}
    numbers = list(rows)
    for row in numbers[:-1]:
        if len(rows[row]) != 1 or (row, next(iter(rows[row]))) not in wide:
            return row
    return numbers[-1]


def _levels(rows: Mapping[int, Cells], merged: np.ndarray, at: int, known: Collection[str]) -> tuple[int, int]:
    """First and last row of the header that the row ``at`` belongs to."""
    ranges = [tuple(one) for one in merged.tolist() if rows.get(one[0], {}).get(one[2], "").strip()]
    first = last = at
    while last - first < _MOST_LEVELS:
        before = (first, last)
        for top, bottom, left, right in ranges:
            if top < bottom and top <= last and first <= bottom and bottom - top < _MOST_LEVELS:
                first, last = min(first, top), max(last, bottom)
            elif top == bottom == last and right > left:
                beneath = [text for column, text in rows.get(last + 1, {}).items() if left <= column <= right]
                if known_names(beneath, known):
                    last += 1
            elif top == bottom == first - 1 and right > left and not _is_title(rows[top], left, rows[first]):
                first -= 1
        if (first, last) == before:
            break
    return first, last


def _is_title(cells: Cells, left: int, header: Cells) -> bool:
    """Whether a merged cell above a header is a title, not the parent of some columns: alone, and above the first column too."""
    return len(cells) == 1 and left <= min(header)


def _names(levels: Sequence[Cells], first: int, merged: np.ndarray, known: Collection[str]) -> list[str]:
    filled = [max(cells) + 1 for cells in levels if cells]
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    last = first + len(levels) - 1
    width = max(filled)
    for top, bottom, left, right in merged.tolist():
        if top <= last and bottom >= first:
            right = left if top == last else right  # a cell that is merged over columns without names below names the first alone
            width = max(width, right + 1)
            for row in range(max(top, first), min(bottom, last) + 1):
                anchors |= {(row, column): (top, left) for column in range(left, right + 1)}
    parts = []
    for column in range(width):
        places = dict.fromkeys(anchors.get((row, column), (row, column)) for row in range(first, last + 1))
        texts = [levels[row - first].get(at, "").strip() for row, at in places if first <= row <= last]
        parts.append([text for text in texts if text])
    alone = [plain_header(texts[-1]) if texts else "" for texts in parts]
    names = []
    for texts, own in zip(parts, alone, strict=True):
        joined = " ".join(texts)
        by_itself = len(texts) > 1 and plain_header(joined) not in known and own in known and alone.count(own) == 1
        names.append(texts[-1] if by_itself else joined)
    return names
