"""The tables that rules run on, each with what a finding needs to know of its records: subject, key, origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.datasets import SdtmDataset
from trialbook.exports import RawTable
from trialbook.findings import Origin, Role, Stage
from trialbook.mapping import DATE_TYPES, Form, Mapped, StudyCodelist
from trialbook.mapping.plain import plain
from trialbook.protocol.trial_design import DesignDataset

Locate = Callable[[np.ndarray, Sequence[str], Role], list[tuple[Origin, ...]]]


@dataclass(frozen=True)
class CheckedTable:
    """``locate`` gives the origins of some variables for the records at given positions; ``subject`` is USUBJID where known.

    ``cells`` is the frame as it is read, where that is not as it is written: a record's key does not change with white space.
    ``lacking`` says of columns that are not in ``frame`` why: rules that need one are skipped with that reason. ``behind``: forms
    with, for each record, the position of the raw record that it draws on there, -1 for none. ``files``: where its records stand.
    ``whole_key``: the key with those parts too whose columns are not there. ``meant`` gives parts of the key as they are meant:
    the next export may write a date, or a term, in another way.
    """

    name: str
    label: str
    stage: Stage
    frame: pd.DataFrame
    subject: pd.Series | None
    keys: tuple[str, ...]
    locate: Locate
    cells: pd.DataFrame | None = None
    lacking: Mapping[str, str] = field(default_factory=dict)
    behind: tuple[tuple[str, np.ndarray], ...] = ()
    files: tuple[Origin, ...] = ()
    whole_key: tuple[str, ...] = ()
    meant: Callable[[], Mapping[str, pd.Series]] | None = None

    @cached_property
    def read(self) -> pd.DataFrame:
        """What rules see: the cells of ``frame`` as they are read."""
        return self.frame if self.cells is None else self.cells[list(self.frame.columns)]

    def content(self, positions: np.ndarray) -> list[str]:
        """The raw content of records, for ids that their keys don't tell apart: every cell, whatever the row."""
        columns = [column for column in self.frame.columns if column not in self._numbering]
        taken = self.frame[columns].take(positions)
        return ["\x1f".join(map(str, row)) for row in taken.itertuples(index=False, name=None)]

    def key(self, positions: np.ndarray) -> list[tuple[str, ...]]:
        """The natural key of records as text; a part whose column is not there is empty, as in a record that has nothing in it.

        A form that is left out may take columns of a dataset with it: what other forms gave keeps its key.
        """
        names = [key for key in self.whole_key or self.keys if key not in self._numbering]
        if not self._key_columns:
            return [()] * len(positions)
        taken = self._key_cells.take(positions)
        parts = [list(map(str, taken[name])) if name in taken else [""] * len(positions) for name in names]
        return list(zip(*parts, strict=True))

    @cached_property
    def key_groups(self) -> np.ndarray:
        """For each record a number that all records of the same natural key share, -1 where no other has it."""
        if not self._key_columns:
            return np.full(len(self.frame), -1, dtype=np.int64)
        keys = self._key_cells
        shared = keys.duplicated(keep=False).to_numpy()
        groups = np.full(len(self.frame), -1, dtype=np.int64)
        groups[shared] = keys[shared].groupby(self._key_columns, sort=False, dropna=False).ngroup().to_numpy()
        return groups

    @cached_property
    def _key_cells(self) -> pd.DataFrame:
        cells = (self.frame if self.cells is None else self.cells)[self._key_columns]
        meant = self.meant() if self.meant else {}
        return cells.assign(**{name: meant[name] for name in self._key_columns if name in meant})

    @cached_property
    def _key_columns(self) -> list[str]:
        return [key for key in self.keys if key in self.frame and key not in self._numbering]

    @cached_property
    def _numbering(self) -> set[str]:
        """Columns that number records, and change when others come or go: --SEQ, and IDVARVAL that repeats one."""
        if self.stage is Stage.RAW:
            return set()
        numbering = {column for column in self.frame.columns if column.endswith("SEQ")}
        if "IDVAR" in self.frame and self.frame["IDVAR"].str.endswith("SEQ").any():
            numbering.add("IDVARVAL")
        return numbering


def record_origin(table: RawTable, row: int, role: Role = Role.CORRECT, columns: tuple[str, ...] = ()) -> Origin:
    """The record at ``row`` of a table: by its row, or by its path where the file has no rows."""
    path = table.path_of(row)
    return Origin(role, table.file, table.sheet, row if path is None else None, columns, path)


def table_origin(table: RawTable, columns: tuple[str, ...] = ()) -> Origin:
    """A table, or columns of it, by the row of its header where it has one."""
    return Origin(Role.CORRECT, table.file, table.sheet, table.header_row if table.path is None else None, columns)


