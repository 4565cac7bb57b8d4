"""Laboratory and marrow: units, parts and wholes, blasts and the status of the marrow, the day of a visit, former numbers."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from trialbook.run import Study

Row = dict[str, str]
Passes = Callable[..., list[bool]]
Told = Callable[..., list[tuple[str, str, list[str], list[str]]]]

DM = {"SUBJID": "A", "SITEID": "01", "SEX": "女", "ICF_DAT": "2024/1/1"}


def lab(test: str, result: str, unit: str, low: str = "", high: str = "", **other: str) -> Row:
    made = {"SUBJID": "A", "VISIT": "M3", "LAB_DAT": "2024/6/3", "TEST_LOCAL": test, "RESULT_TXT": result, "UNIT_LOCAL": unit}
    return made | {"LLN": low, "ULN": high, "SPECIMEN": "血清", "ACCESSION": "L1"} | other


def test_the_unit_is_that_of_the_range(passes: Passes, told: Told) -> None:
    """Only where the numbers would be right in another unit in which the export has the test; a wrong range is another rule's."""
    rows = [
        lab("CREA", "70", "μmol/L", "41", "97"),
        lab("Cr", "0.8", "mg/dL", "0.5", "1.1"),
        lab("肌酐", "70", "mg/dL", "41", "97"),
        lab("肌酐", "0.8", "umol/L", "0.5", "1.1"),
        lab("肌酐", "70", "U/L", "41", "97"),
        lab("肌酐", "70", "mg/dL", "", ""),
        lab("肌酐", "70", "umol/L", "41", "970"),
        lab("HB", "130", "g/dL", "115", "150"),
        lab("CREA", "70", "", "41", "97"),
    ]
    assert passes("IFN-LB-025", rows) == [True, True, False, False, True, True, True, True, True]
    assert passes("IFN-LB-025", [*rows[-2:], lab("HB", "130", "g/L", "115", "150")]) == [False, True, True]
    found = told(("IFN-LB-", "TB-LB-LB"), DM=[DM], LAB=[row | {"ACCESSION": f"L{at}"} for at, row in enumerate(rows[:3])])
    assert found == [
        ("IFN-LB-025", "A", ["LAB 4 UNIT_LOCAL"], [f"LAB 4 {name}" for name in ("RESULT_TXT", "LLN", "ULN", "TEST_LOCAL")])
    ]


def test_the_unit_of_a_thyroid_test(passes: Passes) -> None:
    def test(name: str, unit: str) -> Row:
        return {"SUBJID": "A", "TEST": name, "RESULT_TXT": "16", "UNIT_LOCAL": unit, "LLN": "12", "ULN": "22"}

    rows = [test("FT4", "pmol/L"), test("游离T4", "ng/dL"), test("TPOAb", "IU/mL"), test("TSH", "IU/mL")]
    assert passes("IFN-LB-027", rows) == [True, False, True, True]


def test_parts_and_wholes(passes: Passes, told: Told) -> None:
    """Which is wrong, another part of the sample tells; another sample or unit does not."""
    white, lymph = lab("WBC", "5.00", "10^9/L"), lab("LYM", "1.50", "10^9/L")
    share = lab("NEUT", "62.0", "10^9/L")
    assert passes("IFN-LB-028", [white, lymph, share]) == [True, True, False]
    assert passes("IFN-LB-029", [white, lymph, share]) == [True, True, True]
    assert passes("IFN-LB-028", [white, share]) == [True, True]
    assert passes("IFN-LB-029", [white, share]) == [True, False]
    assert passes("IFN-LB-029", [lab("WBC", "0.50", "10^9/L"), lymph, lab("NEUT", "3.00", "10^9/L")]) == [True, False, True]
    for row in (
        lab("NEUT", "5.1", "10^9/L"),
        share | {"ACCESSION": "L2"},
        share | {"UNIT_LOCAL": "%"},
        share | {"LAB_TIM": "9:00"},
        lab("NEUT", "未查", ""),
    ):
        assert passes("IFN-LB-028", [white, lymph, row]) == passes("IFN-LB-029", [white, lymph, row]) == [True] * 3, row
    assert passes("IFN-LB-028", [white | {"UNIT_LOCAL": "10^3/uL"}, lymph | {"UNIT_LOCAL": "K/uL"}, share]) == [True, True, False]
    found = told(("IFN-LB-028", "IFN-LB-029"), DM=[DM], LAB=[white, lymph, share])
    assert found == [
        (
            "IFN-LB-028",
            "A",
            ["LAB 4 RESULT_TXT"],
            ["LAB 4 TEST_LOCAL", "LAB 4 UNIT_LOCAL", "LAB 2 TEST_LOCAL", "LAB 2 RESULT_TXT", "LAB 2 UNIT_LOCAL"],
        )
    ]


