"""The rules that a form specification implies: filled cells, types, dates, code lists and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.checks.date_hints import contradicted, date_hint, order_witnesses
from trialbook.checks.nearest import candidates, nearest_details
from trialbook.checks.questions import Questions, field_name, written_format
from trialbook.checks.rule import Check, Rule, Witness
from trialbook.findings import Severity
from trialbook.mapping import DATE_TYPES, ColumnSpec, FormSpec, StudyCodelist
from trialbook.mapping.cells import read_cells
from trialbook.mapping.codes import read_terms
from trialbook.mapping.datetimes import parse, read_iso8601
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.references import resolve

if TYPE_CHECKING:
    from trialbook.mapping import Specs
    from trialbook.standards import ControlledTerminology

# Of so many distinct texts that are no dates, a hint is given to the first only.
MOST_HINTS = 1000
MOST_CHOICES = 12


def form_rules(
    spec: FormSpec, specs: Specs, ct: ControlledTerminology | None = None, questions: Questions | None = None
) -> tuple[Rule, ...]:
    """The kit's rules for one form; ids are ``TB-RAW-<form>-<column>-<kind>``.

    Each stands for what the same fault breaks in the datasets: the empty variable, the equal keys. ``ct`` adds CDISC's own terms
    to those that a value without a term may be near to. Without ``questions`` the sites are asked in English.
    """
    questions = questions or Questions()
    rules: list[Rule] = []
    filled = filled_from(spec, specs)
    for name, column in spec.columns.items():
        rules.extend(_column_rules(spec, name, column, specs, ct, questions, filled.get(name, ())))
    label = ", ".join(spec.keys)
    rules.append(
        Rule(
            id=f"TB-RAW-{spec.form}-KEY",
            severity=Severity.ERROR,
            message=f"Another record has the same {label}",
            check=_unique(spec, specs),
            variables=spec.keys,
            query=questions.ask_about(spec, "KEY", fields=[field_name(spec, key) for key in spec.keys]),
            mend=spec.keys,
            twins=True,
            alike=partial(_read_keys, spec=spec, specs=specs),
            stands_for=_keyed_by(spec, specs),
            of_records=True,
        )
    )
    return tuple(rules)


def filled_from(spec: FormSpec, specs: Specs) -> dict[str, tuple[str, ...]]:
    """For each column the rules that a variable taken from it is filled."""
    rules: dict[str, dict[str, None]] = {}
    for domain in specs.domains.values():
        for records in domain.records:
            known = {records.form: specs.sources[records.form]}
            known |= {alias: specs.sources[join.form] for alias, join in records.join.items()}
            for variable, ways in specs.algorithms(domain, records).items():
                for found in (resolve(name, known) for way in ways for name in way.columns):
                    if found and known[found[0]].form == spec.form:
                        datasets = (domain.domain, f"SUPP{domain.domain}") if variable == "USUBJID" else (domain.domain,)
                        rules.setdefault(found[1], {}).update({f"TB-{dataset}-{variable}-FILLED": None for dataset in datasets})
    return {column: tuple(ids) for column, ids in rules.items()}


def _keyed_by(spec: FormSpec, specs: Specs) -> tuple[str, ...]:
    """The rules that the keys of the datasets are unique whose records are this form's."""
    made = [one.domain for one in specs.domains.values() if any(records.form == spec.form for records in one.records)]
    return tuple(f"TB-{dataset}-KEY" for domain in made for dataset in (domain, f"SUPP{domain}"))


