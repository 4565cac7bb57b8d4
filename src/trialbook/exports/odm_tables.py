"""The state of an ODM file as tables.

A form is a table by the name of its OID, one record for each instance (FormData), with the items of all its item groups that do
not repeat. An item group that repeats is a table of its own by the name of its OID, one record for each repetition, and beside
each the items of the instance's other groups (the date of a blood sample beside each of its results), so that a specification
finds all that belongs to a record in one table. A form of one item group is one table, whether the group repeats or not. The
specification may also call a form or group by its name or by the last part of its OID (``F.AE``: ``AE``), and a repeating group
by its form, when it names columns of that group.

A group repeats when its definition says so or an instance holds it several times; where all groups of a form are defined as
repeating, the definitions tell nothing, and what instances hold decides.

Columns are the items defined for the form and those that only its data hold; a form without data is a table without records. An
item's unit (MeasurementUnitRef) is a column beside it, ``<header>.unit``. At the end stand those of the system columns (subject,
site, study event, repeat keys) that hold something. An entity in which no item stands gives no record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.odm_metadata import Column, Metadata, column_headers, further_names
from trialbook.exports.odm_state import Node, State
from trialbook.exports.sources import matches
from trialbook.exports.tables import RawTable, ReadNote

SYSTEM_COLUMNS = (
    "SubjectKey", "LocationOID", "StudyEventOID", "StudyEventName", "StudyEventRepeatKey", "FormRepeatKey", "ItemGroupRepeatKey"
)  # fmt: skip
"""The place of a record in the file. StudyEventName is the name that the study event's definition has."""

_TEXT = pa.large_string()


@dataclass
class _Form:
    """One form: its instances, and which of its groups repeat."""

    oid: str
    instances: list[Node]
    groups: list[str]
    repeating: list[str]

    @property
    def single(self) -> list[str]:
        return [group for group in self.groups if group not in self.repeating]


@dataclass
class _Record:
    """A record: ``place`` is the FormData or ItemGroupData that it stands in, ``parts`` the item groups that it is made of."""

    place: Node
    form: Node
    parts: dict[str, Node]


def odm_tables(state: State, metadata: Metadata, file: str, ignore: Sequence[str], headers: Collection[str]) -> list[RawTable]:
    """The tables in the order of their forms' OIDs; those whose name ``ignore`` names are left out.

    Each table's ``path`` is the place of each record, and its ``row`` the ordinal of the record in the table. Raises ExportError
    for tables past the limits.
    """
    tables: list[RawTable] = []
    cells = 0
    remarks: dict[int, list[str]] = {}
    for node, what in state.remarks:
        remarks.setdefault(id(node), []).append(what)
    for form in _forms(state, metadata):
        made = []
        names = further_names(form.oid, metadata.forms)
        own = form.single if len(form.groups) > 1 or not form.groups else form.groups
        if own or not form.repeating:
            repeats = own == form.repeating
            records = _repetitions(form, own[0], ()) if repeats else _instances(form, own)
            also = (*names, *(own if len(form.groups) == 1 else ()))
            made.append(_Table(form, form.oid, also, (), own, (), records))
        if own != form.repeating:
            for group in form.repeating:
                also = tuple(name for name in further_names(group, metadata.groups) if name not in (form.oid, *names))
                records = _repetitions(form, group, form.single)
                made.append(_Table(form, group, also, (form.oid, *names), (group,), form.single, records))
        for one in made:
            if not any(matches(name, ignore) for name in (one.sheet, *one.also)):
                table = one.table(metadata, file, headers, remarks)
                cells += table.frame.size
                if cells > limits.MOST_CELLS or len(tables) >= limits.MOST_FILES:
                    raise ExportError(
                        f"gives more than {limits.MOST_CELLS:,} cells, or more than {limits.MOST_FILES:,} tables",
                        file=file,
                        remedy="Export the study in several files.",
                    )
                tables.append(table)
    return _with_oddities(tables, state)


def _forms(state: State, metadata: Metadata) -> list[_Form]:
    instances: dict[str, list[Node]] = {oid: [] for oid in metadata.forms}
    for instance in state.root.of("FormData"):
        instances.setdefault(instance.oid, []).append(instance)
    forms = []
    for oid, nodes in sorted(instances.items()):
        defined = metadata.forms[oid].refs if oid in metadata.forms else {}
        groups = dict.fromkeys([*defined, *(group for node in nodes for group, _ in node.children)])
        counts: dict[str, int] = {}
        for node in nodes:
            here: dict[str, int] = {}
            for (group, _), alike in node.children.items():
                here[group] = here.get(group, 0) + len(alike)
            for group, count in here.items():
                counts[group] = max(counts.get(group, 0), count)
        said = {group for group in groups if group in metadata.groups and metadata.groups[group].repeating}
        if len(groups) > 1 and said == set(groups):
            said = set()
        forms.append(_Form(oid, nodes, list(groups), [group for group in groups if group in said or counts.get(group, 0) > 1]))
    return forms


def _instances(form: _Form, groups: Sequence[str]) -> list[_Record]:
    records = []
    for node in form.instances:
        parts = _parts(node, groups)
        if any(part.cells for part in parts.values()):
            (only,) = parts.values() if len(form.groups) == 1 else (node,)
            records.append(_Record(only, node, parts))
    return records


