"""The rule that no date of a form lies after the day of the export: what is recorded has happened."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity
from trialbook.mapping import ColumnSpec, FormSpec, Specs
from trialbook.mapping.cells import read_cells
from trialbook.mapping.datetimes import read_iso8601

CONSEQUENCES = ("TB-VISIT-CONSENT", "TB-VISIT-WINDOW")
"""What a date in the future breaks too: it is far from the planned one, and of a consent it is later than all that followed."""


def future_rules(spec: FormSpec, specs: Specs, exported: date, questions: Questions | None = None) -> tuple[Rule, ...]:
    """A rule ``TB-RAW-<form>-<column>-FUTURE`` for each column with a date that can't rightly lie after the day ``exported``.

    Which column holds what is planned, the form's specification says (``planned: true``). Without ``questions`` the sites are
    asked in English.
    """
    questions = questions or Questions()
    unknown = specs.export.unknown_date_parts
    return tuple(
        Rule(
            f"TB-RAW-{spec.form}-{name}-FUTURE",
            Severity.ERROR,
            f"{name} is after the day of the export",
            partial(_has_come, name=name, column=column, exported=exported, unknown=unknown),
            (name,),
            query=questions.ask_about(spec, "FUTURE", name, exported=exported.isoformat()),
            mend=(name,),
            stands_for=CONSEQUENCES,
            detail=partial(_says_when, exported=exported),
        )
        for name, column in spec.columns.items()
        if column.has_year and not column.planned
    )


def _has_come(frame: pd.DataFrame, name: str, column: ColumnSpec, exported: date, unknown: tuple[str, ...]) -> pd.Series:
    """A partial date has come where one of the days that it can mean has."""
    dates = read_iso8601(read_cells(frame[name], column), column.format, unknown)
    return ~before(pd.Series(exported.isoformat(), index=dates.index, dtype="str"), dates)


def _says_when(records: pd.DataFrame, exported: date) -> pd.Series:
    return pd.Series(f"exported on {exported}", index=records.index, dtype="str")