def _column_rules(
    spec: FormSpec,
    name: str,
    column: ColumnSpec,
    specs: Specs,
    ct: ControlledTerminology | None,
    questions: Questions,
    stands_for: tuple[str, ...],
) -> Iterator[Rule]:
    def made(
        kind: str,
        message: str,
        check: Check,
        detail: Callable[[pd.Series], pd.Series] | None = None,
        question: str = "",
        **asked: str | Sequence[str],
    ) -> Rule:
        return Rule(
            f"TB-RAW-{spec.form}-{name}-{kind}",
            Severity.ERROR,
            message,
            lambda frame: check(read_cells(frame[name], column)),
            (name,),
            query=questions.ask_about(spec, question or kind, name, **asked),
            mend=(name,),
            stands_for=stands_for,
            of_records=True,
            detail=detail and (lambda frame: detail(read_cells(frame[name], column))),
        )

    unknown = specs.export.unknown_date_parts
    if column.required and "y" in "".join(column.format):
        message = f"{name} is empty, or nothing of it is known"
        has_year = partial(_has_year, formats=column.format, unknown=unknown)
        yield made("REQUIRED", message, has_year, question="REQUIRED-DATE")
    elif column.required:
        yield made("REQUIRED", f"{name} is empty", lambda cells: cells != "")
    if column.type in DATE_TYPES:
        forms = [written_format(form) for form in column.format]
        yield made(
            column.type.upper(),
            f"{name} is not a {column.type} written as {' or '.join(forms)}",
            lambda cells: parse(cells, column.format, unknown)[1],
            partial(_date_details, formats=column.format, unknown=unknown),
            format=forms[0],
        )
        if contradicted(column.format):
            yield _order_rule(spec, name, column, unknown)
    elif column.type in ("integer", "number"):
        yield made(
            column.type.upper(),
            f"{name} is not a {'whole number' if column.type == 'integer' else 'number'}",
            partial(_is_number, whole=column.type == "integer"),
        )
    if column.codelist:
        codelist = specs.codelists[column.codelist]
        among = candidates(codelist, ct.codelist(codelist.ct) if ct and codelist.ct else None)
        yield made(
            "CODE",
            f"{name} is not in the code list {column.codelist}",
            lambda cells: (cells == "") | (read_terms(cells, codelist) != ""),
            partial(nearest_details, among=among),
            choices=_choices(codelist),
        )


def _order_rule(spec: FormSpec, name: str, column: ColumnSpec, unknown: tuple[str, ...]) -> Rule:
    """One finding a column, whatever the number of cells: which order is right decides how each date of it is read."""
    declared = " or ".join(written_format(form) for form in contradicted(column.format))

    def witnesses(frame: pd.DataFrame) -> list[Witness]:
        return order_witnesses(read_cells(frame[name], column), column.format, unknown)

    message = f"{name} is declared as {declared}, and a cell contradicts the order of day and month"
    return Rule(
        f"TB-RAW-{spec.form}-{name}-ORDER",
        Severity.ERROR,
        message,
        lambda frame: not witnesses(frame),
        (name,),
        mend=(name,),
        witnesses=witnesses,
    )


def _choices(codelist: StudyCodelist) -> list[str]:
    shown = [values[0] if values else term for term, values in codelist.terms.items()]
    return [*shown[:MOST_CHOICES], "…"] if len(shown) > MOST_CHOICES else shown


def _date_details(cells: pd.Series, formats: tuple[str, ...], unknown: tuple[str, ...]) -> pd.Series:
    hints = {text: date_hint(text, formats, unknown) for text in cells.unique()[:MOST_HINTS]}
    return cells.map(hints).astype("str").fillna("")


def _has_year(cells: pd.Series, formats: tuple[str, ...], unknown: tuple[str, ...]) -> pd.Series:
    """A date of which not even the year is known fills no --DTC either; a text that is no date is another rule's."""
    parts, fits = parse(cells, formats, unknown)
    return (cells != "") & (parts["y"].notna() | ~fits)


def _is_number(cells: pd.Series, whole: bool) -> pd.Series:
    """A whole number has no exponent, which only a spreadsheet that mangled a code would write."""
    numbers = read_numbers(cells)
    fits = numbers.notna()
    if whole:
        fits &= (numbers % 1 == 0) & ~cells.str.contains("e", case=False, regex=False)
    return fits | (cells == "")


def _read_keys(frame: pd.DataFrame, spec: FormSpec, specs: Specs) -> pd.DataFrame:
    """The keys as they are meant: two ways to write a date, a term or a number are one; as written where they are none."""
    keys = {}
    for key in spec.keys:
        column = spec.columns[key]
        cells = read_cells(frame[key], column)
        if column.type in DATE_TYPES:
            read = read_iso8601(cells, column.format, specs.export.unknown_date_parts)
        elif column.codelist:
            read = read_terms(cells, specs.codelists[column.codelist])
        elif column.type in ("integer", "number"):
            numbers = read_numbers(cells)
            read = numbers.map("{:.15g}".format).astype("str").where(numbers.notna(), "")
        else:
            read = cells
        keys[key] = read.where(read != "", cells)
    return pd.DataFrame(keys)


def _unique(spec: FormSpec, specs: Specs) -> Check:
    """All records of an equal key fail, since no rule can know which is wrong.

    An empty cell is a value of the key like any other (an event without end, recorded twice), unless it is required or the
    whole key is empty: then another rule says so.
    """
    keys = list(spec.keys)
    required = [key for key in keys if spec.columns[key].required]

    def check(frame: pd.DataFrame) -> pd.Series:
        cells = _read_keys(frame, spec, specs)
        complete = (cells[required] != "").all(axis=1) & (cells != "").any(axis=1)
        return ~(cells.duplicated(keep=False) & complete)

    return check
