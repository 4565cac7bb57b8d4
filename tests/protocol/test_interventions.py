"""``protocol/interventions.yml``: what follows from its numbers, and what does not fit together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.errors import SpecError
from trialbook.protocol.interventions import Interventions, study_day
from trialbook.protocol.lint.interventions import lint_interventions

SYRUP = """\
interventions:
  - id: SYRUP
    name: Cough syrup
    arms: [A]
    substance: {inn: SYRUP}
    regimen:
      source: record
      quote: 135 mg/week for 6 months
      dose: 135
      unit: mg
      every: 7
      months: 6
    plan:
      planned_doses: 26
    reductions:
      doses: [90, 45]
    modification:
      source: literature
      cites: [label]
      thresholds:
        - {test: WBC, unit: 10^9/L, reduce_below: 1.5, stop_below: 1.0}
        - {test: PLAT, unit: 10^9/L, reduce_below: 50, stop_below: 25}
"""


def test_what_follows_from_the_numbers(parts: Callable) -> None:
    drug = parts(interventions=SYRUP).interventions["SYRUP"]
    assert (drug.steps, drug.last_planned_day, drug.end_day) == ((135, 90, 45), 176, 184)
    assert (drug.frequency, drug.duration) == ("EVERY WEEK", "P6M")
    assert (drug.reduce_below, drug.stop_below) == ({"WBC": 1.5, "PLAT": 50}, {"WBC": 1.0, "PLAT": 25})


def test_a_change_of_dose_moves_the_steps(parts: Callable) -> None:
    drug = parts(interventions=SYRUP.replace("dose: 135", "dose: 180")).interventions["SYRUP"]
    assert drug.steps == (180, 90, 45)


@pytest.mark.parametrize(
    ("every", "term"),
    [(1, "QD"), (2, "QOD"), (3, "Q3D"), (7, "EVERY WEEK"), (10, "Q10D"), (14, "EVERY 2 WEEKS"), (28, "EVERY 4 WEEKS")],
)
def test_the_interval_as_a_term(parts: Callable, every: int, term: str) -> None:
    text = SYRUP.replace("every: 7", f"every: {every}")
    assert parts(interventions=text).interventions["SYRUP"].frequency == term


@pytest.mark.parametrize(("months", "day"), [(0, 1), (1, 31), (2, 62), (6, 184), (12, 366), (18, 549), (24, 732)])
def test_the_study_day_after_months(months: int, day: int) -> None:
    assert study_day(months) == day


def test_what_an_arm_is_given(parts: Callable) -> None:
    given = parts(interventions=SYRUP).interventions
    assert [[one.id for one in given.of(armcd)] for armcd in ("A", "B")] == [["SYRUP"], []]
    with pytest.raises(KeyError):
        given["TABLET"]


def test_a_study_without_the_file_gives_nothing(parts: Callable, said: Callable) -> None:
    bare = parts()
    assert bare.interventions == Interventions()
    assert said(lint_interventions, bare) == []


@pytest.mark.parametrize(
    ("before", "after", "place", "what"),
    [
        ("dose: 135", "dose: 0", "line 9", "interventions.0.regimen.dose: Input should be greater than 0 (found 0)"),
        (
            "planned_doses: 26",
            "planned_doses: 26\n      doses: 26",
            "line 15",
            "interventions.0.plan.doses: is not a key known here",
        ),
        ("test: PLAT", "test: WBC", "line 17", "interventions.0.modification: the thresholds of WBC are there twice"),
        ("      cites: [label]\n", "", "line 17", "the source literature needs cites"),
        ("every: 7", "every: weekly", "line 11", "interventions.0.regimen.every: Input should be a valid integer"),
    ],
)
def test_what_is_wrong_in_itself_names_its_line(parts: Callable, before: str, after: str, place: str, what: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = parts(interventions=SYRUP.replace(before, after)).interventions
    assert (caught.value.place, what in str(caught.value)) == (place, True), caught.value


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("dose: 135", "dose: 135", None),
        ("45]", "45, 13.5]", None),
        ("dose: 135", "dose: 140", (9, "140 is not in the words quoted for it: 135 mg/week for 6 months")),
        # A part of a number is not the number.
        ("for 6 months", "for 16 months", (12, "6 is not in the words quoted for it: 135 mg/week for 16 months")),
        ("months: 6", "months: 7", (12, "7 is not in the words quoted for it: 135 mg/week for 6 months")),
        ("[90, 45]", "[45, 90]", (16, "the doses are not each lower than the one before: 135, 45, 90")),
        ("[90, 45]", "[135]", (16, "the doses are not each lower than the one before: 135, 135")),
        ("doses: 26", "doses: 28", (14, "the last planned dose falls on day 190, after the end of treatment on day 184")),
        ("doses: 26", "doses: 24", None),
        ("arms: [A]", "arms: [A, C]", (4, "the arm C is not in study.yml, which has A, B")),
        ("stop_below: 1.0", "stop_below: 2", (21, "WBC stops treatment below 2, before it reduces the dose")),
    ],
)
def test_numbers_that_do_not_fit_are_complained_of(
    parts: Callable, said: Callable, before: str, after: str, complaint: tuple[int, str] | None
) -> None:
    found = said(lint_interventions, parts(interventions=SYRUP.replace(before, after)))
    assert found == ([("Error", "interventions.yml", *complaint)] if complaint else [])
