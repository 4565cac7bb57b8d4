"""Cells of a workbook that keep their text: nothing becomes a formula, a number or a date, and nothing is cut in silence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from trialbook.findings import Severity
from trialbook.reports.wording import visible_lines

LONGEST_CELL = 32_767
LINE_POINTS = 14.4
MOST_LINES = 28  # Excel allows no row over 409 points.

# Texts that are not longer stand in many cells.
SHORT = 40
LETTERS = tuple(xl_col_to_name(column) for column in range(64))
ESCAPE_LIKE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
# The headers of columns that hold numbers stand over them.
NUMBERS = frozenset(
    (
        *(severity.value for severity in Severity),
        *("Record", "Records", "Findings", "Explained", "Subjects", "Rows", "Row", "Seconds"),
        *("Found nothing", "Found some", "SKIPPED", "EXECUTION ERROR"),
    )
)

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
    "number header": WRAPPED | {"bg_color": "#24384E", "bold": True, "font_color": "#FFFFFF", "align": "right", "indent": 1},
    # A number keeps away from the text in the next column.
    "number": WRAPPED | {"align": "right", "indent": 1},
    "count": WRAPPED | {"align": "left"},
    "heading": WRAPPED | {"bold": True, "font_size": 13},
    "alarm": WRAPPED | SEVERITY_STYLES[Severity.REJECT] | {"align": "left"},
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


class RowSheet(Worksheet):
    """A sheet of a workbook with ``constant_memory`` that is written row by row, from the first on.

    Text is stored as text and numbers as numbers; a `Severity` is written in its colours. Written straight into the sheet's XML:
    XlsxWriter's own way takes four times as long, and takes ``<r>…</r>`` in a cell for mark-up.
    """

    def start(self, formats: Mapping[object, Any], widths: Sequence[int]) -> None:
        """``formats`` are the workbook's, by the names in `STYLES`; ``widths`` those of the columns, in characters."""
        self.styles = {name: format._get_xf_index() for name, format in formats.items()}
        self.written = 0
        for column, width in enumerate(widths):
            self.set_column(column, column, width)

    def write_cells(self, values: Sequence[object], style: str = "body", height: float | None = None) -> None:
        """One row; None leaves a cell empty. ``style`` is a name of `STYLES`, ``height`` in points."""
        number, plain, styles = self.written + 1, self.styles[style], self.styles
        over_numbers = styles["number header"] if style == "header" else plain
        numeral = styles["number"] if style == "body" else plain
        tall = "" if height is None else f' ht="{height:g}" customHeight="1"'
        parts = [f'<row r="{number}"{tall}>']
        for letters, value in zip(LETTERS, values, strict=False):
            if value is None or value == "":
                continue
            if isinstance(value, int | float):
                parts.append(f'<c r="{letters}{number}" s="{numeral}"><v>{value}</v></c>')
            elif isinstance(value, Severity):
                parts.append(f'<c r="{letters}{number}" s="{styles[value]}" {_inline(value.value)}</c>')
            else:
                text = str(value)
                inline = _inline(text) if len(text) > SHORT else _known_inline(text)
                colours = over_numbers if text in NUMBERS else plain
                parts.append(f'<c r="{letters}{number}" s="{colours}" {inline}</c>')
        parts.append("</row>")
        self.row_data_fh.write("".join(parts))
        self._check_dimensions(self.written, 0)
        self._check_dimensions(self.written, max(len(values), 1) - 1)
        self.written = number


def _inline(text: str) -> str:
    """The rest of a ``<c>`` that holds ``text``; what looks like Excel's own escape ``_x000D_`` is escaped by it."""
    shown = cell_text(text)
    if "_x" in shown:
        shown = ESCAPE_LIKE.sub("_x005F_", shown)
    return f't="inlineStr"><is><t xml:space="preserve">{escape(shown)}</t></is>'


_known_inline = lru_cache(maxsize=10_000)(_inline)
