"""The first pages of the Word file: the title page and the table of contents."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from trialbook.book.printing.document import MARK, SYNTHETIC_NOTE, DocumentInfo, title_facts
from trialbook.book.printing.word_html import SECTION, TableLook
from trialbook.book.printing.word_sections import TITLE
from trialbook.book.printing.word_tables import finish_table
from trialbook.displays.word_xml import (
    element,
    field,
    field_begin,
    field_end,
    paragraph,
    properties_of,
    put,
    style_of,
    text_of,
    text_run,
)  # fmt: skip

_LEVELS = {"Heading1": 1, "Heading2": 2, "PartTitle": 1}
_RIGHT = round(170 / 25.4 * 1440)


def write_front(document: WordDocument, about: DocumentInfo, synthetic: bool) -> None:
    """Put the title page and the contents before all else.

    The contents are a field that Word fills in when it opens the file; until then it has the headings, each with its page.
    """
    body = document.element.body
    lines: list[Any] = [paragraph("Subtitle", text_run(about.study)), paragraph("Title", text_run(about.title))]
    if synthetic:
        lines.append(paragraph("SyntheticMark", text_run(f"{MARK}. {SYNTHETIC_NOTE}")))
    lines += [_facts(document, about), paragraph("Normal", text_run(TITLE)), paragraph("TOCHeading", text_run("Contents"))]
    lines += _contents(body)
    lines.append(paragraph("Normal", text_run(f"{SECTION}tall:plain")))
    for number, line in enumerate(lines):
        body.insert(number, line)
    put(document.settings.element, element("w:updateFields", val="true"), "w:settings")


def _facts(document: WordDocument, about: DocumentInfo) -> Any:
    facts = title_facts(about)
    table = document.add_table(rows=len(facts), cols=2, style="Table")
    for row, (name, value) in zip(table.rows, facts, strict=True):
        row.cells[0].text, row.cells[1].text = name, value
    finish_table(table._tbl, TableLook(columns=(196, 446), facts=True, upright=False, header_rows=0))
    return table._tbl


def _contents(body: Any) -> list[Any]:
    entries: list[tuple[int, str, str]] = []
    follows_part = False
    for heading in body.findall(qn("w:p")):
        name, title = style_of(heading), text_of(heading).strip()
        if name == "Heading1" and follows_part:
            put(properties_of(heading, "w:pPr"), element("w:pageBreakBefore", val="false"), "w:pPr")
        follows_part = name == "PartTitle"
        if name in _LEVELS and title:
            entries.append((_LEVELS[name], title, _bookmark(heading, len(entries) + 1)))
    made = [_entry(*entry) for entry in entries]
    if made:
        after_properties = 1
        for number, run in enumerate(field_begin('TOC \\o "1-2" \\h \\z \\u')):
            made[0].insert(after_properties + number, run)
        made[-1].append(field_end())
    return made


def _bookmark(heading: Any, number: int) -> str:
    name = f"_Toc{number:06d}"
    start = element("w:bookmarkStart", id=f"{900000 + number}", name=name)
    properties = heading.find(qn("w:pPr"))
    properties.addnext(start)
    heading.append(element("w:bookmarkEnd", id=f"{900000 + number}"))
    return name


def _entry(level: int, title: str, bookmark: str) -> Any:
    link = element("w:hyperlink", anchor=bookmark, history="1")
    link.append(text_run(f"{title}\t"))
    link.extend(field(f"PAGEREF {bookmark} \\h", ""))
    made = paragraph(f"TOC{level}", link)
    tabs = element("w:tabs")
    tabs.append(element("w:tab", val="right", leader="dot", pos=f"{_RIGHT}"))
    put(made[0], tabs, "w:pPr")
    return made
