"""Sections of the Word file: upright and wide pages, headers that mark chapters on invented data, footers with the page."""

from __future__ import annotations

import copy
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm

from trialbook.book.printing.document import MARK, DocumentInfo
from trialbook.book.printing.word_html import SECTION
from trialbook.book.printing.word_reference import MARK as MARK_COLOUR
from trialbook.displays.word_xml import element, field, properties_of, put, text_of, text_run

TITLE = f"{SECTION}tall:title"
"""Ends the title page, which has neither header nor footer."""
SIDE = Mm(20)
PAGES = {"tall": (Mm(210), Mm(297)), "wide": (Mm(297), Mm(210))}


def lay_sections(document: WordDocument, about: DocumentInfo) -> None:
    """Turn the paragraphs that mark the ends of sections into sections; the last one is the document's own."""
    kinds = [(shape, level) for shape in PAGES for level in ("title", "plain", "synthetic")]
    body = document.element.body
    own = set(body)
    # python-docx gives the document's last section anew, and leaves a paragraph with the one before.
    made = {kind: copy.deepcopy(_section(document, about, *kind)._sectPr) for kind in kinds}
    for one in [child for child in body if child not in own]:
        body.remove(one)
    marks = [one for one in body.findall(qn("w:p")) if text_of(one).startswith(SECTION)]
    last = marks.pop() if marks else None
    for mark in marks:
        shape, level = _kind(mark)
        before = mark.getprevious()
        if before is None or before.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            body.remove(mark)  # nothing stands between two marks
            continue
        for child in list(mark):
            mark.remove(child)
        properties = element("w:pPr")
        spacing = element("w:spacing", before="0", after="0", line="20", lineRule="exact")
        properties.append(spacing)
        properties.append(copy.deepcopy(made[shape, level]))
        mark.append(properties)
    final = made[_kind(last)] if last is not None else made["tall", "plain"]
    if last is not None:
        body.remove(last)
    for old in body.findall(qn("w:sectPr")):
        body.remove(old)
    body.append(copy.deepcopy(final))


def _kind(mark: Any) -> tuple[str, str]:
    shape, _, level = text_of(mark).removeprefix(SECTION).strip().partition(":")
    return shape, level


def _section(document: WordDocument, about: DocumentInfo, shape: str, level: str) -> Section:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    width, height = PAGES[shape]
    section.orientation = WD_ORIENT.LANDSCAPE if shape == "wide" else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = width, height
    section.left_margin = section.right_margin = SIDE
    section.top_margin, section.bottom_margin = Mm(24), Mm(22)
    section.header_distance, section.footer_distance = Mm(12), Mm(11)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    if level != "title":
        _header(section, about, shape, level == "synthetic")
        _footer(section, about, shape)
    return section


def _header(section: Section, about: DocumentInfo, shape: str, synthetic: bool) -> None:
    paragraph = section.header.paragraphs[0]
    _tabs(paragraph._p, shape, centre=synthetic)
    paragraph._p.append(text_run(f"{about.study}\t"))
    if synthetic:
        run = paragraph.add_run(MARK)
        run.bold, run.font.color.rgb = True, MARK_COLOUR
        paragraph._p.append(text_run("\t"))
    paragraph._p.extend(field('STYLEREF "Heading 1"', ""))


def _footer(section: Section, about: DocumentInfo, shape: str) -> None:
    paragraph = section.footer.paragraphs[0]._p
    _tabs(paragraph, shape, centre=False)
    paragraph.append(text_run(f"{about.name}\tPage "))
    paragraph.extend(field("PAGE", "1"))
    paragraph.append(text_run(" of "))
    paragraph.extend(field("NUMPAGES", "1"))


def _tabs(paragraph: Any, shape: str, *, centre: bool) -> None:
    width = round((PAGES[shape][0] - 2 * SIDE) / 635)  # EMU to twentieths of a point
    tabs = element("w:tabs")
    for old in ("4680", "9360", "4513", "9026"):  # those of the style in pandoc's and Word's own templates
        tabs.append(element("w:tab", val="clear", pos=old))
    if centre:
        tabs.append(element("w:tab", val="center", pos=f"{width // 2}"))
    tabs.append(element("w:tab", val="right", pos=f"{width}"))
    put(properties_of(paragraph, "w:pPr"), tabs, "w:pPr")
