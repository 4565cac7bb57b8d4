"""Response: status, date and site of a relapse, and what marrow and assay of the same day show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Row = dict[str, str]
Passes = Callable[..., list[bool]]
Told = Callable[..., list[tuple[str, str, list[str], list[str]]]]

DAY = "2024/6/3"


def resp(status: str = "完全缓解", date: str = "", site: str = "", **other: str) -> Row:
    made = {"SUBJID": "A", "VISIT": "M3", "ASSESS_DAT": DAY, "HEM_STATUS": status, "RELAPSE_DAT": date, "RELAPSE_SITE": site}
    return made | other


def marrow(status: str, blasts: str, **other: str) -> Row:
    return {"SUBJID": "A", "VISIT": "M3", "BM_DAT": "2024-06-03", "CR_STATUS": status, "BLAST_PCT": blasts} | other


def assay(result: str = "阳性", ratio: str = "0.02", **other: str) -> Row:
    made = {"SUBJID": "A", "SAMPLE_DAT": DAY, "SPECIMEN": "骨髓", "RESULT": result, "RATIO_PCT": ratio, "ABL1_COPIES": "90000"}
    return made | other


def test_one_fault_is_one_finding_of_status_date_and_site(passes: Passes) -> None:
    """Of each combination at most one rule tells; with date and site the status is what is wrong."""
    rows = [
        resp(),
        resp("复发", DAY, "骨髓"),
        resp("复发", "2024/6", "髓外"),
        resp("复发", "", "骨髓"),
        resp("复发", "", ""),
        resp("复发", DAY, ""),
        resp("完全缓解", DAY, "骨髓"),
        resp("完全缓解", DAY, ""),
        resp("完全缓解", "", "骨髓"),
        resp("", DAY, "骨髓"),
    ]
    rules = ["IFN-RS-001", "IFN-RS-013", "IFN-RS-003", "IFN-RS-002", "IFN-RS-014", "IFN-RS-011"]
    failed = [[rule for rule in rules if not passes(rule, rows)[at]] for at in range(len(rows))]
    assert failed == [
        [],
        [],
        [],
        ["IFN-RS-001"],
        ["IFN-RS-013"],
        ["IFN-RS-003"],
        ["IFN-RS-002"],
        ["IFN-RS-014"],
        ["IFN-RS-011"],
        [],
    ]


def test_a_relapse_before_a_remission_is_told_once(passes: Passes) -> None:
    rows = [resp(ASSESS_DAT="2024/3/5"), resp("复发", "2024/3/1", "骨髓"), resp("复发", "2024/3/1", "骨髓", SUBJID="B")]
    assert passes("IFN-RS-006", rows) == [True, False, True]
    assert passes("IFN-RS-005", rows) == [True, True, False]


def test_dates_of_an_mrd_relapse(passes: Passes) -> None:
    """Which of the three lies apart: the relapse after both others, or one of these before it."""
    rows = [
        resp(MRD_RELAPSE_DAT=relapse, CONFIRM_DAT=confirmed)
        for relapse, confirmed in (
            (DAY, "2024/7/1"), ("2025/6/3", "2024/7/1"), (DAY, "2023/7/1"), ("2024/6/20", "2024/7/1"), ("2024", "")
        )
    ]  # fmt: skip
    failed = {rule: passes(rule, rows) for rule in ("IFN-RS-015", "IFN-RS-007", "IFN-RS-008")}
    assert failed == {
        "IFN-RS-015": [True, False, True, True, True],
        "IFN-RS-007": [True, True, False, True, True],
        "IFN-RS-008": [True, True, True, False, True],
    }


def test_response_and_marrow(passes: Passes) -> None:
    """A marrow that contradicts itself decides nothing, nor does one of another day."""
    remission, relapse = marrow("CR", "1.5"), marrow("复发", "40")
    rows = [resp(), resp("复发", DAY, "骨髓"), resp("复发", DAY, "髓外"), resp("复发", DAY, "骨髓", ASSESS_DAT="2024/6/4")]
    assert passes("IFN-RS-016", rows, BM=[relapse]) == [False, True, True, True]
    assert passes("IFN-RS-016", [resp(), resp("完全缓解", DAY, "骨髓")], BM=[marrow("CR", "40")]) == [True, True]
    assert passes("IFN-RS-016", [resp("完全缓解", DAY, "骨髓")], BM=[relapse]) == [True]
    assert passes("IFN-RS-017", rows, BM=[remission]) == [True, False, True, True]
    assert passes("IFN-RS-017", rows, BM=[marrow("复发", "1.5")]) == [True] * 4


def test_a_response_of_a_visit_with_a_marrow_of_another_day_is_not_held_against_the_days(passes: Passes) -> None:
    """It is dated wrongly, which another rule tells; one whose visit has no marrow is held against that of the day."""
    own = marrow("复发", "40", VISIT="治疗结束/复发", BM_DAT="2024-08-19")
    rows = [resp("复发", DAY, "骨髓", VISIT="治疗结束/复发"), resp("复发", DAY, "骨髓")]
    assert passes("IFN-RS-017", rows, BM=[marrow("CR", "1.5"), own]) == [True, False]
    assert passes("IFN-RS-017", rows, BM=[marrow("CR", "1.5")]) == [False, False]
    assert passes(
        "IFN-RS-016", [resp(VISIT="M6")], BM=[marrow("复发", "40"), marrow("CR", "1", VISIT="M6", BM_DAT="2024-09-03")]
    ) == [True]


def test_status_and_assay(passes: Passes) -> None:
    """Of several runs the adequate one counts; blood, another day, and an assay that contradicts itself decide nothing."""
    rows = [resp(MRD_STATUS=status) for status in ("阳性", "阴性", "不可评估", "")]
    inadequate = assay("不可评估", "0.5", ABL1_COPIES="900")
    for assays, right in (
        ([assay()], [True, False, False, True]),
        ([assay("阴性", "0")], [False, True, False, True]),
        ([assay("<LOD", "<0.001")], [False, True, False, True]),
        ([inadequate], [False, False, True, True]),
        ([inadequate, assay()], [True, False, False, True]),
        ([assay(), assay("阴性", "0")], [True] * 4),
        ([assay("阴性", "0.02")], [True] * 4),
        ([assay("阴性", "0", LOG_REDUCTION="3.5")], [True] * 4),
        ([assay(SPECIMEN="外周血"), assay(SAMPLE_DAT="2024/6/4")], [True] * 4),
        ([], [True] * 4),
    ):
        assert passes("IFN-RS-018", rows, MRD_PCR=assays) == right, assays


def test_an_mrd_relapse_is_positive(passes: Passes) -> None:
    """Where the assay is positive, that the status is wrong is its own rule's finding."""
    rows = [resp(MRD_RELAPSE_DAT=DAY, MRD_STATUS=status) for status in ("阳性", "阴性", "")]
    assert passes("IFN-RS-009", rows) == [True, False, True]
    assert passes("IFN-RS-009", rows, MRD_PCR=[assay("阴性", "0")]) == [True, False, True]
    assert passes("IFN-RS-009", rows, MRD_PCR=[assay()]) == [True, True, True]


