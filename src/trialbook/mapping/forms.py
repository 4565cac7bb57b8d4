"""The export's tables as the forms that the specifications describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.exports import RawExport, RawTable, ReadNote, RowProblem
from trialbook.exports.headers import plain_header
from trialbook.mapping.cells import read_cells
from trialbook.mapping.claims import claim_tables
from trialbook.mapping.codes import read_terms
from trialbook.mapping.datetimes import parse as parse_datetimes
from trialbook.mapping.datetimes import read_iso8601
from trialbook.mapping.domain_spec import StudyCodelist
from trialbook.mapping.footnotes import footnote_rows, note_text
from trialbook.mapping.form_spec import DATE_TYPES, ColumnSpec, FormSpec
from trialbook.mapping.merged_keys import fill_merged_keys
from trialbook.mapping.numbers import read_numbers


@dataclass(frozen=True)
class Form:
    """All records of one form, from however many files or sheets.

    ``frame``: the specification's columns in its order (those the export lacks are empty), text; ``table`` and ``row``: for each
    record the index of its table and its row there. ``missing``: columns the specification names and no table has; ``lacking``:
    columns that one table has not though another has; ``unknown``: columns of a table that no specification names and that hold
    something; ``headers``: for each table the header that stands for a column.
    """

    spec: FormSpec
    frame: pd.DataFrame
    tables: tuple[RawTable, ...]
    table: np.ndarray
    row: np.ndarray
    missing: tuple[str, ...] = ()
    lacking: tuple[tuple[RawTable, str], ...] = ()
    unknown: tuple[tuple[RawTable, str], ...] = ()
    headers: tuple[Mapping[str, str], ...] = ()
    _given: dict[tuple[str, tuple[str, ...]], pd.Series] = field(default_factory=dict, repr=False, compare=False)
    _meant: dict[tuple[str, tuple[str, ...]], pd.Series] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """``frame`` as it is meant: what is mapped, joined by and told apart by (:func:`read_cells`)."""
        return pd.DataFrame({name: read_cells(self.frame[name], column) for name, column in self.spec.columns.items()})

    def given(self, column: str, unknown: tuple[str, ...]) -> pd.Series:
        """The cells of a column as what is derived from them needs them: dates in ISO 8601, ``""`` where there is none.

        ``unknown`` is what a site writes for a day or month that it does not know. A column is read once, whoever asks.
        """
        spec = self.spec.columns[column]
        if spec.type not in DATE_TYPES:
            return self.cells[column]
        if (column, unknown) not in self._given:
            self._given[column, unknown] = read_iso8601(self.cells[column], spec.format, unknown)
        return self._given[column, unknown]

    def meant(self, column: str, unknown: tuple[str, ...], codelists: Mapping[str, StudyCodelist]) -> pd.Series:
        """A column as functions of the study get it: dates as ISO 8601, a coded cell as its term, where it has one."""
        codelist = self.spec.columns[column].codelist
        if not codelist:
            return self.given(column, unknown)
        if (column, unknown) not in self._meant:
            cells = self.given(column, unknown)
            terms = read_terms(cells, codelists[codelist])
            self._meant[column, unknown] = terms.where(terms != "", cells).astype("str")
        return self._meant[column, unknown]

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
    """Assign each table of the export to the form that claims it (:func:`claim_tables`), and read each form's columns."""
    claimed, unmatched = claim_tables(export, specs)
    found = {name: _form(specs[name], tables) for name, tables in claimed.items() if tables}
    return Forms(found, tuple(name for name in specs if name not in found), unmatched)


