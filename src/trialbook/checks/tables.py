"""The tables that rules run on, each with what a finding needs to know of its records: subject, key, origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.datasets import SdtmDataset
from trialbook.findings import Origin, Role, Stage
from trialbook.mapping import Form, Mapped

Locate = Callable[[np.ndarray, Sequence[str], Role], list[tuple[Origin, ...]]]


@dataclass(frozen=True)
class CheckedTable:
    """``locate`` gives the origins of some variables for the records at given positions; ``subject`` is USUBJID where known."""

    name: str
    label: str
    stage: Stage
    frame: pd.DataFrame
    subject: pd.Series | None
    keys: tuple[str, ...]
    locate: Locate

    def content(self, positions: np.ndarray) -> list[str]:
        """The raw content of records, for ids that their keys don't tell apart: every cell, whatever the row."""
        columns = [column for column in self.frame.columns if not column.endswith("SEQ") or self.stage is Stage.RAW]
        taken = self.frame[columns].take(positions)
        return ["\x1f".join(map(str, row)) for row in taken.itertuples(index=False, name=None)]

    def key(self, positions: np.ndarray) -> list[tuple[str, ...]]:
        """The natural key of records as text."""
        columns = [key for key in self.keys if key in self.frame]
        if not columns:
            return [()] * len(positions)
        taken = self.frame[columns].take(positions)
        return [tuple(map(str, row)) for row in taken.itertuples(index=False, name=None)]


def form_table(form: Form, usubjid: pd.Series | None) -> CheckedTable:
    """A form of the export; without a USUBJID its records go by the number that the form has for the subject."""
    subject = usubjid if usubjid is not None else form.frame[form.spec.subject].str.strip()

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        headers = tuple(form.headers.get(name, name) for name in variables)
        if not headers:
            return [()] * len(positions)
        tables = [form.tables[index] for index in form.table[positions]]
        rows = form.row[positions]
        return [(Origin(role, table.file, table.sheet, int(row), headers),) for table, row in zip(tables, rows, strict=True)]

    # A column that the export lacks is one finding; without it here, the rules that need it are skipped with that reason.
    frame = form.frame.drop(columns=list(form.missing))
    return CheckedTable(form.name, form.spec.title, Stage.RAW, frame, subject, form.spec.keys, locate)


def mapped_table(mapped: Mapped, forms: dict[str, CheckedTable]) -> CheckedTable:
    """A dataset made by mapping: its origins are raw cells."""

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        found = mapped.provenance.cells(positions, variables)
        return [
            tuple(
                origin
                for (form, row), columns in cells.items()
                for origin in forms[form].locate(np.array([row]), columns, role)[0]
            )
            for cells in found
        ]

    return _dataset_table(mapped.dataset, mapped.keys, locate)


def file_table(dataset: SdtmDataset, keys: tuple[str, ...]) -> CheckedTable:
    """A dataset read from a file: its origins are the file's records."""

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        file = dataset.file or dataset.name
        return [(Origin(role, file, None, int(position) + 1, tuple(variables)),) for position in positions]

    return _dataset_table(dataset, keys, locate)


def _dataset_table(dataset: SdtmDataset, keys: tuple[str, ...], locate: Locate) -> CheckedTable:
    subject = dataset.frame.get("USUBJID")
    natural = tuple(key for key in keys if not key.endswith("SEQ"))
    return CheckedTable(dataset.name, dataset.label, Stage.SDTM, dataset.frame, subject, natural, locate)
