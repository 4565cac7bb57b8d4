"""The synthetic export that the demo and the book show where no other is named: the study's own course, slightly broken."""

from __future__ import annotations

from pathlib import Path

from trialbook.simulation import simulate_export
from trialbook.study_folders import StudyFolders

SUBJECTS, SEED, RATE, LAYOUT = 50, 1, 0.002, "csv"
"""``SUBJECTS``: where the protocol plans no number."""


def simulate_shown(study: StudyFolders, target: Path) -> None:
    """Write the export into ``target``, and beside it ``defects.json``: what was broken in it."""
    subjects = study.protocol.study.design.planned_subjects or SUBJECTS
    simulate_export(study.root, study.protocol.id, study.specs, target, subjects, SEED, RATE, LAYOUT)
