"""``protocol/study.yml``: what it must say, and the place of what it says wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.protocol import Arm, Population, StudyProtocol, load_study

SMALLEST = "id: TINY01\ntitle: A tiny trial\nbasis: invented\npopulation: {condition: Cough}\n"


def load(folder: Path, text: str) -> StudyProtocol:
    (folder / "study.yml").write_text(text, encoding="utf-8")
    return load_study(folder)


def test_the_least_that_a_study_says(tmp_path: Path) -> None:
    expected = StudyProtocol(id="TINY01", title="A tiny trial", basis="invented", population=Population(condition="Cough"))
    assert load(tmp_path, SMALLEST) == expected
    assert (expected.standard, expected.ct, expected.arms, expected.design.planned_subjects) == (
        "sdtmig-3.4",
        "sdtmct-2025-03-28",
        (),
        None,
    )


def test_arms_and_texts_keep_their_characters(tmp_path: Path) -> None:
    text = (
        SMALLEST
        + "funder_type: Other\narms:\n  - {armcd: A, arm: 干扰素组, type: Experimental, description: 135 μg/week ≤ 6 months}\n"
    )
    study = load(tmp_path, text)
    assert study.arms == (Arm(armcd="A", arm="干扰素组", type="Experimental", description="135 μg/week ≤ 6 months"),)
    assert study.funder_type == "Other"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("id: TINY01\ntitle: A tiny trial\nbasis: invented\n", "line 1", "population: is missing"),
        (SMALLEST + "sponser: Peking\n", "line 5", "sponser: is not a key known here"),
        (
            SMALLEST + "design: {planned_subjects: 0}\n",
            "line 5",
            "design.planned_subjects: Input should be greater than 0 (found 0)",
        ),
        (SMALLEST + "design:\n  sites: one\n", "line 6", "design.sites: Input should be a valid integer"),
        (SMALLEST + f"arms:\n  - {{armcd: {'A' * 21}, arm: A, type: A, description: A}}\n", "line 6", "at most 20 characters"),
        ("", "line 1", "is empty or not a mapping of keys to values"),
    ],
    ids=["no population", "a typing mistake", "nobody planned", "a word for a number", "ARMCD over 20", "empty"],
)
def test_mistakes_name_their_line(tmp_path: Path, text: str, place: str, what: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, text)
    assert (caught.value.place, what in caught.value.what) == (place, True), caught.value


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="does not exist"):
        load_study(tmp_path)
