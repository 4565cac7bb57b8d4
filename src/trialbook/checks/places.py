"""What a site calls the record that a question is about: its form, visit and entries, looked up by the raw record to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    table = form.tables[index]
    at = np.flatnonzero(form.table == index)
    rows = form.row[at]
    known = rows if table.path is None else table.path[np.searchsorted(table.row, rows)]
    position_of = dict(zip(known.tolist(), at.tolist(), strict=True))
    positions = [position_of.get(cell.row if table.path is None else cell.path, -1) for cell in cells]
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
