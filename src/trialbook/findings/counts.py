"""What the reports and ``findings.json`` count: findings by severity and by status, rules by what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from trialbook.findings.finding import Finding, Results, RuleOutcome
from trialbook.findings.terms import FindingStatus, RuleStatus, Severity


def count_statuses(results: Results) -> dict[str, int]:
    """How many findings are new, persist, are resolved and were not assessed; empty without a previous run."""
    if not results.history:
        return {}
    statuses = Counter(finding.status for finding in results.findings)
    return {
        "new": statuses[FindingStatus.NEW],
        "persisting": statuses[FindingStatus.PERSISTING],
        "resolved": len(results.resolved),
        "not_assessed": len(results.not_assessed),
    }


def count_rules(rules: Sequence[RuleOutcome]) -> dict[str, int]:
    """How many rules there are, ran, ran clean and with findings; and how many did not run, by what became of them."""
    tally = Counter(outcome.status for outcome in rules)
    skipped, broken = tally[RuleStatus.SKIPPED], tally[RuleStatus.EXECUTION_ERROR]
    return {
        "rules": len(rules),
        "run": len(rules) - skipped - broken,
        "clean": tally[RuleStatus.SUCCESS],
        "found": tally[RuleStatus.ISSUE_REPORTED],
        "not_run": skipped + broken,
        "skipped": skipped,
        "execution_error": broken,
    }


def count_severities(findings: Iterable[Finding]) -> dict[str, int]:
    """Findings by severity, every severity present, worst first."""
    counts = {severity.value: 0 for severity in Severity}
    for finding in findings:
        counts[finding.severity.value] += 1
    return counts
