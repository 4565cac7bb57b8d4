"""The day on which a synthetic export is made: when all that the simulated course tells of has happened."""

from __future__ import annotations

from datetime import date, timedelta

from trialbook.mapping import Specs
from trialbook.simulation.canonical import iso_parts
from trialbook.simulation.changes import Tables


def export_day(tables: Tables, specs: Specs) -> date | None:
    """The day after the latest date in canonical tables, without columns of what is planned; None where there is no date.

    Of a partial date the earliest day that it can mean counts: it has come.
    """
    latest = ""
    for form, frame in tables.items():
        for name, column in specs.forms[form].columns.items():
            if column.has_year and not column.planned:
                latest = max([latest, *(_earliest(value, column.type) for value in frame[name].unique() if value)])
    return date.fromisoformat(latest) + timedelta(days=1) if latest else None


def _earliest(value: str, kind: str) -> str:
    parts = iso_parts(value, kind) or {}
    return f"{parts['y']}-{parts.get('m', '01')}-{parts.get('d', '01')}" if parts else ""
