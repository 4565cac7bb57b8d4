"""What a site calls the record that a question is about: its form, visit and entries, looked up by the raw cells to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from trialbook.findings import Finding, Origin, Role, SitePlace
from trialbook.mapping import Form


def site_places(findings: Sequence[Finding], forms: Mapping[str, Form]) -> dict[str, SitePlace]:
    """By the id of each finding with a question: the place of its first cell to mend; without such a cell it has none.

    Looked up afterwards, and not carried by every finding: most ask nothing, and the place is no part of ``findings.json``.
    """
    asked: dict[tuple[str, str | None], list[tuple[str, Origin]]] = {}
    for finding in findings:
        for cell in cells_to_mend(finding) if finding.query else ():
            asked.setdefault((cell.file, cell.sheet), []).append((finding.id, cell))
    found: dict[str, dict[Origin, SitePlace]] = {}
    for form in forms.values():
        for index, table in enumerate(form.tables):
            wanted = asked.get((table.file, table.sheet), [])
            for (id, cell), place in zip(wanted, _places(form, index, [cell for _, cell in wanted]), strict=True):
                found.setdefault(id, {})[cell] = place
    return {finding.id: _joined(finding, found[finding.id]) for finding in findings if finding.id in found}


def cells_to_mend(finding: Finding) -> list[Origin]:
    """The raw cells that are to be mended; none where only rows, or nothing, can be named."""
    return [origin for origin in finding.origins if origin.role is Role.CORRECT and origin.columns]


def _joined(finding: Finding, places: Mapping[Origin, SitePlace]) -> SitePlace:
    """The place of the first cell, with the entries of all."""
    known = [places[cell] for cell in cells_to_mend(finding) if cell in places]
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
    known = rows.tolist() if table.path is None else [table.path_of(int(row)) for row in rows]
    sought = [cell.row if table.path is None else cell.path for cell in cells]
    positions = pd.Index(known, dtype="object").get_indexer(pd.Index(sought, dtype="object"))
    column_of = {header: column for column, header in form.headers[index].items()}
    texts = {column: form.frame[column].to_numpy() for column in form.frame.columns}
    places = []
    for cell, position in zip(cells, positions, strict=True):
        entries, visit = {}, ""
        if position >= 0:
            record = at[position]
            columns = {header: column_of.get(header, header) for header in cell.columns}
            entries = {header: str(texts[column][record]) for header, column in columns.items() if column in texts}
            visit = str(texts[form.spec.visit][record]).strip() if form.spec.visit else ""
        places.append(SitePlace(form.name, visit, form.spec.by_site, entries))
    return places
