"""Verdicts to findings: one for each failing record, with its values, its raw cells and the question to the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from trialbook.checks.rule import Rule
from trialbook.checks.schema import Verdict
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, Stage, finding_group, finding_ids
from trialbook.findings.terms import PLACEHOLDER

MOST_TWINS = 5


def findings_of(
    verdict: Verdict, table: CheckedTable, read: Mapping[str, CheckedTable], study: str, stage: Stage | None = None
) -> list[Finding]:
    """The findings of one rule on one table; ``read`` are the other tables that it reads, ``stage`` if not the table's."""
    rule = verdict.rule
    stage = stage or (Stage.CROSS if table.stage is Stage.SDTM and rule.reads else table.stage)
    if verdict.whole:
        return [_about_table(rule, table, stage, study)]
    positions = verdict.failing if verdict.failing is not None else np.array([], dtype=np.int64)
    if not len(positions):
        return []
    subjects = _subjects(table, positions)
    values = _values(table, positions, rule.variables)
    origins = _origins(table, positions, rule.variables, rule.mend or rule.variables)
    for name, columns in rule.reads.items():
        if name not in read:
            continue
        at = verdict.beside[name][positions] if name in verdict.beside else _only_records(read[name], columns, subjects)
        for one in at.T if at.ndim > 1 else (at,):
            _compare(read[name], columns, one, rule, values, origins)
    for name in rule.lacks:
        origins = [(*one, *(read[name].files if name in read else ())) for one in origins]
    if rule.twins:
        _compare_twins(table, positions, rule, origins)
    ids, groups = _ids(rule, table, positions, study)
    messages = _messages(rule, table, positions)
    messages = _with_values(rule.message, messages, values)
    queries = _with_values(rule.query, _texts(rule.query, table, positions), values)
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
            group=groups[i],
        )
        for i, position in enumerate(positions)
    ]


def _about_table(rule: Rule, table: CheckedTable, stage: Stage, study: str) -> Finding:
    """The finding of a rule that the table as a whole fails, with the records that show it."""
    variables, message = rule.variables, rule.message
    (one,) = finding_ids(study, rule.id, table.name, variables, [()], [""])
    origins: tuple[Origin, ...] = ()
    said = []
    for witness in rule.witnesses(table.read) if rule.witnesses else ():
        if witness.position is None:
            said.append(witness.says)
            continue
        at = np.array([witness.position])
        (located,) = table.locate(at, variables, Role.CORRECT if witness.mend else Role.COMPARED)
        origins += located
        (values,) = _values(table, at, variables)
        said.append(f"{', '.join(values.values())} ({'; '.join(map(_place, located))}) {witness.says}")
    if said:
        message = f"{message}: {'; '.join(said)}"
    return Finding(
        one, rule.id, rule.cites, rule.severity, stage, table.name, None, None, variables, {}, message, rule.query, origins
    )


def _place(origin: Origin) -> str:
    sheet = f", sheet {origin.sheet}" if origin.sheet else ""
    place = f"row {origin.row}" if origin.row is not None else origin.path
    return f"{origin.file}{sheet}, {place}" if place else f"{origin.file}{sheet}"


def _messages(rule: Rule, table: CheckedTable, positions: np.ndarray) -> list[str]:
    messages = _texts(rule.message, table, positions)
    if rule.detail is None:
        return messages
    details = rule.detail(table.read.take(positions))
    return [f"{message}; {detail}" if detail else message for message, detail in zip(messages, details, strict=True)]


def _ids(rule: Rule, table: CheckedTable, positions: np.ndarray, study: str) -> tuple[list[str], list[str | None]]:
    """Ids of the failing records, and their groups. Records that share their keys count though they pass: mending one renames
    no other."""
    groups = table.key_groups
    concerned = np.isin(groups, np.unique(groups[positions][groups[positions] >= 0]))
    concerned[positions] = True
    at = np.flatnonzero(concerned)
    keys = table.key(at)
    unclear = np.array([groups[position] >= 0 or not any(key) for position, key in zip(at, keys, strict=True)])
    contents = np.full(len(at), "", dtype=object)
    contents[unclear] = table.content(at[unclear])
    ids = finding_ids(study, rule.id, table.name, rule.variables, keys, list(contents))
    taken = np.searchsorted(at, positions)
    groups_of = [finding_group(study, rule.id, table.name, rule.variables, keys[i]) if unclear[i] else None for i in taken]
    return [ids[index] for index in taken], groups_of


def as_text(cells: pd.Series) -> list[str]:
    """Cells as a person reads them: whole numbers without a point, missing ones empty."""
    if cells.dtype.kind != "f":
        return list(map(str, cells.tolist()))
    return ["" if pd.isna(cell) else f"{cell:.15g}" for cell in cells]


def _compare_twins(table: CheckedTable, positions: np.ndarray, rule: Rule, origins: list[tuple[Origin, ...]]) -> None:
    """Add to each record the others that are equal to it, at most :data:`MOST_TWINS`: which is wrong, only the site knows."""
    variables = list(rule.variables)
    cells = (table.frame if table.cells is None else table.cells)[variables].take(positions)
    cells = rule.alike(cells) if rule.alike else cells
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, values in enumerate(cells.itertuples(index=False, name=None)):
        groups.setdefault(tuple(str(value).strip() for value in values), []).append(index)
    located = table.locate(positions, variables, Role.COMPARED)
    for alike in groups.values():
        for index in alike:
            others = [other for other in alike if other != index][:MOST_TWINS]
            origins[index] = (*origins[index], *(origin for other in others for origin in located[other]))


