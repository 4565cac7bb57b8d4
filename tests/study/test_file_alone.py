"""One file of an export checked alone: the same findings for it as in its folder, or the rule says what it lacked."""

from __future__ import annotations

from typing import Any

import pytest

from trialbook.findings import Finding, RuleStatus, Stage
from trialbook.run import Run, Study

pytestmark = pytest.mark.xdist_group("broken")

FORMS = ("AE", "BM", "DISP", "IE", "LAB", "SEROLOGY")
"""Those of one record a subject and of many, those that others stand beside, and that of the answers to criteria."""


def test_most_of_the_forms_have_findings(broken: Any) -> None:
    assert sum(bool(of_form(broken.run, form)) for form in FORMS) >= 4


def of_form(run: Run, form: str) -> dict[str, Finding]:
    return {one.id: one for one in run.results.findings if one.stage is Stage.RAW and one.dataset == form}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_findings_or_a_reason(trial: Study, broken: Any, form: str) -> None:
    """The id is the same, the rule and the record; who stands in no form of subjects has no full number.

    One file does not say when the export was made, which the statement beside it does.
    """
    in_folder: Run = broken.run
    exported = in_folder.results.run.exported
    assert exported is not None
    (file,) = {table.file for table in in_folder.forms[form].files}
    run = trial.validate(broken.export / file, core=None, exported=exported.date)
    own, alone = of_form(in_folder, form), of_form(run, form)
    skipped = {one.rule: one.reason for one in run.results.rules if one.status is RuleStatus.SKIPPED}
    lost = {one.rule for id, one in own.items() if id not in alone}
    assert {rule for rule in lost if not skipped.get(rule)} == set()
    stay = own.keys() & alone.keys()
    assert [(alone[id].rule, alone[id].record) for id in stay] == [(own[id].rule, own[id].record) for id in stay]


def test_a_rule_names_the_form_that_it_lacks(trial: Study, broken: Any) -> None:
    (file,) = {table.file for table in broken.run.forms["BM"].files}
    rules = {one.rule: one for one in trial.validate(broken.export / file, core=None).results.rules}
    assert (rules["IFN-LB-007"].status, rules["IFN-LB-007"].reason) == (
        RuleStatus.SKIPPED,
        "the form RESP is not in the export",
    )
    assert rules["IFN-DAY-BM-SAMPLE"].status is RuleStatus.SKIPPED
    assert (rules["IFN-LB-019"].status, rules["IFN-LB-019"].reason) == (RuleStatus.ISSUE_REPORTED, None)
