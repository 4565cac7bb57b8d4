"""The synthetic export that the demo and the book show where no other is named: the study's own course, slightly broken."""

from __future__ import annotations

from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.simulation import simulate_export
from trialbook.study_folders import StudyFolders

SUBJECTS, SEED, RATE, LAYOUT = 50, 1, 0.002, "csv"
"""``SUBJECTS``: where the protocol plans no number."""


def simulate_shown(study: StudyFolders, target: Path) -> None:
    """Write the export into ``target``, and beside it ``defects.json``: what was broken in it.

    Raises TrialbookError where the study has no course of disease to simulate.
    """
    course = study.root / "simulation" / "course.py"
    if not course.is_file():
        what = "the study has no course of disease, so there is no synthetic export to show"
        raise TrialbookError(what, file=course, remedy="Name an export with --export or TRIALBOOK_EXPORT.")
    subjects = study.protocol.study.design.planned_subjects or SUBJECTS
    simulate_export(study.root, study.protocol.id, study.specs, target, subjects, SEED, RATE, LAYOUT)


def simulated_export(study: StudyFolders) -> Path:
    """The export, made when what it is made from has changed since."""
    from trialbook.pages.tasks import synthetic_export

    return synthetic_export(study.root)
