"""A table in Word: three rules, header rows that repeat on each page, rows that are not torn, numbers under each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from trialbook.displays.display import NO_DATA, Align, Row, Table, name_of, spans
from trialbook.displays.numbers import Placed, placed
from trialbook.displays.word_widths import CELL, INDENT, Widths, widths
from trialbook.displays.word_xml import element, paragraph, properties_of, put, text_run
from trialbook.displays.xml_text import in_xml

HEADER, TEXT, GROUP = "DisplayHeader", "DisplayText", "DisplayGroup"
"""The ids of the styles of headers, of cells, and of the rows that head others."""
THICK, THIN = "12", "6"
"""The widths of rules, in eighths of a point."""
TOGETHER, LAST = 12, 3
"""A group of so many rows stays on one page; so many rows at least come with the notes."""
_TWIPS = 20
_JUSTIFIED = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right", Align.NUMBER: "center"}


def add_table(document: WordDocument, table: Table, room: float) -> None:
    """Add a table that is as wide as ``room`` (points) at most; without rows it says that there are no data."""
    looks = widths(table, room)
    body = document.element.body
    body.insert(len(body) - 1, _Written(table, looks).element())


def kept_with_next(rows: Sequence[Row]) -> set[int]:
    """The places of the rows that stay on one page with the next: headings, groups that are not long, and the last rows."""
    starts = [at for at, row in enumerate(rows) if row.heading or not row.indent]
    kept = {at for at, row in enumerate(rows) if row.heading}
    for first, end in pairwise([*starts, len(rows)]):
        if end - first <= TOGETHER:
            kept |= set(range(first, end - 1))
    return kept | set(range(max(0, len(rows) - LAST), len(rows)))


def _keep(row: Any) -> Any:
    for node in row.iter(qn("w:p")):
        put(properties_of(node, "w:pPr"), element("w:keepNext"), "w:pPr")
    return row


class _Written:
    def __init__(self, table: Table, looks: Widths) -> None:
        self.table, self.looks = table, looks
        self.twips = [round(width * _TWIPS) for width in looks.columns]
        full = [row for row in table.rows if len(row.cells) > 1]
        self.places = {
            at: iter(placed([row.cells[at] for row in full]))
            for at, column in enumerate(table.columns)
            if at and column.align is Align.NUMBER
        }

    def element(self) -> Any:
        made = element("w:tbl")
        made.append(self._properties())
        grid = element("w:tblGrid")
        grid.extend(element("w:gridCol", w=f"{width}") for width in self.twips)
        made.append(grid)
        made.extend(self._head())
        if not self.table.rows:
            made.append(_row([self._cell([NO_DATA], 0, len(self.twips), style=TEXT, justified="center")]))
        kept = kept_with_next(self.table.rows)
        for at, row in enumerate(self.table.rows):
            made.append(_keep(self._body_row(row)) if at in kept else self._body_row(row))
        last = _keep(made.findall(qn("w:tr"))[-1])
        for cell in last.findall(qn("w:tc")):
            _edge(cell, "bottom", THICK)
        return made

    def _properties(self) -> Any:
        properties = element("w:tblPr")
        properties.append(element("w:tblW", w=f"{sum(self.twips)}", type="dxa"))
        properties.append(element("w:jc", val="center"))
        properties.append(element("w:tblLayout", type="fixed"))
        margins = element("w:tblCellMar")
        margins.extend(element(f"w:{side}", w=f"{round(CELL * _TWIPS)}", type="dxa") for side in ("left", "right"))
        properties.append(margins)
        properties.append(element("w:tblLook", val="0020", firstRow="1", lastRow="0", firstColumn="0"))
        properties.append(element("w:tblCaption", val=in_xml(f"{name_of(self.table)} {self.table.title}")))
        return properties

    # Headers.

    def _head(self) -> list[Any]:
        upper = spans(self.table.columns)
        two = any(span.text for span in upper)
        first, second = [], []
        for span in upper:
            under = [self._header(at) for at in range(span.first, span.first + span.columns)]
            if span.text:
                over = self._cell([span.text], span.first, span.columns, style=HEADER, justified="center")
                _ruled(over)
                first.append(over)
            elif two:
                first.append(_merged(self._header(span.first), "restart"))
                under = [_merged(self._cell([""], span.first, 1, style=HEADER), None)]
            second += under
        rows = [first, second] if two else [second]
        for cell in rows[0]:
            _edge(cell, "top", THICK)
        for cell in rows[-1]:
            _edge(cell, "bottom", THIN)
        return [_row(cells, header=True) for cells in rows]

    def _header(self, at: int) -> Any:
        column = self.table.columns[at]
        justified = _JUSTIFIED[column.align] if at else "left"
        return self._cell(column.header.split("\n"), at, 1, style=HEADER, justified=justified, low=True)

    # Rows.

    def _body_row(self, row: Row) -> Any:
        alone = len(row.cells) == 1
        style = GROUP if row.heading else TEXT
        indent = round(row.indent * INDENT * self.looks.size * _TWIPS)
        span = len(self.twips) if alone else 1
        cells = [self._cell(row.cells[0].split("\n"), 0, span, style=style, left=indent, hanging=True)]
        for at, text in enumerate(row.cells[1:], 1):
            place = next(self.places[at]) if at in self.places else None
            left = self._place(at, place) if place and text else None
            justified = "left" if left is not None else _JUSTIFIED[self.table.columns[at].align]
            cells.append(self._cell(text.split("\n"), at, 1, style=style, justified=justified, left=left or 0))
        if row.ruled:
            for cell in cells:
                _edge(cell, "top", THIN)
        return _row(cells)

    def _place(self, at: int, place: Placed) -> int | None:
        """The indent with which a number stands under the others, in twips; None where the column is too narrow for that."""
        free = self.looks.columns[at] - 2 * CELL - place.width * self.looks.size
        return round((free / 2 + place.offset * self.looks.size) * _TWIPS) if free >= -0.5 else None

    def _cell(
        self,
        lines: list[str],
        first: int,
        span: int,
        *,
        style: str,
        justified: str = "left",
        left: int = 0,
        hanging: bool = False,
        low: bool = False,
    ) -> Any:
        cell = element("w:tc")
        properties = element("w:tcPr")
        properties.append(element("w:tcW", w=f"{sum(self.twips[first : first + span])}", type="dxa"))
        if span > 1:
            properties.append(element("w:gridSpan", val=f"{span}"))
        if low:
            properties.append(element("w:vAlign", val="bottom"))
        cell.append(properties)
        for line in lines:
            run = text_run(in_xml(line))
            size = element("w:rPr")
            size.append(element("w:sz", val=f"{round(2 * self.looks.size)}"))
            run.insert(0, size)
            made = paragraph(style, run)
            # What goes on in a further line of a label stands in from where it began.
            more = round(0.8 * self.looks.size * _TWIPS) if hanging else 0
            if left + more:
                put(made[0], element("w:ind", left=f"{max(left, 0) + more}", hanging=f"{more}"), "w:pPr")
            put(made[0], element("w:jc", val=justified), "w:pPr")
            cell.append(made)
        return cell


def _row(cells: list[Any], *, header: bool = False) -> Any:
    made = element("w:tr")
    properties = element("w:trPr")
    properties.append(element("w:cantSplit"))
    if header:
        properties.append(element("w:tblHeader"))
    made.append(properties)
    made.extend(cells)
    return made


def _edge(cell: Any, side: str, width: str) -> None:
    """A rule at a side of a cell."""
    properties = cell.find(qn("w:tcPr"))
    edges = properties.find(qn("w:tcBorders"))
    if edges is None:
        edges = element("w:tcBorders")
        low = properties.find(qn("w:vAlign"))
        properties.append(edges) if low is None else low.addprevious(edges)
    line = element(f"w:{side}", val="single", sz=width, space="0", color="000000")
    edges.insert(0, line) if side == "top" else edges.append(line)


def _ruled(cell: Any) -> None:
    """A rule under a spanning header that leaves the cell's edges free, so that neighbours' rules are two."""
    for node in cell.iter(qn("w:p")):
        border = element("w:pBdr")
        border.append(element("w:bottom", val="single", sz=THIN, space="1", color="000000"))
        put(properties_of(node, "w:pPr"), border, "w:pPr")


def _merged(cell: Any, kind: str | None) -> Any:
    """A cell that goes on into the next row (``restart``), or is the one above (None)."""
    merge = element("w:vMerge", val=kind) if kind else element("w:vMerge")
    properties = cell.find(qn("w:tcPr"))
    width = properties.find(qn("w:tcW"))
    width.addnext(merge)
    return cell
