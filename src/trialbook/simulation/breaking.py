"""Defects drawn and made: about so many records broken, each kind that can occur at least once, no cell twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.errors import SpecError
from trialbook.mapping import FormSpec, Specs
from trialbook.simulation.changes import Action, Change, Kind, Tables
from trialbook.simulation.rendering import Renderer
from trialbook.simulation.tables import SiteTable

MOST_TRIES = 200
"""Candidates of one kind that are refused in a row because their records are broken already, before the kind is given up."""

WHOLE = (Action.REMOVE, Action.DOUBLE, Action.LONG_ROW)


@dataclass(frozen=True)
class Defect:
    """Changes that belong together; ``detectable`` for those that do not say it themselves."""

    kind: Kind
    changes: tuple[Change, ...]


@dataclass
class _Drawn:
    """A kind with its open candidates; ``late`` are those of which a record, but no cell, is broken already."""

    kind: Kind
    candidates: Iterator[Change | Sequence[Change]]
    late: list[tuple[Change, ...]]
    open: bool = True


def draw_defects(
    tables: Tables,
    kinds: Sequence[Kind],
    rate: float,
    seed: int,
    can_show: Callable[[Change], bool],
    failed: Callable[[Exception, Kind], SpecError],
) -> list[Defect]:
    """Defects that break about ``rate`` of all records; every kind that finds a place has at least one.

    Kinds take turns, each with a generator of its own, so that a further kind moves no other's defects to other records unless
    they meet. ``can_show`` tells whether the export can hold a change, and that it is one; ``failed`` makes the error to raise
    for a kind that raises one, or changes what is not there.
    """
    wanted = round(rate * sum(map(len, tables.values())))
    drawn = [_Drawn(kind, iter(kind(tables, np.random.default_rng([seed, *kind.name.encode()]))), []) for kind in kinds]
    claimed = _Claims()
    defects: list[Defect] = []
    first = True
    while first or (len(claimed.records) < wanted and any(one.open for one in drawn)):
        for one in drawn:
            if not one.open or (not first and len(claimed.records) >= wanted):
                continue
            try:
                changes = _next(one, tables, claimed, can_show, may_share=first)
            except Exception as error:
                raise failed(error, one.kind) from error
            if changes is None:
                one.open = False
            else:
                claimed.take(changes, tables)
                defects.append(Defect(one.kind, changes))
        first = False
    return defects


class _Claims:
    """Records and cells that are broken."""

    def __init__(self) -> None:
        self.records: set[tuple[str, int]] = set()
        self.cells: set[tuple[str, int, str]] = set()

    def take(self, changes: Sequence[Change], tables: Tables) -> None:
        for change in changes:
            self.records.add((change.form, change.record))
            columns = tables[change.form].columns if change.column is None else (change.column,)
            self.cells.update((change.form, change.record, column) for column in columns)

    def cells_free(self, changes: Sequence[Change], tables: Tables) -> bool:
        return not any(
            (change.form, change.record, column) in self.cells
            for change in changes
            for column in (tables[change.form].columns if change.column is None else (change.column,))
        )

    def records_free(self, changes: Sequence[Change]) -> bool:
        return not any((change.form, change.record) in self.records for change in changes)


def _next(
    one: _Drawn, tables: Tables, claimed: _Claims, can_show: Callable[[Change], bool], may_share: bool
) -> tuple[Change, ...] | None:
    """The kind's next defect; only its first one may break a record that another has broken in another cell."""
    for tries, candidate in enumerate(one.candidates, 1):
        changes = (candidate,) if isinstance(candidate, Change) else tuple(candidate)
        _check(changes, tables)
        if not all(map(can_show, changes)):
            continue
        if claimed.records_free(changes):
            return changes
        one.late.append(changes)
        if tries >= MOST_TRIES:
            break
    if may_share:
        return next((changes for changes in one.late if claimed.cells_free(changes, tables)), None)
    return None


def _check(changes: Sequence[Change], tables: Tables) -> None:
    """Raise LookupError for a change of what is not there."""
    if not changes:
        raise LookupError("a defect has no change")
    for change in changes:
        if change.form not in tables:
            raise LookupError(f"no form {change.form!r} is simulated")
        frame = tables[change.form]
        if change.record not in frame.index:
            raise LookupError(f"{change.form} has no record {change.record}")
        if (change.column is None) != (change.action in WHOLE):
            raise LookupError(
                f"{change.action.value} of {change.form} is of {'a whole record' if change.column else 'one column'}"
            )
        if change.column is not None and change.column not in frame.columns:
            raise LookupError(f"{change.form} has no column {change.column!r}")
    cells = [(change.form, change.record, change.column) for change in changes]
    if len(set(cells)) < len(cells):
        raise LookupError("a defect changes one cell twice")


def changed_text(change: Change, before: str, renderer: Renderer, spec: FormSpec) -> str:
    """What the cell of a change holds after it."""
    if change.value is not None:
        return renderer.cell(spec, str(change.column), change.value)
    if change.text is not None:
        return change.text
    return change.edit(before) if change.edit else ""


def break_tables(
    tables: Mapping[str, SiteTable], defects: Sequence[Defect], renderer: Renderer, specs: Specs
) -> tuple[dict[str, SiteTable], dict[tuple[str, int], int]]:
    """The tables with the defects in them, and for each doubled record the number of its copy."""
    broken = {
        name: SiteTable(table.spec, table.text.copy(), table.values.copy(), dict(table.shapes)) for name, table in tables.items()
    }
    texts = {
        name: {column: cells.to_numpy(dtype=object, copy=True) for column, cells in table.text.items()}
        for name, table in broken.items()
    }
    values = {
        name: {column: cells.to_numpy(dtype=object, copy=True) for column, cells in table.values.items()}
        for name, table in broken.items()
    }
    removed: dict[str, list[int]] = {}
    doubled: dict[str, list[int]] = {}
    for change in (change for defect in defects for change in defect.changes):
        name, record, column = change.form, change.record, change.column
        if change.action is Action.REMOVE:
            removed.setdefault(name, []).append(record)
        elif change.action is Action.DOUBLE:
            doubled.setdefault(name, []).append(record)
        elif change.action is not Action.SET:
            broken[name].shapes[record] = (change.action, column or "")
        if column is None:
            continue
        cells = texts[name][column]
        cells[record] = changed_text(change, cells[record], renderer, specs.forms[name])
        values[name][column][record] = change.value or ""
    copies: dict[tuple[str, int], int] = {}
    for name, table in broken.items():
        index = table.text.index
        text = pd.DataFrame(texts[name], index=index, dtype="str")
        value = pd.DataFrame(values[name], index=index, dtype="str")
        again = doubled.get(name, [])
        for at, record in enumerate(again):
            copies[name, record] = len(index) + at
        numbers = [copies[name, record] for record in again]
        text = pd.concat([text.drop(index=removed.get(name, [])), text.loc[again].set_axis(numbers)])
        value = pd.concat([value.drop(index=removed.get(name, [])), value.loc[again].set_axis(numbers)])
        broken[name] = SiteTable(table.spec, text.astype("str"), value.astype("str"), table.shapes)
    return broken, copies
