"""A trial design dataset from records: in the standard's order, each record with the place where the protocol states it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.datasets import SdtmDataset, Variable
from trialbook.standards import Standard

if TYPE_CHECKING:
    from trialbook.protocol.protocol import Protocol

Cell = str | float


@dataclass(frozen=True)
class Record:
    """The variables of one record, and its statement: a file of the protocol, without ending, and the keys in it.

    ``of``: the version of the protocol that states it, where that may be an earlier one.
    """

    values: Mapping[str, Cell]
    file: str
    at: tuple[str | int, ...] = ()
    of: Protocol | None = None


@dataclass(frozen=True)
class DesignDataset:
    """A trial design dataset; ``places``: for each record the file, from the study's folder, and the line that state it."""

    dataset: SdtmDataset
    keys: tuple[str, ...]
    places: tuple[tuple[str, int], ...]


def design_dataset(
    name: str, records: Sequence[Record], protocol: Protocol, standard: Standard, more_keys: tuple[str, ...] = ()
) -> DesignDataset | None:
    """The dataset ``name`` of records in their order, with STUDYID and DOMAIN; None where there are no records.

    It has the standard's variables that are required or expected, and those that a record fills; ``more_keys`` go with its key.
    """
    listed = standard.datasets.get(name)
    if not records or listed is None:
        return None
    filled = dict.fromkeys(variable for one in records for variable, value in one.values.items() if value != "")
    variables: dict[str, Variable] = {}
    columns: dict[str, pd.Series] = {}
    known = [one for one in standard.variables(name) if one.core in ("Req", "Exp") or one.name in filled]
    known += [
        found
        for variable in sorted(filled)
        if standard.variable(name, variable) is None and (found := standard.model_variable(name, variable))
    ]
    for one in known:
        if one.name in ("STUDYID", "DOMAIN"):
            cells: list[Cell] = [protocol.id if one.name == "STUDYID" else name] * len(records)
        else:
            cells = [record.values.get(one.name, "") for record in records]
        if one.type == "Num":
            columns[one.name] = pd.Series([float("nan") if cell == "" else float(cell) for cell in cells], dtype="float64")
        else:
            columns[one.name] = pd.Series([str(cell) for cell in cells], dtype="str")
        variables[one.name] = Variable(one.name, one.label, one.type)
    keys = tuple(key for key in (*listed.keys, *more_keys) if key in columns)
    dataset = SdtmDataset(name, listed.label, pd.DataFrame(columns), variables)
    return DesignDataset(dataset, keys, tuple(_place(one, protocol) for one in records))


def _place(one: Record, protocol: Protocol) -> tuple[str, int]:
    """The file from the study's folder, and the line of the statement in it."""
    of = one.of or protocol
    path = of.folder / f"{one.file}.yml"
    return path.relative_to(protocol.folder.parent).as_posix(), of.file(one.file).line(one.at) if path.exists() else 1
