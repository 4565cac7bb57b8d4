"""The PDF as a reader gets it: contents, pages, footers, marks, wide tables whole, the same bytes each time."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from trialbook.book.printing import DocumentInfo, chromium, fonts, print_pdf
from trialbook.book.printing.pdf_metadata import pages_of
from trialbook.errors import TrialbookError

from .conftest import MONTHS

pytestmark = pytest.mark.usefixtures("chromium")


def test_the_book_is_one_document(single: Path, about: DocumentInfo, tmp_path: Path) -> None:
    target = tmp_path / "out" / "book.pdf"
    print_pdf(single, about, target)

    reader = PdfReader(target)
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    count = len(texts)
    assert [
        word for word in ("SMALL-1", "A small & plain study", "2026-03-01", "abc123", "SYNTHETIC DATA") if word not in texts[0]
    ] == []
    assert "Page 1" not in texts[0]
    for number, text in enumerate(texts[1:], 2):
        assert f"Page {number} of {count}" in text
        assert "SMALL-1 · protocol version 2.0" in text

    # The contents tell the page on which each heading stands.
    places = pages_of(target)
    for name, heading in (
        ("design--design", "1. Design"),
        ("design--schedule", "1.2. Schedule"),
        ("validation--validation", "2. Validation"),
    ):
        assert heading in texts[places[name] - 1]
        assert re.search(rf"{re.escape(heading)} ?{places[name]}\b", texts[1]), texts[1]
    assert {one for one, text in enumerate(texts, 1) if "SYNTHETIC DATA" in text and one > 1} == {
        places["validation--validation"]
    }

    # The wide table: landscape, each page with the header row and the last column.
    landscape = [one for one, page in enumerate(reader.pages) if page.mediabox.width > page.mediabox.height]
    assert landscape
    for one in landscape:
        assert [month for month in MONTHS if month not in texts[one]] == []
    assert "Activity 30" in texts[landscape[-1]]
    whole = " ".join(texts)
    assert "Unfolded words" in whole
    assert "Table 14.1.2 Disposition All randomized (N = 2)" in whole
    assert "Figure 14.1.1 Flow All screened" in whole
    assert "(https://doi.org/10.1000/182)" in whole

    assert reader.metadata is not None
    assert reader.metadata.title == "A small & plain study (SMALL-1 · protocol version 2.0)"
    assert reader.metadata.author == "A sponsor"
    assert str(reader.trailer["/Root"]["/Lang"]) == "en"  # type: ignore[index]
    outline = [one["/Title"] for one in reader.outline if not isinstance(one, list)]
    assert [title.casefold() for title in outline[-2:]] == ["protocol", "data"]

    again = tmp_path / "again.pdf"
    print_pdf(single, about, again)
    assert again.read_bytes() == target.read_bytes()


def test_a_table_too_wide_for_any_page_is_told(single: Path, about: DocumentInfo, tmp_path: Path) -> None:
    page = single / "book" / "index.html"
    words = "".join(f"<td>{'x' * 60}</td>" for _ in range(12))
    page.write_text(page.read_text("utf-8").replace("<tr><td>R1</td><td>passed</td></tr>", f"<tr>{words}</tr>"), "utf-8")
    with pytest.raises(TrialbookError, match=r"is too wide for any page: Table 2\. Verdicts would have to be printed at"):
        print_pdf(single, about, tmp_path / "book.pdf")
    assert not (tmp_path / "book.pdf").exists()


def test_chinese_without_a_font_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = tmp_path / "fc-list"
    said.write_text("#!/bin/sh\n", "utf-8")
    said.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    fonts.require_chinese("latin alone")
    with pytest.raises(TrialbookError, match=r"no font on this machine can print Chinese \(性.*\n.*fonts-noto-cjk"):
        fonts.require_chinese("Sex 性别")
    said.unlink()
    with pytest.raises(TrialbookError, match="fc-list is not on this machine"):
        fonts.require_chinese("Sex 性别")


def test_a_machine_without_chromium_and_an_old_one_are_told(
    single: Path, about: DocumentInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "PLACES", ())
    with pytest.raises(TrialbookError, match=r"Chromium is not on this machine.*\nInstall it"):
        print_pdf(single, about, tmp_path / "book.pdf")
    old = tmp_path / "chromium"
    old.write_text("#!/bin/sh\necho Chromium 120.0.6099.0\n", "utf-8")
    old.chmod(0o755)
    with pytest.raises(TrialbookError, match="is version 120; the book's page numbers and footers need 131 or later"):
        print_pdf(single, about, tmp_path / "book.pdf")
    assert not shutil.which("fc-list")
