"""CSV files, a form each: in a folder, in several encodings; or in a zip, in the encoding that the study declares."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trialbook.mapping import FormSpec
from trialbook.simulation.changes import Action
from trialbook.simulation.layouts.base import Layout, table_name
from trialbook.simulation.tables import Place, SiteTable, Written

_ZIP_TIME = (2024, 1, 1, 0, 0, 0)
SURPLUS = "x"
"""What stands in the cell beyond the header of a row that is too long."""


@dataclass(frozen=True)
class _Shape:
    """What stands around a file's records, and how its text is written."""

    encoding: str
    line_end: str
    titles: int
    header_style: str
    labels: bool
    blank_rows: int
    footnote: bool


class CsvFolder(Layout):
    """A folder of CSV files."""

    def write(self, folder: Path, tables: Mapping[str, SiteTable]) -> Written:
        """One file a form."""
        places: dict[tuple[str, int], Place] = {}
        headers: dict[tuple[str, str], str] = {}
        for table in tables.values():
            file = f"{table_name(table.spec, self.context)}.csv"
            (folder / file).write_bytes(self._file(table, file, places, headers))
        return Written("", places, headers)

    def encodings(self) -> tuple[str, ...]:
        """Those in use, by turns."""
        return (*self.context.specs.export.encodings, "utf-8-sig", "utf-8", "utf-16")

    def _file(
        self, table: SiteTable, file: str, places: dict[tuple[str, int], Place], headers: dict[tuple[str, str], str]
    ) -> bytes:
        spec = table.spec
        shape = self._shape(spec, list(self.clean).index(spec.form))
        columns = list(spec.columns)
        rows: list[list[str]] = [[f"{spec.title or spec.form} {self.context.study}"], []][: shape.titles]
        written = [_header(name, shape.header_style) for name in columns]
        headers.update({(spec.form, name): text.strip() for name, text in zip(columns, written, strict=True)})
        rows.append(written)
        if shape.labels:
            rows.append([spec.columns[name].label for name in columns])
        for record, *cells in table.text.itertuples(name=None):
            action, _ = table.shapes.get(record, (None, ""))
            if action is Action.LONG_ROW:
                cells.append(SURPLUS)
            elif action is Action.SHORT_ROW:
                cells.pop()
            rows.append(cells)
            places[spec.form, record] = Place(file, None, len(rows))
        rows += [[""] * len(columns)] * shape.blank_rows
        if shape.footnote:
            rows += [[], [f"注：共{len(table.text)}条记录"]]
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator=shape.line_end).writerows(rows)
        return buffer.getvalue().encode(shape.encoding)

    def _shape(self, spec: FormSpec, number: int) -> _Shape:
        random = self.context.random(spec.form, "shape")
        encodings = self.encodings()
        labelled = all(column.label for column in spec.columns.values())
        return _Shape(
            encoding=_that_can(encodings[number % len(encodings)], self.clean[spec.form]),
            line_end="\r\n" if random.random() < 0.5 else "\n",
            titles=int(random.choice([0, 0, 0, 1, 2])),
            header_style=str(random.choice(["as it is", "as it is", "lower", "title", "blanks"])),
            labels=labelled and bool(random.random() < 0.6),
            blank_rows=int(random.choice([0, 0, 1, 3])),
            footnote=bool(random.random() < 0.25),
        )


class CsvZip(CsvFolder):
    """One zip of CSV files, in the first encoding that the study declares."""

    def write(self, folder: Path, tables: Mapping[str, SiteTable]) -> Written:
        """The zip holds the statement too, for it may be handed on alone."""
        places: dict[tuple[str, int], Place] = {}
        headers: dict[tuple[str, str], str] = {}
        export = f"{self.context.study}.zip"
        with zipfile.ZipFile(folder / export, "w", zipfile.ZIP_DEFLATED) as archive:
            files = {f"{table_name(table.spec, self.context)}.csv": table for table in tables.values()}
            for file, table in files.items():
                archive.writestr(_member(file), self._file(table, file, places, headers))
            archive.writestr(_member("SYNTHETIC.txt"), self.context.statement)
        return Written(export, places, headers)

    def encodings(self) -> tuple[str, ...]:
        """The one that the study declares, else UTF-8."""
        return self.context.specs.export.encodings[:1] or ("utf-8",)


def _member(file: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(file, _ZIP_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _header(name: str, style: str) -> str:
    written = {"lower": name.lower(), "title": name.title(), "blanks": f" {name} "}
    return written.get(style, name)


def _that_can(encoding: str, table: SiteTable) -> str:
    """The encoding, or UTF-8 with a mark where it lacks a character that the form has."""
    labels = "".join(column.label for column in table.spec.columns.values())
    try:
        ("注：共条记录" + table.spec.title + labels + "".join(table.text.to_numpy().ravel())).encode(encoding)
    except UnicodeEncodeError:
        return "utf-8-sig"
    return encoding
