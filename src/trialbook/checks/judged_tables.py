"""What judging eligibility gives, as tables: its records have no row of their own, and go back to the cells of the items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trialbook.checks.tables import CheckedTable
from trialbook.findings import Origin, Role, Stage
from trialbook.mapping import Form
from trialbook.screening import ScreenedExport

BY_ITEMS = ("VERDICT", "RESULT")
"""The columns that follow from the items; the others name the subject, or are the protocol's own words."""


def judged_tables(screened: ScreenedExport | None, forms: Mapping[str, CheckedTable]) -> dict[str, CheckedTable]:
    """The forms of ``screened`` by name, beside those of the export (``forms``) in which their origins are."""
    return {name: _table(name, form, screened, forms) for name, form in screened.forms.items()} if screened is not None else {}


def item_origins(
    screened: ScreenedExport, forms: Mapping[str, CheckedTable], position: int, items: Sequence[str], role: Role
) -> tuple[Origin, ...]:
    """The raw cells behind some items of a subject; where there is none, the record that it is a subject by."""
    at = np.array([position])
    (cells,) = screened.items.provenance.cells(at, items)
    if not cells:
        (base,) = screened.items.provenance.base(at)
        cells = {base: []} if base is not None else {}
    # The keys by which a record was found say nothing, unless nothing else is read.
    telling = {place: [name for name in columns if name not in forms[place[0]].keys] for place, columns in cells.items()}
    if any(telling.values()):
        cells = {place: columns for place, columns in telling.items() if columns}
    found: list[Origin] = []
    for (form, row), columns in cells.items():
        found += forms[form].locate(np.array([row]), columns, role)[0]
    return tuple(found)


def _table(name: str, form: Form, screened: ScreenedExport, forms: Mapping[str, CheckedTable]) -> CheckedTable:
    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        found = []
        for record in positions.tolist():
            at, items = screened.behind(name, record)
            found.append(item_origins(screened, forms, at, items if set(variables) & set(BY_ITEMS) else (), role))
        return found

    return CheckedTable(name, form.spec.title, Stage.RAW, form.frame, None, form.spec.keys, locate)
