"""Options that several commands share, and what they open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trialbook.run import Study

FAILED, UNUSABLE = 1, 2

StudyOption = Annotated[
    Path | None,
    typer.Option("--study", metavar="DIR", help="The study's folder [default: the nearest one upward with protocol/study.yml]"),
]


def open_study(folder: Path | None) -> Study:
    """The study in ``folder``, else in the nearest folder upward that holds one."""
    from trialbook.run import Study
    from trialbook.study import find_study

    return Study(folder if folder is not None else find_study(Path.cwd()))


def study_folder(folder: Path | None) -> Path:
    """The same, not loaded yet."""
    from trialbook.study_folders import find_study

    return folder if folder is not None else find_study(Path.cwd())
