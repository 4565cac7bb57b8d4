"""The trial run in parts by subject gives the bytes of one run, on an export broken in every known way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialbook.findings import Threshold, findings_json
from trialbook.run import Study
from trialbook.run.material import prepare
from trialbook.run.validation import validate_material
from trialbook.simulation import simulate_export

# What its tests share is made once, not once a process.
pytestmark = pytest.mark.xdist_group("halves")


@pytest.fixture(scope="module")
def whole_and_halves(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    out = tmp_path_factory.mktemp("parts") / "broken"
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, out, subjects=4, seed=1, rate=0.05)
    material = prepare(trial, Path(made.export), lambda step: None)
    whole, halves = (
        findings_json(validate_material(trial, material, False, lambda step: None, parts=parts).results, Threshold.ERROR)
        for parts in (1, 2)
    )
    return whole, halves


def test_halves_by_subject_give_the_bytes_of_one_run(whole_and_halves: tuple[str, str]) -> None:
    whole, halves = whole_and_halves
    assert halves == whole
    assert len(json.loads(whole)["findings"]) > 50


def test_most_of_the_rules_of_the_trial_look_at_one_subject_at_a_time(trial: Study) -> None:
    """So that halves are more than one run on all subjects, by another way."""
    models = [one for several in (*trial.models.forms.values(), *trial.models.datasets.values()) for one in several]
    across = [rule.across for model in models for rule in model.all_rules()]
    assert sum(across) < len(across) / 2


def test_rules_on_what_only_all_subjects_tell_say_so(trial: Study) -> None:
    rules = {rule.id: rule for several in trial.models.forms.values() for one in several for rule in one.all_rules()}
    shared = ["IFN-DM-011", "IFN-DM-026", "IFN-DM-023", "IFN-AE-022", "IFN-EX-024", "IFN-LB-025", "IFN-DATE-LAB-LAB_DAT"]
    assert {id for id in shared if not rules[id].across} == set()
