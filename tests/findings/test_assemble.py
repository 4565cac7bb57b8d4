"""The parts of a run as one result: canonical order, and a rule's outcomes on several tables as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialbook.findings import Finding, RuleOutcome, RunInfo, Severity, Stage, assemble
from trialbook.findings.terms import RuleStatus, Runner

RUN = RunInfo("S", "2026-01-01T00:00:00+00:00", "sdtmig-3.4", "sdtmct-2025-03-28", {}, ())


def outcome(dataset: str, status: str, reason: str | None = None, findings: int = 0, rule: str = "R-1") -> RuleOutcome:
    return RuleOutcome(rule, Runner.PANDERA, RuleStatus(status), reason, findings, Severity.ERROR, "message", dataset)


def finding(rule: str, severity: Severity, stage: Stage = Stage.RAW, dataset: str = "AE", record: int | None = 1) -> Finding:
    return Finding(rule, rule, (), severity, stage, dataset, record, None, (), {}, "message", "")


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([("LBCH", "SUCCESS", None, 0), ("LBHE", "SUCCESS", None, 0)], ("SUCCESS", None, 0, "LBCH, LBHE")),
        ([("LBCH", "SUCCESS", None, 0), ("LBHE", "SKIPPED", "no X", 0)], ("SKIPPED", "LBHE: no X", 0, "LBCH, LBHE")),
        ([("LBCH", "SKIPPED", "no X", 0), ("LBHE", "SUCCESS", None, 0)], ("SKIPPED", "LBCH: no X", 0, "LBCH, LBHE")),
        (
            [("LBCH", "SKIPPED", "no X", 0), ("LBHE", "ISSUE REPORTED", None, 2)],
            ("ISSUE REPORTED", "LBCH: no X", 2, "LBCH, LBHE"),
        ),
        (
            [("LBCH", "ISSUE REPORTED", None, 2), ("LBHE", "EXECUTION ERROR", "boom", 0)],
            ("EXECUTION ERROR", "LBHE: boom", 2, "LBCH, LBHE"),
        ),
        ([("LBCH", "SKIPPED", "no X", 0), ("LBHE", "SKIPPED", "no X", 0)], ("SKIPPED", "no X", 0, "LBCH, LBHE")),
        ([("LBCH", "ISSUE REPORTED", None, 2), ("LBHE", "ISSUE REPORTED", None, 3)], ("ISSUE REPORTED", None, 5, "LBCH, LBHE")),
    ],
)
def test_a_rule_on_two_tables_has_the_graver_status_and_hides_nothing(outcomes, expected):
    results = assemble(RUN, [([], [outcome(*one)]) for one in outcomes], [], {})
    (merged,) = results.rules
    assert (merged.status.value, merged.reason, merged.findings, merged.dataset) == expected


def test_a_rule_on_many_tables_tells_each_reason_once_with_its_tables():
    made = [outcome(name, "SKIPPED", reason) for name, reason in (("AE", "no X"), ("DM", "no Y"), ("EX", "no X"), ("", "no Z"))]
    (merged,) = assemble(RUN, [([], made)], [], {}).rules
    assert merged.reason == "AE, EX: no X; DM: no Y; no Z"


def test_the_engine_calls_a_rule_skipped_that_ran_on_no_dataset():
    made = [
        replace(outcome(name, status), runner=Runner.CORE, seconds=1.5) for name, status in (("AE", "SKIPPED"), ("DM", "SUCCESS"))
    ]
    (merged,) = assemble(RUN, [([], made)], [], {}).rules
    assert (merged.status.value, merged.dataset, merged.seconds) == ("SUCCESS", "AE, DM", 3.0)


def test_findings_come_worst_first_whatever_the_order_they_were_made_in():
    made = [
        finding("R-6", Severity.NOTICE),
        finding("R-5", Severity.ERROR, Stage.SDTM, "AE", 1),
        finding("R-4", Severity.ERROR, Stage.RAW, "DM", None),
        finding("R-3", Severity.ERROR, Stage.RAW, "AE", 2),
        finding("R-2", Severity.ERROR, Stage.RAW, "AE", 1),
        finding("R-1", Severity.REJECT, Stage.CORE, "ZZ", 9),
    ]
    expected = ["R-1", "R-2", "R-3", "R-4", "R-5", "R-6"]
    for order in (made, made[::-1], made[2:] + made[:2]):
        assert [one.rule for one in assemble(RUN, [(order, [])], [], {}).findings] == expected


def test_findings_about_no_record_come_by_subject():
    made = [
        replace(finding(rule, Severity.ERROR, record=record), subject=subject, id=id)
        for rule, record, subject, id in [
            ("R-1", 1, "S-2", "e"),
            ("R-1", None, "S-2", "a"),
            ("R-2", None, "S-1", "b"),
            ("R-1", None, "S-1", "d"),
            ("R-3", None, None, "c"),
        ]
    ]
    for order in (made, made[::-1], made[2:] + made[:2]):
        found = assemble(RUN, [(order, [])], [], {}).findings
        assert [(one.rule, one.record, one.subject) for one in found] == [
            ("R-3", None, None), ("R-1", None, "S-1"), ("R-2", None, "S-1"), ("R-1", None, "S-2"), ("R-1", 1, "S-2"),
        ]  # fmt: skip
