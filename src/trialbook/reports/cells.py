"""Cells of a workbook that keep their text: nothing becomes a formula, a number or a date, and nothing is cut in silence."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from trialbook.findings import Severity
from trialbook.reports.wording import visible_lines

LONGEST_CELL = 32_767
LINE_POINTS = 14.4
MOST_LINES = 28  # Excel allows no row over 409 points.
# Excel reads _x000D_ in a cell as the character; the same letters in the data must stay letters (ECMA-376, ST_Xstring).
ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

WRAPPED = Alignment(vertical="top", wrap_text=True)
HEADER_FILL = PatternFill("solid", start_color="FF24384E")
HEADER_FONT = Font(bold=True, color="FFFFFFFF")
SEVERITY_STYLES = {
    Severity.REJECT: (PatternFill("solid", start_color="FF6A1F6A"), Font(bold=True, color="FFFFFFFF")),
    Severity.ERROR: (PatternFill("solid", start_color="FFF6C9BD"), Font(bold=True, color="FF7A1F0C")),
    Severity.WARNING: (PatternFill("solid", start_color="FFFBE7B2"), Font(bold=True, color="FF5C4300")),
    Severity.NOTICE: (PatternFill("solid", start_color="FFD5E6F1"), Font(bold=True, color="FF1F4B6B")),
}


def cell_text(text: str) -> str:
    """``text`` as a cell holds it: characters that show nothing escaped (lines stay lines), the end marked where it is cut.

    Excel counts UTF-16 units: an emoji is two.
    """
    shown = text if text.isascii() and text.isprintable() else visible_lines(text)
    if "_x" in shown:
        shown = ESCAPE_LIKE.sub("_x005F_", shown)
    if len(shown) * 2 <= LONGEST_CELL:
        return shown
    units = len(shown.encode("utf-16-le")) // 2
    if units <= LONGEST_CELL:
        return shown
    mark = f" […cut: {len(text):,} characters, whole in findings.json]"
    kept = shown.encode("utf-16-le")[: (LONGEST_CELL - len(mark)) * 2].decode("utf-16-le", errors="ignore")
    return kept + mark


def row_height(row: Sequence[object], widths: Sequence[int]) -> float:
    """Points that a row of wrapped cells needs: programs other than Excel do not fit rows to their text by themselves.

    A Chinese character is as wide as two letters; it has three bytes, so letters and bytes together count twice the width.
    """
    lines = 1
    for value, width in zip(row, widths, strict=True):
        if isinstance(value, str) and (len(value) > width // 2 or "\n" in value):
            shown = [(len(line) + len(line.encode("utf-8", errors="replace"))) / 2 for line in value.split("\n")]
            lines = max(lines, sum(max(1, math.ceil(wide / (width - 1))) for wide in shown))
    return LINE_POINTS * min(lines, MOST_LINES)


class RowWriter:
    """Appends rows to a write-only sheet; a cell is made once a column and style and filled again for each row.

    Text is stored as text (``data_type`` ``s``) and integers as numbers; a `Severity` is written in its colours.
    """

    def __init__(self, sheet: Any):
        self.sheet = sheet
        self._cells: dict[tuple[int, object], Any] = {}

    def header(self, names: Sequence[str]) -> None:
        """The row of column names."""
        self._append(names, "header")

    def row(self, values: Sequence[object], style: str = "body") -> None:
        """One row; None leaves a cell empty. ``style`` is ``body``, ``heading`` or ``alarm``."""
        self._append(values, style)

    def _append(self, values: Sequence[object], style: str) -> None:
        self.sheet.append([self._filled(column, value, style) for column, value in enumerate(values)])

    def _filled(self, column: int, value: object, style: str) -> Any:
        if value is None or value == "":
            return None
        kind: object = value if isinstance(value, Severity) else style
        cell = self._cells.get((column, kind))
        if cell is None:
            cell = self._cells[(column, kind)] = _styled(WriteOnlyCell(self.sheet), kind)
        if isinstance(value, int):
            cell.value = value
        else:
            cell.value = cell_text(str(value))
            cell.data_type = "s"
        return cell


def _styled(cell: Any, kind: object) -> Any:
    cell.alignment = WRAPPED
    if isinstance(kind, Severity):
        cell.fill, cell.font = SEVERITY_STYLES[kind]
    elif kind == "header":
        cell.fill, cell.font = HEADER_FILL, HEADER_FONT
    elif kind == "heading":
        cell.font = Font(bold=True, size=13)
    elif kind == "alarm":
        cell.fill, cell.font = SEVERITY_STYLES[Severity.REJECT]
    return cell
