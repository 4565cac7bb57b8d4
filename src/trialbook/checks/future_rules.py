"""The rule that no date of a form lies after the day of the export, since what is recorded has happened; and what it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

import pandas as pd

from trialbook.checks.consequences import Cell, cells_of, less, to_correct
from trialbook.checks.modules import KIT_PREFIX
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.datasets.iso8601 import before
from trialbook.findings import Finding, RuleOutcome, Severity
from trialbook.mapping import ColumnSpec, FormSpec, Specs
from trialbook.mapping.cells import read_cells
from trialbook.mapping.datetimes import read_iso8601

FUTURE = "-FUTURE"
"""How the ids of these rules end."""
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
            f"{KIT_PREFIX}RAW-{spec.form}-{name}{FUTURE}",
            Severity.ERROR,
            f"{name} is after the day of the export",
            partial(_has_come, name=name, column=column, exported=exported, unknown=unknown),
            (name,),
            query=questions.ask_about(spec, "FUTURE", name, exported=exported.isoformat()),
            mend=(name,),
            stands_for=CONSEQUENCES,
            of_records=True,
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


def without_future(
    found: Sequence[Finding], outcomes: Sequence[RuleOutcome], told: Iterable[Finding]
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings of the study's own rules without those about a date that one of ``told`` says lies in the future.

    Be it the cell to mend or one that is compared: while it is known to be wrong, nothing is known of what disagrees with it, as
    nothing is of a date that can't be read. None is left out that is graver. A rule's outcome says how many were, and by whom.
    """
    future: dict[Cell, Finding] = {}
    for one in told:
        if one.rule.startswith(KIT_PREFIX) and one.rule.endswith(FUTURE):
            future |= dict.fromkeys(to_correct([one]), one)
    kept: list[Finding] = []
    left_out: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in found if future else ():
        cells = [] if one.rule.startswith(KIT_PREFIX) else [cell for origin in one.origins for cell in cells_of(origin)]
        by = next((future[cell] for cell in cells if cell in future), None)
        if by is not None and by.severity.reaches(one.severity):
            left_out.setdefault((one.rule, one.dataset), []).append((by.rule, one.id))
        else:
            kept.append(one)
    if not left_out:
        return list(found), list(outcomes)
    return kept, [less(one, left_out.get((one.rule, one.dataset), ())) for one in outcomes]