def marrow(blasts: str, status: str, quality: str = "合格", subject: str = "A") -> Row:
    made = {"SUBJID": subject, "VISIT": "M3", "BM_DAT": "2024/6/3", "BLAST_PCT": blasts, "CR_STATUS": status}
    return made | {"SAMPLE_QUALITY": quality}


def response(status: str, site: str = "") -> Row:
    return {"SUBJID": "A", "VISIT": "M3", "ASSESS_DAT": "2024-06-03", "HEM_STATUS": status, "RELAPSE_SITE": site}


MARROW = ["IFN-LB-007", "IFN-LB-018", "IFN-LB-019", "IFN-LB-020", "IFN-LB-021"]


@pytest.mark.parametrize(
    ("row", "resp", "rule"),
    [
        (marrow("4.9", "完全缓解"), [response("完全缓解")], None),
        (marrow("5", "复发"), [response("复发", "骨髓")], None),
        (marrow("5", "完全缓解"), [response("完全缓解")], "IFN-LB-007"),
        (marrow("60", "CRi"), [response("复发", "骨髓")], "IFN-LB-018"),
        (marrow("60", "CR"), [], "IFN-LB-019"),
        (marrow("60", "CR", subject="B"), [response("完全缓解")], "IFN-LB-019"),
        (marrow("1.5", "复发"), [response("复发", "骨髓")], "IFN-LB-020"),
        (marrow("1.5", "复发"), [response("复发", "髓外")], None),
        (marrow("1.5", "复发"), [response("完全缓解")], "IFN-LB-021"),
        (marrow("1.5", "复发"), [], None),
        (marrow("<5", "复发"), [response("完全缓解")], None),
        (marrow("", "CR"), [response("复发", "骨髓")], None),
    ],
)
def test_blasts_status_and_response(passes: Passes, row: Row, resp: list[Row], rule: str | None) -> None:
    """Two of the three tell which is wrong, and one rule tells of it."""
    assert [one for one in MARROW if passes(one, [row], RESP=resp) == [False]] == ([rule] if rule else [])


def test_a_marrow_without_the_form_of_responses(trial: Study) -> None:
    (rule,) = (one for model in trial.models.forms["BM"] for one in model.declared_rules() if one.id == "IFN-LB-019")
    bm = pd.DataFrame([marrow("60", "CR"), marrow("1", "CR")], columns=list(trial.specs.forms["BM"].columns), dtype="str").fillna(
        ""
    )
    assert list(pd.Series(rule.check(bm, pd.DataFrame()))) == [False, True]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (marrow("1", "完全缓解"), None),
        (marrow("", "不可评估", "稀释"), None),
        (marrow("1", "完全缓解", "不合格"), "IFN-LB-009"),
        (marrow("", "不可评估"), "IFN-LB-009"),
        (marrow("1", "", "不合格"), "IFN-LB-009"),
        (marrow("", "完全缓解"), "IFN-LB-022"),
        (marrow("1", "不可评估", "不合格"), "IFN-LB-022"),
        (marrow("1", "不可评估"), "IFN-LB-023"),
        (marrow("", "完全缓解", "不合格"), "IFN-LB-023"),
        (marrow("1", "完全缓解", ""), None),
    ],
)
def test_quality_blasts_and_status(passes: Passes, row: Row, rule: str | None) -> None:
    rules = ("IFN-LB-009", "IFN-LB-022", "IFN-LB-023")
    assert [one for one in rules if passes(one, [row]) == [False]] == ([rule] if rule else [])


def test_blasts_are_a_percentage(passes: Passes) -> None:
    rows = [{"BLAST_PCT": text} for text in ("0", "100", "101", "-1", "<1", "", "少许", "＜5")]
    assert passes("IFN-LB-008", rows) == [True, True, False, False, True, True, False, True]


