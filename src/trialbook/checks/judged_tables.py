"""What judging eligibility gives, as tables: its records have no row of their own, and go back to the cells of the items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trialbook.checks.evidence import Evidence
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Origin, Role, Stage
from trialbook.mapping import Form, Specs
from trialbook.screening import ScreenedExport

BY_ITEMS = ("VERDICT", "RESULT")
"""The columns that follow from the items; the others name the subject, or are the protocol's own words."""


def judged_tables(
    screened: ScreenedExport | None, found: Mapping[str, Form], tables: Mapping[str, CheckedTable], specs: Specs
) -> dict[str, CheckedTable]:
    """The forms of ``screened`` by name, beside those of the export (``found``, ``tables``) in which their origins are."""
    if screened is None:
        return {}
    evidence = Evidence(screened, found, tables, specs)
    return {name: _table(name, form, evidence) for name, form in screened.forms.items()}


def _table(name: str, form: Form, evidence: Evidence) -> CheckedTable:
    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        places = (evidence.screened.behind(name, record) for record in positions.tolist())
        by_items = bool(set(variables) & set(BY_ITEMS))
        return [evidence.origins(at, items if by_items else (), role) for at, items in places]

    return CheckedTable(name, form.spec.title, Stage.RAW, form.frame, None, form.spec.keys, locate)
