"""The trial run in parts by subject gives the bytes of one run, on an export broken in every known way."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.findings import Threshold, findings_json
from trialbook.run import Study
from trialbook.run.material import prepare
from trialbook.run.validation import validate_material
from trialbook.simulation import simulate_export


@pytest.fixture(scope="module")
def whole_and_halves(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    out = tmp_path_factory.mktemp("parts") / "broken"
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, out, subjects=8, seed=1, rate=0.01)
    material = prepare(trial, Path(made.export), lambda step: None)
    whole, halves = (
        findings_json(validate_material(trial, material, False, lambda step: None, parts=parts).results, Threshold.ERROR)
        for parts in (1, 2)
    )
    return whole, halves


def test_halves_by_subject_give_the_bytes_of_one_run(whole_and_halves: tuple[str, str]) -> None:
    whole, halves = whole_and_halves
    assert halves == whole
    assert '"ISSUE REPORTED"' in whole
