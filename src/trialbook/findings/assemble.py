"""The parts of a run as one result, in an order that does not depend on how it was run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from trialbook.findings.finding import DatasetCount, Finding, Results, RuleOutcome, RunInfo
from trialbook.findings.terms import RuleStatus, Stage

Batch = tuple[Sequence[Finding], Sequence[RuleOutcome]]
_GRAVITY = (RuleStatus.SUCCESS, RuleStatus.SKIPPED, RuleStatus.ISSUE_REPORTED, RuleStatus.EXECUTION_ERROR)


def assemble(run: RunInfo, batches: Iterable[Batch], datasets: Sequence[DatasetCount], sites: Mapping[str, str]) -> Results:
    """Findings worst first, then by stage, table, record and rule; one outcome a rule, in the order of their ids."""
    findings: list[Finding] = []
    outcomes: dict[str, RuleOutcome] = {}
    each: list[RuleOutcome] = []
    for made, became in batches:
        findings.extend(made)
        each.extend(became)
        for outcome in became:
            known = outcomes.get(outcome.rule)
            outcomes[outcome.rule] = merge(known, outcome) if known else outcome
    rules = tuple(outcomes[rule] for rule in sorted(outcomes))
    return Results(run, canonical(findings), rules, tuple(datasets), dict(sites), outcomes=tuple(each))


def canonical(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order that does not depend on how they were made: worst first, then by stage, table, record and rule.

    Those about no record come before the others of their table: first those about the table, then by subject.
    """
    places = {stage: place for place, stage in enumerate(Stage)}

    def place(one: Finding) -> tuple[object, ...]:
        about = (one.dataset, one.record or 0, one.subject or "", one.rule, one.variables, one.message)
        return (one.severity.rank, places[one.stage], *about, one.id)

    return tuple(sorted(findings, key=place))


def merge(one: RuleOutcome, other: RuleOutcome) -> RuleOutcome:
    """One rule's outcomes on two tables: the graver status, both reasons, all findings."""
    worse = max(one, other, key=lambda outcome: _GRAVITY.index(outcome.status))
    reasons = [
        f"{outcome.dataset}: {outcome.reason}" if outcome.dataset else outcome.reason
        for outcome in (one, other)
        if outcome.reason
    ]
    tables = ", ".join(dict.fromkeys(name for outcome in (one, other) for name in outcome.dataset.split(", ") if name))
    return replace(
        worse,
        reason="; ".join(reasons) or None,
        findings=one.findings + other.findings,
        dataset=tables,
        seconds=one.seconds + other.seconds,
    )
