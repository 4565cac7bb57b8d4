"""The study's rules about injections, laboratory, response, ends and dates: a broken record beside one that is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trialbook.checks.against import Against
from trialbook.checks.rule import Rule
from trialbook.run import Study

Row = dict[str, Any]

GIVEN = {"SUBJID": "A", "GIVEN_YN": "是", "DOSE_UG": "135"}
HELD = {"SUBJID": "A", "GIVEN_YN": "否", "REASON_NOT_GIVEN": "中性粒细胞减少"}


def dose(number: int, planned: str, given: str = "", **other: str) -> Row:
    return GIVEN | {"DOSE_NO": str(number), "PLANNED_DAT": planned, "ADMIN_DAT": given or planned} | other


def visit(name: str, date: str, **other: str) -> Row:
    return {"SUBJID": "A", "VISIT": name, "ASSESS_DAT": date, "HEM_STATUS": "完全缓解"} | other


def cycle(start: str, end: str = "", remission: str = "") -> Row:
    return {"SUBJID": "A", "PHASE": "诱导", "CYCLE_NO": "1", "START_DAT": start, "END_DAT": end, "CR_DAT": remission}


# The rule, its records as the form's columns, and for each of them whether it passes.
FORMS: list[tuple[str, list[Row], list[bool]]] = [
    ("IFN-VS-001", [{"TEMP": value} for value in ("36.5", "", "33", "43", "32.9", "365", "-36.5")], [True] * 4 + [False] * 3),
    ("IFN-VS-002", [{"HR": value} for value in ("72", "25", "220", "24", "221")], [True] * 3 + [False] * 2),
    ("IFN-VS-003", [{"SBP": value} for value in ("120", "50", "260", "12", "1200")], [True] * 3 + [False] * 2),
    ("IFN-VS-004", [{"DBP": value} for value in ("80", "20", "160", "8", "800")], [True] * 3 + [False] * 2),
    ("IFN-VS-005", [{"WEIGHT": value} for value in ("60.5", "28", "220", "6.05", "605")], [True] * 3 + [False] * 2),
    (
        "IFN-CM-001",
        [
            cycle("2024/3/1", "2024/3/7"),
            cycle("2024/3/1", "2024/3/1"),
            cycle("2024/3/1", "2024/3"),
            cycle("2024/3/1", "2023/3/7"),
        ],
        [True, True, True, False],
    ),
    (
        "IFN-CM-002",
        [cycle("2024/3/1", "2024/4/30"), cycle("2024/3/1", "2024/5/1"), cycle("2024/3/1", ""), cycle("2023/3/1", "2024/3/7")],
        [True, False, True, False],
    ),
    (
        "IFN-CM-003",
        [
            cycle("2024/3/1", "", "2024/3/29"),
            cycle("2024/3/1", "", "2024/6/29"),
            cycle("2024/3/1", "", "2024/6/30"),
            cycle("2024/3/1", "", "2024/2/29"),
            cycle("2024/3/1"),
        ],
        [True, True, False, False, True],
    ),
    (
        "IFN-EX-001",
        [{"DOSE_UG": amount} for amount in ("135", "90", "45.0", "", "153", "1350", "-90", "60")],
        [True] * 4 + [False] * 4,
    ),
    ("IFN-EX-002", [GIVEN | {"ADMIN_DAT": "2024/3"}, GIVEN, HELD], [True, False, True]),
    ("IFN-EX-003", [GIVEN, GIVEN | {"DOSE_UG": ""}, HELD], [True, False, True]),
    ("IFN-EX-004", [GIVEN, HELD, HELD | {"DOSE_UG": "90"}, HELD | {"ADMIN_DAT": "2024/3/5"}], [True, True, False, False]),
    (
        "IFN-EX-005",
        [GIVEN, HELD, HELD | {"REASON_NOT_GIVEN": ""}, HELD | {"REASON_NOT_GIVEN": "", "DOSE_UG": "90"}],
        [True, True, False, True],
    ),
    ("IFN-EX-006", [GIVEN, HELD, GIVEN | {"REASON_NOT_GIVEN": "漏用"}], [True, True, False]),
    # The second was given a day before the third, far from its own day.
    ("IFN-EX-007", [dose(1, "2024/3/1"), dose(2, "2024/3/8", "2024/3/14"), dose(3, "2024/3/15")], [True, False, True]),
    # Neither is nearer to its day than the other.
    ("IFN-EX-007", [dose(1, "2024/3/1", "2024/3/4"), dose(2, "2024/3/8", "2024/3/5")], [False, False]),
    (
        "IFN-EX-007",
        [dose(1, "2024/3/1", "2024/3/4"), dose(2, "2024/3/8", "2024/3/7"), dose(2, "2024/3/8") | {"SUBJID": "B"}],
        [True] * 3,
    ),
    # Far from its day, another rule tells of it; without planned dates nothing tells which of two is wrong.
    ("IFN-EX-008", [dose(1, "2024/3/1"), dose(2, "2024/3/8", "2024/2/8"), dose(3, "2024/3/15")], [True, True, True]),
    ("IFN-EX-008", [dose(1, "", "2024/3/15"), dose(2, "", "2024/3/8"), dose(3, "", "2024/3/22")], [False, False, True]),
    (
        "IFN-EX-009",
        [dose(1, "2024/3/1", "2024/2/29"), dose(2, "2024/3/8", "2024/3/5"), dose(3, "2024/3/15", "2024/3/11")],
        [False, True, False],
    ),
    ("IFN-EX-010", [dose(1, "2024/3/1", "2024/3/7"), dose(2, "2024/3/8", "2024/3/15")], [True, False]),
    (
        "IFN-EX-011",
        [dose(1, "2024/3/1"), dose(2, "2024/3/8"), dose(3, "2024/3/16"), dose(4, "2024/3/22")],
        [True, True, False, True],
    ),
    (
        "IFN-EX-012",
        [
            dose(1, "2024/3/1"),
            dose(2, "2024/3/8", DOSE_UG="90", DOSE_CHANGE="减量"),
            dose(3, "2024/3/15", DOSE_UG="90", DOSE_CHANGE="减量"),
        ],
        [True, True, False],
    ),
    (
        "IFN-EX-012",
        [dose(1, "2024/3/1", DOSE_CHANGE="减量"), dose(1, "2024/3/1", DOSE_UG="90", DOSE_CHANGE="减量") | {"SUBJID": "B"}],
        [False, True],
    ),
    (
        "IFN-EX-013",
        [dose(1, "2024/3/1"), dose(2, "2024/3/8", DOSE_UG="45"), dose(3, "2024/3/15", DOSE_UG="45")],
        [True, False, True],
    ),
    (
        "IFN-EX-014",
        [dose(1, "2024/3/1", DOSE_UG="90", DOSE_CHANGE="减量"), dose(2, "2024/3/8"), dose(3, "2024/3/15")],
        [True, False, True],
    ),
    (
        "IFN-EX-015",
        [dose(1, "2024/3/1", DOSE_CHANGE="永久停药"), dose(2, "2024/3/8"), HELD | {"DOSE_NO": "3", "DOSE_CHANGE": "永久停药"}],
        [False, True, True],
    ),
    ("IFN-EX-016", [{"DOSE_CHANGE": "减量"}, {"DOSE_CHANGE": "减量", "REASON_CHANGE": "血小板减少"}, {}], [False, True, True]),
    (
        "IFN-EX-017",
        [{"REASON_CHANGE": "血小板减少"}, {"DOSE_CHANGE": "减量", "REASON_CHANGE": "血小板减少"}, {}],
        [False, True, True],
    ),
    ("IFN-EX-018", [{"DOSE_NO": number} for number in ("1", "26", "27", "0", "")], [True, True, False, False, True]),
    ("IFN-EX-019", [GIVEN | {"DOSE_CHANGE": "中断"}, HELD | {"DOSE_CHANGE": "中断"}, GIVEN], [False, True, True]),
    ("IFN-EX-020", [HELD | {"ADMIN_TIM": "9:30"}, HELD, GIVEN | {"ADMIN_TIM": "9:30"}], [False, True, True]),
    (
        "IFN-LB-001",
        [
            {"TEST_LOCAL": test, "RESULT_TXT": result, "UNIT_LOCAL": unit}
            for test, result, unit in (
                ("WBC", "5.1", ""),
                ("WBC", "＜0.1", ""),
                ("WBC", "未查", ""),
                ("INR", "1.0", ""),
                ("WBC", "5.1", "10^9/L"),
            )
        ],
        [False, False, True, True, True],
    ),
    (
        "IFN-LB-002",
        [{"LLN": low, "ULN": high} for low, high in (("3.5", "9.5"), ("9.5", "3.5"), ("", "9.5"), ("10", "9"), ("9", "10"))],
        [True, False, True, False, True],
    ),
    (
        "IFN-LB-003",
        [
            {"TEST_LOCAL": test, "SPECIMEN": specimen}
            for test, specimen in (("WBC", "全血"), ("WBC", "血清"), ("ALT", "血浆"), ("HCG", "尿"), ("ALT", ""))
        ],
        [True, False, True, True, True],
    ),
    (
        "IFN-LB-004",
        [
            {"TEST": "TSH", "RESULT_TXT": "1.2"},
            {"TEST": "TPOAB", "RESULT_TXT": "阴性"},
            {"TEST": "TSH", "RESULT_TXT": "1.2", "UNIT_LOCAL": "mIU/L"},
        ],
        [False, True, True],
    ),
    ("IFN-LB-005", [{"LLN": "0.27", "ULN": "4.2"}, {"LLN": "4.2", "ULN": "0.27"}], [True, False]),
    (
        "IFN-LB-006",
        [{"TEST": "TPOAB", "RESULT_TXT": text} for text in ("<9.0", "阴性", "ND", "未查", "标本溶血")],
        [True, True, True, True, False],
    ),
    (
        "IFN-LB-010",
        [{"TEST": test, "RESULT": result} for test, result in (("HCG", "阳性"), ("HCG", "阴性"), ("HBsAg", "阳性"))],
        [False, True, True],
    ),
    (
        "IFN-RS-004",
        [{"ASSESS_DAT": "2024/3/5", "RELAPSE_DAT": date} for date in ("2024/3/5", "2024/3/6", "2024/3", "2024/4")],
        [True, False, True, False],
    ),
    (
        "IFN-RS-005",
        [{"ASSESS_DAT": "2024/3/15", "RELAPSE_DAT": date} for date in ("2024/3/1", "2024/2/29", "2024/2")],
        [True, False, True],
    ),
    (
        "IFN-RS-006",
        [
            visit("M3", "2024/3/5"),
            visit("M6", "2024/6/5", HEM_STATUS="复发", RELAPSE_DAT="2024/3/1"),
            visit("M9", "2024/9/5"),
            visit("M6", "2024/6/5", SUBJID="B", HEM_STATUS="复发", RELAPSE_DAT="2024/3/1"),
        ],
        [True, False, True, True],
    ),
    (
        "IFN-RS-010",
        [
            {"CONFIRM_DAT": "2024/3/5"},
            {"CONFIRM_DAT": "2024/3/5", "MRD_RELAPSE_DAT": "2024/3/1"},
            {"CONFIRM_DAT": "2024/3/5", "HEM_STATUS": "复发"},
        ],
        [False, True, True],
    ),
    (
        "IFN-RS-012",
        [
            {"ASSESS_DAT": "2024/3/5", "MRD_RELAPSE_DAT": first, "CONFIRM_DAT": second}
            for first, second in (("2024/3/5", "2024/3/20"), ("2023/3/5", "2024/3/20"), ("2024/3/5", "2025/3/20"))
        ],
        [True, False, False],
    ),
    (
        "IFN-DS-001",
        [{"EOT_DAT": "2024/3/5", "EOS_DAT": date} for date in ("2024/3/5", "2024/3/4", "2024/3", "")],
        [True, False, True, True],
    ),
    (
        "IFN-DS-002",
        [
            {"EOT_DAT": date, "EOT_REASON": reason}
            for date, reason in (("2024/3/5", "完成"), ("2024/3/5", ""), ("", "完成"), ("", ""))
        ],
        [True, False, False, True],
    ),
    (
        "IFN-DS-003",
        [
            {"EOS_DAT": date, "EOS_REASON": reason}
            for date, reason in (("2024/3/5", "完成"), ("2024/3/5", ""), ("", "完成"), ("", ""))
        ],
        [True, False, False, True],
    ),
    (
        "IFN-DS-004",
        [
            {"EOS_REASON": "筛选失败", "EOT_DAT": "2024/3/5"},
            {"EOS_REASON": "筛选失败"},
            {"EOS_REASON": "完成", "EOT_DAT": "2024/3/5"},
        ],
        [False, True, True],
    ),
    ("IFN-DS-005", [{"EOT_REASON": "筛选失败"}, {"EOT_REASON": "完成"}, {}], [False, True, True]),
    (
        "IFN-DS-007",
        [{"CONTACT_DAT": "2024/3/5", "LAST_ALIVE_DAT": date} for date in ("2024/3/5", "2024/3/6", "2024/3")],
        [True, False, True],
    ),
    (
        "IFN-DS-008",
        [
            {"CONTACT_DAT": "2024/3/15", "LAST_ALIVE_DAT": date, "STATUS": status}
            for date, status in (("2024/3/8", "存活"), ("2024/3/7", "存活"), ("2024/1/7", "失访"))
        ],
        [True, False, True],
    ),
    ("IFN-DS-010", [{"STATUS": "存活"}, {"STATUS": "存活", "LAST_ALIVE_DAT": "2024"}], [False, True]),
    ("IFN-DS-011", [{"CR_NO": number} for number in ("1", "9", "-1", "0", "10", "")], [True, True, False, False, False, True]),
    (
        "IFN-DS-012",
        [
            {"CHILDBEARING": answer, "PREG_RESULT": result}
            for answer, result in (("是", "阴性"), ("是", "不适用"), ("否", "不适用"))
        ],
        [True, False, True],
    ),
    (
        "IFN-DS-013",
        [
            {"CHILDBEARING": answer, "PREG_RESULT": result}
            for answer, result in (("不适用", "不适用"), ("不适用", "阴性"), ("否", "阴性"))
        ],
        [True, False, True],
    ),
    (
        "IFN-DM-018",
        [{"HEIGHT_CM": text} for text in ("120", "220", "17", "1700", "-170", "")],
        [True, True, False, False, False, True],
    ),
    (
        "IFN-DM-019",
        [{"WEIGHT_KG": text} for text in ("28", "220", "6.0", "600", "-60", "")],
        [True, True, False, False, False, True],
    ),
    (
        "IFN-AE-026",
        [{"PT_CD": code} for code in ("10037660", "-10037660", "100376600", "1003766", "")],
        [True, False, False, False, True],
    ),
    (
        "IFN-DATE-RESP-RELAPSE_DAT",
        [visit("M3", "2024/3/5", RELAPSE_DAT=date) for date in ("2024/3/5", "2029/3", "2030/3/5", "2018", "")],
        [True, True, False, False, True],
    ),
]

LB = {"USUBJID": "A", "LBTESTCD": "HGB", "LBSPEC": "BLOOD", "LBORRES": "130", "LBORRESU": "g/L", "LBSTRESN": 130.0}
DS = {"USUBJID": "A", "DSSPID": "A", "DSCAT": "DISPOSITION EVENT", "DSSCAT": "STUDY PARTICIPATION", "DSDECOD": "COMPLETED"}
CONSENT = {"DSCAT": "PROTOCOL MILESTONE", "DSSCAT": "", "DSDECOD": "INFORMED CONSENT OBTAINED", "DSSTDTC": "2024-03-05"}
RANDOMIZED = {"DSCAT": "PROTOCOL MILESTONE", "DSSCAT": "", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2024-03-20T10:00"}
ELIGIBLE = {"DSCAT": "PROTOCOL MILESTONE", "DSSCAT": "", "DSDECOD": "ELIGIBILITY CRITERIA MET"}
NAN = float("nan")

DATASETS: list[tuple[str, list[Row], list[bool]]] = [
    (
        "IFN-LB-011",
        [LB | {"LBSTRESN": value} for value in (25.0, 240.0, 13.0, 1300.0, NAN)] + [LB | {"LBTESTCD": "X", "LBSTRESN": 1e9}],
        [True, True, False, False, True, True],
    ),
    (
        "IFN-LB-012",
        [
            LB | {"LBSTNRLO": low, "LBSTNRHI": high}
            for low, high in ((130.0, 175.0), (1300.0, 1750.0), (13.0, 17.5), (175.0, 129.0), (NAN, NAN))
        ],
        [True, False, False, True, True],
    ),
    (
        "IFN-LB-013",
        [
            LB | {"LBTESTCD": test, "LBSTRESC": text}
            for test, text in (("WBC", "NEGATIVE"), ("HCG", "NEGATIVE"), ("TSH", "NOT DETECTED"), ("WBC", "5"))
        ],
        [False, True, True, True],
    ),
    (
        "IFN-LB-015",
        [
            LB | {"LBSTNRLO": 120.0, "LBSTNRHI": 130.0, "LBSTRESN": value, "LBNRIND": said}
            for value, said in (
                (130.0, "NORMAL"),
                (131.0, "NORMAL"),
                (131.0, "HIGH"),
                (119.0, "LOW"),
                (120.0, "LOW"),
                (NAN, "LOW"),
            )
        ],
        [True, False, True, True, False, True],
    ),
    (
        "IFN-LB-016",
        [
            LB | {"LBBLFL": flag, "LBSPEC": specimen}
            for flag, specimen in (("Y", "BLOOD"), ("Y", "BLOOD"), ("", "BLOOD"), ("Y", "SERUM"))
        ],
        [False, False, True, True],
    ),
    (
        "IFN-LB-017",
        [LB | {"LBLOBXFL": flag, "USUBJID": subject} for flag, subject in (("Y", "A"), ("Y", "A"), ("", "A"), ("Y", "B"))],
        [False, False, True, True],
    ),
    (
        "IFN-DS-014",
        [DS | CONSENT, *(DS | {"DSSTDTC": date} for date in ("2024-03-05", "2024-03-04", "2024-03", ""))],
        [True, True, False, True, True],
    ),
    (
        "IFN-DS-015",
        [
            DS | RANDOMIZED,
            *(DS | {"DSSTDTC": date} for date in ("2024-03-20", "2024-03-19", "2024-03")),
            DS | {"DSSPID": "B", "DSSTDTC": "2023"},
        ],
        [True, True, False, True, True],
    ),
    (
        "IFN-DS-018",
        [DS | RANDOMIZED, DS | {"DSDECOD": "SCREEN FAILURE"}, DS | {"DSDECOD": "SCREEN FAILURE", "DSSPID": "B"}],
        [True, False, True],
    ),
    (
        "IFN-DM-020",
        [{"DTHDTC": "2024-03-05", "RFENDTC": date} for date in ("2024-03-05", "2024-03-06", "2024-03", "")],
        [True, False, True, True],
    ),
    (
        "IFN-DM-021",
        [{"RFSTDTC": "2024-03-05T10:00", "RFXSTDTC": date} for date in ("2024-03-05", "2024-03-04", "2024-03-05T09:00", "")],
        [True, False, False, True],
    ),
    (
        "IFN-DM-022",
        [
            {"RFXENDTC": "2024-03-05", "RFENDTC": end, "DTHDTC": death}
            for end, death in (("2024-03-05", ""), ("2024-03-04", ""), ("", "2024-03-04"), ("", ""))
        ],
        [True, False, False, True],
    ),
]


@pytest.fixture(scope="module")
def rules(repository: Path) -> dict[str, tuple[str, Rule]]:
    """Each of the study's rules with the form or dataset that it is about."""
    study = Study(repository)
    models = [*study.models.forms.items(), *study.models.datasets.items()]
    return {rule.id: (table, rule) for table, several in models for model in several for rule in model.declared_rules()}


