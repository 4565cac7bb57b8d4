"""The parts of a workbook that can be large, read as streams: shared strings, number formats, and the rows of a sheet.

Source: ECMA-376 part 1, 18.3.1 (sheets), 18.4 (shared strings), 18.8 (styles), 22.9.2.19 (escaped characters). openpyxl
gives a formula without a stored value as an empty cell, and refuses a workbook for a colour or font it does not expect; hence
these readers. Tags are compared without their namespace, so that "strict" workbooks are read too. What a sheet declares
about its own size is not believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils import column_index_from_string

from trialbook.exports import limits
from trialbook.exports.number_formats import STANDARD_FORMATS, NumberFormat

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_GENERAL = NumberFormat("General")
_COLUMNS: dict[str, int] = {}


@dataclass(frozen=True)
class SheetRow:
    """A row with something in it: ``cells`` by column from 0, and what could not be read as it stands."""

    row: int
    cells: dict[int, str]
    problems: tuple[str, ...]


class MalformedSheetError(ValueError):
    """A sheet that breaks the format's rules; ``row`` (from 1) and ``column`` (from 0) where they are known."""

    def __init__(self, what: str, row: int | None = None, column: int | None = None):
        super().__init__(what)
        self.row, self.column = row, column


def shared_strings(stream: IO[bytes]) -> list[str]:
    """The workbook's table of texts."""
    return [_rich_text(element) for element in _elements(stream, "si")]


def number_formats(stream: IO[bytes], epoch_1904: bool) -> list[NumberFormat]:
    """The number format of each cell style, by its place in the list."""
    codes, styles, in_cells = dict(STANDARD_FORMATS), [], False
    for event, element in iterparse(stream, events=("start", "end")):
        tag = _local(element.tag)
        if tag == "cellXfs":
            in_cells = event == "start"
        elif tag == "numFmt" and event == "end":
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "General")
        elif tag == "xf" and event == "end" and in_cells:
            styles.append(int(element.get("numFmtId", "0")))
    made = {number: NumberFormat(codes.get(number, "General"), epoch_1904) for number in set(styles)}
    return [made[number] for number in styles]


def sheet_rows(stream: IO[bytes], strings: list[str], formats: list[NumberFormat]) -> Iterator[SheetRow]:
    """The rows that hold text, in order; raises MalformedSheetError."""
    row = 0
    for element in _elements(stream, "row", until="sheetData"):
        number = element.get("r")
        before, row = row, int(number) if number and number.isdecimal() else row + 1
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
                cells[column] = text
        if cells or problems:
            yield SheetRow(row, cells, tuple(problems))


def _elements(stream: IO[bytes], wanted: str, until: str | None = None) -> Iterator[Element]:
    """Each element of a tag, a child or grandchild of the root; what has been seen is forgotten, to save memory."""
    parents: list[Element] = []
    for event, element in iterparse(stream, events=("start", "end")):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if len(parents) > 2:
            continue
        tag = _local(element.tag)
        if tag == wanted:
            yield element
            parents[-1].clear()
        elif tag == until:
            return


def _cell(cell: Element, strings: list[str], formats: list[NumberFormat], row: int, column: int) -> tuple[str, str | None]:
    """The cell's text, and what is wrong with it."""
    kind = cell.get("t", "n")
    stored, formula, inline = None, None, None
    for child in cell:
        tag = _local(child.tag)
        if tag == "v":
            stored = child.text
        elif tag == "f":
            formula = child.text or "shared with other cells"
        elif tag == "is":
            inline = child
    if kind == "inlineStr":
        return (_rich_text(inline) if inline is not None else ""), None
    if not stored:
        if formula is not None and kind != "str":
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
        return form.text(stored), None
    except ValueError as error:
        return stored, f"does not fit its number format: {error}"


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
        tag = _local(child.tag)
        if tag == "t":
            texts.append(child.text or "")
        elif tag == "r":
            texts += [run.text or "" for run in child if _local(run.tag) == "t"]
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    """``_x000D_`` is how a workbook writes a character that XML cannot hold."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return escape[0] if 0xD800 <= code <= 0xDFFF else chr(code)


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
