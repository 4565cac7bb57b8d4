"""Diagnosis and chemotherapy before screening: genes, dates, cycles and high doses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Row = dict[str, str]
Passes = Callable[..., list[bool]]
Told = Callable[..., list[tuple[str, str, list[str], list[str]]]]

DM = {"SUBJID": "A", "SITEID": "01", "SEX": "女", "ICF_DAT": "2024/8/1"}
T821 = {
    "SUBJID": "A",
    "WHO_SUBTYPE": "AML伴t(8;21)(q22;q22.1)",
    "KARYOTYPE": "46,XX,t(8;21)(q22;q22.1)[20]",
    "FUSION": "AML1-ETO",
}
T821 |= {"NPM1": "阴性", "FLT3_ITD": "阴性", "ELN2022_RISK": "良好"}
NPM1 = {"SUBJID": "A", "WHO_SUBTYPE": "AML伴NPM1突变", "KARYOTYPE": "46,XX[20]", "FUSION": "无", "NPM1": "突变"}
NPM1 |= {"FLT3_ITD": "阴性", "ELN2022_RISK": "良好"}


def cycle(phase: str, number: str, start: str, end: str = "", **other: str) -> Row:
    return {"SUBJID": "A", "PHASE": phase, "CYCLE_NO": number, "START_DAT": start, "END_DAT": end} | other


COURSE = [
    cycle("诱导", "1", "2024/1/8", "2024/1/14"),
    cycle("巩固", "1", "2024/2/14", "2024/2/18"),
    cycle("巩固", "2", "2024/3/20", "2024/3/24"),
    cycle("巩固", "3", "2024/4/25", "2024/4/29"),
    cycle("巩固", "4", "2024/5/30", "2024/6/3"),
]


@pytest.mark.parametrize(
    ("dx", "target", "rule"),
    [
        (T821, "AML1-ETO", None),
        (NPM1, "NPM1", None),
        (T821 | {"FUSION": "CBFB-MYH11"}, "AML1-ETO", "IFN-DX-002"),
        (T821 | {"FUSION": "无"}, "AML1-ETO", "IFN-DX-002"),
        (NPM1 | {"NPM1": "阴性"}, "NPM1", "IFN-DX-002"),
        (T821 | {"WHO_SUBTYPE": "AML伴inv(16)"}, "AML1-ETO", "IFN-DX-003"),
        (NPM1 | {"WHO_SUBTYPE": "AML伴t(8;21)"}, "NPM1", "IFN-DX-003"),
        (T821 | {"KARYOTYPE": "46,XX,inv(16)(p13q22)[20]"}, "AML1-ETO", "IFN-DX-004"),
        (T821 | {"KARYOTYPE": "46,XX[20]"}, "AML1-ETO", None),
        (T821 | {"WHO_SUBTYPE": "", "KARYOTYPE": ""}, "CBFB-MYH11", None),
    ],
)
def test_genes(passes: Passes, dx: Row, target: str, rule: str | None) -> None:
    """Two at least that agree tell which is wrong; a normal karyotype may hide a fusion."""
    runs = [{"SUBJID": "A", "TARGET": target}] * 2
    rules = ("IFN-DX-002", "IFN-DX-003", "IFN-DX-004")
    assert [one for one in rules if passes(one, [dx], MRD_PCR=runs) == [False]] == ([rule] if rule else [])


def test_the_risk_group(passes: Passes) -> None:
    rows = [
        T821,
        T821 | {"ELN2022_RISK": "中危"},
        NPM1 | {"ELN2022_RISK": "高危"},
        NPM1 | {"FLT3_ITD": "阳性"},
        NPM1 | {"FLT3_ITD": "阳性", "ELN2022_RISK": "中危"},
        NPM1 | {"KARYOTYPE": "45,XX,-7[20]", "ELN2022_RISK": "高危"},
        T821 | {"FUSION": "CBFB-MYH11", "ELN2022_RISK": "中危"},
        T821 | {"ELN2022_RISK": ""},
    ]
    assert passes("IFN-DX-005", rows) == [True, False, False, False, True, True, True, True]


def test_values_at_diagnosis(passes: Passes) -> None:
    rows = [{"FLT3_AR": "0.5", "FLT3_ITD": state} for state in ("突变", "阴性", "未查", "")] + [
        {"FLT3_AR": "", "FLT3_ITD": "阴性"}
    ]
    assert passes("IFN-DX-006", rows) == [True, False, False, True, True]
    assert (
        passes("IFN-DX-007", [{"BM_BLAST_PCT_DX": text} for text in ("65", "65%", "", "650", "多")]) == [True] * 3 + [False] * 2
    )
    assert passes("IFN-DX-008", [{"WBC_DX": text} for text in ("12.5", "", "12500", "500")]) == [True, True, False, True]


def test_the_diagnosis_comes_before_the_treatment(passes: Passes, told: Told) -> None:
    dates = ["2024/1/5", "2024/1/8", "2024/1", "2024/1/9", "2023/10/10", "2023/10/9", "2023/1/5", ""]
    rows = [T821 | {"DX_DAT": date} for date in dates]
    assert passes("IFN-DX-001", rows, PRIORCHEMO=COURSE) == [True, True, True, False, True, False, False, True]
    # A cycle whose dates contradict each other is no witness.
    assert passes("IFN-DX-001", rows[:1], PRIORCHEMO=[cycle("诱导", "1", "2023/1/8", "2024/1/14"), *COURSE[1:]]) == [True]
    found = told(("IFN-DX-",), DM=[DM], DX=[T821 | {"DX_DAT": "2023/1/5"}], PRIORCHEMO=COURSE)
    (one,) = found
    assert one[:3] == ("IFN-DX-001", "A", ["DX 2 DX_DAT"])
    assert "PRIORCHEMO 2 START_DAT" in one[3]


def test_dates_of_a_cycle_are_told_once(passes: Passes) -> None:
    rows = [
        cycle("诱导", "1", "2024/1/8", "2024/1/14", CR_DAT="2024/2/5"),
        cycle("诱导", "1", "2023/1/8", "2024/1/14", CR_DAT="2024/2/5"),
        cycle("诱导", "1", "2025/1/8", "2024/1/14", CR_DAT="2024/2/5"),
        cycle("诱导", "1", "2024/1/8", "2024/1/14", CR_DAT="2025/2/5"),
    ]
    failed = {rule: passes(rule, rows) for rule in ("IFN-CM-001", "IFN-CM-002", "IFN-CM-003")}
    assert failed == {
        "IFN-CM-001": [True, True, False, True],
        "IFN-CM-002": [True, False, True, True],
        "IFN-CM-003": [True, True, True, False],
    }


def test_remission_and_high_doses(passes: Passes) -> None:
    rows = [
        {"CR_AFTER_YN": said, "CR_DAT": date} for said, date in (("是", "2024/2/5"), ("否", "2024/2"), ("否", ""), ("", "2024/2"))
    ]
    assert passes("IFN-CM-004", rows) == [True, False, True, True]
    doses = [
        {"HDAC_YN": said, "ARAC_DOSE_G_M2": dose, "REGIMEN": name}
        for said, dose, name in (
            ("是", "2", "大剂量阿糖胞苷"),
            ("否", "0.1", "MA（米托蒽醌+阿糖胞苷）"),
            ("否", "3", "大剂量阿糖胞苷"),
            ("否", "1", ""),
            ("是", "0.1", "MA"),
            ("是", "0.2", "HiDAC"),
            ("否", "2", "MA"),
            ("否", "", "大剂量阿糖胞苷"),
        )
    ]
    assert passes("IFN-CM-005", doses) == [True, True, False, False, False, True, True, True]
    assert passes("IFN-CM-006", doses) == [True, True, True, True, True, False, False, True]


NUMBERS = ("IFN-CM-007", "IFN-CM-008", "IFN-CM-009", "IFN-CM-010")


@pytest.mark.parametrize(
    ("course", "at", "rule"),
    [
        (COURSE, 0, None),
        ([*COURSE[:3], COURSE[4]], 3, "IFN-CM-007"),
        ([COURSE[0], *COURSE[2:]], 1, "IFN-CM-007"),
        ([*COURSE[:4], COURSE[4] | {"CYCLE_NO": "40"}], 4, "IFN-CM-008"),
        ([*COURSE[:2], COURSE[2] | {"CYCLE_NO": "20"}, *COURSE[3:]], 2, "IFN-CM-008"),
        ([*COURSE[:2], COURSE[2] | {"START_DAT": "2023/3/20", "END_DAT": "2023/3/24"}, *COURSE[3:]], 2, "IFN-CM-009"),
        ([*COURSE[:4], COURSE[4] | {"START_DAT": "2023/5/30", "END_DAT": "2023/6/3"}], 4, "IFN-CM-009"),
        ([*COURSE[:4], COURSE[4] | {"START_DAT": "2023/5/30"}], 4, None),
        ([*COURSE[:4], COURSE[4] | {"START_DAT": "2024/5"}], 4, None),
        (COURSE[:4], 3, "IFN-CM-010"),
    ],
)
def test_cycles(passes: Passes, course: list[Row], at: int, rule: str | None) -> None:
    """A number left out is a missing record where there was time for a cycle, and a wrong number where there was none."""
    failed = {one: passes(one, course, RAND=[{"SUBJID": "A"}], DM=[{"SUBJID": "A"}]) for one in NUMBERS}
    assert {one: [place for place, right in enumerate(of) if not right] for one, of in failed.items() if not all(of)} == (
        {rule: [at]} if rule else {}
    )


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        # The cycle that is left out is in the form: of nobody, or under a number that is there twice.
        ({"SUBJID": ""}, []),
        ({"SUBJID": "X"}, []),
        ({"CYCLE_NO": "2"}, []),
        ({"CYCLE_NO": "4"}, []),
        # A cycle of nobody at another time, or another one; and one that was entered twice, beside which one is missing.
        ({"SUBJID": "X", "START_DAT": "2023/4/25", "END_DAT": "2023/4/29"}, ["巩固 4"]),
        ({"SUBJID": "X", "PHASE": "诱导"}, ["巩固 4"]),
        ({"SUBJID": "X", "CYCLE_NO": "5"}, ["巩固 4"]),
        ({"CYCLE_NO": "2", "START_DAT": "2024/3/20", "END_DAT": "2024/3/24"}, ["巩固 4"]),
        # B is another subject.
        ({"SUBJID": "B"}, ["巩固 4", "巩固 3"]),
    ],
)
def test_a_cycle_that_is_left_out_is_in_the_form(passes: Passes, changed: Row, found: list[str]) -> None:
    course = [*COURSE[:3], COURSE[4], COURSE[3] | changed]
    right = passes("IFN-CM-007", course, DM=[{"SUBJID": "A"}, {"SUBJID": "B"}])
    wrong = [f"{one['PHASE']} {one['CYCLE_NO']}" for one, good in zip(course, right, strict=True) if not good]
    assert wrong == found


def test_fewer_cycles_than_asked_for_lack_records(told: Told, passes: Passes) -> None:
    assert passes("IFN-CM-010", COURSE[:4]) == [True] * 4
    rand = {"SUBJID": "A", "RAND_NO": "R1", "RAND_DTTM": "2024-08-10 10:00", "GROUP": "CTRL"}
    found = told(("IFN-CM-0",), DM=[DM], RAND=[rand], PRIORCHEMO=COURSE[:4])
    assert [(rule, subject, mend) for rule, subject, mend, _ in found] == [
        ("IFN-CM-010", "A", ["PRIORCHEMO 5 CYCLE_NO", "PRIORCHEMO"])
    ]
