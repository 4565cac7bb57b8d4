"""The styles of the Word file: pandoc's own reference document with the book's looks."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from trialbook.displays.word_styles import set_font, style_named
from trialbook.displays.word_xml import element, put

INK, MUTED, HEADING, MARK, ASSUMPTION = (RGBColor.from_string(one) for one in ("1C2733", "4F5C6A", "17365D", "6A1F6A", "8A4B08"))
LINE, SHADE = "C5CCD4", "E9EEF4"
MONO = "Courier New"

_SIZES = {1: 17.0, 2: 13.0, 3: 11.0, 4: 10.5, 5: 10.0, 6: 10.0, 7: 10.0, 8: 10.0, 9: 10.0}
_PARAGRAPHS: dict[str, tuple[float, RGBColor, bool, float, float]] = {
    # size, colour, bold, space before and after
    "Normal": (10, INK, False, 0, 6),
    "Body Text": (10, INK, False, 0, 6),
    "First Paragraph": (10, INK, False, 0, 6),
    "Compact": (10, INK, False, 0, 2),
    "Table Text": (8.5, INK, False, 1, 1),
    "Table Heading": (8.5, HEADING, True, 1, 1),
    "Note": (8.5, MUTED, False, 0, 3),
    "Table Caption": (8.5, INK, False, 8, 4),
    "Image Caption": (8.5, INK, False, 4, 10),
    "Captioned Figure": (10, INK, False, 6, 2),
    "Folded Title": (10, INK, True, 10, 3),
    "Provenance": (7.5, MUTED, False, 14, 4),
    "Part Title": (11, MUTED, True, 0, 4),
    "Title": (24, HEADING, True, 0, 16),
    "Subtitle": (12, MUTED, True, 90, 10),
    "Synthetic Mark": (10, MARK, True, 0, 14),
    "TOC Heading": (16, HEADING, True, 0, 10),
    "TOC 1": (10, INK, True, 4, 1),
    "TOC 2": (10, INK, False, 0, 1),
    "Header": (8, MUTED, False, 0, 0),
    "Footer": (8, MUTED, False, 0, 0),
}
_CHARACTERS = {"Source Mark": (8, ASSUMPTION, True), "Note Char": (8.5, MUTED, False)}


def styled_reference(pandoc_reference: bytes) -> bytes:
    """A reference document for pandoc (``--reference-doc``), made of the one it has itself."""
    document = Document(io.BytesIO(pandoc_reference))
    for name, (size, colour, bold, before, after) in _PARAGRAPHS.items():
        style = style_named(document, name, WD_STYLE_TYPE.PARAGRAPH)
        set_font(style, size, colour, bold)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    for level, size in _SIZES.items():
        style = style_named(document, f"Heading {level}", WD_STYLE_TYPE.PARAGRAPH)
        set_font(style, size, HEADING, bold=True)
        style.font.italic = False
        style.paragraph_format.space_before = Pt(0 if level == 1 else 14 if level == 2 else 10)
        style.paragraph_format.space_after = Pt(8 if level == 1 else 5)
        style.paragraph_format.keep_with_next = True
        style.paragraph_format.page_break_before = level == 1
    for name, (size, colour, bold) in _CHARACTERS.items():
        set_font(style_named(document, name, WD_STYLE_TYPE.CHARACTER), size, colour, bold)
    set_font(style_named(document, "Verbatim Char", WD_STYLE_TYPE.CHARACTER), 8.5, INK, bold=False, name=MONO)
    for name in ("Table Caption", "Captioned Figure", "Part Title", "Folded Title", "TOC Heading"):
        document.styles[name].paragraph_format.keep_with_next = True
    for name in ("Table Caption", "Image Caption"):
        document.styles[name].font.italic = False
    _outline(document.styles["Part Title"], 0)
    document.styles["Part Title"].paragraph_format.page_break_before = True
    document.styles["TOC 2"].paragraph_format.left_indent = Cm(0.8)
    for name in ("Title", "Subtitle"):
        document.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _border(document.styles["Title"], HEADING, "bottom")
    _border(document.styles["Synthetic Mark"], MARK, "top", "left", "bottom", "right")
    _table_style(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _outline(style: Any, level: int) -> None:
    put(style.element.get_or_add_pPr(), element("w:outlineLvl", val=f"{level}"), "w:pPr")


def _border(style: Any, colour: RGBColor, *sides: str) -> None:
    borders = element("w:pBdr")
    for side in sides:
        borders.append(element(f"w:{side}", val="single", sz="12", space="6", color=f"{colour}"))
    put(style.element.get_or_add_pPr(), borders, "w:pPr")


def _table_style(document: WordDocument) -> None:
    """Pandoc gives each table the style ``Table``: lines between rows, a shaded first row."""
    style = document.styles["Table"].element
    for name in ("w:tblPr", "w:tblStylePr", "w:trPr", "w:tcPr"):
        for old in style.findall(qn(name)):
            style.remove(old)
    properties = element("w:tblPr")
    borders = element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(element(f"w:{side}", val="single", sz="4", space="0", color=LINE))
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w="85", type="dxa"))
    properties.extend([borders, margins])
    first = element("w:tblStylePr", type="firstRow")
    cell = element("w:tcPr")
    edges = element("w:tcBorders")
    edges.append(element("w:bottom", val="single", sz="8", space="0", color=f"{HEADING}"))
    cell.append(edges)
    cell.append(element("w:shd", val="clear", color="auto", fill=SHADE))
    first.append(cell)
    style.extend([properties, first])
