"""One workbook: a sheet a form behind a README, dates and numbers as Excel keeps them, merged cells, a hidden sheet and row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from trialbook.exports.number_formats import number_text
from trialbook.exports.sources import matches
from trialbook.mapping import FormSpec
from trialbook.simulation.changes import Action
from trialbook.simulation.layouts.base import Context, Layout, table_name
from trialbook.simulation.tables import Place, SiteTable, Written

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_PADDED = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"-?[0-9]{1,15}|-?[0-9]{1,12}\.[0-9]{1,6}")
_DATE_FORMATS = ("yyyy/m/d", "yyyy-mm-dd", 'yyyy"年"m"月"d"日"')
_FORMULA = "=VLOOKUP(A1,B:B,1,0)"
_SHEET_LENGTH = 31


@dataclass(frozen=True)
class _Shape:
    """How a sheet is written: which columns hold Excel's own dates and numbers, and what stands around the records."""

    dates: Mapping[str, str]
    padded: Mapping[str, str]
    numbers: frozenset[str]
    titles: int
    labels: bool
    footnote: bool
    merged: bool
    hidden_row: bool


class Workbook(Layout):
    """One .xlsx."""

    def __init__(self, clean: Mapping[str, SiteTable], context: Context):
        super().__init__(clean, context)
        self._shapes = {name: self._shape(table) for name, table in clean.items()}

    def shown(self, table: SiteTable) -> pd.DataFrame:
        """A date that Excel keeps as one has no text of the site's: the kit shows it in ISO 8601."""
        cells = {name: table.text[name] for name in table.text}
        for name in self._shapes[table.spec.form].dates:
            cells[name] = table.text[name].where(~table.values[name].map(_is_excel_date).astype(bool), table.values[name])
        return pd.DataFrame(cells, index=table.text.index).astype("str")

    def write(self, folder: Path, tables: Mapping[str, SiteTable]) -> Written:
        """The sheets stand in the order of the specifications, the statement last."""
        places: dict[tuple[str, int], Place] = {}
        headers: dict[tuple[str, str], str] = {}
        file = f"{self.context.study}.xlsx"
        book = openpyxl.Workbook()
        book.remove(book.active)
        if matches("README", self.context.specs.export.ignore):
            readme = book.create_sheet("README")
            for line in (f"{self.context.study}: data export", "One sheet a form", *self.clean):
                readme.append([line])
        hidden = str(self.context.random("hidden sheet").choice(list(self.clean)))
        for name, table in tables.items():
            sheet = book.create_sheet(table_name(table.spec, self.context)[:_SHEET_LENGTH])
            sheet.sheet_state = "hidden" if name == hidden and len(tables) > 1 else "visible"
            self._fill(sheet, table, file, places)
            headers.update({(name, column): column for column in table.spec.columns})
        statement = book.create_sheet("SYNTHETIC")
        statement.append([self.context.statement])
        book.save(folder / file)
        return Written(file, places, headers)

    def _fill(self, sheet: Worksheet, table: SiteTable, file: str, places: dict[tuple[str, int], Place]) -> None:
        spec, shape = table.spec, self._shapes[table.spec.form]
        columns = list(spec.columns)
        rows: list[list[str]] = [[f"{spec.title or spec.form} {self.context.study}"], []][: shape.titles]
        rows.append(columns)
        rows += [[spec.columns[name].label for name in columns]] if shape.labels else []
        for above in rows:
            sheet.append(above)
        shown = self.shown(table)
        first = len(rows) + 1
        meant = table.values[columns].itertuples(index=False, name=None)
        for row, ((record, *cells), said) in enumerate(zip(shown.itertuples(name=None), meant, strict=True), first):
            places[spec.form, record] = Place(file, sheet.title, row)
            action, broken = table.shapes.get(record, (None, ""))
            values: list[object] = []
            formats: dict[int, str] = {}
            texts: list[int] = []
            for position, (name, text, meaning) in enumerate(zip(columns, cells, said, strict=True)):
                value, form = self._typed(shape, name, text, meaning) if text else (None, None)
                if action is Action.FORMULA and name == broken:
                    value, form = _FORMULA, None
                elif isinstance(value, str) and value.startswith("="):
                    texts.append(position)
                values.append(value)
                if form:
                    formats[position] = form
            sheet.append(values)
            for position, form in formats.items():
                sheet.cell(row, position + 1).number_format = form
            for position in texts:
                sheet.cell(row, position + 1).data_type = "s"
        if shape.merged:
            self._merge(sheet, shown[spec.subject].tolist(), first, columns.index(spec.subject) + 1)
        if shape.hidden_row and len(shown) > 2:
            sheet.row_dimensions[first + len(shown) // 2].hidden = True
        if shape.footnote:
            sheet.append([])
            sheet.cell(first + len(shown) + 1, 1).value = f"注：共{len(shown)}条记录"

    def _typed(self, shape: _Shape, name: str, text: str, value: str) -> tuple[object, str | None]:
        """The cell's value as Excel keeps it, and its number format."""
        if name in shape.dates and text == value and _is_excel_date(value):
            form = shape.dates[name]
            return datetime.fromisoformat(value), form if len(value) == 10 else f"{form} hh:mm"
        if name in shape.padded and _PADDED.fullmatch(text) and len(text) == len(shape.padded[name]):
            return int(text), shape.padded[name]
        if name in shape.numbers and _NUMBER.fullmatch(text) and number_text(text) == text:
            return (float(text) if "." in text else int(text)), None
        return text, None

    def _merge(self, sheet: Worksheet, subjects: list[str], first: int, column: int) -> None:
        """The subject stands once for the rows that follow each other, merged."""
        start = 0
        for end in range(1, len(subjects) + 1):
            if end == len(subjects) or subjects[end] != subjects[start]:
                if end - start > 1 and subjects[start]:
                    sheet.merge_cells(start_row=first + start, end_row=first + end - 1, start_column=column, end_column=column)
                start = end

    def _shape(self, table: SiteTable) -> _Shape:
        spec = table.spec
        random = self.context.random(spec.form, "sheet")
        dates, padded, numbers = {}, {}, set()
        for name, column in spec.columns.items():
            cells = table.text[name]
            filled = cells[cells != ""]
            draw = random.random()
            if column.type in ("date", "datetime") and draw < 0.5:
                dates[name] = str(random.choice(_DATE_FORMATS))
            elif column.type in ("integer", "number") and not column.codelist:
                numbers.add(name)
            elif column.type == "text" and len(filled) and draw < 0.8:
                lengths = filled.str.len().unique()
                if (
                    len(lengths) == 1
                    and 1 < lengths[0] < 15
                    and filled.str.fullmatch("[0-9]+").all()
                    and filled.str.startswith("0").any()
                ):
                    padded[name] = "0" * int(lengths[0])
        return _Shape(
            dates=dates,
            padded=padded,
            numbers=frozenset(numbers),
            titles=int(random.choice([0, 0, 0, 1, 2])),
            labels=all(column.label for column in spec.columns.values()) and bool(random.random() < 0.6),
            footnote=bool(random.random() < 0.2),
            merged=spec.keys[0] == spec.subject and len(spec.keys) > 1 and _is_key_column(spec) and bool(random.random() < 0.3),
            hidden_row=bool(random.random() < 0.15),
        )


def _is_key_column(spec: FormSpec) -> bool:
    """Whether the subject stands in the first column, where sheets have merged cells."""
    return next(iter(spec.columns)) == spec.subject


def _is_excel_date(value: str) -> bool:
    """Whether Excel can keep a canonical date as its own: a day, or a moment that is not midnight, from March 1900 on."""
    if not (
        _DAY.fullmatch(value) or (_MOMENT.fullmatch(value) and not value.endswith("T00:00") and not value.endswith("T00:00:00"))
    ):
        return False
    try:
        return datetime(1900, 3, 1) <= datetime.fromisoformat(value)
    except ValueError:
        return False
