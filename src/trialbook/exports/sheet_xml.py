"""The parts of a workbook that can be large, read as streams: shared strings, number formats, and the rows of a sheet.

Source: ECMA-376 part 1, 18.3.1 (sheets), 18.4 (shared strings), 18.8 (styles), 22.9.2.19 (escaped characters). openpyxl
gives a formula without a stored value as an empty cell, and refuses a workbook for a colour or font it does not expect; hence
these readers. What a sheet declares about its own size is not believed.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element

import numpy as np
from openpyxl.utils import column_index_from_string

from trialbook.exports import limits
from trialbook.exports.number_formats import STANDARD_FORMATS, NumberFormat
from trialbook.exports.xml_stream import MalformedSheetError, elements, local

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_GENERAL = NumberFormat("General")
_COLUMNS: dict[str, int] = {}
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_TRUE = ("1", "true")
_EXACT_DIGITS = 15


@dataclass(frozen=True)
class SheetRow:
    """A row with something in it: ``cells`` by column from 0, what could not be read as it stands, and whether it is hidden."""

    row: int
    cells: dict[int, str]
    problems: tuple[str, ...]
    hidden: bool = False


@dataclass
class SheetLayout:
    """What a sheet says beside its cells; whole when all its rows have been read.

    ``merged``: a row for each merged range, of first row, last row (from 1), first column and last column (from 0);
    ``hidden_columns``: first and last column of each hidden range; ``errors``: how many cells hold an error of Excel.
    """

    merged: np.ndarray = field(default_factory=lambda: np.empty((0, 4), dtype=np.int64))
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    filtered: bool = False
    errors: int = 0
    first_error: str = ""


def shared_strings(stream: IO[bytes]) -> list[str]:
    """The workbook's table of texts; raises MalformedSheetError."""
    return [_rich_text(element) for _, element in elements(stream, 1) if local(element.tag) == "si"]


def number_formats(stream: IO[bytes], epoch_1904: bool) -> list[NumberFormat]:
    """The number format of each cell style, by its place in the list; raises MalformedSheetError."""
    codes, styles = dict(STANDARD_FORMATS), []
    for parent, element in elements(stream, 2):
        tag = local(element.tag)
        if tag == "numFmt":
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "General")
        elif tag == "xf" and parent == "cellXfs":
            styles.append(int(element.get("numFmtId", "0")))
    made = {number: NumberFormat(codes.get(number, "General"), epoch_1904) for number in set(styles)}
    return [made[number] for number in styles]


def sheet_rows(stream: IO[bytes], strings: list[str], formats: list[NumberFormat], layout: SheetLayout) -> Iterator[SheetRow]:
    """The rows that hold text, in order; what else the sheet says goes into ``layout``. Raises MalformedSheetError."""
    row = 0
    merged = array("q")
    for parent, element in elements(stream, 2):
        tag = local(element.tag)
        if parent == "sheetData" and tag == "row":
            found = _row(element, row, strings, formats, layout)
            row = found.row
            if found.cells or found.problems:
                yield found
        elif parent == "cols" and tag == "col" and element.get("hidden") in _TRUE:
            if len(layout.hidden_columns) == limits.MOST_COLUMNS:
                raise MalformedSheetError(f"hides more than {limits.MOST_COLUMNS:,} ranges of columns")
            layout.hidden_columns.append((_whole(element, "min") - 1, _whole(element, "max") - 1))
        elif parent == "mergeCells" and tag == "mergeCell":
            merged.extend(_merged(element.get("ref", "")))
        elif parent == "autoFilter":
            layout.filtered = True
    if merged:
        layout.merged = np.array(merged, dtype=np.int64).reshape(-1, 4)


