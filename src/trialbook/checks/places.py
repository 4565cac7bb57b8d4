"""What a site calls the record that a question is about: its form, visit and entries, looked up by the raw record to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from trialbook.findings import Finding, Origin, Role, SitePlace
from trialbook.mapping import Form


def site_places(findings: Sequence[Finding], forms: Mapping[str, Form]) -> dict[str, SitePlace]:
    """By the id of each finding with a question: the place of its first cell, or else record, to mend; none without one.

    Looked up afterwards, and not carried by every finding: most ask nothing, and the place is no part of ``findings.json``.
    """
    asked: dict[tuple[str, str | None], list[tuple[str, Origin]]] = {}
    for finding in findings:
        for cell in records_to_mend(finding) if finding.query else ():
            asked.setdefault((cell.file, cell.sheet), []).append((finding.id, cell))
    found: dict[str, dict[Origin, SitePlace]] = {}
    for form in forms.values():
        for index, table in enumerate(form.tables):
            wanted = asked.get((table.file, table.sheet), [])
            for (id, cell), place in zip(wanted, _places(form, index, [cell for _, cell in wanted]), strict=True):
                found.setdefault(id, {})[cell] = place
    return {finding.id: _joined(finding, found[finding.id]) for finding in findings if finding.id in found}


def with_numbers(places: Mapping[str, SitePlace], findings: Sequence[Finding], forms: Mapping[str, Form]) -> dict[str, SitePlace]:
    """The places with the subject's number in the first record that their finding names, to mend rather than compared.

    One person may have several numbers (screened again), and USUBJID only the first of them: no site finds a record by it.
    """
    wanted: dict[tuple[str, str | None], list[tuple[str, Origin]]] = {}
    for finding in findings:
        rows = [one for one in finding.origins if one.row is not None or one.path]
        if finding.id in places and rows:
            first = min(rows, key=lambda one: one.role is not Role.CORRECT)
            wanted.setdefault((first.file, first.sheet), []).append((finding.id, first))
    numbers: dict[str, str] = {}
    for form in forms.values():
        for index, table in enumerate(form.tables):
            asked = wanted.get((table.file, table.sheet), [])
            positions = _positions(form, index, [cell for _, cell in asked])
            texts = form.cells[form.spec.subject].take(positions).tolist() if positions else []
            numbers |= {id: str(text) for (id, _), at, text in zip(asked, positions, texts, strict=True) if at >= 0}
    return {id: replace(place, number=numbers.get(id, "")) for id, place in places.items()}


def records_to_mend(finding: Finding) -> list[Origin]:
    """The raw records that are to be mended, those with cells first; a value that came from no cell has a record only."""
    mend = [origin for origin in finding.origins if origin.role is Role.CORRECT and (origin.row is not None or origin.path)]
    return sorted(mend, key=lambda origin: not origin.columns)


def _joined(finding: Finding, places: Mapping[Origin, SitePlace]) -> SitePlace:
    """The place of the first cell, with the entries of all."""
    known = [places[cell] for cell in records_to_mend(finding) if cell in places]
    entries: dict[str, str] = {}
    for place in known:
        entries = {**place.entries, **entries}
    first = known[0]
    return SitePlace(first.form, first.visit, first.by_site, entries)


def _places(form: Form, index: int, cells: Sequence[Origin]) -> list[SitePlace]:
    """The place of each of some cells of one of a form's tables."""
    if not cells:
        return []
    positions = _positions(form, index, cells)
    column_of = {header: column for column, header in form.headers[index].items()}
    wanted = {column_of.get(header, header) for cell in cells for header in cell.columns} | {form.spec.visit}
    # Only what is asked about is taken out of the form, which may have a million records.
    texts = {column: form.frame[column].take(positions).tolist() for column in form.frame.columns if column in wanted}
    places = []
    for i, (cell, position) in enumerate(zip(cells, positions, strict=True)):
        entries, visit = {}, ""
        if position >= 0:
            columns = {header: column_of.get(header, header) for header in cell.columns}
            entries = {header: str(texts[column][i]) for header, column in columns.items() if column in texts}
            visit = str(texts[form.spec.visit][i]).strip() if form.spec.visit else ""
        places.append(SitePlace(form.name, visit, form.spec.by_site, entries))
    return places


def _positions(form: Form, index: int, cells: Sequence[Origin]) -> list[int]:
    """The position among a form's records of each of some cells of one of its tables; -1 where there is none."""
    table = form.tables[index]
    if not cells:
        return []
    at = np.flatnonzero(form.table == index)
    rows = form.row[at]
    known = rows if table.path is None else table.path[np.searchsorted(table.row, rows)]
    position_of = dict(zip(known.tolist(), at.tolist(), strict=True))
    return [position_of.get(cell.row if table.path is None else cell.path, -1) for cell in cells]
