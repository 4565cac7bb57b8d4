"""The tables of the Word file: widths that fit the page, header rows that repeat, rows that are not torn."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

from trialbook.book.printing.word_html import TableLook
from trialbook.book.printing.word_reference import HEADING, SHADE
from trialbook.displays.word_xml import element, properties_of, put, style_of

_TWIPS = 15
"""A CSS pixel, 96 an inch, in twentieths of a point."""

UPRIGHT_HEIGHT = 1500
"""Of a header whose words stand upright, in twentieths of a point."""

_CLOSE = ("BodyText", "FirstParagraph", "Compact", "Note")
"""Paragraphs that would touch the table above them."""


def finish_table(table: Any, look: TableLook) -> None:
    """Bring a table that pandoc wrote (``w:tbl``) to the looks that it has on the page."""
    rows = table.findall(qn("w:tr"))
    widths = _widths(table, look)
    _properties(table, sum(widths), look)
    grid = table.find(qn("w:tblGrid"))
    for old in list(grid):
        grid.remove(old)
    grid.extend(element("w:gridCol", w=f"{width}") for width in widths)
    for number, row in enumerate(rows):
        header = number < look.header_rows
        _row(row, header, look.upright)
        at = 0
        for cell in row.findall(qn("w:tc")):
            span = _span(cell)
            _cell(cell, sum(widths[at : at + span]), header, look.upright and header and at > 0)
            at += span
    following = table.getnext()
    if following is not None and following.tag == qn("w:p") and style_of(following) in _CLOSE:
        put(properties_of(following, "w:pPr"), element("w:spacing", before="120"), "w:pPr")


def _widths(table: Any, look: TableLook) -> list[int]:
    count = max((sum(map(_span, row.findall(qn("w:tc")))) for row in table.findall(qn("w:tr"))), default=0)
    if len(look.columns) == count:
        return [column * _TWIPS for column in look.columns]
    return [round(170 / 25.4 * 1440 / max(count, 1))] * count


def _properties(table: Any, width: int, look: TableLook) -> None:
    properties = properties_of(table, "w:tblPr")
    for name in ("w:tblW", "w:tblLayout", "w:jc", "w:tblLook"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    style = properties.find(qn("w:tblStyle"))
    at = 0 if style is None else 1
    properties.insert(at, element("w:tblW", w=f"{width}", type="dxa"))
    properties.insert(at + 1, element("w:tblLayout", type="fixed"))
    shaded = "1" if look.header_rows else "0"
    look_of = element("w:tblLook", val="0020" if look.header_rows else "0000", firstRow=shaded, lastRow="0", firstColumn="0")
    caption = properties.find(qn("w:tblCaption"))
    properties.append(look_of) if caption is None else caption.addprevious(look_of)


def _row(row: Any, header: bool, upright: bool) -> None:
    properties = properties_of(row, "w:trPr")
    for old in list(properties):
        properties.remove(old)
    properties.append(element("w:cantSplit"))
    if header and upright:
        properties.append(element("w:trHeight", val=f"{UPRIGHT_HEIGHT}", hRule="atLeast"))
    if header:
        properties.append(element("w:tblHeader"))


def _cell(cell: Any, width: int, header: bool, upright: bool) -> None:
    properties = properties_of(cell, "w:tcPr")
    for name in ("w:tcW", "w:shd", "w:textDirection", "w:vAlign", "w:tcBorders"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    properties.insert(0, element("w:tcW", w=f"{width}", type="dxa"))
    if header:
        edges = element("w:tcBorders")
        edges.append(element("w:bottom", val="single", sz="8", space="0", color=f"{HEADING}"))
        properties.append(edges)
        properties.append(element("w:shd", val="clear", color="auto", fill=SHADE))
        if upright:
            properties.append(element("w:textDirection", val="btLr"))
        properties.append(element("w:vAlign", val="bottom"))
    if not cell.findall(qn("w:p")):
        cell.append(element("w:p"))
    for one in cell.iter(qn("w:p")):
        if style_of(one) not in ("Note", "SourceCode"):
            put(properties_of(one, "w:pPr"), element("w:pStyle", val="TableHeading" if header else "TableText"), "w:pPr")


def _span(cell: Any) -> int:
    found = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return 1 if found is None else int(found.get(qn("w:val")))
