"""One flat CSV as REDCap exports a project: a row a record and event, a row each repetition, and the data dictionary beside it.

The record's id, event and repeat instance stand for those columns of a form that have REDCap's names as aliases.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from trialbook.errors import SpecError
from trialbook.mapping import ColumnSpec, FormSpec
from trialbook.simulation.layouts.base import Context, Layout, own_field
from trialbook.simulation.tables import Place, SiteTable, Written

RECORD, EVENT, INSTRUMENT, INSTANCE = "record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
SYSTEM = (RECORD, EVENT, INSTRUMENT, INSTANCE)
_COMMON_EVENT = "enrolment_arm_1"
_ANSWERED = "2"
_DICTIONARY = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
    "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?", "Field Annotation",
)  # fmt: skip


class RedcapFile(Layout):
    """The data file and ``…_DataDictionary.csv``."""

    def __init__(self, clean: Mapping[str, SiteTable], context: Context):
        super().__init__(clean, context)
        self._fields = {name: _fields(table.spec) for name, table in clean.items()}
        owner: dict[str, str] = {}
        for name, fields in self._fields.items():
            for field in fields.values():
                if owner.setdefault(field, name) != name:
                    raise SpecError(
                        f"a REDCap project can't have two fields named {field!r}, of {owner[field]} and {name}",
                        file=context.specs.folder / "forms",
                        remedy="Give the forms prefixes (prefixes: [ae_]).",
                    )

    def write(self, folder: Path, tables: Mapping[str, SiteTable]) -> Written:
        """Records in the order in which they first appear; all that does not repeat of a record and event is one row."""
        file, dictionary = f"{self.context.study}.csv", f"{self.context.study}_DataDictionary.csv"
        header, start = list(SYSTEM), {}
        for name, fields in self._fields.items():
            start[name] = len(header)
            header += [*fields.values(), f"{name.lower()}_complete"]
        rows: dict[str, list[list[str]]] = {}
        where: dict[tuple[str, int], list[str]] = {}
        for name, table in tables.items():
            spec, fields = table.spec, self._fields[name]
            events, instances = _carrier(spec, EVENT), _carrier(spec, INSTANCE)
            repeats = spec.keys != (spec.subject,)
            counts: dict[tuple[str, str], int] = {}
            text = table.text
            columns = zip(
                text.index,
                text[spec.subject],
                text[events] if events else [_COMMON_EVENT] * len(text),
                text[instances] if instances else [""] * len(text),
                text[list(fields)].itertuples(index=False, name=None) if fields else [()] * len(text),
                strict=True,
            )
            for record, subject, event, instance, cells in columns:
                own = rows.setdefault(subject.strip(), [])
                row: list[str] | None = None
                if not repeats:
                    row = next(
                        (one for one in own if not one[2] and one[1] == event and not one[start[name] + len(fields)]), None
                    )
                if row is None:
                    number = counts[subject, event] = counts.get((subject, event), 0) + 1
                    said = (instance if instances else str(number)) if repeats else ""
                    row = [subject, event, name.lower() if repeats else "", said, *[""] * (len(header) - len(SYSTEM))]
                    own.append(row)
                row[start[name] : start[name] + len(fields) + 1] = [*cells, _ANSWERED]
                where[name, int(record)] = row
        with (folder / file).open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            at: dict[int, int] = {}
            for number, row in enumerate((row for own in rows.values() for row in own), 2):
                writer.writerow(row)
                at[id(row)] = number
        with (folder / dictionary).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([_DICTIONARY, *self._dictionary()])
        places = {(name, record): Place(file, name.lower(), at[id(row)]) for (name, record), row in where.items()}
        return Written("", places, self._headers(tables))

    def _headers(self, tables: Mapping[str, SiteTable]) -> dict[tuple[str, str], str]:
        headers = {(name, column): field for name, fields in self._fields.items() for column, field in fields.items()}
        for name, table in tables.items():
            for system in (RECORD, EVENT, INSTANCE):
                column = _carrier(table.spec, system)
                headers |= {(name, column): system} if column else {}
        return headers

    def _dictionary(self) -> list[list[str]]:
        rows = [[RECORD, next(iter(self._fields)).lower(), "", "text", "Record ID", *[""] * 13]]
        for name, fields in self._fields.items():
            spec = self.clean[name].spec
            for column, field in fields.items():
                one = spec.columns[column]
                kind, choices, validation = self._kind(one)
                required = "y" if one.required else ""
                label = one.label or column
                rows.append([field, name.lower(), "", kind, label, choices, "", validation, *[""] * 4, required, *[""] * 5])
        return rows

    def _kind(self, column: ColumnSpec) -> tuple[str, str, str]:
        """Field type, choices and validation; a choice's code is its term where that can be a code, else its number."""
        if column.codelist:
            choices = []
            for number, (value, term) in enumerate(self.context.specs.codelists[column.codelist].by_value.items(), 1):
                code = value if value == term and value.isascii() and value.isalnum() else f"c{number}"
                choices.append(f"{code}, {value}")
            return "dropdown", " | ".join(choices), ""
        validation = {"integer": "integer", "number": "number"}.get(column.type, "")
        return "text", "", validation


def _carrier(spec: FormSpec, system: str) -> str | None:
    """The column of a form that one of REDCap's own stands for."""
    return next((name for name in spec.columns if not own_field(spec, name, frozenset({system}))), None)


def _fields(spec: FormSpec) -> dict[str, str]:
    """The field of each column that needs one."""
    prefix = spec.prefixes[0] if spec.prefixes else ""
    return {name: f"{prefix}{name.lower()}" for name in spec.columns if own_field(spec, name, frozenset(SYSTEM))}
