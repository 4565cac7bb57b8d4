"""The study that a page belongs to, and what the page shows of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from IPython.display import HTML, display
from markupsafe import escape

from trialbook.study_folders import StudyFolders, find_study


def study() -> StudyFolders:
    """The study whose folder the page stands in; read once a kernel. Raises SpecError for what is wrong in its folders."""
    return _study(find_study(Path.cwd()))


@cache
def _study(root: Path) -> StudyFolders:
    return StudyFolders(root)


def show(*pieces: str) -> None:
    """Show pieces on the page, one after the other; what is not Markup is escaped."""
    display(HTML("\n".join(escape(piece) for piece in pieces)))
