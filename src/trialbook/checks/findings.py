"""Verdicts to findings: one for each failing record, with its values, its raw cells and the question to the site."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from trialbook.checks.schema import Verdict
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, Stage, finding_ids

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def findings_of(
    verdict: Verdict, table: CheckedTable, read: Mapping[str, CheckedTable], study: str, stage: Stage | None = None
) -> list[Finding]:
    """The findings of one rule on one table; ``read`` are the other tables that it reads, ``stage`` if not the table's."""
    rule = verdict.rule
    stage = stage or (Stage.CROSS if table.stage is Stage.SDTM and rule.reads else table.stage)
    if verdict.whole:
        variables = rule.variables
        (one,) = finding_ids(study, rule.id, table.name, variables, [()], [""])
        return [
            Finding(
                one, rule.id, rule.cites, rule.severity, stage, table.name, None, None, variables, {}, rule.message, rule.query
            )
        ]
    positions = verdict.failing if verdict.failing is not None else np.array([], dtype=np.int64)
    if not len(positions):
        return []
    subjects = _subjects(table, positions)
    values = _values(table, positions, rule.variables)
    origins = _origins(table, positions, rule.variables, rule.mend or rule.variables)
    for name, columns in rule.reads.items():
        _compare(read[name], columns, subjects, values, origins)
    ids = finding_ids(study, rule.id, table.name, rule.variables, table.key(positions), table.content(positions))
    subjects = _subjects(table, positions)
    messages = _texts(rule.message, table, positions)
    queries = _texts(rule.query, table, positions)
    return [
        Finding(
            id=ids[i],
            rule=rule.id,
            cites=rule.cites,
            severity=rule.severity,
            stage=stage,
            dataset=table.name,
            record=int(position) + 1,
            subject=subjects[i] or None,
            variables=rule.variables,
            values=values[i],
            message=messages[i],
            query=queries[i],
            origins=origins[i],
        )
        for i, position in enumerate(positions)
    ]


def as_text(cells: pd.Series) -> list[str]:
    """Cells as a person reads them: whole numbers without a point, missing ones empty."""
    if cells.dtype.kind != "f":
        return [str(cell) for cell in cells]
    return ["" if pd.isna(cell) else f"{cell:.15g}" for cell in cells]


def _fill_in(row: Mapping[str, str], found: re.Match[str]) -> str:
    return row.get(found.group(1), found.group())


def _values(table: CheckedTable, positions: np.ndarray, variables: Sequence[str]) -> list[dict[str, str]]:
    columns = {name: as_text(table.frame[name].take(positions)) for name in variables}
    return [{name: cells[i] for name, cells in columns.items()} for i in range(len(positions))]


def _origins(
    table: CheckedTable, positions: np.ndarray, variables: Sequence[str], mend: Sequence[str]
) -> list[tuple[Origin, ...]]:
    correct = table.locate(positions, [name for name in variables if name in mend], Role.CORRECT)
    compared = table.locate(positions, [name for name in variables if name not in mend], Role.COMPARED)
    return [(*one, *(o for o in other if o.columns)) for one, other in zip(correct, compared, strict=True)]


def _subjects(table: CheckedTable, positions: np.ndarray) -> list[str]:
    return [""] * len(positions) if table.subject is None else [str(s) for s in table.subject.take(positions)]


def _compare(
    other: CheckedTable,
    columns: Sequence[str],
    subjects: Sequence[str],
    values: list[dict[str, str]],
    origins: list[tuple[Origin, ...]],
) -> None:
    """Add what the subject's one record in another table says; where it has several, no single one is compared."""
    shown = [column for column in columns if column != "USUBJID"]
    if other.subject is None or not shown:
        return
    single = other.subject[~other.subject.duplicated(keep=False)]
    position_of = dict(zip(single, single.index, strict=True))
    at = [(i, position_of[subject]) for i, subject in enumerate(subjects) if subject and subject in position_of]
    if not at:
        return
    positions = np.array([position for _, position in at])
    cells = _values(other, positions, shown)
    located = other.locate(positions, shown, Role.COMPARED)
    for (i, _), found, origin in zip(at, cells, located, strict=True):
        values[i] = values[i] | {f"{other.name}.{name}": text for name, text in found.items()}
        origins[i] = (*origins[i], *origin)


def _texts(template: str, table: CheckedTable, positions: np.ndarray) -> list[str]:
    """The template with each ``{column}`` as the record's value."""
    names = [name for name in dict.fromkeys(_PLACEHOLDER.findall(template)) if name in table.frame]
    if not names:
        return [template] * len(positions)
    cells = _values(table, positions, names)
    return [_PLACEHOLDER.sub(partial(_fill_in, row), template) for row in cells]
