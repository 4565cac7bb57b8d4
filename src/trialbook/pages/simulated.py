"""The synthetic export that the demo and the book show where no other is named: the study's own course, slightly broken."""

from __future__ import annotations

import shutil
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.pages.inputs import WORK, simulation_hash
from trialbook.simulation import simulate_export
from trialbook.study import LoadedStudy

SUBJECTS, SEED, RATE, LAYOUT = 50, 1, 0.002, "csv"
"""``SUBJECTS``: where the protocol plans no number."""


def simulated_export(study: LoadedStudy) -> Path:
    """The export, made when what it is made from has changed since; its ``defects.json`` lies beside it.

    Raises TrialbookError where the study has no course of disease to simulate.
    """
    course = study.root / "simulation" / "course.py"
    if not course.is_file():
        what = "the study has no course of disease, so there is no synthetic export to show"
        raise TrialbookError(what, file=course, remedy="Name an export with --export or TRIALBOOK_EXPORT.")
    made = study.root / WORK / "simulated"
    target = made / simulation_hash(study.root)[:16]
    if not (target / "export").is_dir():
        shutil.rmtree(made, ignore_errors=True)
        subjects = study.protocol.study.design.planned_subjects or SUBJECTS
        simulate_export(study.root, study.protocol.id, study.specs, target, subjects, SEED, RATE, LAYOUT)
    return target / "export"
