"""From a header and rows of cells to a table: what CSV files and sheets of workbooks have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.headers import plain_header
from trialbook.exports.tables import RawTable, ReadNote, RowProblem

_TEXT = pa.large_string()
_CELLS_AT_ONCE, _FEWEST_AT_ONCE = 20_000, 256
_END_MARK = "EOF"
_NO_FORM = "for a sheet or file that is no form, list it under 'ignore' in the study's export settings."


class Grid:
    """Collects the rows beneath one header, column by column, and gives the RawTable.

    A blank row gives no record. A short row is filled with empty cells and reported as a RowProblem; of a row longer than the
    header the surplus is dropped when it is empty, and else reported as a RowProblem that quotes it; a row with nothing else
    gives no record. A column without a name that has data beneath it raises ExportError: its cells could not be addressed. Of two
    columns of one name that hold the same the second is left out, with a note; where they differ, ExportError is raised if the
    name is a ``known`` one, or none is known, and else the second is called by its letter too.
    """

    def __init__(
        self, header: Sequence[str], header_row: int, file: str, sheet: str | None = None, known: Collection[str] = frozenset()
    ):
        self.file, self.sheet, self.header_row, self._known = file, sheet, header_row, known
        if len(header) > limits.MOST_COLUMNS:
            what = f"has {len(header):,} columns, the most that can be read is {limits.MOST_COLUMNS:,}"
            raise self.error(what, row=header_row, remedy="The file is damaged, or it is not a table.")
        self.names = [name.strip() for name in header]
        self.repeats = self._told_apart()
        self.named = [position for position, name in enumerate(self.names) if name]
        if not self.named:
            raise self.error("has a header without a single name", row=header_row)
        self._unnamed = {position: "" for position, name in enumerate(self.names) if not name}
        self.width, self._needed = len(self.names), self.named[-1] + 1
        self._rows_at_once = max(_FEWEST_AT_ONCE, _CELLS_AT_ONCE // self.width)
        self._pending: list[Sequence[str]] = []
        self._pending_rows: list[int] = []
        self._chunks: list[list[pa.Array]] = []
        self._rows: list[np.ndarray] = []
        self._problems: list[RowProblem] = []
        self._notes: list[ReadNote] = []
        self._records = self._blank = 0

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Take the row that a spreadsheet shows as ``row``."""
        if len(cells) != self.width or not cells[0].strip():
            if not any(cells) or not "".join(cells).strip():
                self._blank += 1
                if self._blank > limits.MOST_BLANK_ROWS:
                    raise self.error(
                        f"has more than {limits.MOST_BLANK_ROWS:,} blank rows",
                        row=row,
                        remedy="Remove them; the file may be damaged, or no table.",
                    )
                return
            if len(cells) != self.width:
                cells = self._shaped(row, cells)
                if not "".join(cells).strip():
                    return
        self._pending.append(cells)
        self._pending_rows.append(row)
        if len(self._pending) >= self._rows_at_once:
            self._flush()

    def problem(self, row: int, what: str) -> None:
        """Report something about a row beside its shape."""
        self._problems.append(RowProblem(row, what))

    def note(self, row: int | None, what: str, *, settled: bool = False) -> None:
        """Report what was read otherwise than it stands; of the whole table where there is no row."""
        self._notes.append(ReadNote(row, what, settled))

    def error(self, what: str, row: int | None = None, column: int | None = None, remedy: str | None = None) -> ExportError:
        """An ExportError about this table; ``row`` from 1, ``column`` from 0."""
        return table_error(what, self.file, self.sheet, row, column, remedy)

    def table(self) -> RawTable:
        """All rows that were added."""
        self._flush()
        if any(self._unnamed.values()):
            where = "; ".join(f"column {column_letter(p + 1)} {at}" for p, at in self._unnamed.items() if at)
            raise self.error(
                f"has data beneath a header without a name: {where}",
                row=self.header_row,
                remedy=f"Give the column a name, or remove its data; {_NO_FORM}",
            )
        columns = zip(*self._chunks, strict=True) if self._chunks else [()] * len(self.named)
        data = pa.table(
            [pa.chunked_array(list(parts), type=_TEXT) for parts in columns],
            names=[self.names[position] for position in self.named],
        )
        frame = data.combine_chunks().to_pandas(types_mapper={_TEXT: pd.StringDtype(na_value=np.nan)}.get)
        frame = self._without_repeats(frame)
        rows = np.concatenate(self._rows) if self._rows else np.empty(0, dtype=np.int64)
        problems = tuple(sorted(self._problems, key=lambda problem: problem.row))
        notes = tuple(self._notes)
        return without_end_mark(RawTable(self.file, self.sheet, frame, rows, problems, notes, header_row=self.header_row))

    def _told_apart(self) -> dict[str, list[int]]:
        """Positions of the columns that share a name the study knows (in any spelling) or a name as it stands.

        All but the first of a name as it stands are renamed by their letter.
        """
        places: dict[str, list[int]] = defaultdict(list)
        for position, name in enumerate(self.names):
            plain = plain_header(name)
            if name:
                places[plain if plain in self._known else name].append(position)
        repeats = {self.names[positions[0]]: positions for positions in places.values() if len(positions) > 1}
        taken = set(self.names)
        for positions in repeats.values():
            for position in positions[1:]:
                name = f"{self.names[position]} (column {column_letter(position + 1)})"
                while name in taken:
                    name += "'"
                taken.add(name)
                self.names[position] = name
        return repeats

    def _without_repeats(self, frame: pd.DataFrame) -> pd.DataFrame:
        for name, positions in self.repeats.items():
            letters = ", ".join(column_letter(position + 1) for position in positions)
            others = [self.names[position] for position in positions[1:]]
            if len(frame) and all(frame[name].equals(frame[other]) for other in others):
                what = f"the columns {letters} have one name, {name!r}, and the same cells: read once"
                self.note(self.header_row, what, settled=True)
                frame = frame.drop(columns=others)
            elif not self._known or plain_header(name) in self._known:
                raise self.error(
                    f"has several columns of one name: {name!r} in {letters}",
                    row=self.header_row,
                    remedy=f"Give each column its own name in the export; {_NO_FORM}",
                )
            else:
                renamed = ", ".join(map(repr, others))
                self.note(self.header_row, f"the columns {letters} have one name, {name!r}, and differ: read as {renamed} too")
        return frame

    def _shaped(self, row: int, cells: Sequence[str]) -> list[str]:
        """The row at the header's width; what it lacked or had too much is reported."""
        count = len(cells)
        if count < self.width:
            if count < self._needed:
                self.problem(row, f"has {count} cells where the header has {self._needed}; the missing ones are read as empty")
            return [*cells, *[""] * (self.width - count)]
        surplus = [cell for cell in cells[self.width :] if cell]
        if surplus:
            quoted = ", ".join(f"{cell!r}" for cell in surplus)
            alone = "" if "".join(cells[: self.width]).strip() else " alone; it is read as no record"
            self.problem(row, f"has {count} cells where the header has {self.width}; beyond the header stands {quoted}{alone}")
        return list(cells[: self.width])

    def _flush(self) -> None:
        if not self._pending:
            return
        self._records += len(self._pending)
        if self._records * self.width > limits.MOST_CELLS:
            raise self.error(
                f"has more than {limits.MOST_CELLS:,} cells, counting the empty ones of short rows",
                row=self._pending_rows[-1],
                remedy="Split the table, or check that the header belongs to it.",
            )
        columns = list(zip(*self._pending, strict=True))
        for position, at in self._unnamed.items():
            if not at:
                first = next((index for index, cell in enumerate(columns[position]) if cell.strip()), None)
                if first is not None:
                    self._unnamed[position] = f"(row {self._pending_rows[first]}: {columns[position][first]!r})"
        self._chunks.append([pa.array(columns[position], _TEXT) for position in self.named])
        self._rows.append(np.array(self._pending_rows, dtype=np.int64))
        self._pending, self._pending_rows = [], []


