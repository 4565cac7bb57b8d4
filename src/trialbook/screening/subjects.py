"""SUBJECTS.csv: exactly the items' columns, each cell a value that its item takes; all that is wrong is told at once."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from trialbook.errors import ExportError
from trialbook.exports import RawTable, read_export
from trialbook.exports.delimited import DELIMITERS
from trialbook.exports.encodings import find_encoding
from trialbook.protocol.eligibility import Eligibility, ItemError, ItemType

MOST_TOLD = 20
LONGEST_SHOWN, LONGEST_FAULT = 60, 200
TEXT_FILES = (".csv", ".tsv", ".txt")


def read_subjects(path: Path, eligibility: Eligibility, encodings: Sequence[str] = ()) -> pd.DataFrame:
    """The item table in a text file: a column an item, in their order, text, ``""`` unknown; a row a subject.

    ``encodings`` are tried, strictly, where the text is not UTF-8. Raises :class:`ExportError` for a file that can't be read as
    it stands, for columns that are missing, unknown or there twice, for rows of another width, for cells that hold what their
    item does not take, for a subject that is there twice, and where there is none.
    """
    if path.is_dir() or path.suffix.lower() not in TEXT_FILES:
        what = "is a folder" if path.is_dir() else f"is of a kind that is not read here ({path.suffix or 'no ending'})"
        remedy = f"Subjects stand in one file of delimited text ({', '.join(TEXT_FILES)}); a raw export goes with --export."
        raise ExportError(what, file=path, remedy=remedy)
    columns = list(eligibility.items)
    header = _header(path, encodings) if path.is_file() else []
    if set(header) & set(columns):
        _refuse_columns(header, columns, path)
    (table,) = read_export(path, encodings).tables
    # What reads as another table altogether may be no table at all, which reading it tells better.
    _refuse_columns(list(table.frame.columns), columns, path)
    _refuse_rows(table, path)
    if table.frame.empty:
        raise ExportError("holds no subject: there is a header and nothing below it", file=path, remedy="Add a row a subject.")
    frame = table.frame[columns]
    _refuse_values(eligibility.value_errors(frame), table, path)
    return frame


def identifiers(items: pd.DataFrame, eligibility: Eligibility) -> pd.Series:
    """The column of an item table that names the subjects."""
    return items[next(one.name for one in eligibility.items.values() if one.type is ItemType.IDENTIFIER)]


def _header(path: Path, encodings: Sequence[str]) -> list[str]:
    """The names in the first row that is not blank; nothing where reading the whole file will tell what is wrong with it."""
    data = path.read_bytes()
    text = data.decode(find_encoding(data, path.name, encodings)).lstrip("\ufeff")
    line = next((line for line in text.splitlines() if line.strip()), "")
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=max(DELIMITERS, key=line.count)), [])]
    except csv.Error:
        return []


def _refuse_columns(found: Sequence[str], wanted: Sequence[str], path: Path) -> None:
    named = Counter(name for name in found if name)
    wrong = {
        "missing": [name for name in wanted if name not in named],
        "unknown": [name for name in named if name not in wanted],
        "there twice": [name for name, count in named.items() if count > 1],
    }
    told = [f"{fault}: {_names(names)}" for fault, names in wrong.items() if names]
    if told:
        what = f"has not exactly the columns that the items are\n  found     {_names(named)}\n  " + "\n  ".join(told)
        raise ExportError(what, file=path, place="row 1", remedy=f"The columns are, in any order: {', '.join(wanted)}.")


def _names(names: Iterable[str]) -> str:
    """The first ones, each shortened: a file that is no item table may have any number, of any length."""
    shown = [_short(name) for name in names]
    more = [f"and {len(shown) - 2 * MOST_TOLD:,} more"] if len(shown) > 2 * MOST_TOLD else []
    return ", ".join([*shown[: 2 * MOST_TOLD], *more])


def _short(text: str, longest: int = LONGEST_SHOWN, *, quoted: bool = False) -> str:
    """A text's beginning, on one line."""
    shown = text[:longest]
    shown = repr(shown) if quoted or not shown.isprintable() else shown
    return shown if len(text) <= longest else f"{shown}… ({len(text):,} characters)"


def _refuse_rows(table: RawTable, path: Path) -> None:
    """What reads otherwise than it stands is no row of a table that somebody is included by."""
    told = [(one.row, one.what) for one in table.problems]
    told += [(one.row or table.header_row or 1, one.what) for one in table.notes]
    if told:
        what = _listed(
            [f"row {row}: {_short(what, LONGEST_FAULT)}" for row, what in sorted(told)], "row", "is not as the header has it"
        )
        raise ExportError(what, file=path, remedy="Each row has a cell for each column, in their order; empty is unknown.")


def _refuse_values(errors: Sequence[ItemError], table: RawTable, path: Path) -> None:
    if errors:
        what = _listed(list(_cells(errors, table)), "cell", "holds what its item does not take")
        raise ExportError(what, file=path, remedy="Correct these cells; leave a cell empty where nothing is known.")


def _cells(errors: Sequence[ItemError], table: RawTable) -> Iterator[str]:
    for one in errors:
        found = _short(one.found, quoted=True) if one.found else "nothing"
        yield f"row {int(table.row[one.row])}, column {one.item}: found {found}, expected {one.expected}"


def _listed(told: Sequence[str], noun: str, fault: str) -> str:
    """``3 cells hold …`` is not worth a grammar: the count stands first, then each of the first ones."""
    more = [f"and {len(told) - MOST_TOLD:,} more"] if len(told) > MOST_TOLD else []
    head = f"{len(told):,} {noun}s: each {fault}" if len(told) > 1 else f"1 {noun} {fault}"
    return "\n  ".join([head, *told[:MOST_TOLD], *more])
