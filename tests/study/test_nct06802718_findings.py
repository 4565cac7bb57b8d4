"""Every fault that was put into the invented export is found, at its row, by its rule, and nothing else is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from trialbook.findings import RuleStatus
from trialbook.run import Run, Study

# The fault, then each finding that it must give: the rule, the cells to mend (file, row in a spreadsheet, columns), and the
# values that the finding shows, those it compares with under the name of their table.
EXPECTED = [
    # DM.csv: a column that no specification names
    ("TB-RAW-UNKNOWN", [("DM.csv", 1, "备注")], {}),
    # S003 and S018: one person under two numbers
    (
        "IFN-DM-004",
        [("DM.csv", 20, "SUBJID_PREV")],
        {
            "SUBJID_PREV": "",
            "SUBJID": "S018",
            "INITIALS": "LYAN",
            "BRTHDAT": "1990/8/23",
            "SEX": "女",
            "DM.SUBJID_PREV": "",
            "DM.INITIALS": "LYAN",
            "DM.BRTHDAT": "1990/8/23",
            "DM.SEX": "女",
        },
    ),
    # S004: 47 years old by the form, 43 by the birth date
    ("IFN-DM-001", [("DM.csv", 6, "AGE", "BRTHDAT")], {"AGE": "47", "BRTHDAT": "1980/6/1", "ICF_DAT": "2024/3/21"}),
    # S005: 71 years old, and randomized
    (
        "IFN-DM-002",
        [("DM.csv", 7, "AGE", "BRTHDAT")],
        {"AGE": "71", "BRTHDAT": "1953/1/15", "RAND.RAND_DTTM": "2024年4月8日 10:00"},
    ),
    # S006: sex 女性 is not in the code list
    ("TB-RAW-DM-SEX-CODE", [("DM.csv", 8, "SEX")], {"SEX": "女性"}),
    # S012: screened before under S099, which nobody has
    ("IFN-DM-003", [("DM.csv", 14, "SUBJID_PREV")], {"SUBJID_PREV": "S099"}),
    # S013: height 1.66米
    ("TB-RAW-DM-HEIGHT_CM-NUMBER", [("DM.csv", 15, "HEIGHT_CM")], {"HEIGHT_CM": "1.66米"}),
    # S014: no ethnic group of China
    ("TB-RAW-DM-ETHNICGRP-CODE", [("DM.csv", 16, "ETHNICGRP")], {"ETHNICGRP": "加拿大籍"}),
    # S014: no date of consent
    ("TB-RAW-DM-ICF_DAT-REQUIRED", [("DM.csv", 16, "ICF_DAT")], {"ICF_DAT": ""}),
    # S020: born on 30 February
    ("TB-RAW-DM-BRTHDAT-DATE", [("DM.csv", 22, "BRTHDAT")], {"BRTHDAT": "1979/2/30"}),
    # S021: one screening number for two persons
    ("TB-RAW-DM-KEY", [("DM.csv", 23, "SUBJID")], {"SUBJID": "S021"}),
    ("TB-RAW-DM-KEY", [("DM.csv", 24, "SUBJID")], {"SUBJID": "S021"}),
    # S022: names S002, another person and randomized, as its earlier number
    (
        "IFN-DM-005",
        [("DM.csv", 25, "SUBJID_PREV", "BRTHDAT", "SEX"), ("DM.csv", 4, "BRTHDAT", "SEX")],
        {"SUBJID_PREV": "S002", "BRTHDAT": "1981/5/5", "SEX": "女", "DM.BRTHDAT": "1971-11-02", "DM.SEX": "男"},
    ),
    ("IFN-DM-006", [("DM.csv", 25, "SUBJID_PREV")], {"SUBJID_PREV": "S002", "RAND.SUBJID": "S002"}),
    ("TB-DM-KEY", [("DM.csv", 4, "SUBJID")], {"STUDYID": "NCT06802718", "USUBJID": "NCT06802718-01-S002"}),
    ("TB-DM-KEY", [("DM.csv", 25, "SUBJID")], {"STUDYID": "NCT06802718", "USUBJID": "NCT06802718-01-S002"}),
    (
        "TB-SUPPDM-KEY",
        [("DM.csv", 4, "SUBJID", "ETHNICGRP")],
        {
            "STUDYID": "NCT06802718",
            "RDOMAIN": "DM",
            "USUBJID": "NCT06802718-01-S002",
            "IDVAR": "",
            "IDVARVAL": "",
            "QNAM": "ETHNGRP",
        },
    ),
    (
        "TB-SUPPDM-KEY",
        [("DM.csv", 25, "SUBJID", "ETHNICGRP")],
        {
            "STUDYID": "NCT06802718",
            "RDOMAIN": "DM",
            "USUBJID": "NCT06802718-01-S002",
            "IDVAR": "",
            "IDVARVAL": "",
            "QNAM": "ETHNGRP",
        },
    ),
    # S009: randomized a week before consent
    (
        "IFN-DM-008",
        [("RAND.csv", 9, "RAND_DTTM")],
        {"RAND_DTTM": "2024-05-13 10:00", "SUBJID": "S009", "DM.ICF_DAT": "2024/5/20"},
    ),
    # S010: randomized twice
    (
        "IFN-DM-010",
        [("RAND.csv", 10, "SUBJID", "RAND_NO", "RAND_DTTM", "GROUP"), ("RAND.csv", 11, "SUBJID", "RAND_NO")],
        {
            "SUBJID": "S010",
            "RAND_NO": "R008",
            "RAND_DTTM": "2024-05-22 15:00",
            "GROUP": "IFN",
            "RAND.SUBJID": "S010",
            "RAND.RAND_NO": "R009",
        },
    ),
    (
        "IFN-DM-010",
        [("RAND.csv", 11, "SUBJID", "RAND_NO", "RAND_DTTM", "GROUP"), ("RAND.csv", 10, "SUBJID", "RAND_NO")],
        {
            "SUBJID": "S010",
            "RAND_NO": "R009",
            "RAND_DTTM": "2024-05-23 08:30",
            "GROUP": "CTRL",
            "RAND.SUBJID": "S010",
            "RAND.RAND_NO": "R008",
        },
    ),
    # S013: group C组
    ("TB-RAW-RAND-GROUP-CODE", [("RAND.csv", 14, "GROUP")], {"GROUP": "C组"}),
    # S017 and S018: one randomization number, and nobody has the next one
    ("IFN-DM-011", [("RAND.csv", 18, "RAND_NO")], {"RAND_NO": "R015", "SUBJID": "S018", "RAND.RAND_NO": "R015"}),
    # S020: randomized in month 13
    ("TB-RAW-RAND-RAND_DTTM-DATETIME", [("RAND.csv", 20, "RAND_DTTM")], {"RAND_DTTM": "2024-13-02 09:30"}),
    # S030: randomized, and nobody has this number
    ("TB-RAW-RAND-SUBJID-UNKNOWN", [("RAND.csv", 21, "SUBJID")], {"SUBJID": "S030"}),
    # S016: died before the study, a wrong year
    (
        "IFN-DM-012",
        [("DEATH.csv", 4, "DTH_DAT")],
        {
            "DTH_DAT": "2024/1/9",
            "SUBJID": "S016",
            "DM.ICF_DAT": "2024/6/19",
            "RAND.RAND_DTTM": "2024-06-26 09:20",
        },
    ),
    # S031: died, and nobody has this number
    ("TB-RAW-DEATH-SUBJID-UNKNOWN", [("DEATH.csv", 6, "SUBJID")], {"SUBJID": "S031"}),
    # S007: death under the earlier screening number
    ("IFN-DM-014", [("DEATH.csv", 7, "SUBJID")], {"SUBJID": "S007"}),
    # S002: event 2 twice
    ("TB-RAW-AE-KEY", [("AE.csv", 8, "SUBJID", "AE_NO")], {"SUBJID": "S002", "AE_NO": "2"}),
    ("TB-RAW-AE-KEY", [("AE.csv", 40, "SUBJID", "AE_NO")], {"SUBJID": "S002", "AE_NO": "2"}),
    # S004: ends before it starts
    ("IFN-AE-001", [("AE.csv", 10, "START", "END")], {"START": "2024/5/6", "END": "2024/4/29"}),
    # S004: ongoing with an end date
    ("IFN-AE-002", [("AE.csv", 11, "ONGOING", "END")], {"ONGOING": "是", "END": "2024/4/20"}),
    # S004: neither ongoing nor ended
    ("IFN-AE-003", [("AE.csv", 12, "END", "ONGOING")], {"END": "", "ONGOING": "否"}),
    # S005: related to interferon in the control arm
    (
        "IFN-AE-014",
        [("AE.csv", 13, "REL_IFN")],
        {"REL_IFN": "可能有关", "SUBJID": "S005", "RAND.GROUP": "CTRL"},
    ),
    # S005: interferon reduced in the control arm
    ("IFN-AE-015", [("AE.csv", 13, "ACTION")], {"ACTION": "减量", "SUBJID": "S005", "RAND.GROUP": "CTRL"}),
    # S006: serious, no criterion
    ("IFN-AE-005", [("AE.csv", 14, "SAE_YN", "SAE_CRIT")], {"SAE_YN": "是", "SAE_CRIT": ""}),
    # S006: criterion, not serious
    ("IFN-AE-006", [("AE.csv", 15, "SAE_YN", "SAE_CRIT")], {"SAE_YN": "否", "SAE_CRIT": "住院或住院时间延长"}),
    # S006: no grade
    ("TB-RAW-AE-CTCAE_GRADE-REQUIRED", [("AE.csv", 16, "CTCAE_GRADE")], {"CTCAE_GRADE": ""}),
    # S008: starts after death, of which no other form than the death form can tell here
    (
        "TB-AE-AESTDTC-DEATH",
        [("AE.csv", 18, "START", "SUBJID"), ("DEATH.csv", 3, "DTH_DAT")],
        {"AESTDTC": "2024-09-20", "USUBJID": "NCT06802718-01-S008", "DM.DTHDTC": "2024-09-17"},
    ),
    # S010: ongoing and recovered
    ("IFN-AE-004", [("AE.csv", 21, "ONGOING", "OUTCOME")], {"ONGOING": "是", "OUTCOME": "痊愈"}),
    # S011: fatal of grade 4
    ("IFN-AE-008", [("AE.csv", 22, "CTCAE_GRADE")], {"CTCAE_GRADE": "4", "OUTCOME": "死亡", "SAE_CRIT": "死亡"}),
    # S012: grade 5 and recovering
    ("IFN-AE-008", [("AE.csv", 25, "CTCAE_GRADE")], {"CTCAE_GRADE": "5", "OUTCOME": "好转", "SAE_CRIT": ""}),
    # S012: over, and recovering
    ("IFN-AE-027", [("AE.csv", 25, "OUTCOME")], {"OUTCOME": "好转", "ONGOING": "否", "END": "2024/8/20"}),
    # S015: no relation in the interferon arm
    (
        "IFN-AE-016",
        [("AE.csv", 28, "REL_IFN")],
        {"REL_IFN": "", "SUBJID": "S015", "RAND.GROUP": "IFN", "RAND.RAND_DTTM": "2024-06-20 10:10"},
    ),
    # S015: no action in the interferon arm
    (
        "IFN-AE-017",
        [("AE.csv", 29, "ACTION")],
        {"ACTION": "", "SUBJID": "S015", "RAND.GROUP": "IFN", "RAND.RAND_DTTM": "2024-06-20 10:10"},
    ),
    # S017: life threatening of grade 2
    ("IFN-AE-019", [("AE.csv", 30, "SAE_CRIT", "CTCAE_GRADE")], {"SAE_CRIT": "危及生命、住院", "CTCAE_GRADE": "2"}),
    # S017: related before randomization
    (
        "IFN-AE-018",
        [("AE.csv", 31, "REL_IFN", "START")],
        {
            "REL_IFN": "可能有关",
            "START": "2024/7/1",
            "SUBJID": "S017",
            "RAND.RAND_DTTM": "2024-07-03 14:00",
        },
    ),
    # S019: a criterion in words of its own
    ("IFN-AE-007", [("AE.csv", 35, "SAE_CRIT")], {"SAE_CRIT": "住院治疗观察"}),
    # S019: not coded
    ("IFN-AE-020", [("AE_CODING.csv", None)], {"SUBJID": "S019", "AE_NO": "2", "AETERM": "中性粒细胞计数降低"}),
    # S020: starts on 31 June
    ("TB-RAW-AE-START-DATE", [("AE.csv", 37, "START")], {"START": "2024/6/31"}),
    # S020: outcome 治愈中
    ("TB-RAW-AE-OUTCOME-CODE", [("AE.csv", 38, "OUTCOME")], {"OUTCOME": "治愈中"}),
    # S032: an event and its coding; nobody has this number, and one record of demographics has none
    # S005: fatal, without the criterion of death
    (
        "IFN-AE-010",
        [("AE.csv", 41, "SAE_YN", "SAE_CRIT")],
        {"SAE_YN": "是", "SAE_CRIT": "住院或住院时间延长", "OUTCOME": "死亡", "CTCAE_GRADE": "5"},
    ),
    # S013: a code with letters O
    ("TB-RAW-AE_CODING-LLT_CD-INTEGER", [("AE_CODING.csv", 26, "LLT_CD")], {"LLT_CD": "910OO018"}),
    # S017: Headache with another code than elsewhere
    ("IFN-AE-022", [("AE_CODING.csv", 31, "PT", "PT_CD")], {"PT": "Headache", "PT_CD": "90000101"}),
    # S017: fatigue twice, in two words
    (
        "IFN-AE-025",
        [("AE.csv", 33, "AETERM", "START", "AE_NO")],
        {"AETERM": "乏力", "START": "2024/8/10", "AE_NO": "4", "AE.AETERM": "疲乏", "AE.START": "2024/8/10"},
    ),
    # S020: a cut-off row
    ("TB-RAW-AE_CODING-MEDDRA_VER-REQUIRED", [("AE_CODING.csv", 37, "MEDDRA_VER")], {"MEDDRA_VER": ""}),
    ("TB-RAW-SHAPE", [("AE_CODING.csv", 37)], {}),
    # S017: a coding of event 9, which is not there
    (
        "IFN-AE-021",
        [("AE_CODING.csv", 38, "SUBJID", "AE_NO"), ("AE.csv", None)],
        {"SUBJID": "S017", "AE_NO": "9", "PT": "Pruritus"},
    ),
    # Required forms that this export has not: ELIG, EX, LAB, RESP, SURV, DISP
    *[("TB-RAW-FORM", [], {})] * 6,
    # Across datasets, where the rules of the forms need others that this export has not
    (
        "TB-AE-AESTDTC-CONSENT",
        [("AE.csv", 20, "START", "SUBJID"), ("DM.csv", 11, "ICF_DAT")],
        {"AESTDTC": "2024-05-02", "USUBJID": "NCT06802718-01-S009", "DM.RFICDTC": "2024-05-20"},
    ),
    ("TB-DM-DTHFL-AEOUT", [("DM.csv", 20), ("AE.csv", 34, "OUTCOME")], {"DTHFL": "", "AE.AEOUT": "FATAL"}),
    ("TB-DM-DTHFL-AESDTH", [("DM.csv", 20), ("AE.csv", 34, "SAE_CRIT")], {"DTHFL": "", "AE.AESDTH": "Y"}),
    ("TB-DM-RFICDTC-DS", [("DM.csv", 24, "ICF_DAT")], {"RFICDTC": "2024-07-22", "DS.DSSTDTC": "2024-07-18"}),
    ("TB-DS-DSDECOD-ARMCD", [("RAND.csv", 4)], {"DSDECOD": "RANDOMIZED", "USUBJID": "NCT06802718-01-S002"}),
]

NEVER_BROKEN_HERE = {
    "IFN-AE-009",
    "IFN-AE-012",
    "IFN-AE-026",
    "IFN-AE-028",
    "IFN-AE-029",
    "IFN-AE-036",
    "IFN-DM-007",
    "IFN-DM-018",
    "IFN-DM-019",
    "IFN-DM-026",
    "IFN-DM-028",
}
"""Rules of the modules dm and ae that this export does not break; test_nct06802718_rules.py and its neighbours do."""


@pytest.fixture(scope="module")
def run(repository: Path) -> Run:
    return Study(repository).validate(repository / "tests" / "study" / "invented_export")


def test_exactly_these_findings(run: Run) -> None:
    found = [
        (
            one.rule,
            [(origin.file, origin.row, *origin.columns) for origin in one.origins if origin.role == "correct"],
            dict(one.values),
        )
        for one in run.results.findings
    ]

    def order(row: tuple[str, list, dict]) -> str:
        return json.dumps(row, ensure_ascii=False)

    assert sorted(found, key=order) == sorted(EXPECTED, key=order)


def test_each_rule_ran_and_most_found_something(run: Run) -> None:
    assert [one.rule for one in run.results.rules if one.status is RuleStatus.EXECUTION_ERROR] == []
    # Of its rules only those can't run that need a form, or a variable of DM from a form, that this export has not.
    # Of so few records nothing can be told that none of them shows alone.
    not_run = [one for one in run.results.rules if one.status is RuleStatus.SKIPPED and one.rule != "CORE"]
    skipped = [one for one in not_run if not one.rule.startswith("TB-SIGNAL-")]
    lacking = re.compile("not in the export|has no|the export lacks|is not there")
    assert [one.rule for one in skipped if not lacking.search(str(one.reason))] == []
    own = {one.rule for one in run.results.rules if one.rule.startswith(("IFN-DM", "IFN-AE"))} - {one.rule for one in skipped}
    fired = {rule for rule, _, _ in EXPECTED if rule.startswith("IFN-")}
    assert own - fired == NEVER_BROKEN_HERE


def test_a_site_is_asked_in_both_languages(run: Run) -> None:
    for one in run.results.findings:
        if one.rule.startswith("IFN-") and one.query:
            chinese, _, english = one.query.partition(" / ")
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), one.query
            assert english.isprintable() and english[0] not in " {" and "{" not in one.query, one.query


def test_a_question_names_the_event_and_the_values(run: Run) -> None:
    (query,) = [one.query for one in run.results.findings if one.rule == "IFN-AE-001"]
    assert query == (
        "不良事件“丙氨酸氨基转移酶升高”的结束日期 2024/4/29 早于开始日期 2024/5/6，请核实。 / "
        "“丙氨酸氨基转移酶升高” ends on 2024/4/29, before its start on 2024/5/6: please check both dates."
    )


def test_a_finding_goes_to_the_person_whatever_number_the_row_has(run: Run) -> None:
    """S015 is S007 screened again: one subject."""
    rows = {(one.origins[0].file, one.origins[0].row): one.subject for one in run.results.findings if one.origins}
    assert rows["AE.csv", 28] == rows["DEATH.csv", 7] == "NCT06802718-01-S007"


def test_the_export_says_that_it_is_invented(run: Run) -> None:
    said = run.results.run.synthetic or ""
    assert "Everything in this folder is invented." in said and "本文件夹中的所有内容均为虚构。" in said
    assert {one["encoding"] for one in run.results.run.inputs if one["file"].endswith(".csv")} == {"gb18030"}


def test_the_gate_is_closed(run: Run) -> None:
    assert not run.gate_open()


@pytest.mark.parametrize("number", [" S001", "S001 ", "S001"])
def test_white_space_in_a_key_makes_no_other_finding(repository: Path, tmp_path: Path, number: str) -> None:
    def ids(number: str) -> set[str]:
        (tmp_path / "DM.csv").write_text(f"SUBJID,SITEID,SEX\n{number},01,女性\n", encoding="utf-8")
        return {one.id for one in Study(repository).validate(tmp_path).results.findings if one.rule.startswith("TB-RAW-DM-SEX")}

    assert len(ids("S001")) == 1 and ids(number) == ids("S001") != ids("S002")


def test_a_corrected_start_date_leaves_the_event_the_same(repository: Path, tmp_path: Path) -> None:
    def death_before_event(start: str) -> list[str]:
        (tmp_path / "DM.csv").write_text("SUBJID,SITEID\nA,01\n", encoding="utf-8")
        (tmp_path / "DEATH.csv").write_text("SUBJID,DTH_DAT\nA,2024-05-01\n", encoding="utf-8")
        (tmp_path / "AE.csv").write_text(f"SUBJID,AE_NO,START\nA,1,{start}\n", encoding="utf-8")
        return [one.id for one in Study(repository).validate(tmp_path).results.findings if one.rule == "TB-AE-AESTDTC-DEATH"]

    assert len(death_before_event("2024-05-02")) == 1
    assert death_before_event("2024-05-02") == death_before_event("2024-06-02")
