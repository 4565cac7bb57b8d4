"""A comparison as a Word file: a table of changes with their reasons, and each change as a tracked one."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from trialbook.amendment.difference import Difference
from trialbook.amendment.place import KIND_TITLES, PlaceKind
from trialbook.amendment.text import clipped, told
from trialbook.displays.xml_text import in_xml
from trialbook.protocol.changes import Change, Kind, Word, word_diff
from trialbook.protocol.changes.names import part_title

AUTHOR = "trialbook"
"""Whose the tracked changes are where no amendment names an author."""


def as_word_file(found: Difference) -> bytes:
    """The comparison as the bytes of a .docx; accepting all its changes gives the new texts, rejecting them the old ones."""
    document = Document()
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(2)
    document.styles["Normal"].font.size = Pt(10)
    tracked = _Tracked(found)
    document.core_properties.author = tracked.author
    document.core_properties.title = f"{found.study}: changes of the protocol"
    if tracked.date is not None:
        document.core_properties.created = document.core_properties.modified = tracked.date
    document.add_heading(f"Protocol {found.study}: summary of changes", level=0)
    document.add_paragraph(f"From {told(found.old)} to {told(found.new)}.")
    _amendments(document, found)
    if not found.changes:
        document.add_paragraph("Nothing changed.")
    else:
        _overview(document, found)
        _redline(document, found, tracked)
        _touches(document, found)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _amendments(document: WordDocument, found: Difference) -> None:
    if not found.amendments:
        return
    document.add_heading("Amendments", level=1)
    rows = [
        (str(one.number), one.version, f"{one.date}", f"{one.effective}", ", ".join(one.consents) or "—", one.rationale)
        for one in found.amendments
    ]
    header = ("Number", "Version", "Date", "Effective", "Informed consent", "Rationale")
    _table(document, header, rows, (1.9, 1.8, 2.3, 2.3, 2.7, 6))


def _overview(document: WordDocument, found: Difference) -> None:
    document.add_heading("Overview of changes", level=1)
    rows = [
        (part_title(one.part), one.title, _description(one), found.rationale(one) or "not stated in amendments.yml")
        for one in found.changes
    ]
    _table(document, ("Section", "Subject", "Description of change", "Rationale"), rows, (2.8, 4.2, 5.6, 4.4))


def _description(change: Change) -> str:
    before, after = clipped(change.before or ""), clipped(change.after or "")
    if change.kind is Kind.CHANGED:
        return f"{before} → {after}"
    if change.kind is Kind.MOVED:
        return f"Moved: {before} → {after}"
    return f"Added: {after}" if change.kind is Kind.ADDED else f"Removed: {before}"


def _redline(document: WordDocument, found: Difference, tracked: _Tracked) -> None:
    document.add_heading("Changes by section", level=1)
    for part, changes in groupby(found.changes, key=lambda one: one.part):
        document.add_heading(in_xml(part_title(part)), level=2)
        for change in changes:
            document.add_paragraph(style="Heading 4").add_run(in_xml(change.title))
            if change.kind is Kind.MOVED:
                document.add_paragraph(in_xml(f"Moved: {change.before} → {change.after}"))
                continue
            tracked.write(document.add_paragraph(), word_diff(change.before or "", change.after or ""))


def _touches(document: WordDocument, found: Difference) -> None:
    document.add_heading("What the changes touch", level=1)
    for kind in PlaceKind:
        places = found.of(kind)
        if not places:
            continue
        document.add_heading(KIND_TITLES[kind], level=2)
        rows: list[tuple[str, ...]] = []
        for one in places:
            said = [clipped(one.title) if one.title != one.id else "", one.note]
            rows.append((one.id, "\n".join(filter(None, said))))
            rows += [
                ("", taken.name, *(clipped(side) if side is not None else "—" for side in (taken.before, taken.after)))
                for taken in one.takes
            ]
        _table(document, ("What", "Takes", "Before", "After"), rows, (3.6, 5.4, 4, 4))
    for what, reason in found.not_computed:
        document.add_paragraph(in_xml(f"Not computed: {what}: {reason}"))


def _table(document: WordDocument, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    table = document.add_table(rows=1, cols=len(header), style="Table Grid")
    table.autofit = False
    for index, (cell, text) in enumerate(zip(table.rows[0].cells, header, strict=True)):
        cell.paragraphs[0].add_run(text).bold = True
        table.columns[index].width = Cm(widths[index])
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in rows:
        cells = table.add_row().cells
        # A row of fewer texts is of one thing: its last text goes on to the end of the row.
        if len(row) < len(cells):
            cells[len(row) - 1].merge(cells[-1])
        for cell, text in zip(cells[: len(row)], row, strict=True):
            cell.text = in_xml(text)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(2)
                for run in paragraph.runs:
                    run.font.size = Pt(8.5)


class _Tracked:
    """Writes tracked changes, each with its own number, by the author and of the date of the last amendment."""

    def __init__(self, found: Difference):
        last = found.amendments[-1] if found.amendments else None
        self.author = (last.author if last else "") or AUTHOR
        day = last.date if last else date.fromisoformat(found.new.date) if found.new.date else None
        self.date = None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
        self.number = 0

    def write(self, paragraph: Paragraph, pieces: Sequence[tuple[Word, str]]) -> None:
        """Add texts to a paragraph; one that is all new, or all gone, comes or goes with its paragraph."""
        kinds = {word for word, _ in pieces}
        if len(kinds) == 1 and kinds != {Word.KEPT}:
            mark = OxmlElement("w:rPr")
            mark.append(self._mark("w:ins" if kinds == {Word.ADDED} else "w:del"))
            paragraph._p.get_or_add_pPr().append(mark)
        for word, text in pieces:
            if word is Word.KEPT:
                paragraph.add_run(in_xml(text))
                continue
            mark = self._mark("w:ins" if word is Word.ADDED else "w:del")
            mark.append(_run(text, "w:t" if word is Word.ADDED else "w:delText"))
            paragraph._p.append(mark)

    def _mark(self, name: str) -> Any:
        self.number += 1
        mark = OxmlElement(name)
        mark.set(qn("w:id"), str(self.number))
        mark.set(qn("w:author"), in_xml(self.author))
        if self.date is not None:
            mark.set(qn("w:date"), self.date.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return mark


def _run(text: str, name: str) -> Any:
    run = OxmlElement("w:r")
    for part in _with_breaks(in_xml(text)):
        if part == "\n":
            run.append(OxmlElement("w:br"))
            continue
        words = OxmlElement(name)
        words.set(qn("xml:space"), "preserve")
        words.text = part
        run.append(words)
    return run


def _with_breaks(text: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        if number:
            yield "\n"
        if line:
            yield line
