"""``protocol/activities.yml``: the schedule as a table, the forms expected at a visit, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.protocol.activities import Activities
from trialbook.protocol.lint.schedule import lint_schedule

VISITS = """\
visits:
  - {visitnum: 10, visit: SCREENING, day: -14, window: [0, 13]}
  - {visitnum: 20, visit: DAY 1, day: 1, window: [0, 0]}
  - {visitnum: 30, visit: WEEK 4, day: 29, window: [-3, 3]}
  - {visitnum: 40, visit: AT COUGH}
"""
ACTIVITIES = """\
source: assumption
epochs: [SCREENING, TREATMENT]
activities:
  - {id: CONSENT, activity: Consent, visits: [SCREENING], forms: [DM]}
  - id: BLOOD
    activity: Blood
    visits: [SCREENING, WEEK 4, AT COUGH]
    forms:
      - {form: LAB, records: {TEST: [WBC]}}
      - {form: LAB, records: {TEST: [TSH]}, visits: [SCREENING]}
  - id: CALL
    activity: Call
    visits: [WEEK 4]
    forms: [CALL]
    subjects: {who: Smokers on syrup, arms: [A], form: DM, where: {SMOKES: ["Y"]}}
    epochs: [TREATMENT, FOLLOW-UP]
    remote: true
  - {id: DIARY, activity: Diary (optional), visits: [WEEK 4], forms: [DIARY], optional: true}
  - {id: EVENTS, activity: Events, visits: [SCREENING, DAY 1, WEEK 4, AT COUGH], forms: [AE], by_event: true}
  - {id: DOSE, activity: Syrup, visits: [DAY 1], forms: [EX], subjects: {who: Arm A, arms: [A]}, repeated: true}
"""
SYRUP = """\
interventions:
  - id: SYRUP
    name: Syrup
    arms: [A]
    substance: {inn: SYRUP}
    regimen: {dose: 1, unit: mL, every: 7}
    plan: {planned_doses: 4}
