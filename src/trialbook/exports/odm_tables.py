"""The state of an ODM file as tables.

A form is a table by the name of its OID, one record for each instance (FormData), with the items of all its item groups that do
not repeat. An item group that repeats is a table of its own by the name of its OID, one record for each repetition, and beside
each the items of the instance's other groups (the date of a blood sample beside each of its results), so that a specification
finds all that belongs to a record in one table. A form of one item group is one table, whether the group repeats or not. The
specification may also call a form or group by its name or by the last part of its OID (``F.AE``: ``AE``), and a repeating group
by its form, when it names columns of that group.

Which groups repeat, :func:`trialbook.exports.odm_forms.odm_forms` decides.

Columns are the items defined for the form and those that only its data hold; a form without data is a table without records. An
item's unit (MeasurementUnitRef) is a column beside it, ``<header>.unit``. At the end stand those of the system columns (subject,
site, study event, repeat keys) that hold something. An entity in which no item stands gives no record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.odm_forms import OdmForm, OdmRecord, odm_forms
from trialbook.exports.odm_metadata import Column, Metadata, column_headers, further_names
from trialbook.exports.odm_state import Node, State
from trialbook.exports.sources import matches
from trialbook.exports.tables import RawTable, ReadNote

SYSTEM_COLUMNS = (
    "SubjectKey", "LocationOID", "StudyEventOID", "StudyEventName", "StudyEventRepeatKey", "FormRepeatKey", "ItemGroupRepeatKey"
)  # fmt: skip
"""The place of a record in the file. StudyEventName is the name that the study event's definition has."""

_TEXT = pa.large_string()


def odm_tables(state: State, metadata: Metadata, file: str, ignore: Sequence[str], headers: Collection[str]) -> list[RawTable]:
    """The tables in the order of their forms' OIDs; those whose name ``ignore`` names are left out.

    Each table's ``path`` is the place of each record, and its ``row`` the ordinal of the record in the table. Raises ExportError
    for tables past the limits.
    """
    remarks: dict[int, list[str]] = {}
    for node, what in state.remarks:
        remarks.setdefault(id(node), []).append(what)
    forms = odm_forms(state, metadata)
    count = sum(len(form.repeating) + 1 for form in forms)
    if count > limits.MOST_ODM_TABLES:
        raise _too_much(
            f"holds {count:,} forms and repeating item groups; the most that can be read is {limits.MOST_ODM_TABLES:,}", file
        )
    made = [one for form in forms for one in _of_form(form, metadata, file)]
    wanted = [one for one in made if one.has_columns and not any(matches(name, ignore) for name in (one.sheet, *one.also))]
    cells, filled = sum(one.cells for one in wanted), sum(one.filled for one in wanted)
    if cells > min(limits.MOST_CELLS, max(limits.FEW_CELLS, limits.SPARSEST * filled)):
        raise _too_much(f"gives tables of {cells:,} cells for {filled:,} items that it holds", file)
    return _with_oddities([one.table(metadata, headers, remarks) for one in wanted], state)


def _of_form(form: OdmForm, metadata: Metadata, file: str) -> list[_Table]:
    names = further_names(form.oid, metadata.forms)
    groups = [*form.single, *form.repeating]
    made = []
    repetitions = form.repetitions()
    if len(groups) == 1:
        records = form.whole() if form.single else repetitions[groups[0]]
        return [_Table(file, form.oid, (*names, *groups), (), groups, (), records, metadata)]
    if form.single:
        made.append(_Table(file, form.oid, names, (), form.single, (), form.whole(), metadata))
    for group, records in repetitions.items():
        also = tuple(name for name in further_names(group, metadata.groups) if name not in (form.oid, *names))
        made.append(_Table(file, group, also, (form.oid, *names), (group,), form.single, records, metadata))
    return made


def _too_much(what: str, file: str) -> ExportError:
    return ExportError(what, file=file, remedy="Export the study's forms in several files, or only those that are needed.")


class _Table:
    """One table in the making: ``groups`` are its own item groups, ``beside`` those of the form that stand beside them."""

    def __init__(
        self,
        file: str,
        sheet: str,
        also: tuple[str, ...],
        part_of: tuple[str, ...],
        groups: Sequence[str],
        beside: Sequence[str],
        records: list[OdmRecord],
        metadata: Metadata,
    ):
        self.file, self.sheet, self.also, self.part_of, self.records = file, sheet, also, part_of, records
        self._own = _columns(groups, (record.own for record in records), metadata)
        self._beside = _columns(beside, (record.beside for record in records), metadata)
        width = len(self._own) + len(self._beside)
        if width > limits.MOST_COLUMNS:
            what = f"has {width:,} items, the most that can be read is {limits.MOST_COLUMNS:,}"
            raise ExportError(what, file=file, place=f"form or item group {sheet!r}", remedy="Export its items apart.")
        self.has_columns = bool(self._own)
        self.cells = width * len(records)
        self.filled = sum(len(part.cells) for record in records for part in record.own.values())

    def table(self, metadata: Metadata, headers: Collection[str], remarks: dict[int, list[str]]) -> RawTable:
        """The table; ``remarks`` are by the identity of the item group that they are about."""
        own, beside = self._own, self._beside
        called = column_headers([*own, *beside], metadata.items, headers)
        cells: dict[str, list[str]] = {}
        repeated: set[str] = set()
        for index, column in enumerate((*own, *beside)):
            for name, texts in self._texts(column, called[column]).items():
                if name not in cells:
                    cells[name] = texts
                    if index >= len(own):
                        repeated.add(name)
        taken = {name.casefold() for name in cells}
        for name, texts in self._system(metadata).items():
            if name.casefold() not in taken and (any(texts) or not self.records):
                cells[name] = texts
                repeated.add(name)
        data = pa.table({name: pa.array(texts, _TEXT) for name, texts in cells.items()})
        frame = data.to_pandas(types_mapper={_TEXT: pd.StringDtype(na_value=np.nan)}.get)
        return RawTable(
            self.file,
            self.sheet,
            frame,
            np.arange(1, len(self.records) + 1, dtype=np.int64),
            notes=self._notes(remarks),
            path=self._paths(),
            also=self.also,
            part_of=self.part_of,
            repeated=frozenset(repeated),
        )

    def _texts(self, column: Column, header: str) -> dict[str, list[str]]:
        group, item = column
        parts = [record.part(group) for record in self.records]
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
        return tuple(
            ReadNote(row, what)
            for row, record in enumerate(self.records, start=1)
            for part in record.own.values()
            for what in remarks.get(id(part), ())
        )


def _columns(groups: Sequence[str], parts: Iterable[dict[str, Node]], metadata: Metadata) -> list[Column]:
    """The items that are defined for the groups, then those that only the data hold."""
    found: dict[Column, None] = {}
    for group in groups:
        for item in metadata.groups[group].refs if group in metadata.groups else ():
            found[group, item] = None
    before: dict[str, Node] | None = None
    for of_record in parts:
        if of_record is not before:
            for group, part in of_record.items():
                for item in part.cells:
                    found[group, item] = None
            before = of_record
    return list(found)


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
