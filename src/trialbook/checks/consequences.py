"""One fault, one finding: what a rule has told of a raw record, its consequences in the datasets do not tell again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trialbook.checks.rule import Rule
from trialbook.checks.schema import Verdict
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, RuleOutcome, Severity, Stage
from trialbook.mapping import Form

Cell = tuple[str, str | None, int | None, str | None, str]
"""File, sheet, row, path and column."""
_OF_CELLS = (Stage.RAW, Stage.MAPPING)


def to_correct(findings: Iterable[Finding]) -> set[Cell]:
    """The cells that some findings ask to correct."""
    marked = (one for finding in findings for one in finding.origins if one.role is Role.CORRECT)
    return {cell for one in marked for cell in cells_of(one)}


def cells_of(origin: Origin) -> list[Cell]:
    """The cells that an origin names."""
    return [(origin.file, origin.sheet, origin.row, origin.path, column) for column in origin.columns]


@dataclass(frozen=True)
class Told:
    """A rule that stands for another, its severity, and the records of ``form`` (positions) that it found."""

    rule: str
    severity: Severity
    form: str
    positions: np.ndarray


def told_of(findings: Iterable[Finding], rules: Mapping[str, Sequence[Rule]]) -> dict[str, list[Told]]:
    """What the findings on forms tell for other rules, by the id of such a rule; ``rules`` are those of the forms by name.

    That a rule tells for another is said by the one (``stands_for``) or by the other (``told_by``).
    """
    known = {one.id: one for of_form in rules.values() for one in of_form}
    again = {id: dict.fromkeys(one.stands_for) for id, one in known.items()}
    for one in known.values():
        for by in one.told_by:
            again.setdefault(by, {})[one.id] = None
    found: dict[tuple[str, str], list[int]] = {}
    for finding in findings:
        if again.get(finding.rule) and finding.record is not None:
            found.setdefault((finding.rule, finding.dataset), []).append(finding.record - 1)
    told: dict[str, list[Told]] = {}
    for (id, form), records in found.items():
        for consequence in again[id]:
            told.setdefault(consequence, []).append(Told(id, known[id].severity, form, np.array(records)))
    return told


def told_of_columns(found: Mapping[str, Form]) -> dict[str, list[Told]]:
    """What a column tells that one file of a form lacks: of each of the file's records, that the required cell is empty."""
    told: dict[str, list[Told]] = {}
    for name, form in found.items():
        for table, column in form.lacking:
            if not form.spec.columns[column].optional:
                index = next(i for i, one in enumerate(form.tables) if one is table)
                one = Told("TB-RAW-COLUMN", Severity.ERROR, name, np.flatnonzero(form.table == index))
                told.setdefault(f"TB-RAW-{name}-{column}-REQUIRED", []).append(one)
    return told


def without_told(verdict: Verdict, table: CheckedTable, told: Sequence[Told]) -> Verdict:
    """The verdict without the records that were told of in the raw record behind them; its reason says how many, and by what.

    A rule does not stand for one that is graver: that would open the gate.
    """
    if verdict.failing is None or not len(verdict.failing):
        return verdict
    left_out = np.zeros(len(verdict.failing), dtype=bool)
    by = []
    for one in told:
        if not one.severity.reaches(verdict.rule.severity):
            continue
        for form, rows in table.behind:
            if form == one.form:
                same = np.isin(rows[verdict.failing], one.positions)
                left_out |= same
                by += [one.rule] if same.any() else []
    if not left_out.any():
        return verdict
    count = int(left_out.sum())
    records = "failing record is" if count == 1 else "failing records are"
    reason = f"{count} {records} told of already, in the raw data, by {', '.join(dict.fromkeys(by))}"
    return replace(verdict, failing=verdict.failing[~left_out], reason=reason)


def without_repeats(
    found: Sequence[Finding], outcomes: Sequence[RuleOutcome], told: Iterable[Finding]
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings of mapping or on datasets without those of which ``told`` asks to correct each cell already.

    What mapping can't read, it passes on as it stands: of a value made of such a cell, whatever else it is made of, nothing more
    is told. Who a subject is, all of a record tells: an empty USUBJID is told of by a finding on any of its cells. None stands
    for a graver one, which would open the gate. A rule's outcome says how many it left out, and by whom.
    """
    asked: dict[Cell, Finding] = {}
    unread: dict[Cell, Finding] = {}
    for one in told:
        for cell in to_correct([one]) if one.stage in _OF_CELLS else ():
            if cell not in asked or one.severity.rank < asked[cell].severity.rank:
                asked[cell] = one
            if one.stage is Stage.MAPPING:
                unread[cell] = one
    of_records = {_record(cell): one for cell, one in sorted(asked.items(), key=lambda item: -item[1].severity.rank)}
    kept: list[Finding] = []
    left_out: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in found:
        cells = to_correct([one])
        whole = all(origin.columns for origin in one.origins if origin.role is Role.CORRECT)
        by = min((unread[cell] for cell in cells if cell in unread), key=_gravest, default=None)
        if by is None or not by.severity.reaches(one.severity):
            if one.variables == ("USUBJID",):
                cells, asked_of = {_record(cell) for cell in cells}, of_records
            else:
                asked_of = asked
            again = cells and whole and all(cell in asked_of and asked_of[cell].severity.reaches(one.severity) for cell in cells)
            by = min((asked_of[cell] for cell in cells), key=_gravest) if again else None
        if by is None:
            kept.append(one)
        else:
            left_out.setdefault((one.rule, one.dataset), []).append((by.rule, one.id))
    return kept, [less(one, left_out.get((one.rule, one.dataset), [])) for one in outcomes]


def _gravest(finding: Finding) -> tuple[int, str, str]:
    """An order in which names of files have no say, so that it stays when they change."""
    return finding.severity.rank, finding.rule, finding.id


def _record(cell: Cell) -> Cell:
    """The record that a cell is of."""
    return (*cell[:4], "")


def less(outcome: RuleOutcome, left_out: Sequence[tuple[str, str]]) -> RuleOutcome:
    """The outcome without the findings (by whom, and id) that others told of, which its reason names."""
    if not left_out:
        return outcome
    count = len(left_out)
    what = "finding is" if count == 1 else "findings are"
    reason = f"{count} {what} told of already by {', '.join(dict.fromkeys(by for by, _ in left_out))}"
    return replace(
        outcome,
        findings=outcome.findings - count,
        reason="; ".join(filter(None, (outcome.reason, reason))),
        told=(*outcome.told, *(id for _, id in left_out)),
    )
