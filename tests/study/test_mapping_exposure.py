"""Injections: EC as collected, EX of those that were given."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from trialbook.study import LoadedStudy

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}]
EX = [
    {"SUBJID": "S1", "DOSE_NO": "1", "PLANNED_DAT": "2024/3/12", "ADMIN_DAT": "2024年3月12日", "ADMIN_TIM": "14:05",
     "DOSE_UG": "135", "GIVEN_YN": "是", "BATCH_NO": "PEG01"},
    {"SUBJID": "S1", "DOSE_NO": "2", "PLANNED_DAT": "2024-03-19", "GIVEN_YN": "否", "REASON_NOT_GIVEN": "发热",
     "DOSE_CHANGE": "中断", "REASON_CHANGE": "发热"},
    {"SUBJID": "S1", "DOSE_NO": "3", "PLANNED_DAT": "26-MAR-2024", "ADMIN_DAT": "2024/3/29", "DOSE_UG": "90", "GIVEN_YN": "Y",
     "DOSE_CHANGE": "减量", "REASON_CHANGE": "中性粒细胞计数降低", "BATCH_NO": "PEG02"},
]  # fmt: skip
SUBJECT = {"USUBJID": "NCT06802718-01-S1"}
DRUG = {"TRT": "PEGINTERFERON ALFA-2B", "DOSFRM": "INJECTION", "DOSFRQ": "ONCE", "DOSRGM": "135 ug once a week"}
DRUG |= {"ROUTE": "SUBCUTANEOUS"}


def of(domain: str, **values: object) -> dict[str, object]:
    """A record whose variables are named without the domain's letters."""
    named = {f"{domain}{name}": value for name, value in (DRUG | values).items() if name not in ("EPOCH",)}
    return SUBJECT | named | {"EPOCH": "TREATMENT"}


@pytest.fixture(scope="module")
def made(to_sdtm: Callable) -> dict:
    return to_sdtm(DM=DM, RAND=RAND, EX=EX)


def test_ec_has_each_planned_injection(made: dict) -> None:
    asked = {"MOOD": "PERFORMED", "PRESP": "Y"}
    assert made["EC"] == [
        of("EC", SEQ=1, LNKID="S1-1", **asked, OCCUR="Y", DOSE=135, DOSU="ug", LOT="PEG01",
           STDTC="2024-03-12T14:05", ENDTC="2024-03-12T14:05", STDY=1, ENDY=1),
        of("EC", SEQ=2, LNKID="S1-2", **asked, OCCUR="N", REASOC="发热", ADJ="发热",
           STDTC="2024-03-19", ENDTC="2024-03-19", STDY=8, ENDY=8),
        of("EC", SEQ=3, LNKID="S1-3", **asked, OCCUR="Y", DOSE=90, DOSU="ug", LOT="PEG02", ADJ="中性粒细胞计数降低",
           STDTC="2024-03-29", ENDTC="2024-03-29", STDY=18, ENDY=18),
    ]  # fmt: skip


def test_suppec_has_the_plan_and_the_kind_of_change(made: dict) -> None:
    assert [(one["IDVARVAL"], one["QNAM"], one["QVAL"]) for one in made["SUPPEC"]] == [
        ("1", "PLANDTC", "2024-03-12"),
        ("2", "DOSECHG", "DRUG INTERRUPTED"),
        ("2", "PLANDTC", "2024-03-19"),
        ("3", "DOSECHG", "DOSE REDUCED"),
        ("3", "PLANDTC", "2024-03-26"),
    ]


def test_ex_has_those_that_were_given_and_their_link_to_ec(made: dict) -> None:
    assert made["EX"] == [
        of("EX", SEQ=1, LNKID="S1-1", DOSE=135, DOSU="ug", LOT="PEG01",
           STDTC="2024-03-12T14:05", ENDTC="2024-03-12T14:05", STDY=1, ENDY=1),
        of("EX", SEQ=2, LNKID="S1-3", DOSE=90, DOSU="ug", LOT="PEG02", ADJ="中性粒细胞计数降低",
           STDTC="2024-03-29", ENDTC="2024-03-29", STDY=18, ENDY=18),
    ]  # fmt: skip


def test_a_control_has_neither(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, RAND=[RAND[0] | {"GROUP": "CTRL"}])
    assert (made["EC"], made["EX"]) == ([], [])


def test_the_regimen_is_that_of_the_version_consented_to(repository: Path, tmp_path: Path) -> None:
    """S1 and S2 by their form, S3 by the day, S4 and S5, of whom nothing or two things are known, by the first version."""
    for name in ("protocol", "sdtm_specs"):
        shutil.copytree(repository / name, tmp_path / name)
    shutil.copytree(repository / "protocol", tmp_path / "protocol" / "versions" / "1.0")
    edits = {
        "interventions.yml": ("dose: 135\n      unit: ug\n      every: 7 ", "dose: 180\n      unit: ug\n      every: 14 "),
        "amendments.yml": (
            "amendments: []",
            "amendments: [{number: 1, version: '2.0', date: 2026-03-01, effective: 2026-03-15, consents: [V2.0], rationale: A}]",
        ),
    }
    for name, (old, new) in edits.items():
        text = (tmp_path / "protocol" / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "protocol" / name).write_text(text.replace(old, new), encoding="utf-8")
    dm = pd.DataFrame(
        [
            ("S1", "V1.0", "2026-04-01"),
            ("S2", "V2.0", "2026-04-01"),
            ("S3", "", "2026-04-01"),
            ("S5", "V1.0", "2026-04-01"),
            ("S5", "V2.0", "2026-04-01"),
        ],
        columns=["SUBJID", "ICF_VER", "ICF_DAT"],
        dtype="str",
    )
    regimen = LoadedStudy(tmp_path).specs.function("regimen")
    assert regimen(pd.Series(["S1", "S2", "S3", "S4", "S5"], dtype="str"), DM=dm).to_list() == [
        "135 ug once a week",
        "180 ug once every 14 days",
        "180 ug once every 14 days",
        "135 ug once a week",
        "135 ug once a week",
    ]
