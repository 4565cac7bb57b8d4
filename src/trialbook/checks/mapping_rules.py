"""What the mapping could not do, as findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from trialbook.checks.consequences import Told, less
from trialbook.checks.findings import findings_of
from trialbook.checks.form_rules import filled_from
from trialbook.checks.nearest import candidates, nearest_details
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.checks.schema import Verdict
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, RuleOutcome, RuleStatus, Runner, Severity, Stage
from trialbook.mapping import MappingIssue, Specs, StudyCodelist

SEVERITIES = {"ITEM": Severity.WARNING}
"""By the kind of the issue; Error is usual. What eligibility can't be judged by may be right as it is (``<5``): the verdict only
stays open.
"""

OPEN = ("EPOCH",)
"""The kinds that are no fault: that a date is imprecise is the site's right, and its epoch is rightly empty. One line says it."""

ASKED = {"RESULT": "UNREADABLE-RESULT", "UNIT": "UNKNOWN-UNIT"}
"""By the kind of the issue, the kind of the question to the site."""

LIMITS = ("ORNRLO", "ORNRHI")
"""How the names of variables end that are limits of a normal range."""


def check_mapping(
    issues: Sequence[MappingIssue],
    not_made: Mapping[str, str],
    datasets: Mapping[str, CheckedTable],
    forms: Mapping[str, CheckedTable],
    study: str,
    questions: Questions | None = None,
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings of stage ``mapping``; what could not be made for want of a form is an outcome, SKIPPED with the reason.

    What rightly stays open is an outcome too, with how many records it is of; and that several records of a form have one key,
    which the form's rules tell of.

    A form may be called as a dataset is. Sites are asked of results and units that nothing can be made of, in English without
    ``questions``; of an empty unit, and of what the forms' rules find in the raw cells, it is those that ask.
    """
    questions = questions or Questions()
    findings: list[Finding] = []
    outcomes: list[RuleOutcome] = []
    for issue in issues:
        if issue.kind == "ABSENT":
            message = f"{issue.domain} is made without its form {issue.about}"
            outcomes.append(
                RuleOutcome(issue.rule, Runner.MAPPING, RuleStatus.SKIPPED, issue.message, 0, None, message, issue.domain)
            )
            continue
        if issue.kind in OPEN:
            reason = f"of {len(issue.records):,} of {len(datasets[issue.table].frame):,} records: {issue.message}"
            outcomes.append(
                RuleOutcome(issue.rule, Runner.MAPPING, RuleStatus.SUCCESS, reason, 0, None, issue.message, issue.domain)
            )
            continue
        severity = SEVERITIES.get(issue.kind, Severity.ERROR)
        detail = _nearest(issue.codelist, issue.variables[0]) if issue.codelist else None
        query = _question(issue, questions)
        rule = Rule(issue.rule, severity, issue.message, bool, issue.variables, query=query, mend=issue.variables, detail=detail)
        verdict = Verdict(rule, RuleStatus.ISSUE_REPORTED, failing=issue.records)
        table = datasets[issue.table] if issue.of_dataset else forms[issue.table]
        made = findings_of(verdict, table, {}, study, stage=Stage.MAPPING)
        made = [one if any(one.values.values()) else replace(one, query="") for one in made]
        outcome = RuleOutcome(
            issue.rule, Runner.MAPPING, RuleStatus.ISSUE_REPORTED, None, len(made), rule.severity, issue.message, issue.domain
        )
        if issue.by_key:
            outcomes.append(less(outcome, [(_told_by(issue), one.id) for one in made]))
            continue
        findings.extend(made)
        outcomes.append(outcome)
    for domain, reason in not_made.items():
        message = f"{domain} is made from its forms"
        outcomes.append(RuleOutcome(f"TB-MAP-{domain}", Runner.MAPPING, RuleStatus.SKIPPED, reason, 0, None, message, domain))
    return findings, outcomes


def told_of_joins(told: Mapping[str, list[Told]], issues: Sequence[MappingIssue], specs: Specs) -> dict[str, list[Told]]:
    """``told`` with what is told of records for which several of a joined form were found: that what comes from it is empty."""
    merged = dict(told)
    for issue in issues:
        if issue.kind == "JOIN" and len(issue.records):
            one = Told(_told_by(issue), Severity.ERROR, issue.table, issue.records)
            filled = filled_from(specs.sources[issue.joined], specs).values()
            for id in dict.fromkeys(id for ids in filled for id in ids if id.startswith(f"TB-{issue.domain}-")):
                merged[id] = [*merged.get(id, []), one]
    return merged


def _told_by(issue: MappingIssue) -> str:
    """The rule that tells of records for which several of another form were found."""
    return f"TB-RAW-{issue.joined}-KEY" if issue.by_key else issue.rule


def _question(issue: MappingIssue, questions: Questions) -> str:
    if issue.kind not in ASKED:
        return ""
    kind = "UNREADABLE-LIMIT" if issue.kind == "RESULT" and issue.variables[0].endswith(LIMITS) else ASKED[issue.kind]
    return questions.ask(kind, value=f"{{{issue.variables[0]}}}", test=f"{{{issue.domain}TEST}}")


def _nearest(codelist: StudyCodelist, column: str) -> Callable[[pd.DataFrame], pd.Series]:
    among = candidates(codelist)
    return lambda frame: nearest_details(frame[column], among)
