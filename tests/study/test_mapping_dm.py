"""Demographics: reference dates and arms, by tiny exports; what a case does not name is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PERSON = {
    "SUBJID": "S1",
    "SITEID": "01",
    "SEX": "女",
    "BRTHDAT": "1984年3月5日",
    "AGE": "40",
    "ETHNICGRP": "满族",
    "ICF_DAT": "2024/3/1",
}
RAND = {"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "干扰素组", "STRATUM": "NPM1"}
CONTROL = RAND | {"GROUP": "对照组"}
DOSE = {
    "SUBJID": "S1",
    "DOSE_NO": "1",
    "PLANNED_DAT": "2024/3/12",
    "ADMIN_DAT": "2024/3/13",
    "ADMIN_TIM": "9:05",
    "DOSE_UG": "135",
    "GIVEN_YN": "是",
}
MISSED = DOSE | {"ADMIN_DAT": "", "ADMIN_TIM": "", "DOSE_UG": "", "GIVEN_YN": "否"}
DISP = {"SUBJID": "S1", "EOS_DAT": "2026-03-12", "EOS_REASON": "完成研究"}
SURV = {"SUBJID": "S1", "VISIT": "M9", "CONTACT_DAT": "2024/12/10", "STATUS": "存活", "LAST_ALIVE_DAT": "2024/12/10"}

SCREENED = {
    "USUBJID": "NCT06802718-01-S1", "SUBJID": "S1", "RFICDTC": "2024-03-01", "SITEID": "01", "BRTHDTC": "1984-03-05", "AGE": 40,
    "AGEU": "YEARS", "SEX": "F", "RACE": "ASIAN", "COUNTRY": "CHN",
}  # fmt: skip
ASSIGNED = SCREENED | {"RFSTDTC": "2024-03-12T10:20", "ARMCD": "IFN", "ARM": "Interferon Group"}
INTERFERON = {"ACTARMCD": "IFN", "ACTARM": "Interferon Group"}
CONTROLLED = ASSIGNED | {"ARMCD": "CTRL", "ARM": "Control Group"}
OBSERVED = {"ACTARMCD": "CTRL", "ACTARM": "Control Group"}
DOSED = {"RFXSTDTC": "2024-03-13T09:05", "RFXENDTC": "2024-03-13T09:05"}

# What the case is about, the forms beside DM, and the whole record.
CASES: list[tuple[str, dict[str, list[dict[str, str]]], dict[str, object]]] = [
    ("consent only", {}, SCREENED | {"ARMNRS": "SCREEN FAILURE"}),
    (
        "a screen failure of whom nobody heard after the assessment",
        {"ELIG": [{"SUBJID": "S1", "SCR_DAT": "2024/3/8"}]},
        SCREENED | {"ARMNRS": "SCREEN FAILURE", "RFPENDTC": "2024-03-08"},
    ),
    (
        "a screen failure, as the end of study says; no reference period ends",
        {"DISP": [DISP | {"EOS_DAT": "2024/3/9", "EOS_REASON": "筛选失败"}]},
        SCREENED | {"ARMNRS": "SCREEN FAILURE", "RFPENDTC": "2024-03-09"},
    ),
    (
        "withdrew before randomization",
        {"DISP": [DISP | {"EOS_DAT": "2024/3/9", "EOS_REASON": "撤回知情同意"}]},
        SCREENED | {"ARMNRS": "NOT ASSIGNED", "RFPENDTC": "2024-03-09"},
    ),
    ("interferon, dosed", {"RAND": [RAND], "EX": [DOSE]}, ASSIGNED | INTERFERON | DOSED),
    (
        "first and last injection given, in the order of dates",
        {
            "RAND": [RAND],
            "EX": [
                DOSE | {"DOSE_NO": "3", "ADMIN_DAT": "2024年3月27日", "ADMIN_TIM": ""},
                DOSE,
                MISSED | {"DOSE_NO": "2", "PLANNED_DAT": "2024/3/20"},
                MISSED | {"DOSE_NO": "4", "PLANNED_DAT": "2024/4/3"},
            ],
        },
        ASSIGNED | INTERFERON | {"RFXSTDTC": "2024-03-13T09:05", "RFXENDTC": "2024-03-27"},
    ),
    ("interferon, never dosed", {"RAND": [RAND], "EX": [MISSED]}, ASSIGNED | {"ARMNRS": "ASSIGNED, NOT TREATED"}),
    ("control", {"RAND": [CONTROL]}, CONTROLLED | OBSERVED),
    ("control, given an injection", {"RAND": [CONTROL], "EX": [DOSE]}, CONTROLLED | INTERFERON | DOSED),
    (
        "given an injection without randomization",
        {"EX": [DOSE]},
        SCREENED | DOSED | {"ARMNRS": "UNPLANNED TREATMENT", "ACTARMUD": "Peginterferon alfa-2b without randomization"},
    ),
    (
        "the study ended after the last contact",
        {"RAND": [CONTROL], "SURV": [SURV], "DISP": [DISP]},
        CONTROLLED | OBSERVED | {"RFENDTC": "2026-03-12", "RFPENDTC": "2024-12-10"},
    ),
    (
        "an attempt that did not reach the subject is no contact",
        {
            "RAND": [CONTROL],
            "SURV": [SURV, SURV | {"VISIT": "M12", "CONTACT_DAT": "2025/3/12", "STATUS": "失访", "LAST_ALIVE_DAT": "2025/1/2"}],
        },
        CONTROLLED | OBSERVED | {"RFPENDTC": "2025-01-02"},
    ),
    (
        "death goes before contacts; its day is not known",
        {"RAND": [CONTROL], "SURV": [SURV], "DEATH": [{"SUBJID": "S1", "DTH_DAT": "UN-JAN-2025"}]},
        CONTROLLED | OBSERVED | {"DTHDTC": "2025-01", "DTHFL": "Y", "RFPENDTC": "2025-01"},
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(of_each: Callable) -> list:
    return of_each([{"DM": [PERSON], **forms} for _, forms, _ in CASES])


@pytest.mark.parametrize("case", range(len(CASES)), ids=[about for about, _, _ in CASES])
def test_dm_record(made: list, case: int) -> None:
    assert made[case]["DM"] == [CASES[case][2]]


def test_a_rescreened_subject_is_one_by_its_first_number(to_sdtm: Callable) -> None:
    again = PERSON | {"SUBJID": "S2", "SUBJID_PREV": "S1", "ICF_DAT": "2024/4/1"}
    made = to_sdtm(DM=[PERSON, again], RAND=[CONTROL | {"SUBJID": "S2"}])
    # RFICDTC is the first consent: DS has both.
    assert made["DM"] == [CONTROLLED | OBSERVED | {"SUBJID": "S2", "RFICDTC": "2024-03-01"}]
    assert [(one["QNAM"], one["QVAL"]) for one in made["SUPPDM"]] == [
        ("ETHNGRP", "Man"), ("PREVSCR", "S1"), ("RANDNO", "R1"), ("STRATUM", "NPM1"),
    ]  # fmt: skip


# SUBJID, SUBJID_PREV and the consent of each screening; RFICDTC of each subject by the number that it has in DM.
CONSENTS: list[tuple[list[tuple[str, str, str]], dict[str, str | None]]] = [
    ([("S1", "", "2024/3/1"), ("S2", "S1", "2024/4/1"), ("S3", "S2", "2024/5/1")], {"S3": "2024-03-01"}),
    ([("S1", "", ""), ("S2", "S1", "2024/4/1")], {"S2": "2024-04-01"}),
    ([("S1", "", "2024/3/1"), ("S2", "S1", "")], {"S2": "2024-03-01"}),
    # Whom nobody knows, and a circle: each stands for itself.
    ([("S2", "S9", "2024/4/1")], {"S2": "2024-04-01"}),
    ([("S1", "S2", "2024/3/1"), ("S2", "S1", "2024/4/1")], {"S1": "2024-03-01", "S2": "2024-04-01"}),
]


@pytest.mark.parametrize(("screenings", "expected"), CONSENTS)
def test_rficdtc_is_the_first_consent(to_sdtm: Callable, screenings: list, expected: dict) -> None:
    people = [
        PERSON | dict(zip(("SUBJID", "SUBJID_PREV", "ICF_DAT"), one, strict=True)) | {"BRTHDAT": f"1984-03-0{number}"}
        for number, one in enumerate(screenings, 1)
    ]
    assert {one["SUBJID"]: one.get("RFICDTC") for one in to_sdtm(DM=people)["DM"]} == expected
