"""Tables and figures as a Word file: landscape, a page or more each, with the title, the notes and the source that each has.

The caption is a paragraph of Word's own style of captions, so that a list of tables can be made of it; the running head names the
display that a page is of, and what must be known of the data.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Inches, Mm, Pt, RGBColor

from trialbook.displays.display import Display, Figure, Table, name_of
from trialbook.displays.svg_file import as_svg
from trialbook.displays.word_styles import set_font, style_named
from trialbook.displays.word_table import add_table
from trialbook.displays.word_xml import element, field, field_begin, field_end, paragraph, properties_of, put, text_run
from trialbook.displays.xml_text import in_xml

DPI = 300
PAGE, SIDE, TOP, BOTTOM = (297.0, 210.0), 18.0, 22.0, 18.0
"""An A4 page that lies, and its margins, in millimetres."""
ROOM = (PAGE[0] - 2 * SIDE) / 25.4 * 72
"""The width between the margins, in points."""
_HEIGHT = (PAGE[1] - TOP - BOTTOM) / 25.4 * 72
_INK, _MUTED, _MARK = (RGBColor.from_string(one) for one in ("000000", "4F5C6A", "6A1F6A"))
_STYLES: dict[str, tuple[float, RGBColor, bool, float, float]] = {
    # size, colour, bold, space before and after
    "Normal": (9, _INK, False, 0, 0),
    "Caption": (10, _INK, True, 0, 6),
    "Display Header": (9, _INK, True, 2, 2),
    "Display Text": (9, _INK, False, 1, 1),
    "Display Group": (9, _INK, True, 4, 1),
    "Display Note": (8, _INK, False, 2, 0),
    "Display Figure": (9, _INK, False, 0, 4),
    "Display Statement": (9, _MARK, True, 0, 6),
    "Contents Heading": (12, _INK, True, 0, 8),
    "toc 1": (9, _INK, False, 0, 3),
    "Header": (8, _MUTED, False, 0, 0),
    "Footer": (8, _MUTED, False, 0, 0),
}
_NUMBER = "Display Number"
"""The style of a display's number, which the running head shows."""


def as_word_file(
    displays: Sequence[Display], *, study: str, title: str = "Tables and figures", made: date | None = None
) -> bytes:
    """The bytes of a .docx with the displays in their order and, if there are several, the list of them before.

    ``study`` and ``title`` stand in the running head and foot, ``made`` is the file's date. Raises ValueError where there is
    nothing to show.
    """
    if not displays:
        raise ValueError("a Word file of tables and figures has one at least")
    document = Document()
    _styles(document)
    several = len(displays) > 1
    if several:
        statements = list(dict.fromkeys(one.statement for one in displays if one.statement))
        _section(document.sections[0], study, title, " · ".join(statements))
        _contents(document, displays)
    number = 0
    for at, (statement, group) in enumerate(groupby(displays, key=lambda one: one.statement)):
        section = _next_section(document) if several or at else document.sections[0]
        _section(section, study, title, statement)
        for first, display in enumerate(group):
            number += 1
            _add(document, display, number, new_page=first > 0)
    _properties(document, study, title, made)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _add(document: WordDocument, display: Display, number: int, *, new_page: bool) -> None:
    """A display: its statement, caption, content, notes and source, kept together."""
    if display.statement:
        mark = document.add_paragraph(in_xml(display.statement), style="Display Statement")
        mark.paragraph_format.page_break_before = new_page
    caption = _caption(display, number)
    document.element.body.insert(len(document.element.body) - 1, caption)
    if new_page and not display.statement:
        put(caption[0], element("w:pageBreakBefore"), "w:pPr")
    notes = [in_xml(line) for line in (*display.footnotes, display.source) if line]
    if isinstance(display, Table):
        add_table(document, display, ROOM)
        notes = notes or [""]  # Word wants a paragraph between a table and what follows it
    else:
        _picture(document, display, len(notes))
    for line in notes:
        document.add_paragraph(line, style="Display Note").paragraph_format.keep_together = True


def _caption(display: Display, number: int) -> Any:
    """``Table 14.2.1.1``, the title and the population under each other, with a bookmark for the list of displays."""
    made = paragraph("Caption", element("w:bookmarkStart", id=f"{number}", name=_bookmark(number)))
    made.append(text_run(name_of(display), _NUMBER.replace(" ", "")))
    for text in filter(None, (display.title, display.population)):
        line = element("w:r")
        line.append(element("w:br"))
        made.append(line)
        run = text_run(in_xml(text))
        if text is display.population:
            plain = element("w:rPr")
            plain.append(element("w:b", val="0"))
            run.insert(0, plain)
        made.append(run)
    made.append(element("w:bookmarkEnd", id=f"{number}"))
    return made


