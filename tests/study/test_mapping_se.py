"""The subject's elements, which give all other records their EPOCH."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PERSON = {"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}
RAND = {"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}
CONTROL = RAND | {"GROUP": "CTRL"}
MONTH6 = {"SUBJID": "S1", "VISIT": "6月", "ASSESS_DAT": "2024/9/10", "HEM_STATUS": "CR"}
RELAPSE = {"SUBJID": "S1", "VISIT": "M9", "ASSESS_DAT": "2024/12/12", "HEM_STATUS": "复发", "RELAPSE_DAT": "2024/12/10"}
SEEN = {"SUBJID": "S1", "VISIT": "M24", "CONTACT_DAT": "2026/4/1", "STATUS": "存活"}
SCRN = ("SCRN", "2024-03-01", "2024-03-12T10:20")
DAY1 = "2024-03-12T10:20"

# What the case is about, the forms beside DM, and each element with its start and end. Day 198 is 2024-09-25, and 24 months end
# on 2026-03-13.
CASES: list[tuple[str, dict[str, list[dict[str, str]]], list[tuple[str, str, str]]]] = [
    ("in screening", {}, [("SCRN", "2024-03-01", "")]),
    (
        "a screen failure",
        {"DISP": [{"SUBJID": "S1", "EOS_DAT": "2024/3/9", "EOS_REASON": "筛选失败"}]},
        [("SCRN", "2024-03-01", "2024-03-09")],
    ),
    ("under treatment", {"RAND": [RAND]}, [SCRN, ("PEGIFN", DAY1, "")]),
    ("under observation", {"RAND": [CONTROL]}, [SCRN, ("OBS", DAY1, "")]),
    (
        "the month 6 assessment",
        {"RAND": [RAND], "RESP": [MONTH6]},
        [SCRN, ("PEGIFN", DAY1, "2024-09-10"), ("FU", "2024-09-10", "")],
    ),
    (
        "no month 6 assessment: day 198, once the subject has come there",
        {"RAND": [RAND], "SURV": [SEEN | {"CONTACT_DAT": "2024/9/25"}]},
        [SCRN, ("PEGIFN", DAY1, "2024-09-25"), ("FU", "2024-09-25", "")],
    ),
    (
        "no month 6 assessment, last seen on day 197",
        {"RAND": [RAND], "SURV": [SEEN | {"CONTACT_DAT": "2024/9/24"}]},
        [SCRN, ("PEGIFN", DAY1, "")],
    ),
    (
        "24 months",
        {"RAND": [CONTROL], "RESP": [MONTH6], "SURV": [SEEN]},
        [SCRN, ("OBS", DAY1, "2024-09-10"), ("FU", "2024-09-10", "2026-03-13"), ("LTFU", "2026-03-13", "")],
    ),
    (
        "month 6 and relapse, and no record of the randomization",
        {"RESP": [MONTH6, RELAPSE]},
        [("SCRN", "2024-03-01", "")],
    ),
    (
        "the study ends at 24 months",
        {"RAND": [CONTROL], "RESP": [MONTH6], "DISP": [{"SUBJID": "S1", "EOS_DAT": "2026/3/13", "EOS_REASON": "完成"}]},
        [SCRN, ("OBS", DAY1, "2024-09-10"), ("FU", "2024-09-10", "2026-03-13")],
    ),
    (
        "a relapse without its date: the assessment that found it",
        {"RAND": [RAND], "RESP": [MONTH6, RELAPSE | {"RELAPSE_DAT": ""}]},
        [SCRN, ("PEGIFN", DAY1, "2024-09-10"), ("FU", "2024-09-10", "2024-12-12"), ("LTFU", "2024-12-12", "")],
    ),
    (
        "relapse in follow-up, then death",
        {"RAND": [RAND], "RESP": [MONTH6, RELAPSE], "DEATH": [{"SUBJID": "S1", "DTH_DAT": "2025/5/2"}]},
        [
            SCRN,
            ("PEGIFN", DAY1, "2024-09-10"),
            ("FU", "2024-09-10", "2024-12-10"),
            ("LTFU", "2024-12-10", "2025-05-02"),
        ],
    ),
    (
        "relapse under treatment: no follow-up, whatever month 6 shows",
        {"RAND": [RAND], "RESP": [RELAPSE | {"VISIT": "M3", "RELAPSE_DAT": "2024/6/1"}, MONTH6]},
        [SCRN, ("PEGIFN", DAY1, "2024-06-01"), ("LTFU", "2024-06-01", "")],
    ),
    (
        "death under treatment",
        {"RAND": [RAND], "DEATH": [{"SUBJID": "S1", "DTH_DAT": "2024/7/1"}]},
        [SCRN, ("PEGIFN", DAY1, "2024-07-01")],
    ),
    (
        "the month of the relapse only: it stays as partial as it is",
        {"RAND": [RAND], "RESP": [MONTH6, RELAPSE | {"RELAPSE_DAT": "2024年12月"}]},
        [SCRN, ("PEGIFN", DAY1, "2024-09-10"), ("FU", "2024-09-10", "2024-12"), ("LTFU", "2024-12", "")],
    ),
]


@pytest.fixture(scope="module")
def made(of_each: Callable) -> list:
    return of_each([{"DM": [PERSON], **forms} for _, forms, _ in CASES])


@pytest.mark.parametrize("case", range(len(CASES)), ids=[about for about, _, _ in CASES])
def test_elements(made: list, case: int) -> None:
    elements = [(one["ETCD"], one["SESTDTC"], one.get("SEENDTC", "")) for one in made[case]["SE"]]
    assert elements == CASES[case][2]


def test_whole_records(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=[PERSON], RAND=[CONTROL], RESP=[MONTH6])["SE"]
    of_subject = {"USUBJID": "NCT06802718-01-S1"}
    assert made == [
        of_subject | {"SESEQ": 1, "ETCD": "SCRN", "ELEMENT": "Screening", "TAETORD": 1, "EPOCH": "SCREENING",
                      "SESTDTC": "2024-03-01", "SEENDTC": DAY1, "SESTDY": -11, "SEENDY": 1},
        of_subject | {"SESEQ": 2, "ETCD": "OBS", "ELEMENT": "Observation", "TAETORD": 2, "EPOCH": "TREATMENT",
                      "SESTDTC": DAY1, "SEENDTC": "2024-09-10", "SESTDY": 1, "SEENDY": 183},
        of_subject | {"SESEQ": 3, "ETCD": "FU", "ELEMENT": "Follow-up", "TAETORD": 3, "EPOCH": "FOLLOW-UP",
                      "SESTDTC": "2024-09-10", "SESTDY": 183},
    ]  # fmt: skip


@pytest.mark.parametrize("failed", [[], [{"SUBJID": "S1", "EOS_DAT": "2024/3/9", "EOS_REASON": "筛选失败"}]])
def test_each_screening_is_an_element_without_a_gap(to_sdtm: Callable, failed: list) -> None:
    again = PERSON | {"SUBJID": "S2", "SUBJID_PREV": "S1", "ICF_DAT": "2024/4/1"}
    made = to_sdtm(DM=[PERSON, again], RAND=[RAND | {"SUBJID": "S2", "RAND_DTTM": "2024-04-09"}], DISP=failed)["SE"]
    assert [(one["USUBJID"], one["ETCD"], one["SESTDTC"], one.get("SEENDTC", "")) for one in made] == [
        ("NCT06802718-01-S1", "SCRN", "2024-03-01", "2024-04-01"),
        ("NCT06802718-01-S1", "SCRN", "2024-04-01", "2024-04-09"),
        ("NCT06802718-01-S1", "PEGIFN", "2024-04-09", ""),
    ]


def test_the_epoch_of_an_event(to_sdtm: Callable) -> None:
    """Half-open elements: the day on which one ends is the next one's; a month that lies over a boundary has none."""
    starts = ["2024/2/28", "2024/3/1", "2024/3/13", "2024/9/9", "2024/9/10", "2024年9月", "2024年10月"]
    events = [{"SUBJID": "S1", "AE_NO": str(number), "AETERM": "发热", "START": start} for number, start in enumerate(starts, 1)]
    made = to_sdtm(DM=[PERSON], RAND=[RAND], RESP=[MONTH6], AE=events)["AE"]
    assert {one["AESPID"]: one.get("EPOCH", "") for one in made} == {
        "S1-1": "", "S1-2": "SCREENING", "S1-3": "TREATMENT", "S1-4": "TREATMENT", "S1-5": "FOLLOW-UP", "S1-6": "",
        "S1-7": "FOLLOW-UP",
    }  # fmt: skip
