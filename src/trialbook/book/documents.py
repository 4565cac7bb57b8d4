"""The book as one file: built as one page, then printed to PDF or written for Word."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from trialbook.book.build import rendered
from trialbook.progress import Progress
from trialbook.study_folders import StudyFolders

Format = Literal["pdf", "docx"]


def write_document(root: Path, target: Path, format: Format, export: Path | None, *, subject_level: bool, step: Progress) -> None:
    """Write the book of the study at ``root`` to the file ``target``, whole or not at all.

    Raises TrialbookError as :func:`~trialbook.book.build.build_book` does, where Chromium or a font (pdf) or pandoc (docx) is
    missing, and where ``target`` can't be written.
    """
    from trialbook.book.printing import document_info, print_pdf, write_docx

    with rendered(root, export, subject_level, "singlehtml", step) as (single, prepared):
        about = prepared.about
        commit = about.commit_words if about.commit else ""
        info = document_info(StudyFolders(root).protocol, datetime.fromisoformat(about.built).date(), commit)
        step("printing the document" if format == "pdf" else "writing the document")
        (print_pdf if format == "pdf" else write_docx)(single, info, target)