def _form(spec: FormSpec, tables: list[RawTable]) -> Form:
    frames, indexes, rows, unknown, headers, read = [], [], [], [], [], []
    present: dict[str, set[int]] = {}
    for index, table in enumerate(tables):
        named = _columns(spec, table.frame)
        for name in named.values():
            present.setdefault(name, set()).add(index)
        headers.append({name: header for header, name in named.items()})
        table = fill_merged_keys(table, named, {spec.subject, *spec.keys})
        frame = table.frame[list(named)].rename(columns=named)
        labels = label_row(spec, frame)
        again = _repeated_headers(table.frame, labels)
        problems = tuple(RowProblem(int(row), "repeats the header; it is not a record") for row in table.row[again])
        table = replace(table, problems=(*table.problems, *problems))
        footnotes = footnote_rows(spec, table, named)
        table = _noted(table, footnotes)
        read.append(table)
        data = ~(labels | again | footnotes)
        frames.append(frame[data].reindex(columns=list(spec.columns), fill_value=""))
        rows.append(table.row[data.to_numpy()])
        indexes.append(np.full(int(data.sum()), index))
        for header in table.frame.columns.difference(list(named), sort=False):
            if header in table.repeated:
                continue
            if (table.frame.loc[data, header] != "").any() or not len(table.frame):
                unknown.append((table, header))
    return Form(
        spec=spec,
        frame=pd.concat(frames, ignore_index=True).astype("str"),
        tables=tuple(read),
        table=np.concatenate(indexes),
        row=np.concatenate(rows),
        missing=tuple(name for name in spec.columns if name not in present),
        lacking=tuple((table, name) for index, table in enumerate(read) for name in present if index not in present[name]),
        unknown=tuple(unknown),
        headers=tuple(headers),
    )


def _noted(table: RawTable, footnotes: pd.Series) -> RawTable:
    """The table with its footnotes in a note, and not as rows of another shape."""
    if not footnotes.any():
        return table
    rows = table.row[footnotes.to_numpy()]
    problems = tuple(problem for problem in table.problems if problem.row not in rows)
    return replace(
        table, problems=problems, notes=(*table.notes, ReadNote(int(rows[0]), note_text(table.frame[footnotes]), True))
    )


def _repeated_headers(frame: pd.DataFrame, labels: pd.Series) -> pd.Series:
    """Where the header, or the row of labels under it, stands again among the records, as when exports are pasted together."""
    again = _same_as(frame, [str(header).strip() for header in frame.columns])
    if labels.any():
        again |= _same_as(frame, [cell.strip() for cell in frame[labels].iloc[0]])
    return again & ~labels


def _same_as(frame: pd.DataFrame, cells: list[str]) -> pd.Series:
    """Where a row has exactly these cells, of which more than one is filled: a form of one column may hold its header's text."""
    same = pd.Series(sum(map(bool, cells)) > 1, index=frame.index)
    for column, cell in enumerate(cells):
        if not same.any():
            break
        same &= frame.iloc[:, column].str.strip() == cell
    return same


def _columns(spec: FormSpec, frame: pd.DataFrame) -> dict[str, str]:
    """Headers of the table with the column that each stands for, however spelt; the surest where several stand for one."""
    names: dict[str, tuple[int, str]] = {}
    for rank, (header, name) in enumerate(spec.headers.items()):
        names.setdefault(plain_header(header), (rank, name))
    named = {header: found for header in frame.columns if (found := names.get(plain_header(header))) is not None}
    best: dict[str, str] = {}
    for header, (rank, name) in named.items():
        if name not in best or rank < named[best[name]][0]:
            best[name] = header
    return {header: name for header, (_, name) in named.items() if best[name] == header}


def label_row(spec: FormSpec, frame: pd.DataFrame) -> pd.Series:
    """Where the first record repeats the columns' labels: a second header row.

    It has the label of every labelled key, of at least half of the other labelled columns that it fills, and no date or number
    where the specification has one; anything less is taken for data, so that no record is lost.
    """
    mask = pd.Series(False, index=frame.index)
    first = {name: _plain(frame[name].iloc[0]) for name in frame.columns} if len(frame) else {}
    labels = {name: _plain(column.label) for name, column in spec.columns.items() if column.label and first.get(name)}
    repeated = {name for name, label in labels.items() if first[name] == label}
    keys = {key for key in spec.keys if key in frame and spec.columns[key].label}
    if keys and keys <= repeated and 2 * len(repeated) >= len(labels):
        data = [name for name, text in first.items() if name not in repeated and _is_data(spec.columns[name], text)]
        mask.iloc[0] = not data
    return mask


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _is_data(column: ColumnSpec, text: str) -> bool:
    """Whether a text is what a date or number column holds: a label has no reading there."""
    if column.type in DATE_TYPES:
        return text != "" and bool(parse_datetimes(pd.Series([text], dtype="str"), column.format)[1].iloc[0])
    return column.type in ("integer", "number") and bool(read_numbers(pd.Series([text], dtype="str")).notna().iloc[0])
