"""Residual disease: of ratio, copies and log reduction two tell which third is wrong; results, runs and dates of reports."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from trialbook.run import Study

Row = dict[str, str]
Passes = Callable[..., list[bool]]
Told = Callable[..., list[tuple[str, str, list[str], list[str]]]]

DX = {"SUBJID": "A", "QPCR_DX_RATIO_PCT": "200.00", "WHO_SUBTYPE": "AML伴t(8;21)", "FUSION": "AML1-ETO", "NPM1": "阴性"}


def run(copies: str = "40", abl1: str = "200000", ratio: str = "0.02000", log: str = "4.00", **other: str) -> Row:
    made = {"SUBJID": "A", "VISIT": "M3", "SAMPLE_DAT": "2024/6/3", "SAMPLE_ID": "M1", "SPECIMEN": "骨髓", "TARGET": "AML1-ETO"}
    made |= {"TARGET_COPIES": copies, "ABL1_COPIES": abl1, "RATIO_PCT": ratio, "LOG_REDUCTION": log, "RESULT": "阳性"}
    return made | {"LOD_PCT": "0.00150", "REPORT_DAT": "2024/6/7", "BATCH": "Q1"} | other


ABSENT = {"copies": "0", "ratio": "0", "log": ">5.12", "RESULT": "阴性"}
RIGHT = [
    run(),
    run("3", "200000", "0.00150", "5.12"),
    run(**ABSENT),
    run("1", ratio="<0.00150", log=">5.12", RESULT="低于检测限"),
]
# The rule, a run that it fails, and what is wrong in it.
NUMBERS = [
    ("IFN-MRD-001", run(ratio="0.20000", log="4.50"), "nothing agrees with anything"),
    ("IFN-MRD-001", run(ratio="0.20000", log=""), "without a log reduction nothing tells which is wrong"),
    ("IFN-MRD-002", run(ratio="0.20000"), "a decimal point in the ratio"),
    ("IFN-MRD-002", run(ratio="0.00200"), "a decimal point in the ratio"),
    ("IFN-MRD-003", run(copies="400"), "a digit too many in the copies"),
    ("IFN-MRD-003", run(abl1="20000"), "a digit too few in those of ABL1"),
]


@pytest.mark.parametrize(("rule", "wrong", "why"), NUMBERS, ids=[f"{rule} {why}" for rule, _, why in NUMBERS])
def test_which_number_is_wrong(passes: Passes, rule: str, wrong: Row, why: str) -> None:
    """One rule fails the run, and none of the others that compare these numbers."""
    others = [f"IFN-MRD-00{number}" for number in (1, 2, 3, 4, 7)]
    failed = {one for one in others if not passes(one, [*RIGHT, wrong], DX=[DX])[-1]}
    assert failed == {rule}, why


@pytest.mark.parametrize("rule", [f"IFN-MRD-{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15)])
def test_right_runs_are_right(passes: Passes, rule: str) -> None:
    at = {"SUBJID": "A", "VISIT": "M3"}
    rows = [one | {"SAMPLE_ID": f"M{number}"} for number, one in enumerate(RIGHT)]
    partial = [run(copies="", abl1="", ratio="", log="", RESULT=""), run(ratio="ND"), run(SUBJID="B"), run(abl1="0")]
    forms = {"DX": [DX], "BM": [at | {"BM_DAT": "2024/6/3"}], "VS_ECOG": [at | {"DAT": "2024/6/3"}]}
    assert passes(rule, rows, **forms) == [True] * len(rows)
    unknown = passes(rule, [one | {"SAMPLE_ID": "X", "SAMPLE_DAT": ""} for one in partial], **forms)
    assert unknown[:3] == [True] * 3


def test_a_log_reduction_against_the_diagnosis(passes: Passes) -> None:
    """The last digit may be rounded either way; of two runs nothing tells whether they are wrong, or the diagnosis."""
    of_a = [run(log=log) for log in ("4.00", "3.99", "4.01", "4.03", "", ">4.00")]
    assert passes("IFN-MRD-004", of_a, DX=[DX]) == [True, True, True, False, True, True]
    assert passes("IFN-MRD-007", of_a, DX=[DX]) == [True] * 6
    assert passes("IFN-MRD-007", of_a[2:4], DX=[DX]) == [True, False]
    assert passes("IFN-MRD-004", of_a[2:4], DX=[DX]) == [True, True]
    assert passes("IFN-MRD-004", of_a, DX=[]) == [True] * 6


def test_a_limit_of_detection_of_0_bounds_no_log_reduction(passes: Passes) -> None:
    runs = [run(), *(run(**ABSENT | {"LOD_PCT": limit}) for limit in ("0.0", "", "0.00150", "0.02"))]
    assert passes("IFN-MRD-004", runs, DX=[DX]) == [True, True, True, True, False]


def test_a_wrong_ratio_at_diagnosis_is_told_once_and_there(passes: Passes) -> None:
    runs = [run(), run("400", ratio="0.20000", log="3.00"), run("4000", ratio="2.00", log="2.00")]
    wrong = DX | {"QPCR_DX_RATIO_PCT": "20.00"}
    other = {"SUBJID": "B", "QPCR_DX_RATIO_PCT": "20.00"}
    assert passes("IFN-MRD-008", [wrong, other], MRD_PCR=runs) == [False, True]
    assert passes("IFN-MRD-008", [DX], MRD_PCR=runs) == [True]
    for rule in ("IFN-MRD-001", "IFN-MRD-004", "IFN-MRD-007"):
        assert passes(rule, runs, DX=[wrong]) == [True] * 3


def test_a_result_against_the_numbers(passes: Passes) -> None:
    rows = [
        run(RESULT="阴性"),
        run("0", ratio="0", log=">5.12"),
        run("1", ratio="<0.00150", log=">5.12"),
        run("0", ratio="0", log="4.00", RESULT="阴性"),
        run("0", ratio="0", log="4.00"),
        run(log=">4.00", RESULT="阴性"),
        run(ratio="0", RESULT="阴性"),
        run(RESULT="不可评估"),
    ]
    assert passes("IFN-MRD-005", rows) == [False, False, False, True, True, True, True, True]
    # The seventh says in its copies that it is not what its ratio is: another rule's.
    assert passes("IFN-MRD-006", rows) == [True, True, True, False, False, False, True, True]


def test_runs_that_count(passes: Passes) -> None:
    failed = run("2", "9999", "0.02000", RESULT="不可评估", BATCH="Q0")
    runs = [run(), failed, run(RESULT="不可评估"), failed | {"RESULT": "阴性"}, run("2", "10000")]
    assert passes("IFN-MRD-009", runs) == [True, True, False, False, True]
    negative = run(**ABSENT, BATCH="Q2")
    assert passes("IFN-MRD-010", [run(), failed, run(BATCH="Q2")]) == [True] * 3
    assert passes("IFN-MRD-010", [run(), failed, negative, negative | {"SAMPLE_ID": "M2"}]) == [False, True, False, True]
    assert passes("IFN-MRD-010", [run(SAMPLE_ID=""), negative | {"SAMPLE_ID": ""}]) == [True, True]


def test_reports_follow_samples(passes: Passes) -> None:
    visit = {"BM": [{"SUBJID": "A", "VISIT": "M3", "BM_DAT": "2024/6/3"}], "VS_ECOG": []}
    dates = ["2024/6/3", "2024/6/2", "2024/8/2", "2024/8/3", "2023/6/7", ""]
    rows = [run(REPORT_DAT=date) for date in dates]
    assert passes("IFN-MRD-011", rows, **visit) == [True, False, True, False, False, True]
    assert passes("IFN-MRD-012", rows, **visit) == [True] * 6
    assert passes("IFN-MRD-012", rows) == [True, False, True, False, False, True]
    # The sample is what is dated wrongly.
    assert passes("IFN-MRD-011", [run(SAMPLE_DAT="2023/6/3")], **visit) == [True]


def test_flow(passes: Passes) -> None:
    def flow(result: str, share: str, limit: str = "0.01", cells: str = "800000") -> Row:
        return {"RESULT": result, "MRD_PCT": share, "LOD_PCT": limit, "CELLS_ACQUIRED": cells}

    right = [
        flow("阳性", "0.01"),
        flow("阴性", "<0.01"),
        flow("阴性", "0.005"),
        flow("不可评估", ""),
        flow("", "0.5"),
        flow("阳性", ""),
    ]
    wrong = [flow("阳性", "<0.01"), flow("阳性", "0.005"), flow("阴性", "0.01"), flow("不可评估", "0.5"), flow("阳性", "0")]
    assert passes("IFN-MRD-013", [*right, *wrong]) == [True] * 6 + [False] * 5
    counts = [("200000", "阴性"), ("199999", "阴性"), ("1000", "不可评估"), ("", "阳性")]
    assert passes("IFN-MRD-014", [flow(result, "", cells=cells) for cells, result in counts]) == [True, False, True, True]


def test_the_target_is_the_subjects_gene(passes: Passes) -> None:
    npm1 = {"SUBJID": "B", "WHO_SUBTYPE": "AML伴NPM1突变", "FUSION": "无", "NPM1": "突变"}
    doubtful = npm1 | {"SUBJID": "C", "WHO_SUBTYPE": "AML伴t(8;21)"}
    rows = [run(), run(TARGET="NPM1"), run(SUBJID="B", TARGET="NPM1"), run(SUBJID="C", TARGET="CBFB-MYH11"), run(SUBJID="D")]
    assert passes("IFN-MRD-015", rows, DX=[DX, npm1, doubtful]) == [True, False, True, True, True]


def test_a_finding_names_the_cell_that_is_wrong(told: Told) -> None:
    rows = [run(SAMPLE_ID="M1", ratio="0.20000"), run(SAMPLE_ID="M2", RESULT="阴性"), run(SAMPLE_ID="M3"), run(SAMPLE_ID="M4")]
    dm = {"SUBJID": "A", "SITEID": "01", "SEX": "女", "ICF_DAT": "2024/1/1"}
    numbers = ["TARGET_COPIES", "ABL1_COPIES", "LOG_REDUCTION"]
    assert told(("IFN-MRD-",), DM=[dm], DX=[DX], MRD_PCR=rows) == [
        (
            "IFN-MRD-002",
            "A",
            ["MRD_PCR 2 RATIO_PCT"],
            [*(f"MRD_PCR 2 {name}" for name in numbers), "DX 2 QPCR_DX_RATIO_PCT"],
        ),
        (
            "IFN-MRD-005",
            "A",
            ["MRD_PCR 3 RESULT"],
            [f"MRD_PCR 3 {name}" for name in ("TARGET_COPIES", "RATIO_PCT", "LOG_REDUCTION")],
        ),
    ]


def test_eligibility_takes_the_same_runs(trial: Study) -> None:
    """The language of the items cannot name a setting of the protocol, so the number stands there too."""
    least = trial.protocol.analysis.setting("MRD_ABL1_COPIES").value
    text = (trial.root / "sdtm_specs" / "eligibility.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"ABL1_COPIES >= (\d+)", text)) == {str(least)}
