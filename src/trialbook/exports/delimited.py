"""CSV, TSV and other delimited text: quoting is strict, and the delimiter is read from the header alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pandas as pd

from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.encodings import find_encoding
from trialbook.exports.grid import Grid, table_error, without_end_mark
from trialbook.exports.headers import FEWEST_NAMES, HEADER_ROWS, header_index, known_names, plain_header, title_note
from trialbook.exports.tables import RawTable
from trialbook.exports.unquoted import read_unquoted

DELIMITERS = (",", ";", "\t", "|")

_QUOTED = re.compile(r'(^|[,;\t|])"(?:[^"]|"")*"')
_OPENED = re.compile(r'(?:^|[,;\t|])"')
_NOTHING = re.compile(r'[\s",;|]+')
_BREAK = re.compile(r"\r\n|\r|\n")
_MARK = "\ufeff"
_HEADER_LINES = 100

_SWALLOWED = "spans {lines} lines that look like records of their own: a quote in it may be unclosed"
_UNCLOSED = 'Close the quote, or double a quote that belongs to the text ("").'


class _LongLineError(Exception):
    """A line past limits.LONGEST_LINE; holds its beginning."""


@dataclass(frozen=True)
class _Header:
    """``row`` of the header as a spreadsheet counts, ``lines`` before it, and the texts of the rows above that are not blank."""

    row: int
    lines: int
    delimiter: str
    above: tuple[tuple[int, str], ...]


def read_delimited(
    data: bytes, file: str, encodings: Sequence[str] = (), headers: Collection[str] = frozenset()
) -> tuple[RawTable, str]:
    """The table in a text file, and the file's encoding.

    The header is the first row with the most names that ``headers`` knows, or the first that is not blank where none has two; a
    row number counts records as a spreadsheet does, so a quoted line break does not advance it and a blank line does. Byte
    order marks within the text, which some systems write before each cell, are dropped. A file with a header alone has 0
    records. Raises ExportError for a file without a header, text that does not decode, an unclosed quote (with the row it
    began in), and a cell or row past the limits.
    """
    encoding = find_encoding(data, file, encodings)
    known = {plain_header(name) for name in headers}
    grid: Grid | None = None
    row, line, delimiter = 0, 0, DELIMITERS[0]
    try:
        header = _header(data, encoding, file, known)
        row, delimiter = header.row - 1, header.delimiter
        with _cell_limit():
            reader = csv.reader(islice(_lines(data, encoding), header.lines, None), delimiter=delimiter, strict=True)
            for row, cells in enumerate(reader, header.row):
                if grid is not None:
                    if reader.line_num != line + 1 and _looks_like_several_records(cells, delimiter, grid.width):
                        grid.problem(row, _SWALLOWED.format(lines=reader.line_num - line))
                    grid.add(row, cells)
                else:
                    grid = Grid(cells, row, file, known=known)
                    if header.above:
                        grid.note(header.above[0][0], title_note([text for _, text in header.above]), settled=True)
                    quick = None if grid.repeats else read_unquoted(data, encoding, cells, header.row, delimiter)
                    if quick is not None:
                        return _with_tail(*quick, grid), encoding
                line = reader.line_num
    except _LongLineError as long:
        raise _too_long(long.args[0], delimiter, file, row + 1) from None
    except csv.Error as error:
        raise _malformed(error, data, encoding, delimiter, file, row + 1, header.lines + line) from None
    assert grid is not None
    return grid.table(), encoding


def _with_tail(frame: pd.DataFrame, rows: np.ndarray, tail: list[list[str]], grid: Grid) -> RawTable:
    """The table of records that were read the quick way, and of the rows behind them, which the grid takes."""
    for row, cells in enumerate(tail, int(rows[-1]) + 1):
        grid.add(row, cells)
    rest = grid.table()
    if len(rest.frame):
        frame, rows = pd.concat([frame, rest.frame], ignore_index=True), np.concatenate([rows, rest.row])
    return without_end_mark(replace(rest, frame=frame, row=rows))


def _header(data: bytes, encoding: str, file: str, known: Collection[str]) -> _Header:
    """Where the header stands, and the delimiter that gives the most known names, else the most frequent outside quoted cells."""
    rows = list(islice(_first_rows(data, encoding, file), HEADER_ROWS if known else 1))
    if not rows:
        what = "it holds blank lines only" if data else f"the file is empty ({len(data)} bytes)"
        remedy = "Export the form again; a form without records still has its header."
        raise ExportError(f"has no header: {what}", file=file, remedy=remedy)
    bare = [_QUOTED.sub(r"\1", record) for _, _, record in rows]
    best, at, delimiter = FEWEST_NAMES - 1, 0, max(DELIMITERS, key=bare[0].count)
    for candidate in DELIMITERS if known else ():
        split = [_split(record, candidate) for _, _, record in rows]
        index = header_index(split, known)
        if index is not None and (count := len(known_names(split[index], known))) > best:
            best, at, delimiter = count, index, candidate
    row, lines, _ = rows[at]
    above = tuple((number, " ".join(filter(str.strip, _split(record, delimiter)))) for number, _, record in rows[:at])
    return _Header(row, lines, delimiter, above)


def _split(record: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
    except csv.Error:  # a cell past the limit
        return []


def _first_rows(data: bytes, encoding: str, file: str) -> Iterator[tuple[int, int, str]]:
    """The first rows that are not blank: the row's number, the lines before it, and its text.

    A row is told roughly, by the quotes that open and close in it; one that does not end soon is the last.
    """
    row, lines, record, spanned, blank, found = 0, 0, "", 0, 0, False
    try:
        for lines, text in enumerate(_lines(data, encoding), 1):
            if not record and text.isspace():
                row, blank = row + 1, blank + 1
                if found and blank > HEADER_ROWS:
                    return
                if blank > limits.MOST_BLANK_ROWS:
                    what = f"has no header: its first {limits.MOST_BLANK_ROWS:,} rows are blank"
                    raise ExportError(what, file=file, remedy="The file is damaged, or it is not a table.")
                continue
            record, spanned = record + text, spanned + 1
            if len(text) > limits.LONGEST_CELL:
                if found:
                    return
                what = f"the header's line is longer than {limits.LONGEST_CELL:,} characters"
                raise table_error(what, file, row=row + 1, remedy="The file is not a table of text, or it is damaged.")
            open_quote = _OPENED.search(_QUOTED.sub(r"\1", record))
            if open_quote and spanned < _HEADER_LINES and len(record) <= limits.LONGEST_CELL:
                continue
            row += 1
            if _NOTHING.sub("", record):
                yield row, lines - spanned, record
                found = True
            if open_quote:
                return
            record, spanned = "", 0
    except _LongLineError:
        if found:
            return
        raise
    if _NOTHING.sub("", record):
        yield row + 1, lines - spanned, record


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    """The text's lines with their ends; raises _LongLineError."""
    for line in io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=""):
        if _MARK in line:
            line = line.replace(_MARK, "")
        if len(line) > limits.LONGEST_LINE:
            raise _LongLineError(line[: limits.LONGEST_LINE])
        yield line


