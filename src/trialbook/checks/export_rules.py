"""What is wrong with an export as a whole: forms, columns and rows that are not as specified."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialbook.checks.tables import CheckedTable, record_origin, table_origin
from trialbook.exports import RawTable, ReadNote, RowProblem, Unreadable
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage, finding_ids
from trialbook.mapping import Form, Forms, FormSpec


def check_export(
    forms: Forms,
    specs: Mapping[str, FormSpec],
    tables: Mapping[str, CheckedTable],
    study: str,
    unreadable: Sequence[Unreadable] = (),
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings, and an outcome for each rule, about the presence and shape of forms and columns; ``tables`` are by form.

    ``unreadable``: the files that were gone on without.
    """
    findings: list[Finding] = []
    outcomes: list[RuleOutcome] = []
    for rule, severity, message, found in (
        ("TB-RAW-FILE", Severity.REJECT, "The file cannot be read; nothing of it is used", _unreadable(unreadable)),
        (
            "TB-RAW-TABLE",
            Severity.WARNING,
            "No form specification names this file or sheet; nothing of it is used",
            _strays(forms),
        ),
        ("TB-RAW-FORM", Severity.ERROR, "A required form is not in the export", _absent(forms, specs)),
        ("TB-RAW-EMPTY", Severity.WARNING, "The form has no records", _empty(forms)),
        ("TB-RAW-COLUMN", Severity.ERROR, "A specified column is not in the export", _missing(forms)),
        ("TB-RAW-UNKNOWN", Severity.WARNING, "No form specification names this column; its values are not used", _unknown(forms)),
        ("TB-RAW-SHAPE", Severity.ERROR, "The row cannot be read as it stands", _shapes(forms, tables)),
        ("TB-RAW-READ", Severity.NOTICE, "The table is read otherwise than it stands", _doubts(forms, tables)),
    ):
        made = _findings(study, rule, severity, message, list(found))
        findings.extend(made)
        status = RuleStatus.ISSUE_REPORTED if made else RuleStatus.SUCCESS
        outcomes.append(RuleOutcome(rule, Runner.PANDERA, status, None, len(made), severity, message))
    return findings, outcomes


@dataclass(frozen=True)
class Found:
    """One fault; ``content`` tells it from others of its rule, form and columns, without file and row, which may change."""

    dataset: str
    what: str
    origins: tuple[Origin, ...] = ()
    variables: tuple[str, ...] = ()
    record: int | None = None
    subject: str | None = None
    content: str = ""


def _findings(study: str, rule: str, severity: Severity, message: str, found: Sequence[Found]) -> list[Finding]:
    ids: dict[int, str] = {}
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for index, one in enumerate(found):
        alike.setdefault((one.dataset, one.variables), []).append(index)
    for (dataset, variables), at in alike.items():
        made = finding_ids(study, rule, dataset, variables, [()] * len(at), [found[index].content for index in at])
        ids.update(zip(at, made, strict=True))
    return [
        Finding(
            id=ids[index],
            rule=rule,
            cites=(),
            severity=severity,
            stage=Stage.RAW,
            dataset=one.dataset,
            record=one.record,
            subject=one.subject,
            variables=one.variables,
            values={},
            message=f"{message}: {one.what}",
            query="",
            origins=one.origins,
        )
        for index, one in enumerate(found)
    ]


def _unreadable(files: Sequence[Unreadable]) -> Iterator[Found]:
    for one in files:
        yield Found(one.file, " ".join(one.message.split()), (Origin(Role.CORRECT, one.file, None, None, ()),))


def _strays(forms: Forms) -> Iterator[Found]:
    for table in forms.unmatched:
        where = f"{table.file}, sheet {table.sheet}" if table.sheet else table.file
        origin = Origin(Role.CORRECT, table.file, table.sheet, None, ())
        yield Found(table.name, f"{where} ({len(table.frame)} records)", (origin,))


def _absent(forms: Forms, specs: Mapping[str, FormSpec]) -> Iterator[Found]:
    for name in forms.absent:
        if specs[name].required:
            yield Found(name, f"{name}, looked for as {', '.join(specs[name].tables)}")


def _empty(forms: Forms) -> Iterator[Found]:
    for form in forms.found.values():
        if form.spec.required and not form.spec.may_be_empty and form.frame.empty:
            yield Found(form.name, form.name, _headers(form.tables))


def _missing(forms: Forms) -> Iterator[Found]:
    for form in forms.found.values():
        for name in form.missing:
            if not form.spec.columns[name].optional:
                renamed = _perhaps_renamed(form, form.tables)
                yield Found(form.name, f"{name} in {form.name}{renamed}", _headers(form.tables), (name,))
        for table, name in form.lacking:
            if not form.spec.columns[name].optional:
                what = f"{name} in {table.file}, though other files of {form.name} have it{_perhaps_renamed(form, (table,))}"
                yield Found(form.name, what, _headers((table,)), (name,))


def _perhaps_renamed(form: Form, tables: Sequence[RawTable]) -> str:
    """The columns there that nobody knows: one of them may be the one that is looked for."""
    unknown = dict.fromkeys(header for table, header in form.unknown if any(table is one for one in tables))
    if not unknown:
        return ""
    return f"; was one of these renamed, which no specification names: {', '.join(unknown)}?"


def _headers(tables: Sequence[RawTable]) -> tuple[Origin, ...]:
    return tuple(table_origin(table) for table in tables)


def _unknown(forms: Forms) -> Iterator[Found]:
    for form in forms.found.values():
        for table, header in form.unknown:
            yield Found(form.name, f"{header} in {table.file}", (table_origin(table, (header,)),), (header,))


def _shapes(forms: Forms, tables: Mapping[str, CheckedTable]) -> Iterator[Found]:
    for form in forms.found.values():
        for index, table in enumerate(form.tables):
            for problem in table.problems:
                yield _about_row(form, index, problem, tables)


def _doubts(forms: Forms, tables: Mapping[str, CheckedTable]) -> Iterator[Found]:
    """What was read otherwise than it stands and may be meant otherwise; what is settled is a note of the input."""
    for form in forms.found.values():
        for index, table in enumerate(form.tables):
            for note in table.notes:
                if not note.settled:
                    yield _about_row(form, index, note, tables)
    for table in forms.unmatched:
        for note in (one for one in table.notes if not one.settled):
            yield Found(table.name, note.what, (_place(table, note.row),), content=_without_numbers(note.what))


def _about_row(form: Form, index: int, told: RowProblem | ReadNote, tables: Mapping[str, CheckedTable]) -> Found:
    """What was told about a row, or the whole, of a form's table."""
    origin = _place(form.tables[index], told.row)
    at = np.flatnonzero((form.table == index) & (form.row == told.row)) if told.row is not None else np.empty(0, dtype=np.int64)
    if not len(at):
        return Found(form.name, told.what, (origin,), content=_without_numbers(told.what))
    subject, (content,) = tables[form.name].subject, tables[form.name].content(at)
    who = str(subject.iloc[at[0]]) if subject is not None else ""
    return Found(form.name, told.what, (origin,), record=int(at[0]) + 1, subject=who or None, content=content)


def _place(table: RawTable, row: int | None) -> Origin:
    return record_origin(table, row) if row is not None else Origin(Role.CORRECT, table.file, table.sheet, None, ())


def _without_numbers(what: str) -> str:
    """Rows and counts change when other rows come or go; the finding is the same."""
    return re.sub(r"[0-9]+", "", what)
