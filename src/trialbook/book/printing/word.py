"""The book as a Word file that a writer can edit: real headings, tables, captions, equations and references."""

from __future__ import annotations

import io
import subprocess
import tempfile
from datetime import UTC, datetime, time
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from trialbook.book.printing.chromium import find_chromium
from trialbook.book.printing.document import DocumentInfo, read_printed
from trialbook.book.printing.pdf_fit import fit_tables
from trialbook.book.printing.word_captions import number_captions
from trialbook.book.printing.word_front import write_front
from trialbook.book.printing.word_html import TableLook, word_html
from trialbook.book.printing.word_measure import measure
from trialbook.book.printing.word_reference import styled_reference
from trialbook.book.printing.word_sections import lay_sections
from trialbook.book.printing.word_tables import finish_table
from trialbook.errors import TrialbookError
from trialbook.outputs import output_file

TIMEOUT = 300.0


def write_docx(single: Path, about: DocumentInfo, target: Path) -> None:
    """Write the book that ``singlehtml`` built in the folder ``single`` to the Word file ``target``, whole or not at all.

    Raises TrialbookError where there is no such book, where pandoc (the optional extra ``word``) or a Chromium of version 131 or
    later is not there or fails, and where the target can't be written.
    """
    pandoc = _find_pandoc()
    chromium = find_chromium()
    book = read_printed(single)
    with tempfile.TemporaryDirectory(prefix="trialbook-word-") as folder:
        page, reference, made = Path(folder) / "book.html", Path(folder) / "reference.docx", Path(folder) / "book.docx"
        fit_tables(chromium, book, about, page)
        text, looks = word_html(book, measure(chromium, book, about, page))
        page.write_text(text, encoding="utf-8")
        own = _run(pandoc, "--print-default-data-file=reference.docx")
        reference.write_bytes(styled_reference(own))
        kind = "html+epub_html_exts-auto_identifiers"
        _run(pandoc, f"--from={kind}", "--to=docx", f"--reference-doc={reference}", f"--output={made}", str(page))
        document = Document(str(made))
    _finish(document, about, looks, book.synthetic)
    stream = io.BytesIO()
    document.save(stream)
    output_file(target, stream.getvalue())


def _find_pandoc() -> str:
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError):
        what = "pandoc is not installed, and it writes the Word file"
        raise TrialbookError(what, remedy='Install it with  pip install "trialbook[word]"  and run the command again.') from None


def _run(pandoc: str, *options: str) -> bytes:
    try:
        done = subprocess.run([pandoc, *options], capture_output=True, timeout=TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TrialbookError(f"pandoc can't be run: {error}", file=pandoc, remedy="Install it again.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise TrialbookError(f"pandoc failed: {said}", file=pandoc, remedy="Report this.")
    return done.stdout


def _finish(document: WordDocument, about: DocumentInfo, looks: list[TableLook], synthetic: bool) -> None:
    body = document.element.body
    tables = [one for one in body.iter(qn("w:tbl")) if not any(above.tag == qn("w:tbl") for above in one.iterancestors())]
    # Pandoc puts a figure with a caption into a table of one cell.
    tables = [one for one in tables if _style_of(one) != "FigureTable"]
    for table, look in zip(tables, looks, strict=True):
        finish_table(table, look)
    for picture in body.iter(qn("pic:cNvPr")):  # pandoc tells there the picture's address, which is the picture itself
        picture.set("descr", "")
    number_captions(body)
    write_front(document, about, synthetic)
    lay_sections(document, about)
    told = document.core_properties
    told.title, told.author, told.subject = about.document_title, about.sponsor or about.study, about.name
    told.language, told.last_modified_by, told.comments = about.language, "trialbook", ""
    told.created = told.modified = datetime.combine(about.built, time(), UTC)


def _style_of(table: object) -> str:
    found = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")  # type: ignore[attr-defined]
    return "" if found is None else str(found.get(qn("w:val")))