def _row(element: Element, before: int, strings: list[str], formats: list[NumberFormat], layout: SheetLayout) -> SheetRow:
    number = element.get("r")
    row = int(number) if number and number.isdecimal() else before + 1
    if not before < row <= limits.MOST_ROWS:
        raise MalformedSheetError(f"row {number} stands after row {before}")
    cells: dict[int, str] = {}
    problems: list[str] = []
    column = -1
    for cell in element:
        column = _column(cell.get("r"), column, row)
        if not len(cell):
            continue
        text, problem = _cell(cell, strings, formats, row, column)
        if problem:
            problems.append(f"cell {cell.get('r') or f'in place {column + 1}'} {problem}")
        if text:
            if len(text) > limits.LONGEST_CELL:
                raise MalformedSheetError(f"the cell has more than {limits.LONGEST_CELL:,} characters", row, column)
            if column in cells:
                raise MalformedSheetError("the cell is there twice", row, column)
            cells[column] = text
            if cell.get("t") == "e":
                layout.first_error = layout.first_error or f"{text} in cell {cell.get('r') or f'{column + 1} of row {row}'}"
                layout.errors += 1
    return SheetRow(row, cells, tuple(problems), element.get("hidden") in _TRUE)


def _whole(element: Element, name: str) -> int:
    text = element.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 8 else 1


def _merged(reference: str) -> tuple[int, int, int, int]:
    """First row, last row (from 1), first column, last column (from 0) of a range such as ``A1:B2``."""
    match = _RANGE.fullmatch(reference)
    if match is None:
        raise MalformedSheetError(f"the merged cells {reference[:40]!r} are no range of cells")
    left, top, right, bottom = match.groups()
    rows = sorted((int(top), int(bottom or top)))
    columns = sorted((_column(f"{left}1", 0, rows[0]), _column(f"{right or left}1", 0, rows[0])))
    return rows[0], rows[1], columns[0], columns[1]


def _cell(cell: Element, strings: list[str], formats: list[NumberFormat], row: int, column: int) -> tuple[str, str | None]:
    """The cell's text, and what is wrong with it."""
    kind = cell.get("t", "n")
    stored, formula, inline, valued = None, None, None, False
    for child in cell:
        tag = local(child.tag)
        if tag == "v":
            stored, valued = child.text, True
        elif tag == "f":
            formula = child.text or "shared with other cells"
        elif tag == "is":
            inline = child
    if kind == "inlineStr":
        return (_rich_text(inline) if inline is not None else ""), None
    if not stored:
        if formula is not None and not (kind == "str" and valued):
            return "", f"holds a formula without a stored value ({formula[:200]}), and is read as empty"
        return "", None
    if kind == "s":
        try:
            return strings[int(stored)], None
        except (ValueError, IndexError):
            raise MalformedSheetError(
                f"the cell names the shared text {stored[:20]!r}, which is not there", row, column
            ) from None
    if kind == "n":
        return _number(cell, stored, formats)
    if kind == "b":
        return ("FALSE" if stored in ("0", "false") else "TRUE"), None
    if kind == "d":
        return stored.removesuffix("T00:00:00").removesuffix("T00:00:00Z"), None
    return _unescaped(stored), None


def _number(cell: Element, stored: str, formats: list[NumberFormat]) -> tuple[str, str | None]:
    style = cell.get("s", "0")
    index = int(style) if style.isdecimal() else 0
    form = formats[index] if index < len(formats) else _GENERAL
    try:
        text = form.text(stored)
    except ValueError as error:
        return stored, f"does not fit its number format: {error}"
    if len(text) > _EXACT_DIGITS and len(text.lstrip("-0")) > _EXACT_DIGITS and text.lstrip("-").isdigit():
        return text, f"holds a number of more than {_EXACT_DIGITS} digits, of which Excel keeps no more: the last may be lost"
    return text, None


def _column(reference: str | None, before: int, row: int) -> int:
    if not reference:
        return before + 1
    letters = reference.rstrip("0123456789")
    column = _COLUMNS.get(letters)
    if column is None:
        try:
            column = column_index_from_string(letters) - 1
        except ValueError:
            column = limits.MOST_COLUMNS
        if column >= limits.MOST_COLUMNS:
            raise MalformedSheetError(f"a cell is named {reference[:20]!r}, which is no cell of a sheet", row)
        _COLUMNS[letters] = column
    return column


def _rich_text(element: Element) -> str:
    """The text of ``si`` or ``is``: its own or that of its runs, without the phonetic guides."""
    texts = []
    for child in element:
        tag = local(child.tag)
        if tag == "t":
            texts.append(child.text or "")
        elif tag == "r":
            texts += [run.text or "" for run in child if local(run.tag) == "t"]
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    """``_x000D_`` is how a workbook writes a character that XML cannot hold."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return escape[0] if 0xD800 <= code <= 0xDFFF else chr(code)