def form_table(form: Form, usubjid: pd.Series | None, codelists: Mapping[str, StudyCodelist] | None = None) -> CheckedTable:
    """A form of the export; a record without a USUBJID goes by the number that the form has for the subject."""
    collected = form.cells[form.spec.subject]
    subject = collected if usubjid is None else usubjid.where(usubjid != "", collected)

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        headers = [tuple(named.get(name, name) for name in variables) for named in form.headers]
        at = zip(form.table[positions].tolist(), form.row[positions].tolist(), strict=True)
        return [(record_origin(form.tables[i], row, role, headers[i]),) for i, row in at]

    # A column that the export lacks is one finding; without it here, the rules that need it are skipped with that reason.
    frame = form.frame.drop(columns=list(form.missing))
    lacking = {name: f"{form.name} has no {name} in the export" for name in form.missing}
    behind = ((form.name, np.arange(len(frame))),)
    files = tuple(Origin(Role.CORRECT, one.file, one.sheet, None, ()) for one in form.tables)
    return CheckedTable(
        form.name,
        form.spec.title,
        Stage.RAW,
        frame,
        subject,
        form.spec.keys,
        locate,
        form.cells,
        lacking,
        behind,
        files,
        meant=lambda: _as_meant(form, codelists or {}),
    )


def _as_meant(form: Form, codelists: Mapping[str, StudyCodelist]) -> dict[str, pd.Series]:
    """The dates and coded values of a form's key: in ISO 8601 and as terms, and as they are where they can't be read so."""
    meant = {}
    for name in form.spec.keys:
        column, cells = form.spec.columns[name], form.cells[name]
        if column.codelist is not None and column.codelist in codelists:
            terms = {plain(value): term for value, term in codelists[column.codelist].by_value.items()}
            meant[name] = cells.map({cell: terms.get(plain(cell), cell) for cell in cells.unique()})
        elif column.type in DATE_TYPES:
            dates = form.given(name, ())
            meant[name] = dates.where(dates != "", cells)
    return meant


def mapped_table(mapped: Mapped, forms: dict[str, CheckedTable]) -> CheckedTable:
    """A dataset made by mapping: its origins are raw cells."""

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        found: list[list[Origin]] = [[] for _ in positions]
        cells = mapped.provenance.cells(positions, variables)
        if role is Role.CORRECT:
            # A value that should have come from a record that is not there has no cell: the row it belongs to is named.
            for of_record, base in zip(cells, mapped.provenance.base(positions), strict=True):
                if not of_record and base is not None:
                    of_record[base] = []
        # Located together by form and columns: most records draw on the same, and one by one is slow.
        alike: dict[tuple[str, tuple[str, ...]], list[tuple[int, int]]] = {}
        for index, of_record in enumerate(cells):
            for (form, row), columns in of_record.items():
                alike.setdefault((form, tuple(columns)), []).append((index, row))
        for (form, columns_of), at in alike.items():
            rows = np.array([row for _, row in at])
            for (index, _), origins in zip(at, forms[form].locate(rows, columns_of, role), strict=True):
                found[index].extend(origins)
        return [tuple(origins) for origins in found]

    table = _dataset_table(mapped.dataset, mapped.keys, locate)
    frame = table.frame.drop(columns=[name for name in mapped.not_collected if name in table.frame])
    behind = tuple((form, mapped.provenance.rows[alias]) for alias, form in mapped.provenance.forms.items())
    # A key's text is known by all of it, also where it goes on in qualifiers.
    cells = frame.assign(**mapped.unsplit) if mapped.unsplit else None
    return replace(table, frame=frame, cells=cells, lacking=mapped.not_collected, behind=behind)


def design_table(made: DesignDataset) -> CheckedTable:
    """A trial design dataset made from the protocol: its origins are the lines of the files that state its records."""

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        places = [made.places[int(position)] for position in positions]
        return [(Origin(role, file, None, line, ()),) for file, line in places]

    return _dataset_table(made.dataset, made.keys, locate)


def file_table(dataset: SdtmDataset, keys: tuple[str, ...]) -> CheckedTable:
    """A dataset read from a file: its origins are the file's records."""

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        file = dataset.file or dataset.name
        return [(Origin(role, file, None, int(position) + 1, tuple(variables)),) for position in positions]

    return _dataset_table(dataset, keys, locate)


def _dataset_table(dataset: SdtmDataset, keys: tuple[str, ...], locate: Locate) -> CheckedTable:
    subject = dataset.frame.get("USUBJID")
    return CheckedTable(dataset.name, dataset.label, Stage.SDTM, dataset.frame, subject, keys, locate)
