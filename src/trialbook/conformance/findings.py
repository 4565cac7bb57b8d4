"""What the engine says as findings: each violation with its record's raw cells, each rule with what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from trialbook.checks.tables import CheckedTable
from trialbook.conformance.engine import DatasetRun, Issue, RuleRun
from trialbook.conformance.reasons import plain_reason
from trialbook.conformance.rules import CoreRule, UnreadableRule
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage, finding_group, finding_ids

DEFAULT_SEVERITY = Severity.ERROR
"""Of CDISC's rules, which state none, where no rule of the kit answers to the same published rule."""
OF_RECORDS = ("Record Data", "Value Check", "Dataset Contents Check")
"""How the types of rules begin that look at records."""
NAMED = ("variable_name", "define_variable_name")
"""What a rule about all variables reports the variable's name as."""


@dataclass(frozen=True)
class Verdict:
    """Findings and outcomes of rules that the engine ran."""

    findings: list[Finding] = field(default_factory=list)
    outcomes: list[RuleOutcome] = field(default_factory=list)


def verdict_of(
    runs: Sequence[RuleRun],
    rules: Mapping[str, CoreRule],
    tables: Mapping[str, CheckedTable],
    study: str,
    standard: tuple[str, str],
    severities: Mapping[str, Severity],
    sources: Mapping[str, str],
) -> Verdict:
    """The findings and outcomes of ``runs``.

    ``severities`` by published id, of the rules that state none themselves; ``sources``: whose each rule is.
    """
    made = Verdict()
    for run in runs:
        rule = rules[run.rule]
        severity, cites = severity_of(rule, standard, severities), rule.cites(*standard)
        told = RuleOutcome(
            rule.id,
            Runner.CORE,
            run.status,
            run.reason,
            severity=severity,
            message=rule.description.strip(),
            seconds=run.seconds,
            source=sources[rule.id],
            cites=cites,
        )
        if not run.datasets:
            made.outcomes.append(told)
        text = json.dumps(rule.data, default=str) if any(one.reason for one in run.datasets) else ""
        for one in run.datasets:
            found = _findings(rule, one, tables, study, cites, severity)
            made.findings.extend(found)
            reason = plain_reason(one.reason, one.dataset, text)
            made.outcomes.append(replace(told, status=one.status, reason=reason, findings=len(found), dataset=one.dataset))
            # The time is the rule's, whatever the datasets: it stands with the first.
            told = replace(told, seconds=0.0)
    return made


def unreadable_outcomes(rules: Sequence[UnreadableRule], source: str) -> list[RuleOutcome]:
    """Rules that can't be run as they are written: EXECUTION ERROR, with the construct and its place."""
    return [
        RuleOutcome(one.name, Runner.CORE, RuleStatus.EXECUTION_ERROR, f"{one.construct}: {one.why} ({one.place})", source=source)
        for one in rules
    ]


def severity_of(rule: CoreRule, standard: tuple[str, str], severities: Mapping[str, Severity]) -> Severity:
    """A rule's own severity; else the gravest of the kit's rules that answer to the same published rules."""
    if rule.severity is not None:
        return rule.severity
    answering = [severities[id] for id in rule.cites(*standard) if id in severities]
    return min(answering, key=lambda one: one.rank, default=DEFAULT_SEVERITY)


def _findings(
    rule: CoreRule, run: DatasetRun, tables: Mapping[str, CheckedTable], study: str, cites: tuple[str, ...], severity: Severity
) -> list[Finding]:
    """The findings on one dataset; a record may have several of one rule, where the rule is about each of its variables."""
    alike: dict[tuple[str, tuple[str, ...], bool], list[Issue]] = {}
    for issue in run.issues:
        of_record = issue.record is not None and about_records(rule)
        alike.setdefault((issue.dataset, _variables(issue), of_record), []).append(issue)
    found: list[Finding] = []
    for (dataset, variables, of_records), issues in alike.items():
        table = tables.get(dataset)
        positions = np.array([issue.record - 1 for issue in issues if issue.record is not None], dtype=np.int64)
        if table is not None and of_records and bool((positions < len(table.frame)).all()):
            keys: Sequence[Sequence[str]] = table.key(positions)
            contents = table.content(positions)
            columns = [name for name in variables if name in table.frame]
            origins = table.locate(positions, columns, Role.CORRECT)
            subjects = _subjects(table, positions)
        else:
            keys, contents = [()] * len(issues), [""] * len(issues)
            origins = [_files(table)] * len(issues)
            subjects = [issue.subject or "" for issue in issues]
        ids = finding_ids(study, rule.id, dataset, variables, keys, contents)
        for position, issue in enumerate(issues):
            found.append(
                Finding(
                    id=ids[position],
                    rule=rule.id,
                    cites=cites,
                    severity=severity,
                    stage=Stage.CORE,
                    dataset=dataset,
                    record=issue.record,
                    subject=subjects[position] or None,
                    variables=variables,
                    values=dict(issue.values),
                    message=run.message or rule.message,
                    query="",
                    origins=origins[position],
                    group=finding_group(study, rule.id, dataset, variables, keys[position]),
                )
            )
    return found


def about_records(rule: CoreRule) -> bool:
    """Whether the record that the rule's issues name is one of the dataset; of a rule about metadata it is a variable's place."""
    return rule.rule_type.startswith(OF_RECORDS)


def _variables(issue: Issue) -> tuple[str, ...]:
    """The variables that an issue is about: the one that it names, or those whose values it reports.

    What begins with ``$`` the rule has made of several.
    """
    for name in NAMED:
        if issue.values.get(name):
            return (issue.values[name],)
    return tuple(name for name in issue.values if not name.startswith("$")) or tuple(issue.values)


def _subjects(table: CheckedTable, positions: np.ndarray) -> list[str]:
    return [""] * len(positions) if table.subject is None else [str(one) for one in table.subject.take(positions)]


def _files(table: CheckedTable | None) -> tuple[Origin, ...]:
    return table.files if table is not None else ()
