"""The protocol's schedule and the forms: what one names that the other has not, with the line where it stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.mapping.lint_schedule import schedule_complaints
from trialbook.run import Study

STUDY = Path(__file__).resolve().parents[1] / "checks" / "visits_study"
ACTIVITIES, CODELISTS = "protocol/activities.yml", "sdtm_specs/codelists.yml"
CALL = "sdtm_specs/forms/call.yml"


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Study]:
    """The study of visits with a text of one of its files replaced."""

    def edit(file: str, before: str, after: str) -> Study:
        folder = shutil.copytree(STUDY, tmp_path / "study")
        text = (folder / file).read_text(encoding="utf-8")
        assert before in text
        (folder / file).write_text(text.replace(before, after, 1), encoding="utf-8")
        return Study(folder)

    return edit


@pytest.mark.parametrize(
    ("file", "before", "after", "complaints"),
    [
        (ACTIVITIES, "", "", []),
        (ACTIVITIES, "forms: [SCAN]", "forms: [XRAY]", [(ACTIVITIES, 7, "there is no form XRAY in sdtm_specs/forms")]),
        (ACTIVITIES, "{TEST: [WBC]}", "{TESTCD: [WBC]}", [(ACTIVITIES, 5, "the form LAB has no column TESTCD")]),
        (
            ACTIVITIES,
            '{SMOKES: ["Y"]}',
            '{SMOKES: ["Yes"]}',
            [(ACTIVITIES, 8, "Yes is no term of the code list YESNO, which ELIG.SMOKES has")],
        ),
        (
            ACTIVITIES,
            "form: ELIG, where",
            "form: HABITS, where",
            [(ACTIVITIES, 8, "there is no form HABITS in sdtm_specs/forms")],
        ),
        (
            CODELISTS,
            "WEEK 12: W12",
            "WEEK 16: W16",
            [
                (
                    CODELISTS,
                    4,
                    "the visit WEEK 12 of protocol/visits.yml is not among its terms, so no record can name it",
                ),
                (CODELISTS, 4, "WEEK 16 is no visit of protocol/visits.yml"),
            ],
        ),
    ],
)
def test_what_one_names_and_the_other_has_not(
    edited: Callable[..., Study], file: str, before: str, after: str, complaints: list[tuple[str, int, str]]
) -> None:
    study = edited(file, before, after)
    found = schedule_complaints(study.protocol, study.specs)
    assert sorted((one.file, one.line, one.text) for one in found) == sorted(complaints)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("date: DAT", "date: DAY", "date is DAY, which is no column with a date"),
        ("date: DAT", "date: STATUS", "date is STATUS, which is no column with a date"),
        ("{STATUS: [ALIVE]}", "{DAT: [ALIVE]}", "attended names DAT, which is no column with a code list"),
        ("{STATUS: [ALIVE]}", "{STATE: [ALIVE]}", "attended names STATE, which is no column with a code list"),
        ("{STATUS: [ALIVE]}", "{STATUS: [Alive]}", "attended.STATUS: 'Alive' is no term of the code list STATUS"),
    ],
)
def test_a_form_says_of_its_visits_what_its_columns_have(
    edited: Callable[..., Study], before: str, after: str, what: str
) -> None:
    with pytest.raises(SpecError) as caught:
        _ = edited(CALL, before, after).specs
    assert what in str(caught.value)
