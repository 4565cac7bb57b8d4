"""The export's tables as the forms that the specifications describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from trialbook.exports import RawExport, RawTable
from trialbook.mapping.form_spec import FormSpec


@dataclass(frozen=True)
class Form:
    """All records of one form, from however many files or sheets.

    ``frame``: the specification's columns in its order (those the export lacks are empty), text; ``table`` and ``row``: for each
    record the index of its table and its row there. ``missing``: columns the specification names and no table has; ``unknown``:
    columns of a table that it does not name and that hold something.
    """

    spec: FormSpec
    frame: pd.DataFrame
    tables: tuple[RawTable, ...]
    table: np.ndarray
    row: np.ndarray
    missing: tuple[str, ...] = ()
    unknown: tuple[tuple[RawTable, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The form's name."""
        return self.spec.form


@dataclass(frozen=True)
class Forms:
    """The forms found in an export; ``absent`` are specified but not there, ``unmatched`` are tables that no form claims."""

    found: Mapping[str, Form]
    absent: tuple[str, ...]
    unmatched: tuple[RawTable, ...]


def collect_forms(export: RawExport, specs: Mapping[str, FormSpec]) -> Forms:
    """Assign each table of the export to the form whose patterns name it; a table goes to the first form that claims it."""
    claimed: dict[str, list[RawTable]] = {name: [] for name in specs}
    unmatched = []
    for table in export.tables:
        form = next((name for name, spec in specs.items() if spec.matches(table.name)), None)
        if form is None:
            unmatched.append(table)
        else:
            claimed[form].append(table)
    found = {name: _form(specs[name], tables) for name, tables in claimed.items() if tables}
    return Forms(found, tuple(name for name in specs if name not in found), tuple(unmatched))


def _form(spec: FormSpec, tables: list[RawTable]) -> Form:
    frames, indexes, rows, unknown = [], [], [], []
    present: set[str] = set()
    headers: dict[str, str] = {}
    for index, table in enumerate(tables):
        named = _columns(spec, table.frame)
        present.update(named.values())
        headers.update({name: header for header, name in named.items()})
        frame = table.frame[list(named)].rename(columns=named)
        data = ~label_row(spec, frame)
        frames.append(frame[data].reindex(columns=list(spec.columns), fill_value=""))
        rows.append(table.row[data.to_numpy()])
        indexes.append(np.full(int(data.sum()), index))
        for header in table.frame.columns.difference(list(named), sort=False):
            if (table.frame.loc[data, header] != "").any() or not len(table.frame):
                unknown.append((table, header))
    return Form(
        spec=spec,
        frame=pd.concat(frames, ignore_index=True).astype("str"),
        tables=tuple(tables),
        table=np.concatenate(indexes),
        row=np.concatenate(rows),
        missing=tuple(name for name in spec.columns if name not in present),
        unknown=tuple(unknown),
        headers=headers,
    )


def _columns(spec: FormSpec, frame: pd.DataFrame) -> dict[str, str]:
    """Headers of the table with the column that each stands for, whatever its case."""
    names = {alias.casefold(): name for name, column in spec.columns.items() for alias in (name, *column.aliases)}
    named: dict[str, str] = {}
    for header in frame.columns:
        name = names.get(header.strip().casefold())
        if name is not None and name not in named.values():
            named[header] = name
    return named


def label_row(spec: FormSpec, frame: pd.DataFrame) -> pd.Series:
    """Where the first record repeats the columns' labels: a second header row, recognised by the label of a key column."""
    mask = pd.Series(False, index=frame.index)
    keys = [key for key in spec.keys if key in frame and spec.columns[key].label]
    if len(frame) and keys:
        mask.iloc[0] = all(frame[key].iloc[0].strip() == spec.columns[key].label for key in keys)
    return mask
