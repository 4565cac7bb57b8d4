"""Run rules on tables: findings, and what became of each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandera.pandas as pa

from trialbook.checks.findings import findings_of
from trialbook.checks.rule import Rule
from trialbook.checks.schema import Verdict, build_schema, run_schema
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, RuleOutcome, RuleStatus, Runner


@dataclass(frozen=True)
class RuleSet:
    """The rules about one table, and the pandera schemas of the study's own models of it."""

    rules: tuple[Rule, ...]
    models: tuple[pa.DataFrameSchema, ...] = ()


def check_tables(
    tables: Mapping[str, CheckedTable], rules: Mapping[str, RuleSet], absent: Mapping[str, str], study: str
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Run each table's rules; rules about a table that is not there are SKIPPED with the reason that ``absent`` gives."""
    findings: list[Finding] = []
    outcomes: list[RuleOutcome] = []
    frames = {name: table.frame for name, table in tables.items()}
    for name, ruleset in rules.items():
        if name not in tables:
            reason = absent.get(name, f"{name} is not there")
            outcomes.extend(_outcome(Verdict(one, RuleStatus.SKIPPED, reason), name, 0) for one in ruleset.rules)
            continue
        base = merge_models(ruleset.models)
        schema, verdicts = build_schema(name, ruleset.rules, frames, base)
        for verdict in [*run_schema(schema, frames[name], ruleset.rules), *verdicts]:
            made = findings_of(
                verdict, tables[name], {other: tables[other] for other in verdict.rule.reads if other in tables}, study
            )
            findings.extend(made)
            outcomes.append(_outcome(verdict, name, len(made)))
    return findings, outcomes


def merge_models(models: Sequence[pa.DataFrameSchema]) -> pa.DataFrameSchema | None:
    """The columns and checks that the study's own models of a table declare in pandera's words."""
    if not models:
        return None
    columns = {name: column for model in models for name, column in model.columns.items()}
    return pa.DataFrameSchema(columns=columns, checks=[check for model in models for check in model.checks])


def _outcome(verdict: Verdict, table: str, findings: int) -> RuleOutcome:
    one = verdict.rule
    return RuleOutcome(one.id, Runner.PANDERA, verdict.status, verdict.reason, findings, one.severity, one.message, table)