VS, RESP = {"SUBJID": "A", "VISIT": "M3", "DAT": "2024/6/3"}, response("完全缓解")
FLOW = {"SUBJID": "A", "VISIT": "M3", "SAMPLE_DAT": "2024/6/3", "SPECIMEN": "骨髓", "SAMPLE_ID": "F1"}
PCR = FLOW | {"SAMPLE_ID": "M1", "REPORT_DAT": "2024/6/8"}


def test_a_visit_has_its_time(passes: Passes) -> None:
    """A month from what two other forms have; one other form, or two that disagree, tell nothing."""
    dates = ["2024/6/3", "2024/7/3", "2024/7/4", "2024/5/3", "2023/6/3", ""]
    rows = [lab("WBC", "5", "10^9/L", LAB_DAT=date) for date in dates]
    assert passes("IFN-DAY-LAB", rows, VS_ECOG=[VS], BM=[marrow("1", "CR")]) == [True, True, False, False, False, True]
    assert passes("IFN-DAY-LAB", rows, VS_ECOG=[VS]) == [True] * 6
    randomized = {"RAND": [{"SUBJID": "A"}], "VS_ECOG": [VS], "BM": [marrow("1", "CR")]}
    assert passes("IFN-DAY-LAB", rows, **randomized) == [True] * 6
    assert passes("IFN-DAY-LAB", rows, VS_ECOG=[VS], BM=[marrow("1", "CR") | {"BM_DAT": "2023/6/5"}]) == [True] * 6
    assert passes("IFN-DAY-LAB", rows, VS_ECOG=[VS | {"VISIT": "M6"}], BM=[marrow("1", "CR", subject="B")]) == [True] * 6


def test_a_marrow_has_one_day(passes: Passes, told: Told) -> None:
    """The day that two others have and this form has not; a confirming sample, of a later day, is one more."""
    forms = {"BM": [marrow("1", "CR")], "MRD_MFC": [FLOW]}
    at_report = PCR | {"SAMPLE_DAT": "2024/6/8"}
    assert passes("IFN-DAY-MRD_PCR-SAMPLE", [PCR], **forms) == [True]
    assert passes("IFN-DAY-MRD_PCR-SAMPLE", [at_report], **forms) == [False]
    assert passes("IFN-DAY-MRD_PCR-SAMPLE", [PCR, at_report | {"SAMPLE_ID": "M2"}], **forms) == [True, True]
    assert passes("IFN-DAY-MRD_PCR-SAMPLE", [at_report | {"SPECIMEN": "外周血"}], **forms) == [True]
    assert passes("IFN-DAY-MRD_PCR-SAMPLE", [at_report], BM=forms["BM"]) == [True]
    assert passes("IFN-DAY-MRD_PCR-SAMPLE", [at_report], BM=forms["BM"], RESP=[RESP]) == [False]
    moved = [marrow("1", "CR") | {"BM_DAT": "2024/5/20"}]
    assert passes("IFN-DAY-BM-SAMPLE", moved, MRD_MFC=[FLOW], MRD_PCR=[PCR]) == [False]
    of_bm, of_flow = ("SUBJID", "VISIT", "BM_DAT"), ("SUBJID", "VISIT", "SAMPLE_DAT")
    witnesses = [*(f"BM 2 {name}" for name in of_bm), *(f"MRD_MFC 2 {name}" for name in of_flow)]
    assert told(("IFN-DAY-", "TB-VISIT"), DM=[DM], MRD_PCR=[at_report], BM=forms["BM"], MRD_MFC=[FLOW]) == [
        ("IFN-DAY-MRD_PCR-SAMPLE", "A", ["MRD_PCR 2 SAMPLE_DAT"], ["MRD_PCR 2 VISIT", *witnesses])
    ]


def test_visits_stand_under_the_number_that_was_randomized(passes: Passes) -> None:
    dm = [{"SUBJID": "A"}, {"SUBJID": "B", "SUBJID_PREV": "A"}, {"SUBJID": "C"}, {"SUBJID": "D", "SUBJID_PREV": "C"}]
    rand = [{"SUBJID": "B"}]
    rows = [VS | {"SUBJID": number, "VISIT": visit} for number, visit in (("A", "筛选"), ("A", "M3"), ("B", "M3"), ("C", "M3"))]
    assert passes("IFN-NUM-VS_ECOG", rows, DM=dm, RAND=rand) == [True, False, True, True]
    assert passes("IFN-NUM-VS_ECOG", rows, DM=dm, RAND=[*rand, {"SUBJID": "A"}]) == [True] * 4
