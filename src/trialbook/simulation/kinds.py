"""The kit's own kinds of defect, by the form specifications alone: what can go wrong in any export, whatever the trial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trialbook.mapping import ColumnSpec, FormSpec, Specs
from trialbook.simulation.changes import Candidates, Kind, Tables


@dataclass(frozen=True)
class Cell:
    """One cell of the canonical tables."""

    spec: FormSpec
    record: int
    name: str
    value: str

    @property
    def form(self) -> str:
        """The form's name."""
        return self.spec.form

    @property
    def column(self) -> ColumnSpec:
        """The column's specification."""
        return self.spec.columns[self.name]


Wanted = Callable[[FormSpec, str, ColumnSpec], bool]


def cells(tables: Tables, specs: Specs, random: np.random.Generator, wanted: Wanted, *, filled: bool = True) -> Iterator[Cell]:
    """Cells of the columns that are wanted, filled ones only, in random order; each column has the same chance."""
    open_: list[tuple[FormSpec, str, list[int]]] = []
    for form, frame in tables.items():
        spec = specs.forms[form]
        for name, column in spec.columns.items():
            if wanted(spec, name, column):
                records = frame.index[frame[name] != ""] if filled else frame.index
                if len(records):
                    open_.append((spec, name, random.permutation(records.to_numpy()).tolist()))
    while open_:
        at = int(random.integers(len(open_)))
        spec, name, records = open_[at]
        record = int(records.pop())
        if not records:
            open_.pop(at)
        yield Cell(spec, record, name, str(tables[spec.form].at[record, name]))


def is_plain(spec: FormSpec, name: str) -> bool:
    """Whether a column is no key: a broken key breaks more than its cell."""
    return name not in spec.keys and name != spec.subject


def shuffled(items: Sequence[int], random: np.random.Generator) -> list[int]:
    """Records in random order."""
    return [int(item) for item in random.permutation(np.array(items, dtype=int))]


Maker = Callable[[Tables, Specs, np.random.Generator], Candidates]


def bind(specs: Specs, name: str, make: Maker, detectable: bool = True) -> Kind:
    """A kind of the kit's, for one study's specifications."""
    return Kind(name, lambda tables, random: make(tables, specs, random), detectable)
