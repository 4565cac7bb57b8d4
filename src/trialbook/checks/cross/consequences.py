"""What raw findings ask to be corrected, and what follows from it in the datasets: one fault is told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from trialbook.findings import Finding, Origin, Role, RuleOutcome, Severity, Stage

Cell = tuple[str, str | None, int | None, str | None, str]
"""File, sheet, row, path and column."""
_OF_MANY_FORMS = ("SE",)
_OF_FORMS = (Stage.RAW, Stage.MAPPING)


def without_consequences(
    found: Sequence[Finding], outcomes: Sequence[RuleOutcome], told: Iterable[Finding]
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings across datasets without those about a cell that one of ``told`` asks to correct already.

    Be it the cell to mend or one that is compared: while it may be wrong, nothing is known of what disagrees with it. What one
    rule across datasets has asked, another does not ask again. Nor is told of a value that is not there because a record is
    missing, which a finding of the subject says; nor of elements (SE), which are made of many forms, while any of them is in
    doubt. None stands for a graver one, which would open the gate. A rule's outcome says how many it left out, and by whom.
    """
    asked: dict[Cell, Finding] = {}
    absent: dict[str, Finding] = {}
    doubted: dict[str, Finding] = {}
    for one in told:
        _ask(one, asked)
        if one.subject and one.stage in _OF_FORMS and one.severity.reaches(Severity.ERROR):
            doubted.setdefault(one.subject, one)
        if one.subject and any(origin.role is Role.CORRECT and not _has_place(origin) for origin in one.origins):
            absent.setdefault(one.subject, one)
    kept: list[Finding] = []
    left_out: dict[tuple[str, str], list[tuple[str, Finding]]] = {}
    for one in found:
        by = _told_by(one, asked) or _follows(one, absent, doubted)
        if by is None:
            kept.append(one)
            _ask(one, asked)
        else:
            left_out.setdefault((one.rule, one.dataset), []).append((by, one))
    return kept, [_counted(one, left_out.get((one.rule, one.dataset))) for one in outcomes]


def _ask(one: Finding, asked: dict[Cell, Finding]) -> None:
    for cell in _cells(one.origins, Role.CORRECT):
        if cell not in asked or (one.severity.rank < asked[cell].severity.rank):
            asked[cell] = one


def _cells(origins: Iterable[Origin], role: Role | None = None) -> Iterator[Cell]:
    for one in origins:
        if role is None or one.role is role:
            for column in one.columns:
                yield one.file, one.sheet, one.row, one.path, column


def _told_by(one: Finding, asked: dict[Cell, Finding]) -> str | None:
    for cell in _cells(one.origins):
        by = asked.get(cell)
        if by is not None and by.rule != one.rule and by.severity.reaches(one.severity):
            return by.rule
    return None


def _follows(one: Finding, absent: dict[str, Finding], doubted: dict[str, Finding]) -> str | None:
    subject = one.subject or ""
    if subject in absent and any(_has_place(origin) and not origin.columns for origin in one.origins):
        by = absent[subject]
    elif subject in doubted and one.dataset in _OF_MANY_FORMS:
        by = doubted[subject]
    else:
        return None
    return by.rule if by.severity.reaches(one.severity) else None


def _has_place(origin: Origin) -> bool:
    return origin.row is not None or origin.path is not None


def _counted(outcome: RuleOutcome, left_out: Sequence[tuple[str, Finding]] | None) -> RuleOutcome:
    if not left_out:
        return outcome
    count = len(left_out)
    records = "failing record is" if count == 1 else "failing records are"
    reason = f"{count} {records} told of already by {', '.join(dict.fromkeys(by for by, _ in left_out))}"
    told = (*outcome.told, *(one.id for _, one in left_out))
    return replace(outcome, findings=outcome.findings - count, reason=reason, told=told)
