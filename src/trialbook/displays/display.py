"""What a table and a figure of a clinical study report say, wherever they are shown.

Numbers are those of ICH E3, section 14 (``14.2.1.1``); each display names its population, its method in footnotes and what it was
made from. Nothing here computes: cells are texts as they are to be read, drawings come from ``trialbook.displays.drawings``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from trialbook.displays.drawn import Drawing

_NUMBER = re.compile(r"\d+(\.\d+)*[a-z]?")


class Align(StrEnum):
    """Where the text of a column stands; ``NUMBER``: whole parts end under each other, and the column's texts are centred."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """A column's header; neighbours that name the same ``over`` stand under one header of that name. ``\\n`` breaks a line."""

    header: str
    align: Align = Align.NUMBER
    over: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its label and a text a further column, empty where there is none.

    ``indent`` is the label's level; a ``heading`` names the rows that follow and may have the label alone; ``ruled``: a rule is
    drawn above it.
    """

    cells: tuple[str, ...]
    indent: int = 0
    heading: bool = False
    ruled: bool = False


@dataclass(frozen=True)
class _Display:
    number: str
    title: str
    population: str

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number):
            raise ValueError(f"the number of a display is of digits and points, such as 14.2.1.1, not {self.number!r}")
        if not self.title.strip():
            raise ValueError(f"display {self.number} has no title")


@dataclass(frozen=True)
class Table(_Display):
    """A table: the first column holds the rows' labels.

    ``population``: whom it is of, such as ``All randomized (N = 96)``; ``footnotes``: methods and abbreviations, a text each;
    ``source``: datasets and analysis; ``statement``: what must be known first, such as ``SYNTHETIC DATA``, shown prominently.
    Without rows it is a shell, which says that there are no data.

    Raises ValueError for a number that is none, for a table without columns, and for a row that has not a cell a column.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    footnotes: tuple[str, ...] = ()
    source: str = ""
    statement: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.columns:
            raise ValueError(f"table {self.number} has no columns")
        for at, row in enumerate(self.rows, 1):
            if len(row.cells) != len(self.columns) and not (row.heading and len(row.cells) == 1):
                raise ValueError(
                    f"table {self.number}, row {at} ({row.cells[:1]}): {len(row.cells)} cells for {len(self.columns)} columns"
                )
            if row.indent < 0:
                raise ValueError(f"table {self.number}, row {at}: an indent is 0 or more, not {row.indent}")

    @property
    def kind(self) -> str:
        """The word before its number."""
        return "Table"


@dataclass(frozen=True)
class Figure(_Display):
    """A figure: a drawing, which says its whole content in words too; the rest as in a table."""

    drawing: Drawing
    footnotes: tuple[str, ...] = ()
    source: str = ""
    statement: str = ""

    @property
    def kind(self) -> str:
        """The word before its number."""
        return "Figure"

    @property
    def words(self) -> str:
        """The content as text, for who can't see it."""
        return self.drawing.words


type Display = Table | Figure
NO_DATA = "No data"
"""What a shell says in the place of what it would show."""


def name_of(display: Display) -> str:
    """What a display is called and cited by: ``Table 14.2.1.1``."""
    return f"{display.kind} {display.number}"


@dataclass(frozen=True)
class Span:
    """A header over columns from ``first`` on; over a column that has none, its text is empty."""

    text: str
    first: int
    columns: int


def spans(columns: tuple[Column, ...]) -> list[Span]:
    """The upper line of headers: neighbours of the same name are one, each column without one stands alone."""
    found: list[Span] = []
    for at, column in enumerate(columns):
        if column.over and found and found[-1].text == column.over:
            found[-1] = Span(column.over, found[-1].first, found[-1].columns + 1)
        else:
            found.append(Span(column.over, at, 1))
    return found
