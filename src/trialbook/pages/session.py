"""The study that a page belongs to, what the page shows of it, and the line that says what the page was made from."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from IPython.display import HTML, display
from markupsafe import Markup, escape

from trialbook.pages.inputs import study_hash
from trialbook.run import Run, Study, versions
from trialbook.study import find_study

SHOWN_DIGITS = 12


def study() -> Study:
    """The study whose folder the page stands in; read once a kernel. Raises SpecError for what is wrong in its folders."""
    return _study(find_study(Path.cwd()))


@cache
def _study(root: Path) -> Study:
    return Study(root)


def show(*pieces: str) -> None:
    """Show pieces on the page, one after the other; what is not Markup is escaped."""
    display(HTML("\n".join(escape(piece) for piece in pieces)))


def provenance_line(run: Run | None = None) -> Markup:
    """What the page was made from; with ``run``, the export too.

    The hashes are SHA-256, their first digits: of the study's folders, and of the files of the export as ``findings.json``
    lists them.
    """
    one = study()
    parts = [
        f"Study {one.protocol.id}",
        f"standard {one.protocol.study.standard}",
        f"CT {one.protocol.study.ct}",
        f"study files {study_hash(one.root)[:SHOWN_DIGITS]}",
    ]
    if run is not None:
        parts.append(f"export files {export_hash(run)[:SHOWN_DIGITS]}")
    parts += [f"{name} {version}" for name, version in (run.results.run.versions if run else versions()).items()]
    return Markup('<p class="book-provenance">{}</p>').format(" · ".join(parts))


def export_hash(run: Run) -> str:
    """SHA-256 over names and hashes of the files that a run has read."""
    files = sorted(f"{one['sha256']}  {one['file']}\n" for one in run.results.run.inputs)
    return hashlib.sha256("".join(files).encode("utf-8", "surrogateescape")).hexdigest()
