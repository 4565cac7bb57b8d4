from __future__ import annotations

import pytest

from trialbook.findings import (
    Finding,
    RuleOutcome,
    RuleStatus,
    Runner,
    Severity,
    Stage,
    Threshold,
    count_severities,
    gate_open,
)


def finding(severity: Severity, explanation: str | None = None) -> Finding:
    return Finding("0" * 16, "R", (), severity, Stage.RAW, "AE", 1, None, (), {}, "m", "", explanation=explanation)


def outcome(status: RuleStatus) -> RuleOutcome:
    return RuleOutcome("R", Runner.PANDERA, status)


REJECT, ERROR, WARNING, NOTICE = (finding(severity) for severity in Severity)
EXPLAINED_ERROR = finding(Severity.ERROR, "known")
EXPLAINED_REJECT = finding(Severity.REJECT, "known")
RAN, SKIPPED, BROKEN = (outcome(s) for s in (RuleStatus.SUCCESS, RuleStatus.SKIPPED, RuleStatus.EXECUTION_ERROR))


@pytest.mark.parametrize(
    ("findings", "rules", "reject", "error", "warning", "never"),
    [
        ([], [RAN], True, True, True, True),
        ([NOTICE], [RAN], True, True, True, True),
        ([WARNING], [RAN], True, True, False, True),
        ([ERROR], [RAN], True, False, False, True),
        ([REJECT], [RAN], False, False, False, True),
        ([EXPLAINED_ERROR], [RAN], True, True, True, True),
        ([EXPLAINED_REJECT], [RAN], False, False, False, True),
        ([EXPLAINED_ERROR, ERROR], [RAN], True, False, False, True),
        ([], [RAN, SKIPPED], True, True, True, True),
        ([], [RAN, BROKEN], False, False, False, True),
    ],
)
def test_gate(findings, rules, reject, error, warning, never):
    opened = [gate_open(findings, rules, threshold) for threshold in Threshold]
    assert opened == [reject, error, warning, never]


def test_counts_name_every_severity_worst_first():
    assert list(count_severities([NOTICE, ERROR, EXPLAINED_ERROR]).items()) == [
        ("Reject", 0),
        ("Error", 2),
        ("Warning", 0),
        ("Notice", 1),
    ]