def test_an_mrd_relapse_is_a_rise(passes: Passes) -> None:
    """A log10 above the lowest before it, or after a negative one; one that could not be evaluated may have been either."""
    row = resp(MRD_RELAPSE_DAT=DAY)
    first, second = assay(ratio="0.02", SAMPLE_DAT="2024/1/3"), assay(ratio="0.01", SAMPLE_DAT="2024/3/3")
    for assays, right in (
        ([first, second, assay(ratio="0.1")], True),
        ([first, second, assay(ratio="0.09")], False),
        ([first, assay("阴性", "0", SAMPLE_DAT="2024/3/3"), assay(ratio="0.01")], True),
        ([first, assay("不可评估", "0.5", SAMPLE_DAT="2024/3/3", ABL1_COPIES="900"), assay(ratio="0.01")], True),
        ([assay(ratio="0.01")], True),
        ([first | {"RATIO_PCT": "0.2", "TARGET_COPIES": "18"}, assay(ratio="0.2")], True),
        ([first | {"RATIO_PCT": "0.2", "TARGET_COPIES": "180"}, assay(ratio="0.2")], False),
        ([first, second], True),
    ):
        assert passes("IFN-RS-019", [row], MRD_PCR=assays) == [right], assays


def test_a_finding_names_the_very_record(told: Told) -> None:
    dm = {"SUBJID": "A", "SITEID": "01", "SEX": "女", "ICF_DAT": "2024/1/1"}
    found = told(
        ("IFN-RS-",),
        DM=[dm],
        RESP=[resp(MRD_STATUS="阴性")],
        BM=[marrow("复发", "40")],
        MRD_PCR=[assay(SAMPLE_DAT="2024/3/3"), assay(SAMPLE_ID="M2")],
    )
    assert found == [
        ("IFN-RS-016", "A", ["RESP 2 HEM_STATUS"], ["BM 2 CR_STATUS", "BM 2 BLAST_PCT"]),
        (
            "IFN-RS-018",
            "A",
            ["RESP 2 MRD_STATUS"],
            [
                f"MRD_PCR 3 {name}"
                for name in ("SPECIMEN", "RESULT", "RATIO_PCT", "TARGET_COPIES", "ABL1_COPIES", "LOG_REDUCTION")
            ],
        ),
    ]


def test_a_relapse_told_against_the_status_is_asked_with_the_marrow_of_the_day(told_of_each: Callable[..., list[Any]]) -> None:
    """That of another day says nothing of it; without any the response alone is asked."""
    dm = {"SUBJID": "A", "SITEID": "01", "SEX": "女", "ICF_DAT": "2024/1/1"}
    own = ["RESP 2 RELAPSE_DAT", "RESP 2 RELAPSE_SITE"]
    cases = [
        ([marrow("CR", "1.5")], ["BM 2 CR_STATUS", "BM 2 BLAST_PCT"]),
        ([marrow("CR", "1.5", VISIT="M6", BM_DAT="2024-09-03")], []),
        ([], []),
    ]
    found = told_of_each(
        ("IFN-RS-",), [{"DM": [dm], "RESP": [resp("完全缓解", DAY, "骨髓")], "BM": marrows} for marrows, _ in cases]
    )
    assert found == [[("IFN-RS-002", "A", ["RESP 2 HEM_STATUS"], [*own, *beside])] for _, beside in cases]
