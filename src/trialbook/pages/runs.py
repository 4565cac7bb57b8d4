"""The run on the export that the book shows: made once a build, read by the pages.

A page asks :func:`latest_run` and gets a :class:`~trialbook.pages.shown.ShownRun`: what may be shown of the run, and nothing
else. Of a real export these are aggregates, unless ``--subject-level`` asks for more; invented data are shown as they are, under
a mark.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from IPython.display import HTML, display
from markupsafe import Markup

from trialbook.errors import TrialbookError
from trialbook.pages.html import NOTHING, code, table
from trialbook.pages.inputs import EXPORT_VARIABLE, LEVEL_VARIABLE, RUN_VARIABLE, named_export
from trialbook.pages.shown import SUBJECT, ShownRun


@cache
def latest_run() -> ShownRun:
    """The run whose file TRIALBOOK_RUN names; without it, the run on the export of TRIALBOOK_EXPORT, else on a simulated one.

    Read once a kernel. Where its data are invented, or are of real subjects, the page gets the mark that says so then and there,
    so that none can be made without it. Raises TrialbookError where the run can't be made or read, and where it holds data of
    real subjects though TRIALBOOK_SUBJECT_LEVEL does not ask for them.
    """
    subject_level = os.environ.get(LEVEL_VARIABLE) == "1"
    named = os.environ.get(RUN_VARIABLE)
    run = ShownRun.read(Path(named)) if named else _validated(subject_level)
    if run.names_subjects and not subject_level:
        remedy = "Build the book again, with --subject-level where these data may be shown."
        raise TrialbookError("holds data of real subjects, which nobody asked to show", file=named, remedy=remedy)
    for mark in marks(run):
        display(HTML(mark))
    return run


def _validated(subject_level: bool) -> ShownRun:
    # A page that reads what the build has made pays for none of these.
    from trialbook.pages.tasks import synthetic_export
    from trialbook.pages.validated import validate_shown
    from trialbook.study_folders import find_study

    root = find_study(Path.cwd())
    return validate_shown(root, named_export() or synthetic_export(root), subject_level)


def marks(run: ShownRun) -> list[Markup]:
    """What a page must carry that shows something of the run."""
    if run.synthetic is not None:
        return [synthetic_mark(run.synthetic)]
    return [subjects_mark()] if run.names_subjects else []


def synthetic_mark(statement: str) -> Markup:
    """The mark of a page whose results rest on invented data: on the page, at the window's edge, and on each printed page."""
    return _mark(
        "synthetic",
        "Synthetic data",
        "SYNTHETIC DATA",
        "The results on this page rest on invented data, and no patient’s.",
        statement,
    )


def subjects_mark() -> Markup:
    """The mark of a page with data of real subjects."""
    return _mark(
        "subjects",
        "Data of subjects",
        "CONTAINS DATA OF SUBJECTS",
        "This book was built with --subject-level on a real export.",
        "It may go only to who may see the subjects’ data. Without --subject-level pages show counts.",
    )


def _mark(kind: str, label: str, title: str, what: str, more: str) -> Markup:
    return Markup(
        '<aside class="book-{0}" role="note" aria-label="{1}"><p><strong>{2}</strong> <b>{3}</b> <small>{4}</small></p>'
        '<div class="book-{0}-strip" aria-hidden="true">{2}</div>'
        '<div class="book-{0}-watermark" aria-hidden="true">{2}</div></aside>'
    ).format(kind, label, title, what, more)


def inputs_table(run: ShownRun) -> Markup:
    """The files that a run has read, with encoding, rows and SHA-256; of aggregates, by the forms that they gave."""
    by_file = run.level == SUBJECT
    rows = [
        (code(one.file) if by_file else one.file, one.encoding or NOTHING, f"{one.rows:,}", code(one.sha256))
        for one in run.inputs
    ]
    about = f"Files of the export ({EXPORT_VARIABLE})"
    return table(
        ("File" if by_file else "File of the form", "Encoding", "Rows", "SHA-256"), rows, about=about, kind="book-inputs"
    )
