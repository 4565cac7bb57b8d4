"""The trial run in parts by subject gives the bytes of one run, on an export broken in every known way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from trialbook.conformance.choice import choose_rules
from trialbook.findings import Threshold, findings_json
from trialbook.progress import quiet
from trialbook.run import Study
from trialbook.run.material import prepare
from trialbook.run.validation import validate_material

pytestmark = pytest.mark.xdist_group("broken")


def test_halves_by_subject_give_the_bytes_of_one_run(trial: Study, broken: Any) -> None:
    material = prepare(trial, broken.export, quiet)
    halves = validate_material(trial, material, choose_rules(None), quiet, parts=2).results
    # The moment of the run is another.
    halves = replace(halves, run=broken.run.results.run)
    assert findings_json(halves, Threshold.ERROR) == findings_json(broken.run.results, Threshold.ERROR)
    assert len(halves.findings) > 50


def test_most_of_the_rules_of_the_trial_look_at_one_subject_at_a_time(trial: Study) -> None:
    """So that halves are more than one run on all subjects, by another way."""
    models = [one for several in (*trial.models.forms.values(), *trial.models.datasets.values()) for one in several]
    across = [rule.across for model in models for rule in model.all_rules()]
    assert sum(across) < len(across) / 2


def test_rules_on_what_only_all_subjects_tell_say_so(trial: Study) -> None:
    rules = {rule.id: rule for several in trial.models.forms.values() for one in several for rule in one.all_rules()}
    shared = ["IFN-DM-011", "IFN-DM-026", "IFN-DM-023", "IFN-AE-022", "IFN-EX-024", "IFN-LB-025", "IFN-DATE-LAB-LAB_DAT"]
    assert {id for id in shared if not rules[id].across} == set()