def _repetitions(form: _Form, group: str, beside: Sequence[str]) -> list[_Record]:
    records = []
    for node in form.instances:
        parts = _parts(node, beside)
        for part in node.of("ItemGroupData"):
            if part.oid == group and part.cells:
                records.append(_Record(part, node, {**parts, group: part}))
    return records


def _parts(form: Node, groups: Sequence[str]) -> dict[str, Node]:
    wanted = set(groups)
    return {part.oid: part for part in form.of("ItemGroupData") if part.oid in wanted}


@dataclass
class _Table:
    """One table in the making: ``groups`` are its own item groups, ``beside`` those of the form that stand beside them."""

    form: _Form
    sheet: str
    also: tuple[str, ...]
    part_of: tuple[str, ...]
    groups: Sequence[str]
    beside: Sequence[str]
    records: list[_Record]

    def table(self, metadata: Metadata, file: str, headers: Collection[str], remarks: dict[int, list[str]]) -> RawTable:
        own, beside = self._columns(self.groups, metadata), self._columns(self.beside, metadata)
        if len(own) + len(beside) > limits.MOST_COLUMNS:
            what = f"has {len(own) + len(beside):,} items, the most that can be read is {limits.MOST_COLUMNS:,}"
            raise ExportError(what, file=file, place=f"form {self.form.oid!r}", remedy="Export the form's groups apart.")
        if len(self.records) * (len(own) + len(beside)) > limits.MOST_CELLS:
            what = f"gives more than {limits.MOST_CELLS:,} cells"
            raise ExportError(what, file=file, place=f"form {self.form.oid!r}", remedy="Export the study in several files.")
        called = column_headers([*own, *beside], metadata.items, headers)
        cells: dict[str, list[str]] = {}
        repeated: set[str] = set()
        for column in (*own, *beside):
            for name, texts in self._texts(column, called[column]).items():
                if name not in cells:
                    cells[name] = texts
                    repeated |= {name} if column in beside else set()
        taken = {name.casefold() for name in cells}
        for name, texts in self._system(metadata).items():
            if name.casefold() not in taken and any(texts):
                cells[name] = texts
                repeated.add(name)
        data = pa.table({name: pa.array(texts, _TEXT) for name, texts in cells.items()})
        frame = data.to_pandas(types_mapper={_TEXT: pd.StringDtype(na_value=np.nan)}.get)
        return RawTable(
            file,
            self.sheet,
            frame,
            np.arange(1, len(self.records) + 1, dtype=np.int64),
            notes=self._notes(remarks),
            path=self._paths(),
            also=self.also,
            part_of=self.part_of,
            repeated=frozenset(repeated),
        )

    def _columns(self, groups: Iterable[str], metadata: Metadata) -> list[Column]:
        found: dict[Column, None] = {}
        for group in groups:
            for item in metadata.groups[group].refs if group in metadata.groups else ():
                found[group, item] = None
        wanted = set(groups)
        for record in self.records:
            for group, part in record.parts.items():
                if group in wanted:
                    for item in part.cells:
                        found[group, item] = None
        return list(found)

    def _texts(self, column: Column, header: str) -> dict[str, list[str]]:
        group, item = column
        parts = [record.parts.get(group) for record in self.records]
        found = {header: ["" if part is None else part.cells.get(item, "") for part in parts]}
        units = ["" if part is None or not part.units else part.units.get(item, "") for part in parts]
        return found | ({f"{header}.unit": units} if any(units) else {})

    def _system(self, metadata: Metadata) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in SYSTEM_COLUMNS}
        events = metadata.events
        for record in self.records:
            event = record.form.parent
            subject = event.parent if event is not None else None
            assert event is not None and subject is not None
            group = record.place if record.place.level == "ItemGroupData" else None
            name = events[event.oid].name if event.oid in events else ""
            repeats = (event.repeat, record.form.repeat, group.repeat if group else "")
            for column, text in zip(SYSTEM_COLUMNS, (subject.oid, subject.site, event.oid, name, *repeats), strict=True):
                found[column].append(text)
        return found

    def _paths(self) -> np.ndarray:
        paths = np.empty(len(self.records), dtype=object)
        form, above = None, ""
        for index, record in enumerate(self.records):
            if record.form is not form:
                form, above = record.form, record.form.path
            paths[index] = above if record.place is form else above + record.place.step
        return paths

    def _notes(self, remarks: dict[int, list[str]]) -> tuple[ReadNote, ...]:
        if not remarks:
            return ()
        wanted = set(self.groups)
        return tuple(
            ReadNote(row, what)
            for row, record in enumerate(self.records, start=1)
            for group, part in record.parts.items()
            if group in wanted
            for what in remarks.get(id(part), ())
        )


def _with_oddities(tables: list[RawTable], state: State) -> list[RawTable]:
    """The tables with what was odd about the transactions of their forms; what belongs to none stands with the first."""
    made = list(tables)
    for (form, what), oddity in state.oddities.items():
        times = "once" if oddity.count == 1 else f"{oddity.count:,} times"
        note = ReadNote(None, f"{times} an entity is {what} (first {oddity.first})")
        at = next((i for i, table in enumerate(made) if form and form in (table.sheet, *table.part_of)), 0)
        if made:
            made[at] = replace(made[at], notes=(*made[at].notes, note))
    return made
