"""The Word file as a writer gets it: headings, captions, tables, equations, notes, references that lead somewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from trialbook.book.printing import DocumentInfo, write_docx
from trialbook.errors import TrialbookError


@pytest.mark.usefixtures("chromium")
def test_the_book_is_a_file_to_edit(single: Path, about: DocumentInfo, tmp_path: Path) -> None:
    pytest.importorskip("pypandoc", reason="the optional extra word is not installed")
    target = tmp_path / "book.docx"
    write_docx(single, about, target)

    document = Document(str(target))
    body = document.element.body
    paragraphs = [(one.style.name, one.text) for one in document.paragraphs if one.style]
    assert [one for one in paragraphs if one[0].startswith("Heading") or one[0] == "Part Title"] == [
        ("Heading 1", "Synopsis"),
        ("Heading 2", "Arms"),
        ("Part Title", "Protocol"),
        ("Heading 1", "1. Design"),
        ("Heading 2", "1.1. Arms"),
        ("Heading 3", "Arm A"),
        ("Heading 2", "1.2. Schedule"),
        ("Part Title", "Data"),
        ("Heading 1", "2. Validation"),
    ]
    assert ("Title", "A small & plain study") in paragraphs
    assert [text.partition("	")[0] for style, text in paragraphs if style.casefold() in ("toc 1", "toc 2")] == [
        text for style, text in paragraphs if style in ("Heading 1", "Heading 2", "Part Title")
    ]
    codes = [one.text.strip() for one in body.iter(qn("w:instrText"))]
    assert 'TOC \\o "1-2" \\h \\z \\u' in codes
    assert codes.count("SEQ Table \\* ARABIC") == 2
    assert codes.count("SEQ Figure \\* ARABIC") == 1
    captions = [_text(one) for one in body.iter(qn("w:p")) if _style(one).endswith("Caption")]
    own = ["Table 14.1.2 Disposition · All randomized (N = 2)", "Figure 14.1.1 Flow · All screened"]
    assert captions == ["Figure 1. Trial schema", "Table 1. Schedule", "Table 2. Verdicts", *own]

    title, facts, schedule, verdicts, disposition = document.tables
    assert [row.cells[0].text for row in disposition.rows] == ["", "Treatment", "\u2003Completed", "\u2003\u2003Earlier"]
    assert [run.bold for row in disposition.rows[1:3] for run in row.cells[0].paragraphs[0].runs] == [True, None]
    assert [one for one in paragraphs if one[0] == "Note"][-2:] == [
        ("Note", "Each subject counts once."),
        ("Note", "Source: ADSL"),
    ]
    assert [cell.text for cell in title.rows[0].cells] == ["Study identifier", "SMALL-1"]
    assert [[cell.text for cell in row.cells] for row in facts.rows] == [["Sponsor", "A sponsor [assumption]"]]
    assert [cell.text for cell in verdicts.rows[1].cells] == ["R1", "passed"]
    assert len(schedule.rows) == 31
    header = schedule.rows[0]._tr
    assert header.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    widths = [int(one.get(qn("w:w"))) for one in schedule._tbl.tblGrid.findall(qn("w:gridCol"))]
    assert 13000 < sum(widths) <= 14600  # 257 mm, in twentieths of a point

    headers = [_text(section.header._element) for section in document.sections]
    footers = [_text(section.footer._element) for section in document.sections]
    assert [section.orientation for section in document.sections].count(WD_ORIENT.LANDSCAPE) == 1
    assert ["SYNTHETIC DATA" in said for said in headers] == [False] * (len(headers) - 1) + [True]
    assert footers[0] == ""
    assert set(footers[1:]) == {"SMALL-1 · protocol version 2.0Page 1 of 1"}

    assert body.findall(f".//{qn('m:f')}")  # the fraction
    assert [one.get("descr") for one in body.iter(qn("wp:docPr"))] == ["Trial schema", "Figure 14.1.1 Flow"]
    names = {one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))}
    anchors = {one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink")) if one.get(qn("w:anchor"))}
    assert anchors <= names
    notes = next(one for one in document.part.package.iter_parts() if "footnotes" in one.partname)
    assert "What Someone wrote." in notes.blob.decode("utf-8")
    assert document.core_properties.title == "A small & plain study (SMALL-1 · protocol version 2.0)"


def _text(node: Any) -> str:
    return "".join(one.text or "" for one in node.iter(qn("w:t")))


def _style(paragraph: Any) -> str:
    found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if found is None else str(found.get(qn("w:val")))


def test_without_pandoc_the_extra_is_named(
    single: Path, about: DocumentInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    with pytest.raises(TrialbookError, match=r'pip install "trialbook\[word\]"'):
        write_docx(single, about, tmp_path / "book.docx")
    assert not (tmp_path / "book.docx").exists()
