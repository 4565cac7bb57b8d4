"""The book as one PDF: title page, contents with page numbers, numbered sections, the document's name on every page."""

from __future__ import annotations

import tempfile
from pathlib import Path

from trialbook.book.printing.chromium import find_chromium, print_page
from trialbook.book.printing.document import DocumentInfo, read_printed
from trialbook.book.printing.fonts import require_chinese
from trialbook.book.printing.pdf_fit import fit_tables
from trialbook.book.printing.pdf_metadata import finished_pdf, pages_of
from trialbook.book.printing.pdf_page import whole_page
from trialbook.errors import TrialbookError
from trialbook.outputs import output_file

MOST_PRINTS = 4
"""Page numbers in the contents could change how many pages the contents take; they hardly do, and then once."""


def print_pdf(single: Path, about: DocumentInfo, target: Path) -> None:
    """Print the book that ``singlehtml`` built in the folder ``single`` to the PDF ``target``, whole or not at all.

    Raises TrialbookError where there is no such book, no Chromium of version 131 or later, no font for the Chinese that it
    shows, where Chromium fails, and where the target can't be written.
    """
    chromium = find_chromium()
    book = read_printed(single)
    require_chinese("".join(one.node.text_content() for one in book.chapters))
    with tempfile.TemporaryDirectory(prefix="trialbook-pdf-") as folder:
        page, printed = Path(folder) / "book.html", Path(folder) / "book.pdf"
        fit_tables(chromium, book, about, page)
        numbers: dict[str, int] = {}
        for attempt in range(MOST_PRINTS):
            page.write_text(whole_page(book, about, numbers), encoding="utf-8")
            print_page(chromium, page, printed, tagged=attempt > 0)
            found = pages_of(printed)
            if found == numbers:
                break
            numbers = found
        else:
            raise TrialbookError("the pages of the contents don't come to rest", file=target, remedy="Report this.")
        output_file(target, finished_pdf(printed, about))
