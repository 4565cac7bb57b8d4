"""This trial's schedule of activities: equal to the reference, and its visits where their names put them."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from trialbook.mapping.lint_schedule import schedule_complaints
from trialbook.protocol.interventions import study_day
from trialbook.run import Study


def test_the_table_is_that_of_the_reference(trial: Study, shared: Path) -> None:
    """The reference's columns are short names of the same visits, in the same order."""
    reference = pd.read_csv(shared / "study" / "soa.csv", dtype="str", keep_default_na=False).set_index("ACTIVITY")
    table = trial.protocol.schedule.table()
    assert list(reference.columns) == [
        *("SCR", "D1", "W2", "M1", "M2", "M3", "M4", "M5", "M6", "M9", "M12", "M15", "M18", "M21", "M24", "EOT/REL")
    ]
    assert list(table.columns) == [
        *("SCREENING", "BASELINE", "WEEK 2"),
        *(f"MONTH {month}" for month in (1, 2, 3, 4, 5, 6, 9, 12, 15, 18, 21, 24)),
        "END OF TREATMENT/RELAPSE",
    ]
    pd.testing.assert_frame_equal(table, reference.set_axis(table.columns, axis=1))


def test_the_visits_are_those_of_the_reference(trial: Study, shared: Path) -> None:
    reference = pd.read_csv(shared / "study" / "tv.csv", dtype="str", keep_default_na=False)
    visits = trial.protocol.visits.values()
    mine = [(f"{one.visitnum:g}", one.visit, "" if one.day is None else str(one.day)) for one in visits]
    assert mine == list(reference[["VISITNUM", "VISIT", "VISITDY"]].itertuples(index=False, name=None))


def test_a_visit_named_by_its_month_is_planned_for_it(trial: Study) -> None:
    named = {name: re.fullmatch(r"MONTH (\d+)", name) for name in trial.protocol.visits}
    months = {name: int(found[1]) for name, found in named.items() if found}
    assert {name: trial.protocol.visits[name].day for name in months} == {name: study_day(at) for name, at in months.items()}


def test_the_forms_know_each_activity_and_visit(trial: Study) -> None:
    assert list(schedule_complaints(trial.protocol, trial.specs)) == []


def test_each_form_with_visits_is_expected_at_some(trial: Study) -> None:
    schedule = trial.protocol.schedule
    expected = {one.form for visit in schedule.visits for one in schedule.expected_forms(visit)}
    assert expected >= {name for name, spec in trial.specs.forms.items() if spec.visit}
    assert {name for name, spec in trial.specs.forms.items() if spec.visit and not spec.date} == set()
