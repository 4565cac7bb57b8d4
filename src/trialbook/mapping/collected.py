"""Which variables the export gives nothing to fill with: what was not collected can be neither right nor wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialbook.expressions import parse
from trialbook.mapping.domain_spec import FILLED_LATER, Algorithm
from trialbook.mapping.forms import Form
from trialbook.mapping.records import RawRecords

Algorithms = Mapping[str, tuple[Algorithm, ...]]


def not_collected(parts: Sequence[RawRecords], wanted: Sequence[Algorithms], forms: Mapping[str, Form]) -> dict[str, str]:
    """Variables for which every algorithm of every kind of records lacks its form or its columns, each with the reason.

    A form that is not required and absent has no records; it lacks nothing.
    """
    lacking: dict[str, list[str | None]] = {}
    for part, algorithms in zip(parts, wanted, strict=True):
        for name, ways in algorithms.items():
            lacking.setdefault(name, []).extend(_lacks(part, way, forms) for way in ways if way.operation not in FILLED_LATER)
    found = {name: str(reasons[0]) for name, reasons in lacking.items() if reasons and all(reasons)}
    later = {name: ways[0] for algorithms in wanted for name, ways in algorithms.items() if ways[0].operation in FILLED_LATER}
    for name, way in sorted(later.items(), key=lambda one: FILLED_LATER.index(one[1].operation)):
        # What an algorithm works on comes first among its needs; the rest only chooses among records.
        if not way.derive_seq and way.needs and way.needs[0] in found:
            found[name] = found[way.needs[0]]
    return found


def _lacks(part: RawRecords, way: Algorithm, forms: Mapping[str, Form]) -> str | None:
    """Why an algorithm has nothing to work on; None where it has, or needs nothing."""
    absent = [name for name in (way.derive.reads if way.derive else ()) if _is_absent(forms[name])]
    if absent:
        return f"the form {absent[0]} is not in the export"
    names = [*way.columns, *(sorted(parse(way.condition_add).names) if way.condition_add else ())]
    reasons = [_lacks_column(part.forms[alias], column) for alias, column in map(part.locate, names)]
    return reasons[0] if reasons and all(reasons) else None


def _lacks_column(form: Form, column: str) -> str | None:
    if _is_absent(form):
        return f"the form {form.name} is not in the export"
    return f"{form.name} has no {column} in the export" if column in form.missing else None


def _is_absent(form: Form) -> bool:
    return form.spec.required and not form.tables