"""
DESIGN = "epochs:\n  - {epoch: SCREENING}\n  - {epoch: TREATMENT}\n  - {epoch: FOLLOW-UP}\n"
Parts = Callable[..., Protocol]


def test_the_schedule_as_a_table(parts: Parts) -> None:
    table = parts(visits=VISITS, activities=ACTIVITIES, interventions=SYRUP).schedule.table()
    rows = [[name, *row] for name, row in zip(table.index, table.to_numpy().tolist(), strict=True)]
    assert [table.index.name, *table.columns] == ["ACTIVITY", "SCREENING", "DAY 1", "WEEK 4", "AT COUGH"]
    assert rows == [
        ["Consent", "X", "", "", ""],
        ["Blood", "X", "", "X", "X"],
        ["Call", "", "", "X", ""],
        ["Diary (optional)", "", "", "X", ""],
        ["Events", "X", "X", "X", "X"],
        ["Syrup", "", "D1 then weekly: 4 doses (the last planned on D22)", "", ""],
    ]


@pytest.mark.parametrize(
    ("every", "mark"),
    [
        ("1", "D1 then daily: 4 doses (the last planned on D4)"),
        ("14", "D1 then every 14 days: 4 doses (the last planned on D43)"),
    ],
)
def test_the_calendar_of_what_is_repeated(parts: Parts, every: str, mark: str) -> None:
    protocol = parts(visits=VISITS, activities=ACTIVITIES, interventions=SYRUP.replace("every: 7", f"every: {every}"))
    assert protocol.schedule.table().loc["Syrup", "DAY 1"] == mark


def test_what_is_repeated_without_an_intervention_is_marked_as_any(parts: Parts) -> None:
    assert parts(visits=VISITS, activities=ACTIVITIES).schedule.table().loc["Syrup", "DAY 1"] == "X"


@pytest.mark.parametrize(
    ("visit", "forms"),
    [
        ("SCREENING", [("CONSENT", "DM", {}), ("BLOOD", "LAB", {"TEST": ("WBC",)}), ("BLOOD", "LAB", {"TEST": ("TSH",)})]),
        ("DAY 1", []),
        ("WEEK 4", [("BLOOD", "LAB", {"TEST": ("WBC",)}), ("CALL", "CALL", {})]),
        ("AT COUGH", [("BLOOD", "LAB", {"TEST": ("WBC",)})]),
    ],
)
def test_the_forms_expected_at_a_visit(parts: Parts, visit: str, forms: list[tuple[str, str, dict]]) -> None:
    expected = parts(visits=VISITS, activities=ACTIVITIES).schedule.expected_forms(visit)
    assert [(one.activity.id, one.form, one.recorded.records) for one in expected] == forms


def test_for_whom_and_when_a_form_is_expected(parts: Parts) -> None:
    blood, call = parts(visits=VISITS, activities=ACTIVITIES).schedule.expected_forms("WEEK 4")
    assert (blood.activity.subjects, blood.epochs, blood.activity.remote) == (None, ("SCREENING", "TREATMENT"), False)
    whom = call.activity.subjects
    assert whom is not None
    assert (whom.who, whom.arms, whom.form, whom.where) == ("Smokers on syrup", ("A",), "DM", {"SMOKES": ("Y",)})
    assert (call.epochs, call.activity.remote) == (("TREATMENT", "FOLLOW-UP"), True)


def test_only_visits_with_a_day_and_a_window_are_dated(parts: Parts) -> None:
    dated = parts(visits=VISITS, activities=ACTIVITIES).schedule.dated
    assert [(one.visit, one.offset) for one in dated] == [("SCREENING", -14), ("DAY 1", 0), ("WEEK 4", 28)]


def test_a_study_without_the_file_has_no_activities(parts: Parts, said: Callable) -> None:
    bare = parts(visits=VISITS)
    assert (bare.activities, list(bare.schedule.table().index)) == (Activities(), [])
    assert (bare.schedule.expected_forms("WEEK 4"), said(lint_schedule, bare)) == ((), [])
    with pytest.raises(KeyError):
        bare.schedule.expected_forms("WEEK 5")
    with pytest.raises(KeyError):
        bare.activities["BLOOD"]


@pytest.mark.parametrize(
    ("before", "after", "place", "what"),
    [
        ("id: CONSENT", "id: BLOOD", "line 1", "the id BLOOD is there twice"),
        ("activity: Consent", "activity: Blood", "line 1", "the activity Blood is there twice"),
        ("id: CONSENT", "id: consent", "line 4", "activities.0.id: String should match"),
        (
            "visits: [SCREENING], forms: [DM]",
            "visits: [], forms: [DM]",
            "line 4",
            "activities.0.visits: Tuple should have at least",
        ),
        ("[SCREENING, WEEK 4, AT COUGH]", "[WEEK 4, WEEK 4]", "line 5", "the visit WEEK 4 is there twice"),
        ("[SCREENING, WEEK 4, AT COUGH]", "[WEEK 4]", "line 5", "the form LAB is filled at SCREENING, which is none of"),
        ("{TEST: [WBC]}", "{TEST: []}", "line 9", "activities.1.forms.0.records.TEST: Tuple should have at least 1 item"),
        (", form: DM, where", ", where", "line 15", "activities.2.subjects: form and where go together"),
        (
            ', arms: [A], form: DM, where: {SMOKES: ["Y"]}',
            "",
            "line 15",
            "activities.2.subjects: needs arms, or a form and where",
        ),
        ("optional: true", "optinal: true", "line 18", "activities.3.optinal: is not a key known here"),
    ],
)
def test_mistakes_name_their_line(parts: Parts, before: str, after: str, place: str, what: str) -> None:
    assert before in ACTIVITIES
    with pytest.raises(SpecError) as caught:
        _ = parts(visits=VISITS, activities=ACTIVITIES.replace(before, after, 1)).activities
    assert (caught.value.place, what in caught.value.what) == (place, True), caught.value


@pytest.mark.parametrize(
    ("file", "before", "after", "complaints"),
    [
        ("activities", "", "", []),
        (
            "activities",
            "visits: [WEEK 4]\n    forms: [CALL]",
            "visits: [WEEK 4, WEEK 6]\n    forms: [CALL]",
            [("Error", "activities.yml", 13, "the visit WEEK 6 is not in visits.yml")],
        ),
        (
            "activities",
            "Arm A, arms: [A]",
            "Arm C, arms: [C]",
            [
                ("Error", "activities.yml", 20, "the arm C is not in study.yml, which has A, B"),
                (
                    "Error",
                    "activities.yml",
                    20,
                    "it is repeated by the calendar of an intervention, and its arms have none in interventions.yml",
                ),
            ],
        ),
        (
            "activities",
            "epochs: [SCREENING, TREATMENT]",
            "epochs: [SCREENING, MAINTENANCE]",
            [
                (
                    "Error",
                    "activities.yml",
                    2,
                    "the epoch MAINTENANCE is not in design.yml, which has SCREENING, TREATMENT, FOLLOW-UP",
                )
            ],
        ),
        (
            "activities",
            "[TREATMENT, FOLLOW-UP]",
            "[TREATMENT, LATER]",
            [("Error", "activities.yml", 16, "the epoch LATER is not in design.yml, which has SCREENING, TREATMENT, FOLLOW-UP")],
        ),
        (
            "visits",
            "visit: AT COUGH}",
            "visit: AT COUGH}\n  - {visitnum: 50, visit: WEEK 8, day: 57, window: [-3, 3]}",
            [("Warning", "visits.yml", 6, "nothing is done at WEEK 8: no activity names it")],
        ),
        (
            "visits",
            "day: 29, window: [-3, 3]",
            "day: 29, window: [-28, 3]",
            [("Error", "visits.yml", 4, "the window of WEEK 4 begins before that of DAY 1 is over")],
        ),
        ("visits", "day: 29, window: [-3, 3]", "day: 29, window: [-27, 3]", []),
        # Day -1 and day 1 follow each other.
        (
            "visits",
            "window: [0, 13]",
            "window: [0, 14]",
            [("Error", "visits.yml", 3, "the window of DAY 1 begins before that of SCREENING is over")],
        ),
    ],
)
def test_what_does_not_fit(
    parts: Parts, said: Callable, file: str, before: str, after: str, complaints: list[tuple[str, str, int, str]]
) -> None:
    files = {"visits": VISITS, "activities": ACTIVITIES, "interventions": SYRUP, "design": DESIGN}
    assert before in files[file]
    assert said(lint_schedule, parts(**files | {file: files[file].replace(before, after, 1)})) == complaints


def test_the_order_in_which_an_activity_names_its_visits_does_not_matter(parts: Parts) -> None:
    other = ACTIVITIES.replace("[SCREENING, WEEK 4, AT COUGH]", "[AT COUGH, WEEK 4, SCREENING]")
    tables = [parts(visits=VISITS, activities=text).schedule.table() for text in (ACTIVITIES, other)]
    pd.testing.assert_frame_equal(*tables)
