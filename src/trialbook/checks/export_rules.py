"""What is wrong with an export as a whole: forms, columns and rows that are not as specified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage, finding_ids
from trialbook.mapping import Form, Forms, FormSpec


def check_export(
    forms: Forms, specs: Mapping[str, FormSpec], tables: Mapping[str, CheckedTable], study: str
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings, and an outcome for each rule, about the presence and shape of forms and columns; ``tables`` are by form."""
    findings: list[Finding] = []
    outcomes: list[RuleOutcome] = []
    for rule, severity, message, found in (
        (
            "TB-RAW-TABLE",
            Severity.WARNING,
            "No form specification names this file or sheet; nothing of it is used",
            _strays(forms),
        ),
        ("TB-RAW-FORM", Severity.ERROR, "A required form is not in the export", _absent(forms, specs)),
        ("TB-RAW-COLUMN", Severity.ERROR, "A specified column is not in the export", _missing(forms)),
        ("TB-RAW-UNKNOWN", Severity.WARNING, "No form specification names this column; its values are not used", _unknown(forms)),
        ("TB-RAW-SHAPE", Severity.ERROR, "The row has not the shape of the header", _shapes(forms, tables)),
    ):
        made = [
            Finding(
                id=finding_ids(study, rule, dataset, variables, [()], [key])[0],
                rule=rule,
                cites=(),
                severity=severity,
                stage=Stage.RAW,
                dataset=dataset,
                record=record,
                subject=subject,
                variables=variables,
                values={},
                message=f"{message}: {what}",
                query="",
                origins=origins,
            )
            for dataset, record, subject, variables, what, key, origins in found
        ]
        findings.extend(made)
        status = RuleStatus.ISSUE_REPORTED if made else RuleStatus.SUCCESS
        outcomes.append(RuleOutcome(rule, Runner.PANDERA, status, None, len(made), severity, message))
    return findings, outcomes


Found = tuple[str, int | None, str | None, tuple[str, ...], str, str, tuple[Origin, ...]]


def _strays(forms: Forms) -> Iterator[Found]:
    for table in forms.unmatched:
        where = f"{table.file}, sheet {table.sheet}" if table.sheet else table.file
        origin = Origin(Role.CORRECT, table.file, table.sheet, None, ())
        yield table.name, None, None, (), f"{where} ({len(table.frame)} records)", table.file, (origin,)


def _absent(forms: Forms, specs: Mapping[str, FormSpec]) -> Iterator[Found]:
    for name in forms.absent:
        if specs[name].required:
            yield name, None, None, (), f"{name}, looked for as {', '.join(specs[name].tables)}", "", ()


def _missing(forms: Forms) -> Iterator[Found]:
    for form in forms.found.values():
        for name in form.missing:
            if not form.spec.columns[name].optional:
                yield form.name, None, None, (name,), f"{name} in {form.name}", "", _headers(form)


def _headers(form: Form) -> tuple[Origin, ...]:
    return tuple(Origin(Role.CORRECT, table.file, table.sheet, 1, ()) for table in form.tables)


def _unknown(forms: Forms) -> Iterator[Found]:
    for form in forms.found.values():
        for table, header in form.unknown:
            origin = Origin(Role.CORRECT, table.file, table.sheet, 1, (header,))
            yield form.name, None, None, (header,), f"{header} in {table.file}", table.file, (origin,)


def _shapes(forms: Forms, tables: Mapping[str, CheckedTable]) -> Iterator[Found]:
    for form in forms.found.values():
        for index, table in enumerate(form.tables):
            for problem in table.problems:
                at = np.flatnonzero((form.table == index) & (form.row == problem.row))
                origin = Origin(Role.CORRECT, table.file, table.sheet, problem.row, ())
                if len(at):
                    subject, (key,) = tables[form.name].subject, tables[form.name].content(at)
                    who = str(subject.iloc[at[0]]) if subject is not None else None
                    yield form.name, int(at[0]) + 1, who or None, (), problem.what, key, (origin,)
                else:
                    yield form.name, None, None, (), problem.what, f"{table.file} {problem.row}", (origin,)
