"""An export validated for the book: what pages may show of the run."""

from __future__ import annotations

from pathlib import Path

from trialbook.pages.shown import ShownRun
from trialbook.pages.shown_aggregates import names_of
from trialbook.pages.shown_pieces import show_results
from trialbook.run import Study


def make_shown_run(root: Path, export: Path, subject_level: bool, target: Path) -> None:
    """Validate ``export`` by the study at ``root``, and write to the file ``target`` what pages may show of it.

    ``subject_level`` asks for single findings of a real export too. Raises TrialbookError where the run can't be made.
    """
    run = validate_shown(root, export, subject_level)
    target.parent.mkdir(parents=True, exist_ok=True)
    run.write(target)


def validate_shown(root: Path, export: Path, subject_level: bool) -> ShownRun:
    """The same without a file."""
    study = Study(root)
    run = study.validate(export)
    return show_results(run.results, names_of(study.specs, study.standard, run.sdtm), subject_level)
