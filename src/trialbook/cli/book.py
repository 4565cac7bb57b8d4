"""The commands about the book: build, pdf, docx, verify, serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from trialbook.cli.options import FAILED, StudyOption, study_folder
from trialbook.errors import TrialbookError

book_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The book: its pages, executed.")

ExportOption = Annotated[
    Path | None,
    typer.Option("--export", metavar="EXPORT", help="Show this export [default: $TRIALBOOK_EXPORT, else a synthetic one]"),
]
LevelOption = Annotated[
    bool, typer.Option("--subject-level", help="Show single findings of a real export too; without it, aggregates only")
]


@book_app.command("build", epilog="Example: trialbook book build --export exports/2026-11 --zip book.zip")
def book_build(
    export: ExportOption = None,
    subject_level: LevelOption = False,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the site is written")] = Path("out/book"),
    archive: Annotated[Path | None, typer.Option("--zip", metavar="FILE", help="Pack the site too, for a reviewer")] = None,
    study: StudyOption = None,
) -> None:
    """Build the book.

    A page whose cell fails is an error that names the page and the cell; the book that was there stays. What was executed before
    and has not changed, nor anything that it reads, is not executed again.
    """
    from trialbook.book.archive import zip_site
    from trialbook.book.build import build_book
    from trialbook.terminal import progress

    with progress(None) as step:
        page = build_book(study_folder(study), out, export, subject_level=subject_level, step=step)
        if archive is not None:
            step("packing the site")
            zip_site(out, archive)
    typer.echo(f"The book: {page}")
    if archive is not None:
        typer.echo(f"The zip: {archive}")


@book_app.command("pdf", epilog="Example: trialbook book pdf --out protocol.pdf")
def book_pdf(
    export: ExportOption = None,
    subject_level: LevelOption = False,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write")] = Path("out/book.pdf"),
    study: StudyOption = None,
) -> None:
    """Print the book as one PDF: title page, contents with page numbers, bookmarks. It takes Chromium."""
    _document(study, out, "pdf", export, subject_level)


@book_app.command("docx", epilog="Example: trialbook book docx --out protocol.docx")
def book_docx(
    export: ExportOption = None,
    subject_level: LevelOption = False,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write")] = Path("out/book.docx"),
    study: StudyOption = None,
) -> None:
    """Write the book for Word, with real headings, tables and captions. It takes the extra `word`."""
    _document(study, out, "docx", export, subject_level)


def _document(study: Path | None, out: Path, format: Literal["pdf", "docx"], export: Path | None, subject_level: bool) -> None:
    from trialbook.book.documents import write_document
    from trialbook.terminal import progress

    with progress(None) as step:
        write_document(study_folder(study), out, format, export, subject_level=subject_level, step=step)
    typer.echo(f"The document: {out}")


@book_app.command("verify", epilog="Example: trialbook book verify book.zip --study . --export exports/2026-11")
def book_verify(
    site: Annotated[Path, typer.Argument(metavar="DIR|ZIP", help="The site, as a folder or zipped")],
    rebuild: Annotated[
        Path | None,
        typer.Option("--study", metavar="DIR", help="Build it again from this study's folder, and compare the results"),
    ] = None,
    export: ExportOption = None,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="OLD", help="List the results that changed since this older site")
    ] = None,
) -> None:
    """Check a site: its files against its manifest and, with the inputs at hand, its results.

    Ends with 1 where a file of the site, an input or a result differs. Dates and run times are left out of it. Whoever alters
    a site can alter its manifest too: only the rebuild tells that.
    """
    from trialbook.book.verify import compare_sites, verify_site
    from trialbook.terminal import print_verdict, progress

    if export is not None and rebuild is None:
        raise TrialbookError("--export is what the site is built on again", remedy="Name the study too, with --study.")
    with progress(None) as step:
        verdict = verify_site(site, rebuild, export, step=step)
    changed = compare_sites(site, against) if against is not None else []
    print_verdict(verdict, [str(one) for one in changed], against is not None)
    if not verdict.sound:
        raise typer.Exit(FAILED)


@book_app.command("serve", epilog="Example: trialbook book serve")
def book_serve(
    export: ExportOption = None,
    subject_level: LevelOption = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port on this machine; 0: any that is free")] = 8000,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the site is written")] = Path("out/book"),
    study: StudyOption = None,
) -> None:
    """Show the book in the browser, and build it again whenever a file of the study is saved."""
    from trialbook.book.serve import Writing, serve_book
    from trialbook.terminal import progress

    serve_book(Writing(study_folder(study), out, export, subject_level, typer.echo, lambda: progress(None)), port)
