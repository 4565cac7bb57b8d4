"""A sheet of a workbook as a table: its header, and what its layout hides or merges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import IO

import numpy as np
from openpyxl.utils import get_column_letter

from trialbook.exports.grid import Grid
from trialbook.exports.headers import HEADER_ROWS, Header, sheet_header, title_note
from trialbook.exports.number_formats import NumberFormat
from trialbook.exports.sheet_xml import SheetLayout, SheetRow, sheet_rows
from trialbook.exports.tables import RawTable
from trialbook.exports.xml_stream import MalformedSheetError

_NOTHING_MERGED = np.empty((0, 4), dtype=np.int64)
_SHOWN = 5


class _Reading:
    """One pass over a sheet: its first rows wait until the header is told among them, the others go to the grid as they come."""

    def __init__(self, file: str, sheet: str, merged: np.ndarray, known: Collection[str]):
        self._place, self._merged, self._known = (file, sheet), merged, known
        self._waiting: list[SheetRow] = []
        self._early_problems: list[tuple[int, str]] = []
        self.last_first_row = 0
        self.header: Header | None = None
        self.grid: Grid | None = None
        self.hidden: list[int] = []

    def take(self, record: SheetRow) -> None:
        if self.grid is not None:
            self._add(self.grid, record)
        elif record.cells:
            self._waiting.append(record)
            if len(self._waiting) == HEADER_ROWS:
                self.begin()
        else:
            self._early_problems += [(record.row, problem) for problem in record.problems]

    def begin(self) -> None:
        """Tell the header among the rows that wait, and add those beneath it."""
        if self.grid is not None or not self._waiting:
            return
        self.last_first_row = self._waiting[-1].row
        self.header = header = sheet_header({record.row: record.cells for record in self._waiting}, self._merged, self._known)
        self.grid = Grid(header.names, header.last, *self._place, self._known)
        for row, problem in self._early_problems:
            self.grid.problem(row, problem)
        for record in self._waiting:
            if record.row > header.last:
                self._add(self.grid, record)
            else:
                for problem in record.problems:
                    self.grid.problem(record.row, problem)
        self._waiting = []

    def _add(self, grid: Grid, record: SheetRow) -> None:
        if record.cells:
            cells = [""] * max(grid.width, max(record.cells) + 1)
            for column, text in record.cells.items():
                cells[column] = text
            grid.add(record.row, cells)
            if record.hidden:
                self.hidden.append(record.row)
        for problem in record.problems:
            grid.problem(record.row, problem)


def sheet_table(
    open_sheet: Callable[[], IO[bytes]],
    file: str,
    sheet: str,
    strings: list[str],
    formats: list[NumberFormat],
    known: Collection[str] = frozenset(),
    hidden: bool = False,
) -> RawTable | None:
    """The table in a sheet, None where it holds nothing; ``known``: names of columns, each as ``plain_header`` gives it.

    Merged cells stand behind the rows in the file. Where some lie in the first rows, among which the header is told, the sheet
    is read again with their knowledge. Raises MalformedSheetError and ExportError.
    """
    merged = _NOTHING_MERGED
    while True:
        layout, reading = SheetLayout(), _Reading(file, sheet, merged, known)
        with open_sheet() as stream:
            for record in sheet_rows(stream, strings, formats, layout):
                reading.take(record)
        reading.begin()
        if reading.grid is None or reading.header is None:
            return None
        _refuse_overlaps(layout.merged)
        first = layout.merged[layout.merged[:, 0] <= reading.last_first_row]
        if np.array_equal(first, merged):
            break
        merged = first
    return _finished(reading.grid, reading.header, layout, reading.hidden, hidden)


def _finished(grid: Grid, header: Header, layout: SheetLayout, hidden_rows: list[int], hidden: bool) -> RawTable:
    if hidden:
        grid.note(None, "the sheet is hidden in the workbook; it is read as the others are", settled=True)
    if header.above:
        grid.note(header.above[0][0], title_note([text for _, text in header.above]), settled=True)
    if header.last > header.first:
        names = ", ".join(map(repr, filter(None, grid.names)))
        what = f"the header stands in the rows {header.first} to {header.last} and is joined to {names[:500]}"
        grid.note(header.first, what, settled=True)
    if hidden_rows:
        by = "hidden or filtered out" if layout.filtered else "hidden"
        what = f"rows that are {by} in the workbook are read as the others are: {_counted(hidden_rows)}"
        grid.note(hidden_rows[0], what, settled=True)
    out_of_sight = np.zeros(grid.width, dtype=bool)
    for left, right in layout.hidden_columns:
        out_of_sight[left : right + 1] = True
    columns = [grid.names[column] for column in np.flatnonzero(out_of_sight) if grid.names[column]]
    if columns:
        what = f"columns that are hidden in the workbook are read as the others are: {_counted(columns)}"
        grid.note(header.last, what, settled=True)
    if layout.errors:
        first = f"{layout.errors}, the first {layout.first_error}"
        grid.note(None, f"cells that hold an error of Excel are read as its text: {first}")
    beneath = layout.merged[layout.merged[:, 0] > header.last]
    across = beneath[beneath[:, 3] > beneath[:, 2]]
    if len(across):
        row, _, column, _ = across[np.argmin(across[:, 0])].tolist()
        first = f"{len(across)}, the first {get_column_letter(column + 1)}{row}"
        grid.note(row, f"cells that are merged over columns are read in their first column alone: {first}")
    table, merged = grid.table(), {}
    for column in np.unique(beneath[beneath[:, 1] > beneath[:, 0], 2]).tolist():
        name = grid.names[column] if column < grid.width else ""
        if name in table.frame.columns:
            down = beneath[(beneath[:, 2] == column) & (beneath[:, 1] > beneath[:, 0]), :2]
            merged[name] = down[np.argsort(down[:, 0])]
    return replace(table, merged=merged)


def _counted(places: Sequence[object]) -> str:
    shown = ", ".join(map(str, places[:_SHOWN])) + (", …" if len(places) > _SHOWN else "")
    return f"{len(places)} ({shown})"


def _refuse_overlaps(merged: np.ndarray) -> None:
    """Excel merges no cell twice; ranges that overlap could ask for any amount of work."""
    order = np.lexsort((merged[:, 0], merged[:, 2]))
    top, bottom, left, right = merged[order].T
    twice = (left[1:] == left[:-1]) & (top[1:] <= bottom[:-1])
    area = int(((bottom - top + 1) * (right - left + 1)).sum())
    if twice.any() or area > 16_384 * 1_048_576:
        raise MalformedSheetError("cells of it are merged twice, which no sound workbook has")