def without_end_mark(table: RawTable) -> RawTable:
    """The table without a last row that says ``EOF`` alone, as Medidata Rave ends its text files; told in a note."""
    last = table.frame.iloc[-1].tolist() if len(table.frame) else []
    if len(last) < 2 or last[0].strip() != _END_MARK or any(last[1:]):
        return table
    row = int(table.row[-1])
    return replace(
        table,
        frame=table.frame.iloc[:-1],
        row=table.row[:-1],
        problems=tuple(problem for problem in table.problems if problem.row != row),
        notes=(*table.notes, ReadNote(row, f"says {_END_MARK} and is read as the end of the file, not as a record", True)),
    )


def table_error(
    what: str,
    file: str,
    sheet: str | None = None,
    row: int | None = None,
    column: int | None = None,
    remedy: str | None = None,
) -> ExportError:
    """An ExportError about a table, or a row (from 1) or cell (column from 0) of it."""
    parts = [
        f"sheet {sheet!r}" if sheet is not None else "",
        f"row {row}" if row is not None else "",
        f"column {column_letter(column + 1)}" if column is not None and column < 18_278 else "",
    ]
    return ExportError(what, file=file, place=", ".join(part for part in parts if part) or None, remedy=remedy)


def column_letter(number: int) -> str:
    """The letters by which a spreadsheet names a column, the first being 1."""
    # Only what is wrong with a table names a column so, and openpyxl is slow to import.
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)
