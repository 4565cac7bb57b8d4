"""The parts of a run as one result, in an order that does not depend on how it was run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from trialbook.findings.finding import DatasetCount, Finding, Results, RuleOutcome, RunInfo
from trialbook.findings.terms import RuleStatus, Runner, Stage

Batch = tuple[Sequence[Finding], Sequence[RuleOutcome]]
_GRAVITY = (RuleStatus.SUCCESS, RuleStatus.SKIPPED, RuleStatus.ISSUE_REPORTED, RuleStatus.EXECUTION_ERROR)
_GRAVITY_OF_CORE = (RuleStatus.SKIPPED, RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED, RuleStatus.EXECUTION_ERROR)
"""CORE calls a rule skipped that ran on no dataset: its rules are for many at once, and few of these have every variable."""


def assemble(run: RunInfo, batches: Iterable[Batch], datasets: Sequence[DatasetCount], sites: Mapping[str, str]) -> Results:
    """Findings worst first, then by stage, table, record and rule; one outcome a rule, in the order of their ids."""
    findings: list[Finding] = []
    each: list[RuleOutcome] = []
    for made, became in batches:
        findings.extend(made)
        each.extend(became)
    outcomes: dict[str, list[RuleOutcome]] = {}
    for outcome in each:
        outcomes.setdefault(outcome.rule, []).append(outcome)
    rules = tuple(merge(outcomes[rule]) for rule in sorted(outcomes))
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


def merge(outcomes: Sequence[RuleOutcome]) -> RuleOutcome:
    """One rule's outcomes on its tables: the gravest status, every reason with the tables that it is not all of, all findings."""
    if len(outcomes) == 1:
        return outcomes[0]
    gravity = _GRAVITY_OF_CORE if outcomes[0].runner is Runner.CORE else _GRAVITY
    worst = max(outcomes, key=lambda outcome: gravity.index(outcome.status))
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.reason:
            reasons.setdefault(outcome.reason, []).append(outcome.dataset)
    told = [
        f"{', '.join(filter(None, tables))}: {reason}" if any(tables) and len(tables) < len(outcomes) else reason
        for reason, tables in reasons.items()
    ]
    return replace(
        worst,
        reason="; ".join(told) or None,
        findings=sum(outcome.findings for outcome in outcomes),
        dataset=", ".join(dict.fromkeys(name for outcome in outcomes for name in outcome.dataset.split(", ") if name)),
        told=tuple(id for outcome in outcomes for id in outcome.told),
        seconds=sum(outcome.seconds for outcome in outcomes),
    )
