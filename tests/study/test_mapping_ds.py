"""Disposition: milestones, the end of treatment and of study, and deaths after it."""

from __future__ import annotations

from collections.abc import Callable

Forms = dict[str, list[dict[str, str]]]
DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1", "ICF_VER": "V1.1"}]
RAND = {"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}
DISP = {"SUBJID": "S1", "EOT_DAT": "2024/9/3", "EOT_REASON": "完成治疗", "EOS_DAT": "2025/1/5", "EOS_REASON": "撤回知情同意"}
DEATH = {"SUBJID": "S1", "DTH_DAT": "2025/3/1"}
SUBJECT = {"USUBJID": "NCT06802718-01-S1", "DSSPID": "S1"}


def milestone(seq: int, term: str, date: str, day: int, **epoch: str) -> dict[str, object]:
    return SUBJECT | {
        "DSSEQ": seq,
        "DSTERM": term,
        "DSDECOD": term,
        "DSCAT": "PROTOCOL MILESTONE",
        "DSSTDTC": date,
        "DSSTDY": day,
        **epoch,
    }


def test_all_of_a_subject(to_sdtm: Callable, eligible: Forms) -> None:
    resp = [{"SUBJID": "S1", "VISIT": "M6", "ASSESS_DAT": "2024/9/10"}]
    made = to_sdtm(**eligible | {"RAND": [RAND], "DISP": [DISP], "DEATH": [DEATH], "RESP": resp})
    assert made["DS"] == [
        milestone(1, "INFORMED CONSENT OBTAINED", "2024-03-01", -11, EPOCH="SCREENING"),
        milestone(2, "ELIGIBILITY CRITERIA MET", "2024-03-10", -2, EPOCH="SCREENING"),
        milestone(3, "RANDOMIZED", "2024-03-12T10:20", 1, EPOCH="TREATMENT"),
        SUBJECT | {"DSSEQ": 4, "DSTERM": "完成治疗", "DSDECOD": "COMPLETED", "DSCAT": "DISPOSITION EVENT",
                   "DSSCAT": "STUDY TREATMENT", "DSSTDTC": "2024-09-03", "DSSTDY": 176, "EPOCH": "TREATMENT"},
        SUBJECT | {"DSSEQ": 5, "DSTERM": "撤回知情同意", "DSDECOD": "WITHDRAWAL OF CONSENT", "DSCAT": "DISPOSITION EVENT",
                   "DSSCAT": "STUDY PARTICIPATION", "DSSTDTC": "2025-01-05", "DSSTDY": 300, "EPOCH": "FOLLOW-UP"},
        # After the end of participation there is no epoch.
        SUBJECT | {"DSSEQ": 6, "DSTERM": "DEATH", "DSDECOD": "DEATH", "DSCAT": "OTHER EVENT", "DSSTDTC": "2025-03-01",
                   "DSSTDY": 355},
    ]  # fmt: skip
    assert made["SUPPDS"] == [
        {"USUBJID": "NCT06802718-01-S1", "IDVAR": "DSSEQ", "IDVARVAL": "1", "QNAM": "ICFVER",
         "QLABEL": "Version of Informed Consent Form", "QVAL": "V1.1", "QORIG": "CRF"}
    ]  # fmt: skip


def test_of_one_day_the_consent_comes_first(to_sdtm: Callable, eligible: Forms) -> None:
    """Before its eligibility, and before a screening that fails on the same day."""
    elig = eligible["ELIG"][0] | {"SCR_DAT": "2024/3/1"}
    failed = {"SUBJID": "S2", "EOS_DAT": "2024/3/1", "EOS_REASON": "筛选失败"}
    rand = RAND | {"RAND_DTTM": "2024-03-01 10:20"}
    people = [*eligible["DM"], DM[0] | {"SUBJID": "S2"}]
    made = to_sdtm(**eligible | {"DM": people, "ELIG": [elig], "RAND": [rand], "DISP": [failed]})
    other = {"USUBJID": "NCT06802718-01-S2", "DSSPID": "S2", "DSSTDTC": "2024-03-01", "EPOCH": "SCREENING"}
    # The day of the randomization is the last of screening and the first of treatment: without a time it is in no epoch.
    assert made["DS"] == [
        milestone(1, "INFORMED CONSENT OBTAINED", "2024-03-01", 1),
        milestone(2, "ELIGIBILITY CRITERIA MET", "2024-03-01", 1),
        milestone(3, "RANDOMIZED", "2024-03-01T10:20", 1, EPOCH="TREATMENT"),
        other | {"DSSEQ": 1, "DSTERM": "INFORMED CONSENT OBTAINED", "DSDECOD": "INFORMED CONSENT OBTAINED",
                 "DSCAT": "PROTOCOL MILESTONE"},
        other | {"DSSEQ": 2, "DSTERM": "筛选失败", "DSDECOD": "SCREEN FAILURE", "DSCAT": "DISPOSITION EVENT",
                 "DSSCAT": "STUDY PARTICIPATION"},
    ]  # fmt: skip


# An answer that differs, and whether the criteria are met.
ANSWERS: list[tuple[dict[str, str], bool]] = [
    ({}, True),
    ({"HSCT_INDICATED_YN": "是", "HSCT_ELIGIBLE_YN": "是"}, True),
    ({"PREG_RESULT": "不适用"}, True),
    ({"HSCT_INDICATED_YN": "是"}, False),
    ({"REQ_HSCT_YN": "是"}, False),
    ({"CR_NO": "2"}, False),
    ({"DIAGNOSIS": "其他"}, False),
    ({"PREG_RESULT": "阳性"}, False),
    ({"THYROID_HX_YN": "是"}, False),
    # Of a missing answer nothing is known.
    ({"UNCTRL_INF_YN": ""}, False),
]


def test_eligibility_criteria_are_met_by_the_verdict(of_each: Callable, eligible: Forms) -> None:
    made = of_each([eligible | {"ELIG": [eligible["ELIG"][0] | answer], "RAND": [RAND]} for answer, _ in ANSWERS])
    met = ["ELIGIBILITY CRITERIA MET" in [record["DSDECOD"] for record in one["DS"]] for one in made]
    assert list(zip([answer for answer, _ in ANSWERS], met, strict=True)) == ANSWERS


def test_who_is_not_randomized_may_have_met_all(to_sdtm: Callable, eligible: Forms) -> None:
    end = {"SUBJID": "S1", "EOS_DAT": "2024/3/11", "EOS_REASON": "受试者退出"}
    made = to_sdtm(**eligible | {"DISP": [end]})["DS"]
    assert [(one["DSDECOD"], one.get("DSSCAT")) for one in made] == [
        ("INFORMED CONSENT OBTAINED", None),
        ("ELIGIBILITY CRITERIA MET", None),
        ("WITHDRAWAL BY SUBJECT", "STUDY PARTICIPATION"),
    ]


def test_a_death_that_ends_the_study_is_one_record(to_sdtm: Callable) -> None:
    end = {"SUBJID": "S1", "EOS_DAT": "2025/3/1", "EOS_REASON": "死亡"}
    made = to_sdtm(DM=DM, RAND=[RAND], DISP=[end], DEATH=[DEATH])["DS"]
    assert [(one["DSCAT"], one["DSDECOD"]) for one in made][2:] == [("DISPOSITION EVENT", "DEATH")]


def test_of_two_randomizations_the_first_stands(to_sdtm: Callable) -> None:
    again = {"RAND_NO": "R9", "RAND_DTTM": "2024-03-13 09:00", "GROUP": "CTRL"}
    made = to_sdtm(DM=DM, RAND=[RAND | again, RAND])["DS"]
    assert [one["DSSTDTC"] for one in made if one["DSDECOD"] == "RANDOMIZED"] == ["2024-03-12T10:20"]
