"""The simulated subjects judged by the protocol: who was randomized is eligible, who failed is not, for what the site ticked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.run import Study
from trialbook.simulation.course import Course

ELIGIBLE, NOT_ELIGIBLE = "ELIGIBLE", "NOT ELIGIBLE"


@pytest.fixture(scope="module")
def tables(trial: Study) -> dict[str, pd.DataFrame]:
    """A course long enough that screenings fail for each reason there is."""
    course = Course(trial.root / "simulation", "eligibility_under_test")
    return course.tables(400, np.random.default_rng(12), trial.specs)


@pytest.fixture(scope="module")
def judged(trial: Study, tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Verdict, failed criteria, missing items and warnings, by screening number."""
    folder: Path = tmp_path_factory.mktemp("canonical")
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    screening = trial.screen(export=folder)
    return pd.DataFrame(screening.subjects).set_index("subject")


def test_the_verdict_is_what_became_of_the_screening(tables: dict[str, pd.DataFrame], judged: pd.DataFrame) -> None:
    randomized = set(tables["RAND"]["SUBJID"])
    expected = {number: ELIGIBLE if number in randomized else NOT_ELIGIBLE for number in tables["DM"]["SUBJID"]}
    assert dict(judged["verdict"]) == expected
    assert set(expected.values()) == {ELIGIBLE, NOT_ELIGIBLE}


def test_nothing_is_missing(judged: pd.DataFrame) -> None:
    assert {number: missing for number, missing in judged["missing"].items() if missing} == {}


def test_the_site_ticks_what_the_protocol_finds(tables: dict[str, pd.DataFrame], judged: pd.DataFrame) -> None:
    ticked = {
        number: dict(zip(answers["IE_NO"], answers["IE_ANS"] == "Y", strict=True))
        for number, answers in tables["IE"].groupby("SUBJID")
    }
    assert dict(judged["criteria"]) == ticked


def test_screenings_fail_for_as_many_criteria_as_the_course_has(judged: pd.DataFrame) -> None:
    assert {name for failed in judged["failed"] for name in failed} == {"I4", "I6", "E3", "E4", "E5", "E8", "E9", "E10"}