@pytest.mark.parametrize(("rule", "rows", "passes"), FORMS, ids=[f"{rule} {at}" for at, (rule, _, _) in enumerate(FORMS)])
def test_form_rule(trial: Study, rules: dict[str, tuple[str, Rule]], rule: str, rows: list[Row], passes: list[bool]) -> None:
    """A form that a rule reads beside its own has no records: each subject is under the first version of the protocol."""
    table, one = rules[rule]
    frame = pd.DataFrame(rows, columns=list(trial.specs.forms[table].columns), dtype="str").fillna("")
    others = [pd.DataFrame(columns=list(trial.specs.forms[name].columns), dtype="str") for name in one.reads]
    found = one.check(frame, *others)
    assert list(found.mask if isinstance(found, Against) else found) == passes


@pytest.mark.parametrize(("rule", "rows", "passes"), DATASETS, ids=[f"{rule} {at}" for at, (rule, _, _) in enumerate(DATASETS)])
def test_dataset_rule(rules: dict[str, tuple[str, Rule]], rule: str, rows: list[Row], passes: list[bool]) -> None:
    frame = pd.DataFrame(rows)
    for name in frame.columns:
        numbers = any(isinstance(row.get(name), float) for row in rows)
        frame[name] = frame[name].astype("float64") if numbers else frame[name].fillna("").astype("str")
    # What such a rule reads is its own dataset, to say with which record of it another disagrees.
    one = rules[rule][1]
    given = one.check(frame, *(frame for _ in one.reads))
    assert list(pd.Series(given.mask if isinstance(given, Against) else given)) == passes


