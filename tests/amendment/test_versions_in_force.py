"""Subjects who consented to different versions of an amended protocol are each judged by their own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from trialbook.exports import read_export
from trialbook.mapping import collect_forms
from trialbook.run import Run, Study
from trialbook.screening import screen_export

# Number, informed consent form, day of consent, and the version that is in force.
SUBJECTS = (
    ("S001", "V1.0", date(2024, 1, 2), "1.0"),
    ("S002", "V2.0", date(2026, 4, 1), "2.0"),
    ("S003", "", date(2026, 4, 2), "2.0"),
    ("S004", "V1.0", date(2026, 4, 3), "1.0"),
    ("S005", "", date(2026, 3, 14), "1.0"),
    ("S006", "V2.0", date(2024, 1, 3), "2.0"),
)
OLD = [number for number, *_, version in SUBJECTS if version == "1.0"]
NEW = [number for number, *_, version in SUBJECTS if version == "2.0"]


def rows() -> dict[str, list[dict[str, str]]]:
    """Everyone is 19 years old, has 67.5 μg after 135 μg, and comes to month 3 on day 112."""
    forms: dict[str, list[dict[str, str]]] = {"DM": [], "RAND": [], "ELIG": [], "EX": [], "LAB": []}
    for index, (number, form, consent, _) in enumerate(SUBJECTS):
        born = date(consent.year - 19, 1, 1).isoformat()
        day1 = consent + timedelta(days=3)
        of = {"SUBJID": number}
        forms["DM"].append(
            of
            | {"SITEID": "01", "INITIALS": f"A{index}", "SEX": "男", "BRTHDAT": born, "AGE": "19", "ETHNICGRP": "汉族"}
            | {"ICF_DAT": consent.isoformat(), "ICF_VER": form}
        )
        forms["ELIG"].append(of | {"SCR_DAT": consent.isoformat(), "DIAGNOSIS": "AML", "NEWLY_DX_YN": "是"})
        forms["RAND"].append(of | {"RAND_NO": f"R{index}", "RAND_DTTM": f"{day1.isoformat()} 10:00", "GROUP": "干扰素组"})
        for dose, amount in (("1", "135"), ("2", "67.5")):
            given = (day1 + timedelta(days=7 * (int(dose) - 1))).isoformat()
            forms["EX"].append(
                of | {"DOSE_NO": dose, "PLANNED_DAT": given, "ADMIN_DAT": given, "DOSE_UG": amount, "GIVEN_YN": "是"}
            )
        for visit, days in (("筛选期", -2), ("基线", 0), ("M1", 30), ("M2", 61), ("M3", 111), ("M4", 122)):
            taken = (day1 + timedelta(days=days)).isoformat()
            forms["LAB"].append(of | {"VISIT": visit, "LAB_DAT": taken, "SPECIMEN": "全血", "TEST_LOCAL": "WBC"})
    return forms


@pytest.fixture(scope="module")
def export(amended: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    forms = rows()
    for name, spec in Study(amended).specs.forms.items():
        frame = pd.DataFrame(forms.get(name, []), columns=list(spec.columns), dtype="str").fillna("")
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def run(amended: Path, export: Path) -> Run:
    return Study(amended).validate(export)


def subjects(run: Run, rule: str) -> list[str]:
    return sorted({str(one.subject)[-4:] for one in run.results.findings if one.rule == rule})


def test_screening(amended, export):
    study = Study(amended)
    raw = read_export(export, study.specs.export.encodings, study.specs.export.ignore, set(), False)
    screening = screen_export(raw, collect_forms(raw, study.specs.forms), study.specs, study.protocol)
    criteria = {one["subject"]: one["criteria"] for one in screening.subjects}
    assert {number: criteria[number]["I1"] for number, *_ in SUBJECTS} == {
        number: False if number in NEW else criteria[OLD[0]]["I1"] for number, *_ in SUBJECTS
    }
    assert criteria[OLD[0]]["I1"] is not False
    assert [number for number in criteria if "E11" in criteria[number]] == NEW


def test_ages(run):
    assert subjects(run, "IFN-DM-002") == NEW


def test_doses(run):
    assert subjects(run, "IFN-EX-001") == OLD


def test_windows(run):
    at_month_3 = [one for one in run.results.findings if one.rule == "TB-VISIT-WINDOW"]
    assert sorted({str(one.subject)[-4:] for one in at_month_3}) == OLD


def test_the_message_tells_both_versions(run):
    (message,) = {one.message for one in run.results.findings if one.rule == "IFN-EX-001"}
    assert message == "The dose is none of the protocol's: 135, 90, 45 (1.0); 135, 90, 67.5 (2.0) μg"


def test_every_rule_ran(run):
    broken = [one for one in run.results.rules if one.status == "EXECUTION ERROR"]
    assert broken == []