def _picture(document: WordDocument, figure: Figure, notes: int) -> None:
    """The drawing as a picture of 300 dots an inch, as large as the page allows, with its content as alternative text."""
    import vl_convert

    svg = as_svg(figure)
    width, height = (float(svg.split(f'{name}="', 1)[1].split('"', 1)[0]) for name in ("width", "height"))
    free = _HEIGHT - 80 - 14 * notes
    points = min(ROOM, 1.2 * width * 0.75, free / height * width)
    png = vl_convert.svg_to_png(svg, scale=points / 72 * DPI / width)
    holder = document.add_paragraph(style="Display Figure")
    holder.paragraph_format.keep_with_next = notes > 0
    shape = holder.add_run().add_picture(io.BytesIO(png), width=Inches(points / 72))
    shape._inline.docPr.set("descr", in_xml(figure.words))
    shape._inline.docPr.set("title", in_xml(f"{name_of(figure)} {figure.title}"))
    shape._inline.docPr.set("name", name_of(figure))


def _contents(document: WordDocument, displays: Sequence[Display]) -> None:
    """The list of all displays, a field that Word fills in with their pages when it opens the file."""
    document.add_paragraph("Contents", style="Contents Heading")
    entries = []
    for number, display in enumerate(displays, 1):
        link = element("w:hyperlink", anchor=_bookmark(number), history="1")
        link.append(text_run(in_xml(f"{name_of(display)}\t{display.title}\t")))
        link.extend(field(f"PAGEREF {_bookmark(number)} \\h", ""))
        entries.append(paragraph("toc1", link))
    for at, run in enumerate(field_begin('TOC \\h \\z \\t "Caption,1"'), 1):
        entries[0].insert(at, run)
    entries[-1].append(field_end())
    for entry in entries:
        document.element.body.insert(len(document.element.body) - 1, entry)
    document.add_paragraph()  # ends the section: Word replaces the field's own paragraphs when it fills it in
    put(document.settings.element, element("w:updateFields", val="true"), "w:settings")


def _bookmark(number: int) -> str:
    return f"_Toc{number:06d}"


def _next_section(document: WordDocument) -> Section:
    """A section on a new page; what went before ends with its last paragraph, as a further one might need a page of its own."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    mark = document.paragraphs[-1]._p
    put(properties_of(mark.getprevious(), "w:pPr"), mark.get_or_add_pPr().sectPr, "w:pPr")
    mark.getparent().remove(mark)
    return section


def _section(section: Section, study: str, title: str, statement: str) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.left_margin = section.right_margin = Mm(SIDE)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.header_distance, section.footer_distance = Mm(10), Mm(9)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head._p.append(text_run(in_xml(f"{study}\t")))
    run = head.add_run(in_xml(statement))
    run.bold, run.font.color.rgb = True, _MARK
    head._p.append(text_run("\t"))
    head._p.extend(field(f'STYLEREF "{_NUMBER}"', ""))
    foot._p.append(text_run(in_xml(f"{title}\t\tPage ")))
    foot._p.extend(field("PAGE", "1"))
    foot._p.append(text_run(" of "))
    foot._p.extend(field("NUMPAGES", "1"))
    for one in (head, foot):
        tabs = element("w:tabs")
        for old in ("4320", "4680", "8640", "9360"):  # those of the template's styles
            tabs.append(element("w:tab", val="clear", pos=old))
        tabs.append(element("w:tab", val="center", pos=f"{round(ROOM * 10)}"))
        tabs.append(element("w:tab", val="right", pos=f"{round(ROOM * 20)}"))
        put(properties_of(one._p, "w:pPr"), tabs, "w:pPr")


def _styles(document: WordDocument) -> None:
    for name, (size, colour, bold, before, after) in _STYLES.items():
        style = style_named(document, name)
        set_font(style, size, colour, bold)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.0
    for name in ("Caption", "Display Statement", "Display Figure"):
        document.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Caption", "Display Statement"):
        document.styles[name].paragraph_format.keep_with_next = True
    put(document.styles["Caption"].element.get_or_add_pPr(), element("w:outlineLvl", val="0"), "w:pPr")
    style_named(document, _NUMBER, WD_STYLE_TYPE.CHARACTER)
    tabs = element("w:tabs")
    tabs.append(element("w:tab", val="left", pos="1800"))
    tabs.append(element("w:tab", val="right", leader="dot", pos=f"{round(ROOM * 20)}"))
    document.styles["toc 1"].element.attrib.pop(qn("w:customStyle"), None)  # it is Word's own, which its template leaves out
    contents = document.styles["toc 1"].element.get_or_add_pPr()
    put(contents, tabs, "w:pPr")
    put(contents, element("w:ind", left="1800", right="700", hanging="1800"), "w:pPr")


def _properties(document: WordDocument, study: str, title: str, made: date | None) -> None:
    told = document.core_properties
    told.title, told.subject, told.author, told.last_modified_by = (
        in_xml(f"{study}: {title}"),
        in_xml(study),
        "trialbook",
        "trialbook",
    )
    told.comments, told.language = "", "en"
    if made is not None:
        told.created = told.modified = datetime.combine(made, time(), UTC)
    for settings in document.styles.element.iter(qn("w:lang")):
        settings.set(qn("w:val"), "en-GB")