def test_no_injection_in_the_control_arm(rules: dict[str, tuple[str, Rule]]) -> None:
    ex = pd.DataFrame({"USUBJID": ["A", "B", "C", ""], "EXSTDTC": "2024-03-05"}, dtype="str")
    dm = pd.DataFrame({"USUBJID": ["A", "B"], "ARMCD": ["IFN", "CTRL"]}, dtype="str")
    assert list(pd.Series(rules["IFN-EX-021"][1].check(ex, dm))) == [True, False, True, True]


@pytest.mark.parametrize(
    ("dates", "passes"),
    [
        (["2024-03", "2024-03-05", "2024-03-12"], [False] * 3),
        (["-----T11:28", "", "2024-03-12", "2024-03-05"], [True, True, True, False]),
    ],
)
def test_a_wrong_group_is_asked_about_once(rules: dict[str, tuple[str, Rule]], dates: list[str], passes: list[bool]) -> None:
    ex = pd.DataFrame({"USUBJID": "B", "EXSTDTC": dates}, dtype="str")
    dm = pd.DataFrame({"USUBJID": ["B"], "ARMCD": ["CTRL"]}, dtype="str")
    assert list(pd.Series(rules["IFN-EX-021"][1].check(ex, dm))) == passes


def test_every_rule_of_these_has_a_case(rules: dict[str, tuple[str, Rule]]) -> None:
    elsewhere = ("IFN-AE-", "IFN-DM-", "IFN-DATE-", "IFN-LB-", "IFN-RS-", "IFN-CM-", "IFN-VS-", "IFN-MRD-", "IFN-DX-")
    elsewhere += ("IFN-DAY-", "IFN-NUM-", "IFN-DTH-", "IFN-GF-", "IFN-PR-", "IFN-DS-019")
    own = {one for one in rules if not one.startswith(elsewhere)}
    # Cases of the rules on injections that read other forms, and of the newest ones, are in test_dosing_rules.py.
    own -= {"IFN-EX-021", "IFN-IE-001", *(one for one in own if "IFN-EX-022" <= one <= "IFN-EX-035")}
    assert own == {rule for rule, *_ in [*FORMS, *DATASETS] if rule in own}


def test_each_date_of_a_form_but_that_of_birth_has_its_rule(trial: Study, rules: dict[str, tuple[str, Rule]]) -> None:
    dates = {
        f"IFN-DATE-{name}-{column}"
        for name, spec in trial.specs.forms.items()
        for column, one in spec.columns.items()
        if one.type in ("date", "datetime") and column != "BRTHDAT"
    }
    assert dates == {one for one in rules if one.startswith("IFN-DATE-")}


def test_the_tables_are_in_order(trial: Study) -> None:
    """Each test has its limits, low below high, in its standard unit."""
    model = trial.models.datasets["LB"][0]
    table = model.table("plausible_ranges")
    limits = table.set_index("test").drop(columns=["specimens", "unit"]).replace("", "NaN").astype("float64")
    assert (limits["low"] < limits["high"]).all()
    assert not (limits["least_upper_limit"] >= limits["greatest_upper_limit"]).any()
    assert set(limits.index) == set(trial.specs.codelists["LBTESTCD"].terms)
    units = {name: units[0].unit if isinstance(units, tuple) else units.unit for name, units in trial.specs.units.tests.items()}
    assert dict(zip(table["test"], table["unit"], strict=True)) == {name: units[name] for name in table["test"]}
