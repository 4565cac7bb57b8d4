"""Kinds of defect of dates and times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from trialbook.mapping import ColumnSpec, FormSpec, Specs
from trialbook.simulation.canonical import iso_parts
from trialbook.simulation.changes import Candidates, Kind, Tables, edit_text, set_text, set_value
from trialbook.simulation.exported import export_day
from trialbook.simulation.kinds import Cell, Maker, bind, cells, is_plain
from trialbook.simulation.pairs import date_pairs

_EPOCH = date(1899, 12, 30)
_WIDE_YEAR = re.compile(r"[0-9０-９]{4}")
_WORDS = ("不详", "无", "同上", "待补充", "上周", "ASAP")


def date_kinds(specs: Specs) -> tuple[Kind, ...]:
    """All of this module."""
    made: tuple[tuple[str, Maker], ...] = (
        ("IMPOSSIBLE_DATE", _impossible_date),
        ("IMPOSSIBLE_MONTH", _impossible_month),
        ("DAY_AND_MONTH_REVERSED", _day_and_month_reversed),
        ("TWO_DIGIT_YEAR", _two_digit_year),
        ("EXCEL_SERIAL", _excel_serial),
        ("DATE_IN_WORDS", _date_in_words),
        ("DATE_CUT", _date_cut),
        ("FUTURE_DATE", _future_date),
        ("DATE_AFTER_EXPORT", _date_after_export),
        ("YEAR_MISTYPED", _year_mistyped),
        ("IMPOSSIBLE_TIME", _impossible_time),
        ("START_AND_END_REVERSED", _start_and_end_reversed),
    )
    return tuple(bind(specs, name, make) for name, make in made)


def _is_date(spec: FormSpec, name: str, column: ColumnSpec) -> bool:
    return column.type in ("date", "datetime") and is_plain(spec, name)


def _complete(tables: Tables, specs: Specs, random: np.random.Generator) -> Iterator[tuple[Cell, dict[str, str]]]:
    """Cells with a complete date, and its parts."""
    for cell in cells(tables, specs, random, _is_date):
        parts = iso_parts(cell.value, cell.column.type)
        if parts is not None and {"y", "m", "d"} <= parts.keys():
            yield cell, parts


def _exists(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _impossible_date(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell, parts in _complete(tables, specs, random):
        day = str(random.choice(["30", "31"])) if parts["m"] == "02" else "31" if parts["m"] in ("04", "06", "09", "11") else "32"
        yield set_value(cell.form, cell.record, cell.name, f"{cell.value[:8]}{day}{cell.value[10:]}")


def _impossible_month(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell, _ in _complete(tables, specs, random):
        yield set_value(cell.form, cell.record, cell.name, f"{cell.value[:5]}{random.integers(13, 20)}{cell.value[7:]}")


def _day_and_month_reversed(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """Plausible where the other order is a date too, and no later one than the export."""
    exported = export_day(tables, specs)
    for cell, parts in _complete(tables, specs, random):
        year, month, day = parts["y"], parts["m"], parts["d"]
        if month != day:
            value = f"{year}-{day}-{month}{cell.value[10:]}"
            plausible = _exists(year, day, month) and not _is_future(cell, value, exported)
            yield set_value(cell.form, cell.record, cell.name, value, detectable=not plausible)


def _two_digit_year(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell, _ in _complete(tables, specs, random):
        yield edit_text(cell.form, cell.record, cell.name, _shorten_year)


def _shorten_year(text: str) -> str:
    return _WIDE_YEAR.sub(lambda year: year.group()[2:], text, count=1)


def _excel_serial(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell, parts in _complete(tables, specs, random):
        days = (date(int(parts["y"]), int(parts["m"]), int(parts["d"])) - _EPOCH).days
        yield set_text(cell.form, cell.record, cell.name, str(days))


def _date_in_words(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, _is_date):
        known = {*cell.column.nulls, *specs.export.unknown_date_parts}
        words = [word for word in _WORDS if word not in known]
        yield set_text(cell.form, cell.record, cell.name, str(random.choice(words)))


def _date_cut(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """The end of the text is lost, so that no format fits: ``2024/3/`` or ``2024年3月5``."""
    for cell, _ in _complete(tables, specs, random):
        if len(cell.value) == 10:
            yield edit_text(cell.form, cell.record, cell.name, lambda text: f"{text.strip()[:4]}/")


def _future_date(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell, parts in _complete(tables, specs, random):
        value = f"{int(parts['y']) + int(random.integers(40, 70))}{cell.value[4:]}"
        if _exists(value[:4], parts["m"], parts["d"]):
            yield set_value(cell.form, cell.record, cell.name, value)


def _date_after_export(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """Some days to a year after the day of the export: near to the other dates, and not yet come."""
    exported = export_day(tables, specs)
    for cell, _ in _complete(tables, specs, random):
        if exported is not None and not cell.column.planned:
            value = exported + timedelta(days=int(random.integers(2, 366)))
            yield set_value(cell.form, cell.record, cell.name, f"{value}{cell.value[10:]}")


def _is_future(cell: Cell, value: str, exported: date | None) -> bool:
    return exported is not None and not cell.column.planned and value[:10] > exported.isoformat()


def _year_mistyped(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """Two digits exchanged or one wrong: plausible where the column has dates of such a year, and the export is not older."""
    exported = export_day(tables, specs)
    for cell, parts in _complete(tables, specs, random):
        year = parts["y"]
        at = int(random.integers(1, 3))
        wrong = (
            year[:at] + year[at + 1] + year[at] + year[at + 2 :]
            if random.random() < 0.5
            else year[:3] + str((int(year[3]) + 9) % 10)
        )
        if wrong != year and _exists(wrong, parts["m"], parts["d"]) and int(wrong) > 1:
            years = tables[cell.form][cell.name].str[:4]
            value = wrong + cell.value[4:]
            plausible = years[years != ""].min() <= wrong <= years.max() and not _is_future(cell, value, exported)
            yield set_value(cell.form, cell.record, cell.name, value, detectable=not plausible)


def _impossible_time(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, lambda spec, name, column: column.type == "time"):
        yield set_text(cell.form, cell.record, cell.name, str(random.choice(["25:10", "24:60", "12:75", "9点半", "99:99"])))


def _start_and_end_reversed(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """The end is recorded as the start and the start as the end, in the columns that a domain takes its dates from."""
    for form, start, end in date_pairs(specs):
        if form not in tables:
            continue
        frame = tables[form]
        apart = (frame[start].str.len() >= 10) & (frame[end].str.len() >= 10) & (frame[start].str[:10] < frame[end].str[:10])
        for record in random.permutation(frame.index[apart].to_numpy()):
            before, after = str(frame.at[record, start]), str(frame.at[record, end])
            yield [set_value(form, record, start, after), set_value(form, record, end, before)]
