"""Run rules on tables: findings, and what became of each rule."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace

import numpy as np

from trialbook.checks.consequences import Told, without_told
from trialbook.checks.findings import findings_of
from trialbook.checks.made_without import not_passed
from trialbook.checks.once import one_run
from trialbook.checks.parts import Part, run_in_parts, run_together
from trialbook.checks.rule import Rule, missing_table
from trialbook.checks.schema import Verdict
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, RuleOutcome, RuleStatus, Runner


@one_run()
def check_tables(
    tables: Mapping[str, CheckedTable],
    rules: Mapping[str, Sequence[Rule]],
    absent: Mapping[str, str],
    study: str,
    told: Mapping[str, Sequence[Told]] | None = None,
    parts: Sequence[Part] = (),
    incomplete: Mapping[str, str] | None = None,
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Run each table's rules; rules about a table that is not there are SKIPPED with the reason that ``absent`` gives.

    ``told`` is what raw records were found to be wrong in already, by the rules that would tell it again.
    With ``parts`` rules run on a part of the subjects at a time, to the same result. ``incomplete`` gives the reason why nothing
    passes on a table: records of it are missing.
    What several rules ask of the same tables is made once (:mod:`trialbook.checks.once`). What a rule prints or warns of is
    dropped here; it shows where the rule is run in a notebook by ``study.schema``.
    """
    findings: list[Finding] = []
    outcomes: list[RuleOutcome] = []
    frames = {name: table.read for name, table in tables.items()}
    lacking = {name: table.lacking for name, table in tables.items()}
    for name, of_table in rules.items():
        if name not in tables:
            reason = absent.get(name, missing_table(name))
            outcomes.extend(_outcome(Verdict(one, RuleStatus.SKIPPED, reason), name, 0) for one in of_table)
            continue
        with _quiet():
            if parts:
                verdicts = run_in_parts(name, of_table, frames, lacking, parts)
            else:
                verdicts = run_together(name, of_table, frames, lacking)
        for verdict in verdicts:
            read = {other: tables[other] for other in verdict.rule.reads if other in tables}
            verdict = _by_absence(_without_column(verdict, [tables[name], *read.values()]), absent)
            failing = verdict.failing
            verdict = not_passed(verdict, name, incomplete or {})
            verdict = without_told(verdict, tables[name], (told or {}).get(verdict.rule.id, ()))
            made = findings_of(verdict, tables[name], read, study)
            findings.extend(made)
            outcome = _outcome(verdict, name, len(made))
            if failing is not None and verdict.failing is not None and len(failing) > len(verdict.failing):
                untold = replace(verdict, failing=np.setdiff1d(failing, verdict.failing))
                outcome = replace(outcome, told=tuple(one.id for one in findings_of(untold, tables[name], read, study)))
            outcomes.append(outcome)
    return findings, outcomes


def _without_column(verdict: Verdict, tables: Sequence[CheckedTable]) -> Verdict:
    """A rule that broke on a column which it does not name, and which is known not to be in the export, is SKIPPED by that."""
    if verdict.status is RuleStatus.EXECUTION_ERROR and (verdict.reason or "").startswith("KeyError"):
        for table in tables:
            for column, why in table.lacking.items():
                if f"'{column}'" in (verdict.reason or ""):
                    return replace(verdict, status=RuleStatus.SKIPPED, reason=why)
    return verdict


def _by_absence(verdict: Verdict, absent: Mapping[str, str]) -> Verdict:
    """A rule that lacks a table that it reads is SKIPPED by the reason for which that is not there."""
    if verdict.status is RuleStatus.SKIPPED:
        for name in verdict.rule.reads:
            if name in absent and verdict.reason == missing_table(name):
                of_form = f"the form {name} " in absent[name]
                return replace(verdict, reason=absent[name] if of_form else f"{missing_table(name)}: {absent[name]}")
    return verdict


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _outcome(verdict: Verdict, table: str, findings: int) -> RuleOutcome:
    one = verdict.rule
    return RuleOutcome(one.id, Runner.PANDERA, verdict.status, verdict.reason, findings, one.severity, one.message, table)
