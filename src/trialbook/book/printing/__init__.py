"""The book as one document: read from Sphinx's single page, printed to PDF by Chromium, written for Word by pandoc.

Nothing here knows what a page says: it works on the HTML that pages show, by the classes that ``trialbook.pages`` gives it.
"""

from __future__ import annotations

from trialbook.book.printing.document import DocumentInfo, document_info
from trialbook.book.printing.pdf import print_pdf
from trialbook.book.printing.word import write_docx

__all__ = ["DocumentInfo", "document_info", "print_pdf", "write_docx"]
