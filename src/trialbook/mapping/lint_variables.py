"""Whether an algorithm can fill its variable: numbers, dates, study days, sequence numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from trialbook.mapping.complaints import LintSeverity
from trialbook.mapping.domain_spec import Algorithm, DomainSpec, Records
from trialbook.mapping.form_spec import ColumnSpec
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.references import resolve
from trialbook.mapping.specs import Specs
from trialbook.standards import StandardVariable

NUMBERS = ("integer", "number")
NUMERIC = ("derive_visit", "derive_study_day", "derive_seq")
"""Algorithms that give numbers and nothing else."""


def place_of(domain: DomainSpec, index: int, name: str) -> tuple[str, list[str | int]]:
    """File and place of the algorithms that fill a variable of one kind of records: its own, the domain's or the common ones."""
    if name in domain.records[index].variables:
        return f"domains/{domain.domain}", ["records", index, "variables", name]
    if name in domain.variables:
        return f"domains/{domain.domain}", ["variables", name]
    return "common", ["variables", name]


def column_of(specs: Specs, records: Records, name: str) -> ColumnSpec:
    """The specification of a column that an algorithm names."""
    known = {records.form: specs.sources[records.form]}
    known |= {alias: specs.sources[join.form] for alias, join in records.join.items()}
    found = resolve(name, known)
    assert found is not None, name
    return known[found[0]].columns[found[1]]


def variable_complaints(
    specs: Specs, records: Records, variable: StandardVariable, algorithm: Algorithm
) -> Iterator[tuple[LintSeverity, str]]:
    """What is wrong with filling ``variable`` by ``algorithm``, terms apart."""
    name, operation = variable.name, algorithm.operation
    if variable.type == "Num":
        text = _no_number(specs, records, algorithm)
        if text:
            yield LintSeverity.ERROR, f"{name} is Num, and {text}"
    elif operation in NUMERIC:
        yield LintSeverity.ERROR, f"{name} is Char, and {operation} gives numbers"
    by_text = ("assign_no_ct", "assign_ct", "hardcode_no_ct", "hardcode_ct")
    if name.endswith("DTC") and operation in by_text:
        yield LintSeverity.WARNING, f"{name} is a date in ISO 8601, and {operation} takes the text as it is: use assign_datetime"
    if operation == "assign_unit" and not name.endswith("U"):
        yield LintSeverity.ERROR, f"{name} is no unit"
    if algorithm.derive_study_day and not algorithm.derive_study_day.endswith("DTC"):
        yield LintSeverity.ERROR, f"{name} is derived from {algorithm.derive_study_day}, which is no --DTC"
    if algorithm.derive_study_day and not name.endswith("DY"):
        yield LintSeverity.ERROR, f"{name} is no study day"
    if operation == "derive_visit" and name not in ("VISITNUM", "VISITDY"):
        yield LintSeverity.ERROR, f"derive_visit gives VISITNUM and VISITDY, not {name}"
    if operation == "derive_element" and name not in ("ELEMENT", "TAETORD", "EPOCH"):
        yield LintSeverity.ERROR, f"derive_element gives ELEMENT, TAETORD and EPOCH, not {name}"
    if operation == "derive_blfl" and not name.endswith(("BLFL", "LOBXFL")):
        yield LintSeverity.ERROR, f"{name} is no baseline flag"
    if operation == "derive_seq" and not name.endswith("SEQ"):
        yield LintSeverity.ERROR, f"{name} is no sequence number"


def _no_number(specs: Specs, records: Records, algorithm: Algorithm) -> str:
    """Why what the algorithm gives is not a number; empty where it is one, or where only a function knows."""
    if algorithm.assign_no_ct:
        kind = column_of(specs, records, algorithm.assign_no_ct).type
        return "" if kind in NUMBERS else f"its column {algorithm.assign_no_ct} is declared as {kind}"
    if algorithm.assign_ct:
        codelist = algorithm.codelist or column_of(specs, records, algorithm.assign_ct).codelist
        texts = pd.Series(list(specs.codelists[str(codelist)].terms), dtype="str")
        wrong = texts[read_numbers(texts).isna()]
        return f"the code list {codelist} has the term {wrong.iloc[0]!r}" if len(wrong) else ""
    if algorithm.assign_datetime:
        return "assign_datetime gives text"
    if algorithm.operation in ("assign_unit", "derive_range_indicator", "derive_blfl"):
        return f"{algorithm.operation} gives text"
    constant = algorithm.hardcode_ct if algorithm.hardcode_ct is not None else algorithm.hardcode_no_ct
    if constant is not None and read_numbers(pd.Series([constant], dtype="str")).isna().iloc[0]:
        return f"the constant {constant!r} is not a number"
    return ""
