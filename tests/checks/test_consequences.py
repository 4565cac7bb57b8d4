"""One fault is one finding: what a rule has told of a raw record is not told again of the dataset's record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trialbook.checks import Severity
from trialbook.checks.check import check_tables
from trialbook.checks.consequences import told_of, without_repeats
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Stage


@pytest.fixture
def both(table, make_rule):
    """``both(severity, form)``: the findings and outcomes on a form AE of three records, and on the dataset AE made of them.

    Records 1 and 3 of the form are not coded; its records are 3, 2, 1 of the dataset, whose fourth is of no record of ``form``.
    """

    def run(severity: Severity = Severity.ERROR, form: str = "AE", stands_for: tuple[str, ...] = ("FILLED",)):
        raw = table(form, {"SUBJECT": ["1", "2", "3"], "CODE": ["", "x", ""]})
        rule = make_rule(lambda f: f["CODE"] != "", ["CODE"], id="CODED", severity=severity, stands_for=stands_for)
        rules = {form: [rule]}
        findings, _ = check_tables({form: raw}, rules, {}, "S")
        dataset = table("AE", {"SUBJECT": ["3", "2", "1", "9"], "DECOD": ["", "", "", ""]}, stage=Stage.SDTM)
        behind = (("AE_CODING", np.array([0, 0, 0, 0])), ("AE", np.array([2, 1, 0, -1])))
        filled = make_rule(lambda f: f["DECOD"] != "", ["DECOD"], id="FILLED")
        tables = {"AE": replace(dataset, behind=behind)}
        made, (outcome,) = check_tables(tables, {"AE": [filled]}, {}, "S", told_of(findings, rules))
        return [finding.record for finding in made], outcome

    return run


def test_only_the_records_behind_which_nothing_was_told_are_findings(both):
    records, outcome = both()
    assert records == [2, 4]
    assert (outcome.status.value, outcome.findings, outcome.reason) == (
        "ISSUE REPORTED",
        2,
        "2 failing records are told of already, in the raw data, by CODED",
    )


@pytest.mark.parametrize(
    "declared",
    [{"severity": Severity.WARNING}, {"form": "OTHER"}, {"stands_for": ("KEY",)}, {"stands_for": ()}],
    ids=["a graver consequence", "a form that is not behind the dataset", "another rule", "nothing"],
)
def test_what_is_not_told_is_a_finding(both, declared):
    records, outcome = both(**declared)
    assert (records, outcome.reason) == ([1, 2, 3, 4], None)


def test_a_finding_keeps_its_id_when_others_are_left_out(table, make_rule):
    dataset = table("AE", {"SUBJECT": ["1", "1"], "DECOD": ["", ""]}, keys=["SUBJECT"], stage=Stage.SDTM)
    dataset = replace(dataset, behind=(("AE", np.array([0, 1])),))
    raw = table("AE", {"CODE": ["", "x"]})
    rules = {"AE": [make_rule(lambda f: f["CODE"] != "", ["CODE"], id="CODED", stands_for=("FILLED",))]}
    told = told_of(check_tables({"AE": raw}, rules, {}, "S")[0], rules)
    filled = {"AE": [make_rule(lambda f: f["DECOD"] != "", ["DECOD"], id="FILLED")]}
    (_, second), _ = check_tables({"AE": dataset}, filled, {}, "S")
    (only,), (outcome,) = check_tables({"AE": dataset}, filled, {}, "S", told)
    assert only == second
    assert outcome.reason == "1 failing record is told of already, in the raw data, by CODED"


def on(rule: str, stage: Stage, *columns: str, severity: Severity = Severity.ERROR, row: int = 2) -> Finding:
    """A finding that asks to correct cells of a row of one file."""
    origins = (Origin(Role.CORRECT, "lab.csv", None, row, columns),)
    return Finding(f"{rule}-{row}", rule, (), severity, stage, "LB", row - 1, "1", ("LBSTRESC",), {}, "", "", origins)


UNREAD = on("UNREAD", Stage.MAPPING, "RESULT")


@pytest.mark.parametrize(
    ("told", "found", "by"),
    [
        ([on("NO-UNIT", Stage.RAW, "UNIT")], on("NO-CONVERSION", Stage.MAPPING, "UNIT"), "NO-UNIT"),
        ([on("NO-UNIT", Stage.RAW, "UNIT", severity=Severity.WARNING)], on("NO-CONVERSION", Stage.MAPPING, "UNIT"), None),
        ([on("NO-UNIT", Stage.RAW, "UNIT", row=3)], on("NO-CONVERSION", Stage.MAPPING, "UNIT"), None),
        ([UNREAD], on("NO-TERM", Stage.SDTM, "RESULT", "UNIT"), "UNREAD"),
        ([UNREAD], on("NO-TERM", Stage.SDTM, "UNIT"), None),
        ([on("EMPTY", Stage.RAW, "RESULT")], on("NO-TERM", Stage.SDTM, "RESULT", "UNIT"), None),
    ],
    ids=[
        "what is empty has no conversion", "a graver one", "another record", "a value made of what can't be read, and more",
        "another cell", "a value made of two cells of which one is told of",
    ],
)  # fmt: skip
def test_a_cell_that_is_asked_about_is_not_asked_about_again(told, found, by):
    outcome = RuleOutcome(found.rule, Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, 1, found.severity, "", "LB")
    kept, (after,) = without_repeats([found], [outcome], told)
    assert kept == ([] if by else [found])
    reason = f"1 finding is told of already by {by}" if by else None
    assert after == replace(outcome, findings=0 if by else 1, reason=reason, told=(found.id,) if by else ())
