"""The gate: whether what was found lets the data go on."""

from __future__ import annotations

from collections.abc import Iterable

from trialbook.findings.finding import Finding, RuleOutcome
from trialbook.findings.terms import RuleStatus, Severity, Threshold


def counts_against(finding: Finding, threshold: Threshold) -> bool:
    """Whether a finding closes the gate: at or over the threshold, and not explained (a Reject can't be explained)."""
    if threshold.severity is None or not finding.severity.reaches(threshold.severity):
        return False
    return finding.explanation is None or finding.severity is Severity.REJECT


def gate_open(findings: Iterable[Finding], rules: Iterable[RuleOutcome], threshold: Threshold) -> bool:
    """Whether no finding counts against the gate, and no rule broke: what a broken rule would have found is unknown."""
    if threshold is Threshold.NEVER:
        return True
    broken = any(rule.status is RuleStatus.EXECUTION_ERROR for rule in rules)
    return not broken and not any(counts_against(finding, threshold) for finding in findings)
