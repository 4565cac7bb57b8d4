"""Explanations that explain nothing any more, as findings: what they may come to hide later, nobody has looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from trialbook.checks.modules import KIT_PREFIX
from trialbook.findings import (
    Coverage,
    Finding,
    Origin,
    PreviousRun,
    Remembered,
    Results,
    Role,
    RuleOutcome,
    RuleStatus,
    Runner,
    Severity,
    Stage,
    canonical,
    finding_ids,
)
from trialbook.findings.explanations import FILE, Explanation, Explanations

RULE = "TB-EXPLANATION-STALE"
MESSAGE = "An explanation explains no finding any more"
NO_RULE = "An explanation names a rule that this study does not have"
REJECTED = "An explanation is about a Reject, which can't be explained"
OF_OTHERS = (KIT_PREFIX, "CORE-")
"""How rules begin that come and go with what is there to be checked: of the study's own, each belongs to every run."""
ELSEWHERE = "explanations"
"""What a finding is about whose explanation names no dataset, nor a rule that has one."""


def with_stale(
    results: Results, explanations: Explanations, followed: Results, coverage: Coverage, previous: PreviousRun | None
) -> Results:
    """``results`` with a finding for each explanation that is stale, and the outcome of this rule.

    ``followed`` are the same results held against the previous run.
    """
    _, used = explanations.attach(followed.findings)
    found = [
        (entry, explanations.line(index), message)
        for index, entry in enumerate(explanations.entries)
        if index not in used and (message := _stale(entry, followed, coverage, previous))
    ]
    keys = [(entry.rule or "", entry.scope.text) for entry, _, _ in found]
    tables = [entry.scope.dataset or _dataset_of(entry, results) for entry, _, _ in found]
    made = []
    for table in dict.fromkeys(tables):
        at = [index for index, name in enumerate(tables) if name == table]
        texts = [found[index][0].statement for index in at]
        ids = finding_ids(results.run.study, RULE, table, (), [keys[index] for index in at], texts)
        made += [_finding(id, table, *found[index]) for id, index in zip(ids, at, strict=True)]
    status = RuleStatus.ISSUE_REPORTED if made else RuleStatus.SUCCESS
    outcome = RuleOutcome(RULE, Runner.PANDERA, status, None, len(made), Severity.WARNING, MESSAGE)
    rules = tuple(sorted((*results.rules, outcome), key=lambda one: one.rule))
    findings = canonical((*results.findings, *made))
    return replace(results, findings=findings, rules=rules, outcomes=(*results.outcomes, outcome))


def _finding(id: str, table: str, entry: Explanation, line: int, message: str) -> Finding:
    said = f"{message}: {entry.about}, “{entry.statement}”"
    origin = Origin(Role.CORRECT, FILE.as_posix(), None, line, ())
    subject = entry.scope.subject
    return Finding(id, RULE, (), Severity.WARNING, Stage.CROSS, table, None, subject, (), {}, said, "", (origin,))


def _stale(entry: Explanation, results: Results, coverage: Coverage, previous: PreviousRun | None) -> str | None:
    """What is wrong with an explanation that explains no finding of this run; None where that may be for want of data."""
    if any(entry.fits(finding) for finding in results.findings):
        return REJECTED
    if any(entry.fits(one) for one in _entries(results.not_assessed)):
        return None
    if any(entry.fits(one) for one in _entries(results.resolved)):
        return MESSAGE
    subject = entry.scope.subject
    if subject is not None and coverage.subjects is not None and subject not in coverage.subjects:
        return None
    if entry.rule is not None and not entry.rule.startswith(OF_OTHERS) and entry.rule not in {one.rule for one in results.rules}:
        return NO_RULE
    if entry.rule is not None:
        return MESSAGE if coverage.ran_everywhere(entry.rule, entry.scope.dataset or "") else None
    every_rule_ran = _all_ran({outcome.status for outcome in results.rules if outcome.runner is not Runner.CORE})
    # What the run before knew, and this one does not find, is resolved or not assessed: nothing else had the id.
    return MESSAGE if every_rule_ran or previous is not None else None


def _entries(entries: tuple[object, ...]) -> Iterator[Remembered]:
    return (Remembered.model_validate(entry) for entry in entries)


def _all_ran(statuses: Collection[RuleStatus]) -> bool:
    return not {RuleStatus.SKIPPED, RuleStatus.EXECUTION_ERROR} & set(statuses)


def _dataset_of(entry: Explanation, results: Results) -> str:
    names = (outcome.dataset.split(", ")[0] for outcome in results.rules if outcome.rule == entry.rule)
    return next(names, "") or ELSEWHERE
