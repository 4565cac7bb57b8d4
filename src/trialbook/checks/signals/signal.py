"""A signal, how it becomes a finding, and what of its rule is told when there was nothing to test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from trialbook.checks.findings import as_text
from trialbook.checks.signals.statistics import holm
from trialbook.checks.tables import CheckedTable
from trialbook.findings import (
    Finding,
    Origin,
    Role,
    RuleOutcome,
    RuleStatus,
    Runner,
    Severity,
    finding_ids,
)
from trialbook.findings.pictures import Picture

ALPHA = 0.001
"""The chance that a run on data without any signal tells one."""
RULES = 5
"""Each rule has its part of it, so that one that makes many tests takes nothing from one that makes few."""
MOST_RECORDS = 50
"""Of so many records, at most, a finding names the cells; its message says how many there are."""
MORE_THAN_HALF = 0.5


@dataclass(frozen=True)
class SignalRule:
    """One kind of signal."""

    id: str
    message: str


@dataclass(frozen=True)
class Signal:
    """What one test found: ``positions`` in ``table`` are the records that carry it, those first that show it most.

    ``name`` is the same in the next export (no count, no p value); ``p`` is the test's own p value, before others are counted in.
    ``one_record``: it is about the first record, and not about a group.
    """

    table: CheckedTable
    name: str
    what: str
    p: float
    positions: np.ndarray
    variables: tuple[str, ...]
    one_record: bool = False
    query: str = ""
    picture: Picture | None = None


@dataclass(frozen=True)
class Tested:
    """What one rule did: its number of tests, what each found by itself, and which tables it tested.

    ``reason``: why it made none, or what it left out.
    """

    rule: SignalRule
    tests: int
    signals: Sequence[Signal] = ()
    reason: str | None = None
    tables: Sequence[str] = ()


@dataclass
class SignalFindings:
    """The findings, outcomes and pictures of all signals."""

    findings: list[Finding] = field(default_factory=list)
    outcomes: list[RuleOutcome] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def tell(study: str, tested: Iterable[Tested]) -> SignalFindings:
    """What was found beyond chance, all tests of each rule considered."""
    told = SignalFindings()
    for one in tested:
        signals = _once(_beyond_chance(one))
        findings = [_finding(study, one.rule, signal) for signal in signals]
        told.findings += findings
        for signal, finding in zip(signals, findings, strict=True):
            if signal.picture is not None:
                told.pictures.append(signal.picture.of(finding.id))
        status = RuleStatus.ISSUE_REPORTED if findings else RuleStatus.SUCCESS if one.tests else RuleStatus.SKIPPED
        tables = ", ".join(dict.fromkeys(one.tables))
        told.outcomes.append(
            RuleOutcome(one.rule.id, Runner.PANDERA, status, one.reason, len(findings), Severity.NOTICE, one.rule.message, tables)
        )
    return told


def _beyond_chance(tested: Tested) -> list[Signal]:
    """The signals that remain when all tests of the rule are considered, the surest first."""
    if not tested.signals:
        return []
    ordered = sorted(tested.signals, key=lambda one: (one.p, one.table.name, one.name))
    kept = holm([one.p for one in ordered], tested.tests, ALPHA / RULES)
    return [one for one, is_kept in zip(ordered, kept.tolist(), strict=True) if is_kept]


def _once(signals: Sequence[Signal]) -> list[Signal]:
    """Those that tell of other cells than a surer one: the only person who entered in a month is no second signal."""
    kept: list[Signal] = []
    covered: dict[tuple[str, tuple[str, ...]], set[int]] = {}
    for one in signals:
        cells = covered.setdefault((one.table.name, one.variables), set())
        if np.isin(one.positions, list(cells)).mean() <= MORE_THAN_HALF:
            kept.append(one)
            cells.update(one.positions.tolist())
    return kept


def _finding(study: str, rule: SignalRule, signal: Signal) -> Finding:
    table, positions = signal.table, signal.positions
    located = table.locate(positions[:MOST_RECORDS], signal.variables, Role.CORRECT)
    origins: tuple[Origin, ...] = tuple(dict.fromkeys(origin for of_record in located for origin in of_record))
    named = "" if len(positions) <= MOST_RECORDS else f"; the first {MOST_RECORDS} of {len(positions):,} records are named"
    subjects = {str(table.subject.iloc[at]) for at in positions} if table.subject is not None else set()
    (id,) = finding_ids(study, rule.id, table.name, signal.variables, [()], [signal.name])
    at = positions[:1]
    values = {name: as_text(table.frame[name].take(at))[0] for name in signal.variables} if signal.one_record else {}
    return Finding(
        id=id,
        rule=rule.id,
        cites=(),
        severity=Severity.NOTICE,
        stage=table.stage,
        dataset=table.name,
        record=int(at[0]) + 1 if signal.one_record else None,
        subject=subjects.pop() if len(subjects) == 1 else None,
        variables=signal.variables,
        values=values,
        message=f"{rule.message}: {signal.what}{named}",
        query=signal.query,
        origins=origins,
    )


def p_text(p: float) -> str:
    """A p value as people write it: 0.00012, 3e-09."""
    return f"{p:.2g}"
