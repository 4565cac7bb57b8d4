"""What reading an export gives: tables of text, and where each row stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

STATEMENT = "synthetic"
"""Name, in any case, of a sheet or text file that says that the export's data are invented."""


@dataclass(frozen=True)
class Input:
    """One file of the export as the report lists it; ``file`` is its path inside the export with forward slashes."""

    file: str
    sha256: str
    encoding: str | None
    rows: int


@dataclass(frozen=True)
class RowProblem:
    """A row that could be read but has not the header's shape; ``row`` as a spreadsheet counts (the header is row 1)."""

    row: int
    what: str


@dataclass(frozen=True)
class ReadNote:
    """What was read otherwise than it stands, or stands where nobody looks (hidden rows); ``row`` is None for the whole table.

    ``settled``: no cell can have been lost or misread by it, so that nobody has to look (a title above the header).
    """

    row: int | None
    what: str
    settled: bool = False


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be read and was gone on without; ``message`` says what is wrong with it, and where."""

    file: str
    message: str


@dataclass(frozen=True)
class RawTable:
    """One CSV file or one sheet of a workbook.

    ``frame``: columns as the header names them (outer white space stripped), every cell as text of dtype ``str``,
    an empty cell as ``""`` (never NaN); ``row``: for each record its row in a spreadsheet (the header is row 1).
    ``path``: for each record its place in a file that has no rows (ODM-XML), of dtype ``object``; None where rows are the place.
    ``header_row``: the row that names the columns; ``merged``: by column, first and last row of each cell that is merged over
    several rows beneath the header (an array of two columns), of which only the first row holds the text.
    ``also``: what a specification may call the table beside its name. ``part_of``: names of the form of which the table is a
    repeating part; it may be called by them where columns of that part are meant. ``repeated``: columns that were not collected
    in this table but tell where its records belong; a specification need not name them. ``created``: the day on which the file
    says that it was made, None where it says nothing.
    """

    file: str
    sheet: str | None
    frame: pd.DataFrame
    row: np.ndarray
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[ReadNote, ...] = ()
    path: np.ndarray | None = None
    header_row: int = 1
    merged: Mapping[str, np.ndarray] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    repeated: frozenset[str] = frozenset()
    created: date | None = None

    def path_of(self, row: int) -> str | None:
        """The place of the record at ``row`` where the file has no rows, else None."""
        return None if self.path is None else str(self.path[int(np.searchsorted(self.row, row))])

    @property
    def name(self) -> str:
        """What a person calls the table: the sheet of a workbook, else the file's name without its ending."""
        return self.sheet if self.sheet is not None else Path(self.file).stem


@dataclass(frozen=True)
class RawExport:
    """All tables of an export; ``synthetic`` is the export's own statement that its data are invented, else None.

    ``unreadable``: the files that were gone on without, where that was asked for. ``exported``: the day on which the export says
    that it was made, the latest anywhere on earth; None where it does not say so of all its tables.
    """

    path: Path
    tables: tuple[RawTable, ...]
    inputs: tuple[Input, ...]
    synthetic: str | None = None
    unreadable: tuple[Unreadable, ...] = ()
    exported: date | None = None
