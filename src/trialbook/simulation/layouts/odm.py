"""One CDISC ODM-XML 1.3.2 file: the study's metadata by the form specifications, and its clinical data as a snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

from trialbook.exports.odm_state import Node
from trialbook.mapping import DATE_TYPES, ColumnSpec, FormSpec
from trialbook.simulation.dates import reads_as
from trialbook.simulation.layouts.base import Layout, own_field
from trialbook.simulation.tables import Place, SiteTable, Written

_SYSTEM = frozenset({"subjectkey"})
_EVENT = "studyeventoid"
_COMMON_EVENT = "SE.COMMON"
_TYPES = {
    "text": "text",
    "integer": "integer",
    "number": "float",
    "date": "partialDate",
    "time": "partialTime",
    "datetime": "partialDatetime",
}
_UNDATED = "2024-01-01"
_TIME = "T09:00:00+00:00"
"""A moment that is of the same day as far east as UTC+14, so that the file says the very day of the export."""


class OdmFile(Layout):
    """One .xml; dates are in ISO 8601 where the column's reading takes them so, as such systems write them."""

    def shown(self, table: SiteTable) -> pd.DataFrame:
        """The site's text of a date only where ISO 8601 would not be read as the same."""
        cells = {name: table.text[name] for name in table.text}
        for name, column in table.spec.columns.items():
            if column.type in DATE_TYPES:
                values, unknown = table.values[name], self.context.specs.export.unknown_date_parts
                same = [v for v in values.unique() if v and reads_as(v, v, column.type, column.format, unknown)]
                cells[name] = table.text[name].where(~values.isin(same), values)
        return pd.DataFrame(cells, index=table.text.index).astype("str")

    def write(self, folder: Path, tables: Mapping[str, SiteTable]) -> Written:
        """Subjects in the order in which they first appear, in each their study events, in each its forms."""
        places: dict[tuple[str, int], Place] = {}
        file = f"{self.context.study}.xml"
        with (folder / file).open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(self._head())
            out.writelines(self._metadata(tables))
            out.writelines(self._clinical(tables, file, places))
            out.write("</ODM>\n")
        headers = {(name, column): column for name, table in tables.items() for column in table.spec.columns}
        headers |= {
            (name, table.spec.subject): "SubjectKey"
            for name, table in tables.items()
            if not _has_item(table.spec, table.spec.subject)
        }
        for name, table in tables.items():
            headers |= {(name, column): "StudyEventOID" for column in [_event_column(table.spec)] if column}
        return Written(file, places, headers)

    def can_show(self, spec: FormSpec, column: str, text: str) -> bool:
        """A subject and a study event always have a key."""
        return text.strip() != "" or _has_item(spec, column)

    def _head(self) -> Iterator[str]:
        study = quoteattr(self.context.study)
        created = f"{self.context.exported or _UNDATED}{_TIME}"
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f"<!-- {escape(self.context.statement).replace('--', '—')} -->\n"
        yield (
            '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Snapshot" Granularity="All" '
            f'FileOID="SYNTHETIC" CreationDateTime="{created}">\n'
        )
        name = escape(self.context.study)
        yield f"<Study OID={study}><GlobalVariables><StudyName>{name}</StudyName><StudyDescription>SYNTHETIC</StudyDescription>"
        yield f"<ProtocolName>{name}</ProtocolName></GlobalVariables>\n"

    def _metadata(self, tables: Mapping[str, SiteTable]) -> Iterator[str]:
        specs = [table.spec for table in tables.values()]
        events: dict[str, list[str]] = {}
        for name, table in tables.items():
            for event in dict.fromkeys(self._events(table)):
                events.setdefault(event, []).append(name)
        yield '<MetaDataVersion OID="MDV.1" Name="1"><Protocol>'
        for number, event in enumerate(events, 1):
            yield f'<StudyEventRef StudyEventOID={quoteattr(event)} OrderNumber="{number}" Mandatory="No"/>'
        yield "</Protocol>\n"
        for event, forms in events.items():
            yield f'<StudyEventDef OID={quoteattr(event)} Name={quoteattr(event)} Repeating="No" Type="Scheduled">'
            yield "".join(f'<FormRef FormOID="F.{form}" Mandatory="No"/>' for form in forms) + "</StudyEventDef>\n"
        for spec in specs:
            yield f'<FormDef OID="F.{spec.form}" Name={quoteattr(spec.title or spec.form)} Repeating="No">'
            yield f'<ItemGroupRef ItemGroupOID="IG.{spec.form}" Mandatory="Yes"/></FormDef>\n'
        for spec in specs:
            repeating = "No" if spec.keys == (spec.subject,) else "Yes"
            yield f'<ItemGroupDef OID="IG.{spec.form}" Name={quoteattr(spec.form)} Repeating="{repeating}">'
            for name in spec.columns:
                if _has_item(spec, name):
                    mandatory = "Yes" if spec.columns[name].required else "No"
                    yield f'<ItemRef ItemOID="{spec.form}.{name}" Mandatory="{mandatory}"/>'
            yield "</ItemGroupDef>\n"
        for spec in specs:
            for name, column in spec.columns.items():
                if _has_item(spec, name):
                    yield from self._item(spec, name, column)
        for name in dict.fromkeys(column.codelist for spec in specs for column in spec.columns.values() if column.codelist):
            yield f'<CodeList OID="CL.{name}" Name={quoteattr(name)} DataType="text">'
            for value, term in self.context.specs.codelists[name].by_value.items():
                decode = f"<Decode><TranslatedText>{escape(term)}</TranslatedText></Decode>"
                yield f"<CodeListItem CodedValue={quoteattr(value)}>{decode}</CodeListItem>"
            yield "</CodeList>\n"
        yield "</MetaDataVersion></Study>\n"

    def _item(self, spec: FormSpec, name: str, column: ColumnSpec) -> Iterator[str]:
        size = ' Length="200"' if column.type == "text" else ' Length="12"' if column.type == "integer" else ""
        size += ' Length="12" SignificantDigits="4"' if column.type == "number" else ""
        yield f'<ItemDef OID="{spec.form}.{name}" Name="{name}" DataType="{_TYPES[column.type]}"{size}>'
        yield f"<Question><TranslatedText>{escape(column.label or name)}</TranslatedText></Question>"
        yield (f'<CodeListRef CodeListOID="CL.{column.codelist}"/>' if column.codelist else "") + "</ItemDef>\n"

    def _events(self, table: SiteTable) -> list[str]:
        """The study event of each record: what its visit is called, where the specification lets the event stand for it."""
        column = _event_column(table.spec)
        if column is None:
            return [_COMMON_EVENT] * len(table.text)
        return table.text[column].tolist()

    def _clinical(self, tables: Mapping[str, SiteTable], file: str, places: dict[tuple[str, int], Place]) -> Iterator[str]:
        subjects: dict[str, dict[str, dict[str, list[tuple[int, str]]]]] = {}
        for name, table in tables.items():
            spec = table.spec
            items = [column for column in spec.columns if _has_item(spec, column)]
            shown = self.shown(table)
            groups = shown[items].itertuples(index=False, name=None)
            keys = zip(table.text.index, table.text[spec.subject], self._events(table), groups, strict=True)
            oids = [quoteattr(f"{name}.{item}") for item in items]
            for record, subject, event, cells in keys:
                data = "".join(
                    f"<ItemData ItemOID={oid} Value={quoteattr(cell)}/>" for oid, cell in zip(oids, cells, strict=True) if cell
                )
                subjects.setdefault(subject.strip(), {}).setdefault(event, {}).setdefault(name, []).append((int(record), data))
        root = Node("ClinicalData", "", "", 1, None)
        yield f'<ClinicalData StudyOID={quoteattr(self.context.study)} MetaDataVersionOID="MDV.1">\n'
        for subject, events in subjects.items():
            at_subject = Node("SubjectData", subject, "", 1, root)
            yield f"<SubjectData SubjectKey={quoteattr(subject)}>\n"
            for event, forms in events.items():
                at_event = Node("StudyEventData", event, "", 1, at_subject)
                yield f"<StudyEventData StudyEventOID={quoteattr(event)}>\n"
                for form, records in forms.items():
                    at_form = Node("FormData", f"F.{form}", "", 1, at_event)
                    yield f'<FormData FormOID="F.{form}">'
                    repeats = len(records) > 1 or tables[form].spec.keys != (tables[form].spec.subject,)
                    for number, (record, data) in enumerate(records, 1):
                        key = str(number) if repeats else ""
                        said = f' ItemGroupRepeatKey="{key}"' if key else ""
                        yield f'<ItemGroupData ItemGroupOID="IG.{form}"{said}>{data}</ItemGroupData>\n'
                        path = Node("ItemGroupData", f"IG.{form}", key, 1, at_form).path
                        places[form, record] = Place(file, f"F.{form}", None, path)
                    yield "</FormData>\n"
                yield "</StudyEventData>\n"
            yield "</SubjectData>\n"
        yield "</ClinicalData>\n"


def _event_column(spec: FormSpec) -> str | None:
    """The column that the study event may stand for."""
    return next((name for name in spec.columns if not own_field(spec, name, frozenset({_EVENT}))), None)


def _has_item(spec: FormSpec, name: str) -> bool:
    return own_field(spec, name, _SYSTEM | {_EVENT})