@contextmanager
def _cell_limit() -> Iterator[None]:
    """The csv module's limit is one for the whole process: it is put back."""
    before = csv.field_size_limit(limits.LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _looks_like_several_records(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether each line of a record that spans lines has as many delimiters as the header: two stray quotes, far apart.

    Of two columns a text with a comma in each of two lines is no sign yet.
    """
    lines = _BREAK.split(delimiter.join(cells))
    return width > 1 and len(lines) + width > 4 and all(line.count(delimiter) == width - 1 for line in lines)


def _malformed(
    error: csv.Error, data: bytes, encoding: str, delimiter: str, file: str, row: int, lines_before: int
) -> ExportError:
    """The ExportError for what the csv module refuses, about the record that begins after ``lines_before`` lines."""
    what = str(error)
    if "field limit" in what:
        record = io.StringIO()
        for line in islice(_lines(data, encoding), lines_before, None):
            record.write(line)
            if record.tell() > limits.LONGEST_LINE:
                break
        return _too_long(record.getvalue(), delimiter, file, row)
    if "unexpected end of data" in what:
        return table_error("a quote is opened in this row and never closed", file, row=row, remedy=_UNCLOSED)
    if "expected after" in what:
        return table_error(
            "text follows a closing quote: a quote in this row is unclosed, or not doubled", file, row=row, remedy=_UNCLOSED
        )
    return table_error(f"is not delimited text: {what}", file, row=row)


def _too_long(record: str, delimiter: str, file: str, row: int) -> ExportError:
    """The ExportError for a record with a cell, or a line, past the limits; ``record`` is its beginning."""
    before = csv.field_size_limit(len(record) + 1)
    try:
        cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter))
    finally:
        csv.field_size_limit(before)
    remedy = "The file is damaged, or it is not a table."
    for column, cell in enumerate(cells):
        if len(cell) > limits.LONGEST_CELL and _BREAK.search(cell):
            what = f"a quote is opened in this cell and not closed within {limits.LONGEST_CELL:,} characters"
            return table_error(what, file, None, row, column, _UNCLOSED)
        if len(cell) > limits.LONGEST_CELL:
            return table_error(f"the cell has more than {limits.LONGEST_CELL:,} characters", file, None, row, column, remedy)
    return table_error(f"the row has more than {limits.LONGEST_LINE:,} characters", file, row=row, remedy=remedy)
