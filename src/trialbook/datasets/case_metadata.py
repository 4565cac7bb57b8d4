"""The two files about the datasets of a case: ``_datasets.csv`` lists them, ``_variables.csv`` states their variables.

They are read as CDISC's engine reads them: what it can do without is told as a notice and left, never an error.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialbook.datasets.columns import utf8_text
from trialbook.datasets.dataset import Variable, VariableType
from trialbook.errors import ExportError

DATASETS, VARIABLES = "_datasets.csv", "_variables.csv"
VARIABLE_COLUMNS = ("dataset", "variable", "label", "type", "length")
_TYPES: Mapping[str, VariableType] = {"Char": "Char", "String": "Char", "Num": "Num", "Number": "Num"}


@dataclass(frozen=True)
class Sheet:
    """The cells of a CSV file: ``rows`` are as wide as ``header``, ``row_of`` is where each stands (the header is row 1)."""

    header: list[str]
    rows: list[list[str]]
    row_of: list[int]
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StatedVariables:
    """The variables that ``_variables.csv`` states of one dataset; ``untyped`` are those without a type that can be used."""

    variables: dict[str, Variable] = field(default_factory=dict)
    untyped: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)


def read_sheet(path: Path) -> Sheet:
    """The cells of a CSV file. A file of no characters is a sheet without columns.

    Short rows are filled, empty lines and empty cells beyond the header left out: each with a notice. Raises ExportError where
    the file is absent or no CSV file, or a row has values beyond the header.
    """
    if not path.is_file():
        raise ExportError(
            "does not exist",
            file=path,
            remedy=f"Datasets as CSV need {DATASETS} and {VARIABLES} beside them. Is this a raw export?",
        )
    lines, notices = _lines(path)
    first = next((number for number, cells in enumerate(lines) if cells), len(lines))
    if first == len(lines):
        return Sheet([], [], [], ["the file is empty: it has neither variables nor records"])
    header = [name.strip() for name in lines[first]]
    rows: list[list[str]] = []
    row_of: list[int] = []
    short: list[int] = []
    long: list[int] = []
    blank = list(range(1, first + 1))
    for number, cells in enumerate(lines[first + 1 :], start=first + 2):
        if not cells or (len(cells) == 1 and cells[0].isspace()):
            blank.append(number)
            continue
        if any(cells[len(header) :]):
            raise ExportError(
                f"has {len(cells)} cells, and the header {len(header)}",
                file=path,
                place=f"row {number}",
                remedy="Quote cells with commas.",
            )
        if len(cells) != len(header):
            (short if len(cells) < len(header) else long).append(number)
        rows.append((cells + [""] * (len(header) - len(cells)))[: len(header)])
        row_of.append(number)
    if short:
        notices.append(f"rows {row_list(short)} stop before the last column: the cells that are not there are taken as missing")
    if long:
        notices.append(f"rows {row_list(long)} go on beyond the last column, with empty cells: left out")
    if blank:
        notices.append(f"rows {row_list(blank)} are empty lines, not records")
    spaced = [name for name in lines[first] if name != name.strip()]
    if spaced:
        notices.append(f"names of columns with spaces about them are read without: {', '.join(map(repr, spaced))}")
    return Sheet(header, rows, row_of, notices)


def _lines(path: Path) -> tuple[list[list[str]], list[str]]:
    text = utf8_text(path)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True)), []
    except csv.Error as strict:
        fault = str(strict)
    # A quote that is not closed swallows the rest of the file; one in the middle of a cell is read by every program alike.
    if fault != "unexpected end of data":
        try:
            return list(csv.reader(io.StringIO(text, newline=""))), [f"a cell is quoted against the rules of CSV: {fault}"]
        except csv.Error as error:
            fault = str(error)
    raise ExportError(f"is not a CSV file: {fault}", file=path, remedy="Export it again: a quote may not be closed.")


def row_list(numbers: Sequence[int]) -> str:
    """``2, 3, 4, 5, 6 and 12 more``."""
    return ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def read_labels(path: Path) -> dict[str, tuple[str, str]]:
    """Name and label of each dataset that ``_datasets.csv`` lists, by the file's name in small letters without its ending."""
    sheet = read_sheet(path)
    if "Filename" not in sheet.header or "Label" not in sheet.header:
        raise ExportError(f"its header is {', '.join(sheet.header)}, expected Filename, Label", file=path, place="row 1")
    labels: dict[str, tuple[str, str]] = {}
    for cells, row in zip(sheet.rows, sheet.row_of, strict=True):
        line = dict(zip(sheet.header, cells, strict=True))
        stem = line["Filename"].strip().lower().removesuffix(".csv")
        if not stem and not any(cells):
            continue
        if not stem or stem in labels:
            raise ExportError(f"{'lists ' + stem + ' twice' if stem else 'has no Filename'}", file=path, place=f"row {row}")
        labels[stem] = (line.get("Dataset Name", "").strip() or stem.upper(), line["Label"])
    return labels


def read_variables(path: Path) -> tuple[dict[str, StatedVariables], list[str]]:
    """What ``_variables.csv`` states of each dataset, by the file's name as in :func:`read_labels`; and notices about it all."""
    try:
        sheet = read_sheet(path)
    except ExportError as error:
        if error.place is None:
            raise
        return {}, [f"{VARIABLES}, {error.place}: {error.what}; nothing that it states is used"]
    absent = [name for name in VARIABLE_COLUMNS if name not in sheet.header]
    if absent:
        raise ExportError(
            f"its header is {', '.join(sheet.header)}, expected {', '.join(VARIABLE_COLUMNS)}", file=path, place="row 1"
        )
    found: dict[str, StatedVariables] = {}
    for cells, row in zip(sheet.rows, sheet.row_of, strict=True):
        line = dict(zip(sheet.header, cells, strict=True))
        stem = line["dataset"].strip().lower().rpartition(".csv")[0] or line["dataset"].strip().lower()
        _state(line, f"{VARIABLES}, row {row}: ", found.setdefault(stem, StatedVariables()))
    return found, []


def _state(line: dict[str, str], place: str, stated: StatedVariables) -> None:
    """Add the variable of one line of ``_variables.csv`` to those that are stated of its dataset."""
    name, kind, length = line["variable"], line["type"].strip(), line["length"].strip()
    if name in stated.variables:
        stated.notices.append(f"{place}states {name} a second time: the last statement counts")
        stated.untyped.discard(name)
    if kind not in _TYPES:
        stated.untyped.add(name)
    if kind and kind not in _TYPES:
        stated.notices.append(f"{place}{name} has the type {kind!r}, expected Char or Num")
    size = length.removesuffix(".0")
    whole = size.isascii() and size.isdecimal()
    if size and not whole:
        stated.notices.append(f"{place}{name} has the length {length!r}, expected a whole number: left out")
    stated.variables[name] = Variable(name, line["label"], _TYPES.get(kind, "Char"), int(size) if whole else None)
