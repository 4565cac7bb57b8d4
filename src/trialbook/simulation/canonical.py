"""Canonical tables: what the study's course of disease returns, held against the form specifications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from trialbook.datasets import iso8601
from trialbook.errors import SpecError
from trialbook.mapping import DATE_TYPES, ColumnSpec, FormSpec, Specs
from trialbook.mapping.numbers import read_numbers

_TIME = r"(?P<H>[0-9]{2})(?::(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2}))?)?"
_DATE = r"(?P<y>[0-9]{4})(?:-(?P<m>[0-9]{2}|-)(?:-(?P<d>[0-9]{2}))?)?"
ISO = {
    "date": re.compile(_DATE),
    "datetime": re.compile(rf"{_DATE}(?:T{_TIME})?"),
    "time": re.compile(_TIME),
}
"""Canonical dates and times by the type of their column."""

_MOST_TOLD = 10


def iso_parts(value: str, kind: str) -> dict[str, str] | None:
    """The parts (of y, m, d, H, M, S) that a canonical date has, as their digits; None for what is none."""
    found = ISO[kind].fullmatch(value)
    return {part: text for part, text in found.groupdict().items() if text not in (None, "-")} if found else None


def check_tables(made: object, specs: Specs, file: Path) -> dict[str, pd.DataFrame]:
    """The tables in the order of the specifications, their records numbered from 0.

    Raises :class:`SpecError` that tells every table and column that is not canonical, with the first record where it is not.
    """
    if not isinstance(made, dict) or not all(isinstance(frame, pd.DataFrame) for frame in made.values()):
        raise SpecError(f"simulate must return a dict of frames by form, not {type(made).__name__}", file=file)
    problems = [
        f"it returns the table {name!r}, which is no form of sdtm_specs/forms" for name in made if name not in specs.forms
    ]
    tables = {}
    for name, spec in specs.forms.items():
        if name not in made:
            if spec.required:
                problems.append(f"it returns no table {name}, which sdtm_specs/forms requires")
            continue
        frame = made[name].reset_index(drop=True)
        problems += [f"{name}: {problem}" for problem in _table_problems(frame, spec, specs)]
        tables[name] = frame
    if problems:
        told = problems[:_MOST_TOLD] + ([f"and {len(problems) - _MOST_TOLD} more"] if len(problems) > _MOST_TOLD else [])
        raise SpecError(
            "simulate returns tables that are not canonical:\n  " + "\n  ".join(told),
            file=file,
            remedy="Canonical tables are described in trialbook.simulation.",
        )
    return tables


def _table_problems(frame: pd.DataFrame, spec: FormSpec, specs: Specs) -> Iterator[str]:
    if list(frame.columns) != list(spec.columns):
        missing = [name for name in spec.columns if name not in frame.columns]
        surplus = [str(name) for name in frame.columns if name not in spec.columns]
        lacks, has = f"lacks {', '.join(missing)}; " if missing else "", f"has {', '.join(surplus)} too; " if surplus else ""
        yield f"{lacks}{has}its columns must be {', '.join(spec.columns)}, in this order"
        return
    whole = True
    for name, column in spec.columns.items():
        cells = frame[name]
        if cells.dtype != "str" or cells.isna().any():
            whole = False
            found = "NaN" if cells.dtype == "str" else f"dtype {cells.dtype}"
            yield f"{name} holds {found}; every cell must be text, a missing one ''"
            continue
        for bad, what in _cell_problems(cells, column, specs):
            if bad.any():
                record = int(bad.to_numpy().argmax())
                yield f"{name}, record {record}: {cells.iloc[record]!r} {what} ({int(bad.sum())} such)"
    if whole:
        again = frame.duplicated(subset=list(spec.keys))
        if again.any():
            record = int(again.to_numpy().argmax())
            keys = ", ".join(frame.loc[record, list(spec.keys)])
            yield f"record {record} has the key {keys} of another record ({int(again.sum())} such)"


def _cell_problems(cells: pd.Series, column: ColumnSpec, specs: Specs) -> Iterator[tuple[pd.Series, str]]:
    filled = cells != ""
    if column.required:
        yield ~filled, "is empty, but the column is required"
    yield cells.str.strip() != cells, "has outer white space, which is for the kit to add"
    yield filled & cells.isin(column.nulls), "stands for an empty cell in this column (a null code)"
    if column.codelist:
        terms = set(specs.codelists[column.codelist].terms)
        yield filled & ~cells.isin(terms), f"is no term of the code list {column.codelist}"
    elif column.type in DATE_TYPES:
        parts = cells.str.extract(f"^(?:{ISO[column.type].pattern})$")
        exists = iso8601.exists(
            parts.reindex(columns=list(iso8601.PARTS)).apply(pd.to_numeric, errors="coerce").astype("float64")
        )
        yield filled & ~(parts.notna().any(axis=1) & exists), f"is no {column.type} in ISO 8601"
    elif column.type in ("integer", "number"):
        numbers = read_numbers(cells)
        good = numbers.notna() & ((column.type == "number") | (numbers % 1 == 0))
        yield filled & ~good, f"is no {column.type}"
