"""The rules that a form specification implies: filled cells, types, dates, code lists and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.checks.rule import Check, Rule
from trialbook.findings import Severity
from trialbook.mapping import DATE_TYPES, ColumnSpec, FormSpec, StudyCodelist
from trialbook.mapping.cells import read_cells
from trialbook.mapping.datetimes import parse
from trialbook.mapping.numbers import read_numbers

if TYPE_CHECKING:
    from trialbook.mapping import Specs


def form_rules(spec: FormSpec, specs: Specs) -> tuple[Rule, ...]:
    """The kit's rules for one form; ids are ``TB-RAW-<form>-<column>-<kind>``."""
    rules: list[Rule] = []
    for name, column in spec.columns.items():
        rules.extend(_column_rules(spec, name, column, specs))
    label = ", ".join(spec.keys)
    rules.append(
        Rule(
            id=f"TB-RAW-{spec.form}-KEY",
            severity=Severity.ERROR,
            message=f"Another record has the same {label}",
            check=_unique(spec),
            variables=spec.keys,
            query=_record(spec) + f"Several records have the same {label}: which is right?",
            mend=spec.keys,
            twins=True,
        )
    )
    return tuple(rules)


def _record(spec: FormSpec, asked: str = "") -> str:
    """How a question names the record: by what the site entered as its key, but for the column that is asked about."""
    keys = ", ".join(f"{key} {{{key}}}" for key in spec.keys if key != asked)
    return f"{keys}: " if keys else ""


def _column_rules(spec: FormSpec, name: str, column: ColumnSpec, specs: Specs) -> Iterator[Rule]:
    def made(kind: str, message: str, query: str, check: Check) -> Rule:
        id = f"TB-RAW-{spec.form}-{name}-{kind}"
        return Rule(id, Severity.ERROR, message, check, (name,), query=_record(spec, name) + query, mend=(name,))

    what = f"{name} ({column.label})" if column.label else name
    if column.required and "y" in "".join(column.format):
        check = _has_year(name, column.format, specs.export.unknown_date_parts)
        yield made("REQUIRED", f"{name} is empty, or nothing of it is known", f"Please complete {what}.", check)
    elif column.required:
        yield made("REQUIRED", f"{name} is empty", f"Please complete {what}.", lambda f: f[name].str.strip() != "")
    if column.type in DATE_TYPES:
        forms = " or ".join(column.format)
        yield made(
            column.type.upper(),
            f"{name} is not a {column.type} written as {forms}",
            f"{what} is {{{name}}}: please give the {column.type} as it was.",
            _fits(name, column.format, specs.export.unknown_date_parts),
        )
    elif column.type in ("integer", "number"):
        yield made(
            column.type.upper(),
            f"{name} is not a {'whole number' if column.type == 'integer' else 'number'}",
            f"{what} is {{{name}}}: please give the number.",
            _is_number(name, whole=column.type == "integer"),
        )
    if column.codelist:
        codelist = specs.codelists[column.codelist]
        yield made(
            "CODE",
            f"{name} is not in the code list {column.codelist}",
            f"{what} is {{{name}}}: which of {_values(codelist)} is meant?",
            _in_codelist(name, codelist),
        )


def _values(codelist: StudyCodelist, most: int = 12) -> str:
    shown = [values[0] if values else term for term, values in codelist.terms.items()]
    return ", ".join(shown[:most]) + (", …" if len(shown) > most else "")


def _fits(name: str, formats: tuple[str, ...], unknown: tuple[str, ...]) -> Check:
    return lambda frame: parse(frame[name], formats, unknown)[1]


def _has_year(name: str, formats: tuple[str, ...], unknown: tuple[str, ...]) -> Check:
    """A date of which not even the year is known fills no --DTC either; a text that is no date is another rule's."""

    def check(frame: pd.DataFrame) -> pd.Series:
        parts, fits = parse(frame[name], formats, unknown)
        return (frame[name].str.strip() != "") & (parts["y"].notna() | ~fits)

    return check


def _is_number(name: str, whole: bool) -> Check:
    """Read as the mapping reads it; a whole number has no exponent, which only a spreadsheet that mangled a code would write."""

    def check(frame: pd.DataFrame) -> pd.Series:
        numbers = read_numbers(frame[name])
        cells = frame[name].str.strip()
        fits = numbers.notna()
        if whole:
            fits &= (numbers % 1 == 0) & ~cells.str.contains("e", case=False, regex=False)
        return fits | (cells == "")

    return check


def _in_codelist(name: str, codelist: StudyCodelist) -> Check:
    known = [*codelist.by_value, ""]
    return lambda frame: frame[name].str.strip().isin(known)


def _unique(spec: FormSpec) -> Check:
    """All records of an equal key fail, since no rule can know which is wrong.

    An empty cell is a value of the key like any other (an event without end, recorded twice), unless it is required or the
    whole key is empty: then another rule says so.
    """
    keys = list(spec.keys)
    required = [key for key in keys if spec.columns[key].required]

    def check(frame: pd.DataFrame) -> pd.Series:
        cells = pd.DataFrame({key: read_cells(frame[key], spec.columns[key]) for key in keys})
        complete = (cells[required] != "").all(axis=1) & (cells != "").any(axis=1)
        return ~(cells.duplicated(keep=False) & complete)

    return check
