"""Which form each table of an export is, by the names of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trialbook.errors import SpecError
from trialbook.exports import RawExport, RawTable
from trialbook.mapping.form_spec import FormSpec

NAMED, ALSO, PATTERN, PART = range(4)
"""By what a form claims a table, first one first: its name, another name of it, a wildcard, the form that it is a part of."""


def claim_tables(export: RawExport, specs: Mapping[str, FormSpec]) -> tuple[dict[str, list[RawTable]], tuple[RawTable, ...]]:
    """The tables of each form, and those that no form claims.

    A form that has the table's very name goes before one with a wildcard. A table that is a repeating part of a form (ODM's item
    groups) goes to a specification of the whole form where that names columns of the part; the table of the form's other columns
    is then set aside, since each record of the part has them beside it. Raises :class:`SpecError` where several forms remain.
    """
    claimed: dict[str, list[tuple[int, RawTable]]] = {name: [] for name in specs}
    unmatched = []
    for table in export.tables:
        ranks = {name: rank for name, spec in specs.items() if (rank := _rank(spec, table)) is not None}
        claiming = [name for name, rank in ranks.items() if rank == min(ranks.values())]
        if len(claiming) > 1:
            raise SpecError(
                f"the forms {' and '.join(claiming)} both claim the table {table.name!r} of {table.file}",
                file="sdtm_specs/forms",
                remedy="Write their tables so that each file or sheet belongs to one form.",
            )
        if claiming:
            claimed[claiming[0]].append((ranks[claiming[0]], table))
        else:
            unmatched.append(table)
    taken = {}
    for name, ranked in claimed.items():
        taken[name], left = _settle(specs[name], ranked)
        unmatched += left
    order = {id(table): index for index, table in enumerate(export.tables)}
    return taken, tuple(sorted(unmatched, key=lambda table: order[id(table)]))


def _rank(spec: FormSpec, table: RawTable) -> int | None:
    if spec.is_named(table.name):
        return NAMED
    if any(spec.is_named(name) for name in table.also):
        return ALSO
    if spec.matches(table.name):
        return PATTERN
    return PART if any(spec.is_named(name) for name in table.part_of) else None


def _settle(spec: FormSpec, ranked: list[tuple[int, RawTable]]) -> tuple[list[RawTable], list[RawTable]]:
    """The tables that the form takes of those it claims, and those that it leaves.

    What only another name tells is left where a table of the same file has the very name.
    """
    named = {table.file for rank, table in ranked if rank == NAMED}
    parts = [table for rank, table in ranked if rank == PART and _own(table) & spec.headers.keys()]
    held = {(table.file, form) for table in parts for form in table.part_of}
    taken, left, beside = [], [], set()
    for rank, table in ranked:
        if (rank == PART and not any(table is part for part in parts)) or (rank == ALSO and table.file in named):
            left.append(table)
        elif rank != PART and (table.file, table.name) in held:
            beside |= _own(table)
        else:
            taken.append(table)
    return [_with_collected(table, beside) for table in taken], left


def _with_collected(table: RawTable, beside: set[str]) -> RawTable:
    """The table with what another held no longer as repeated: it is collected here alone now."""
    repeated = frozenset(header for header in table.repeated if header.strip().casefold() not in beside)
    return table if repeated == table.repeated else replace(table, repeated=repeated)


def _own(table: RawTable) -> set[str]:
    """The headers, in lower case, of what was collected in the table itself."""
    return {header.strip().casefold() for header in table.frame.columns if header not in table.repeated}
