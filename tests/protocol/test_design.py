"""``protocol/design.yml``: texts composed of facts, and what is wrong in the file itself, by file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.protocol.composed import compose

STUDY = """\
id: T1
title: A trial
basis: Invented.
population: {condition: Itch}
arms:
  - {armcd: A, arm: Drug, type: Experimental, description: Drug}
  - {armcd: B, arm: Nothing, type: None, description: Nothing}
"""
VISITS = """\
visits:
  - {visitnum: 1, visit: SCREENING, day: -7, window: [0, 6]}
  - {visitnum: 2, visit: DAY 5, day: 5, window: [-1, 2]}
"""
INTERVENTIONS = """\
interventions:
  - id: D
    name: Drug
    arms: [A]
    substance: {inn: DRUGAMAB}
    regimen: {dose: 2.5, unit: mg, every: 7, months: 2, route: ORAL, form: TABLET}
    plan: {planned_doses: 8}
"""
DESIGN = """\
settings:
  months: {value: 12}
epochs:
  - {epoch: SCREENING}
  - {epoch: TREATMENT}
elements:
  - {etcd: SCRN, element: Screening, starts: Consent, ends: Randomization}
  - etcd: DRUG
    element: "Drug {interventions.D.regimen.dose} mg {interventions.D.frequency:weekly}"
    starts: "Randomized to {study.arms.A.arm}"
    ends: "{visits.DAY 5.visit:Capitalized}, or day {visits.DAY 5.last_day}"
    duration: "P{settings.months - interventions.D.regimen.months}M"
  - {etcd: NONE, element: Nothing, starts: "Randomized to {study.arms.B.arm}", duration: "{interventions.D.duration}"}
arms:
  - armcd: A
    path: [{etcd: SCRN, epoch: SCREENING, branch: "To {study.arms.A.arm}"}, {etcd: DRUG, epoch: TREATMENT}]
  - armcd: B
    path: [{etcd: SCRN, epoch: SCREENING, branch: "To {study.arms.B.arm}"}, {etcd: NONE, epoch: TREATMENT}]
summary:
  - {parameter: RANDQT, value: "0.5"}
  - {parameter: LENGTH, null_flavor: NI, note: Not known}
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Protocol]:
    """A small protocol, with one text in design.yml replaced."""

    def write(old: str = "", new: str = "") -> Protocol:
        assert old in DESIGN
        for name, text in (("study", STUDY), ("visits", VISITS), ("interventions", INTERVENTIONS), ("design", DESIGN)):
            (tmp_path / f"{name}.yml").write_text(text.replace(old, new, 1) if name == "design" and old else text)
        return Protocol(tmp_path)

    return write


def test_texts_are_composed(written: Callable[..., Protocol]) -> None:
    elements = [(one.etcd, one.element, one.starts, one.ends, one.duration) for one in written().design.elements]
    assert elements == [
        ("SCRN", "Screening", "Consent", "Randomization", ""),
        ("DRUG", "Drug 2.5 mg weekly", "Randomized to Drug", "Day 5, or day 7", "P10M"),
        ("NONE", "Nothing", "Randomized to Nothing", "", "P2M"),
    ]


def test_paths_and_summary(written: Callable[..., Protocol]) -> None:
    design = written().design
    paths = {armcd: [(one.etcd, one.epoch, one.branch) for one in path] for armcd, path in design.path.items()}
    assert paths == {
        "A": [("SCRN", "SCREENING", "To Drug"), ("DRUG", "TREATMENT", "")],
        "B": [("SCRN", "SCREENING", "To Nothing"), ("NONE", "TREATMENT", "")],
    }
    assert (design.value("RANDQT"), design.value("LENGTH"), design.value("NARMS")) == ("0.5", "", "")


def test_a_study_without_the_file_has_no_design(tmp_path: Path) -> None:
    (tmp_path / "study.yml").write_text(STUDY)
    design = Protocol(tmp_path).design
    assert (design.epochs, design.elements, design.arms, design.summary) == ((), (), (), ())


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("etcd: DRUG, epoch", "etcd: DROG, epoch", 16, "there is no element 'DROG' among the elements here (SCRN, DRUG, NONE)"),
        ("DRUG, epoch: TREATMENT", "DRUG, epoch: WASHOUT", 16, "there is no epoch 'WASHOUT' among the epochs here"),
        ("{etcd: SCRN, element", "{etcd: SCREENING, element", 7, "has 9 characters, and its variable takes 8"),
        ("element: Screening", f"element: {'S' * 41}", 7, "has 41 characters, and its variable takes 40"),
        ("starts: Consent", f"starts: {'S' * 201}", 7, "has 201 characters, and its variable takes 200"),
        ("starts: Consent", "starts: Consent ≤ 7 days", 7, "'≤' is not ASCII"),
        ("element: Nothing", "element: Screening", 13, "NONE has the same description as SCRN"),
        ('"{interventions.D.duration}"', "2 months", 13, "'2 months' is no duration of ISO 8601"),
        (', duration: "{interventions.D.duration}"', "", 13, "says neither how it ends nor how long it lasts"),
        ("{etcd: NONE, element", "{etcd: SCRN, element", 1, "the ETCD SCRN is there twice"),
        ("armcd: B", "armcd: A", 1, "the path of the ARMCD A is there twice"),
        ("interventions.D.regimen.dose", "interventions.X.regimen.dose", 9, "interventions has no 'X'"),
        ("interventions.D.regimen.dose", "interventions.D.regimen", 9, "is neither a text nor a number"),
        ("settings.months - ", "study.title - ", 12, "takes something away from what is not a number"),
        ("starts: Consent", 'starts: "{settings.months"', 7, "has a brace without its pair"),
        ("starts: Consent", 'starts: "Con\\asent"', 7, "has a character that is not printed"),
        ('value: "0.5"', "value: ' '", 20, "takes either a value or a null_flavor"),
        ("null_flavor: NI,", "null_flavor: NI, dictionary: MED-RT,", 21, "has a code or a dictionary, and no value"),
        ("null_flavor: NI", "null_flavor: NO", 21, "NO is no null flavor"),
        ("null_flavor: NI, note: Not known", "null_flavor: NI", 21, "needs a note that says why there is no value"),
        ('value: "0.5"', 'value: "0.5", null_flavor: NI', 20, "takes either a value or a null_flavor"),
        ('value: "0.5"', 'value: "0.5", code: C1', 20, "has a code, and no dictionary that it is of"),
        ("parameter: RANDQT", "parameter: RANDQTIENT", 20, "string should match pattern"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line(written: Callable[..., Protocol], old: str, new: str, line: int, says: str) -> None:
    with pytest.raises(SpecError) as told:
        _ = written(old, new).design
    assert f"design.yml, line {line}: " in str(told.value)
    assert says.casefold() in str(told.value).casefold()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no fact", "no fact"),
        ("{a} and {b.c}", "1.5 and two"),
        ("{a - d}", "0.5"),
        ("{b.c:Capitalized}", "Two"),
        ("{f:weekly}", "qd"),
    ],
)
def test_compose(text: str, expected: str) -> None:
    parts = {"a": 1.5, "b": {"c": "two"}, "d": 1, "f": "QD"}
    assert compose(text, parts) == {"qd": "daily"}.get(expected, expected)