def _filled(column: pd.Series, positions: np.ndarray) -> list[str]:
    """The values in place of the column's name; a dash for an empty one, in whatever language the text is."""
    return [text.strip() or "—" for text in as_text(column.take(positions))]


def _values(table: CheckedTable, positions: np.ndarray, variables: Sequence[str]) -> list[dict[str, str]]:
    columns = {name: as_text(table.frame[name].take(positions)) for name in variables}
    if not columns:
        return [{} for _ in positions]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _origins(
    table: CheckedTable, positions: np.ndarray, variables: Sequence[str], mend: Sequence[str]
) -> list[tuple[Origin, ...]]:
    to_mend, others = ([name for name in variables if (name in mend) is wanted] for wanted in (True, False))
    if not others:
        return table.locate(positions, to_mend, Role.CORRECT)
    compared = table.locate(positions, others, Role.COMPARED)
    # Where only another table's cells are to be mended, the record is not named as a whole.
    if not to_mend:
        return compared
    correct = table.locate(positions, to_mend, Role.CORRECT)
    return [(*one, *other) for one, other in zip(correct, compared, strict=True)]


def _subjects(table: CheckedTable, positions: np.ndarray) -> list[str]:
    return [""] * len(positions) if table.subject is None else [str(s) for s in table.subject.take(positions)]


def _only_records(other: CheckedTable, columns: Sequence[str], subjects: Sequence[str]) -> np.ndarray:
    """The position of each subject's one record in another table, -1 where it has none or several: no single one is compared.

    A rule that reads the whole of a key of several columns looks records up by it: the subject's only one need not be meant.
    """
    by_key = len(other.keys) > 1 and set(other.keys) <= set(columns)
    if other.subject is None or by_key:
        return np.full(len(subjects), -1, dtype=np.int64)
    alone = np.flatnonzero(~other.subject.duplicated(keep=False).to_numpy())
    position_of = dict(zip(other.subject.iloc[alone], alone, strict=True))
    return np.array([position_of.get(subject, -1) if subject else -1 for subject in subjects], dtype=np.int64)


def _compare(
    other: CheckedTable,
    columns: Sequence[str],
    at: np.ndarray,
    rule: Rule,
    values: list[dict[str, str]],
    origins: list[tuple[Origin, ...]],
) -> None:
    """Add what the records ``at`` of another table say, one a finding, -1 for none; values are those of the first that is added.

    What the rule asks to correct, and what it quotes, may be ``TABLE.COLUMN`` of it.
    """
    to_mend = [column for column in columns if f"{other.name}.{column}" in rule.mend]
    quoted = {name for name in PLACEHOLDER.findall(rule.message + rule.query) if "." in name}
    # The key by which the record was found says nothing that the finding does not say, unless nothing else is read.
    known = {"USUBJID", *(column for column in other.keys if f"{other.name}.{column}" not in quoted)}
    shown = [column for column in columns if column not in known or column in to_mend]
    shown = shown or [column for column in columns if column != "USUBJID"]
    indices = np.flatnonzero(at >= 0)
    if not shown or not len(indices):
        return
    cells = _values(other, at[indices], shown)
    located = _origins(other, at[indices], shown, to_mend) if to_mend else other.locate(at[indices], shown, Role.COMPARED)
    for i, found, origin in zip(indices.tolist(), cells, located, strict=True):
        for name, text in found.items():
            values[i].setdefault(f"{other.name}.{name}", text)
        origins[i] = (*origins[i], *origin)


def _with_values(template: str, texts: list[str], values: Sequence[Mapping[str, str]]) -> list[str]:
    """Texts made from ``template`` with each ``{TABLE.COLUMN}`` as the value of the record that was compared, a dash for none."""
    for name in dict.fromkeys(name for name in PLACEHOLDER.findall(template) if "." in name):
        filled = (of.get(name, "").strip() or "—" for of in values)
        texts = [text.replace(f"{{{name}}}", value) for text, value in zip(texts, filled, strict=True)]
    return texts


def _texts(template: str, table: CheckedTable, positions: np.ndarray) -> list[str]:
    """The template with each ``{column}`` as the record's value."""
    quoted = list(dict.fromkeys(PLACEHOLDER.findall(template)))
    for name in table.lacking:
        template = template.replace(f"{{{name}}}", "(not in the export)")
    names = [name for name in quoted if name in table.frame]
    if not names:
        return [template] * len(positions)
    # Text and names in turn: each name becomes the column's values, or stays as it stands where there is no such column.
    pieces: list[list[str]] = []
    for at, piece in enumerate(PLACEHOLDER.split(template)):
        filled = _filled(table.frame[piece], positions) if at % 2 and piece in names else None
        pieces.append(filled or [f"{{{piece}}}" if at % 2 else piece] * len(positions))
    return list(map("".join, zip(*pieces, strict=True)))
