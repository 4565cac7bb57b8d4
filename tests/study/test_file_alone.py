"""One file of an export checked alone: the same findings for it as in its folder, or the rule says what it lacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.findings import Finding, RuleStatus, Stage
from trialbook.run import Run, Study
from trialbook.simulation import simulate_export

# What its tests share is made once, not once a process.
pytestmark = pytest.mark.xdist_group("one file alone")

FORMS = ("AE", "BM", "DISP", "IE", "LAB", "SEROLOGY")
"""Those of one record a subject and of many, those that others stand beside, and that of the answers to criteria."""


@pytest.fixture(scope="module")
def export(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone") / "broken"
    return simulate_export(trial.root, trial.protocol.id, trial.specs, out, subjects=6, seed=2, rate=0.05).export


@pytest.fixture(scope="module")
def in_folder(trial: Study, export: Path) -> Run:
    return trial.validate(export, core=False)


def test_most_of_the_forms_have_findings(in_folder: Run) -> None:
    assert sum(bool(of_form(in_folder, form)) for form in FORMS) >= 4


def of_form(run: Run, form: str) -> dict[str, Finding]:
    return {one.id: one for one in run.results.findings if one.stage is Stage.RAW and one.dataset == form}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_findings_or_a_reason(trial: Study, export: Path, in_folder: Run, form: str) -> None:
    """The id is the same, the rule and the record; who stands in no form of subjects has no full number.

    One file does not say when the export was made, which the statement beside it does.
    """
    exported = in_folder.results.run.exported
    assert exported is not None
    (file,) = {table.file for table in in_folder.forms[form].files}
    run = trial.validate(export / file, core=False, exported=exported.date)
    own, alone = of_form(in_folder, form), of_form(run, form)
    skipped = {one.rule: one.reason for one in run.results.rules if one.status is RuleStatus.SKIPPED}
    lost = {one.rule for id, one in own.items() if id not in alone}
    assert {rule for rule in lost if not skipped.get(rule)} == set()
    stay = own.keys() & alone.keys()
    assert [(alone[id].rule, alone[id].record) for id in stay] == [(own[id].rule, own[id].record) for id in stay]


def test_a_rule_names_the_form_that_it_lacks(trial: Study, export: Path, in_folder: Run) -> None:
    (file,) = {table.file for table in in_folder.forms["BM"].files}
    rules = {one.rule: one for one in trial.validate(export / file, core=False).results.rules}
    assert (rules["IFN-LB-007"].status, rules["IFN-LB-007"].reason) == (
        RuleStatus.SKIPPED,
        "the form RESP is not in the export",
    )
    assert rules["IFN-DAY-BM-SAMPLE"].status is RuleStatus.SKIPPED
    assert (rules["IFN-LB-019"].status, rules["IFN-LB-019"].reason) == (RuleStatus.ISSUE_REPORTED, None)
