"""Cells of a workbook that keep their text: nothing becomes a formula, a number or a date, and nothing is cut in silence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from trialbook.findings import Severity
from trialbook.reports.wording import visible_lines

LONGEST_CELL = 32_767
LINE_POINTS = 14.4
MOST_LINES = 28  # Excel allows no row over 409 points.

WRAPPED = {"valign": "top", "text_wrap": True}
SEVERITY_STYLES = {
    Severity.REJECT: {"bg_color": "#6A1F6A", "bold": True, "font_color": "#FFFFFF"},
    Severity.ERROR: {"bg_color": "#F6C9BD", "bold": True, "font_color": "#7A1F0C"},
    Severity.WARNING: {"bg_color": "#FBE7B2", "bold": True, "font_color": "#5C4300"},
    Severity.NOTICE: {"bg_color": "#D5E6F1", "bold": True, "font_color": "#1F4B6B"},
}
STYLES: dict[object, dict[str, object]] = {
    "body": WRAPPED,
    "header": WRAPPED | {"bg_color": "#24384E", "bold": True, "font_color": "#FFFFFF"},
    "heading": WRAPPED | {"bold": True, "font_size": 13},
    "alarm": WRAPPED | SEVERITY_STYLES[Severity.REJECT],
    **{severity: WRAPPED | style for severity, style in SEVERITY_STYLES.items()},
}


def cell_text(text: str) -> str:
    """``text`` as a cell holds it: characters that show nothing escaped (lines stay lines), the end marked where it is cut.

    Excel counts UTF-16 units: an emoji is two.
    """
    shown = text if text.isascii() and text.isprintable() else visible_lines(text)
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
    """Writes the rows of a sheet from the first on; ``formats`` are the workbook's, by the names in `STYLES`.

    Text is stored as text and integers as numbers; a `Severity` is written in its colours.
    """

    def __init__(self, sheet: Any, formats: dict[object, Any]):
        self.sheet = sheet
        self.written = 0
        self._formats = formats

    def row(self, values: Sequence[object], style: str = "body", height: float | None = None) -> None:
        """One row; None leaves a cell empty. ``style`` is ``body``, ``header``, ``heading`` or ``alarm``; ``height``: points."""
        if height is not None:
            self.sheet.set_row(self.written, height)
        plain = self._formats[style]
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, int):
                self.sheet.write_number(self.written, column, value, plain)
            else:
                colours = self._formats[value] if isinstance(value, Severity) else plain
                self.sheet.write_string(self.written, column, cell_text(str(value)), colours)
        self.written += 1
