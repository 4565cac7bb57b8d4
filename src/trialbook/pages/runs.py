"""The latest run on the export that the book shows."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from trialbook.pages.html import NOTHING, code, table
from trialbook.pages.inputs import EXPORT_VARIABLE, named_export
from trialbook.pages.session import show, study
from trialbook.pages.simulated import simulated_export
from trialbook.run import Run


@cache
def latest_run() -> Run:
    """Validate the export of TRIALBOOK_EXPORT (else a synthetic one, simulated), once a kernel.

    Where the export says that its data are synthetic, the page gets the mark then and there, so that none can be made
    without it. Raises TrialbookError where the run can't be made.
    """
    run = study().validate(named_export() or simulated_export(study()))
    if run.results.run.synthetic is not None:
        show(synthetic_mark(run.results.run.synthetic))
    return run


def synthetic_mark(statement: str) -> Markup:
    """The mark of a page whose results rest on invented data: on the page, at the window's edge, and on each printed page."""
    return Markup(
        '<aside class="book-synthetic" role="note" aria-label="Synthetic data">'
        "<p><strong>SYNTHETIC DATA</strong> <b>The results on this page rest on invented data, and no patient’s.</b> "
        "<small>{}</small></p>"
        '<div class="book-synthetic-strip" aria-hidden="true">SYNTHETIC DATA</div>'
        '<div class="book-synthetic-watermark" aria-hidden="true">SYNTHETIC DATA</div></aside>'
    ).format(statement)


def inputs_table(run: Run) -> Markup:
    """The files that a run has read, with encoding, rows and SHA-256."""
    rows = [
        (code(one["file"]), one["encoding"] or NOTHING, f"{one['rows']:,}", code(one["sha256"])) for one in run.results.run.inputs
    ]
    return table(
        ("File", "Encoding", "Rows", "SHA-256"), rows, about=f"Files of the export ({EXPORT_VARIABLE})", kind="book-inputs"
    )
