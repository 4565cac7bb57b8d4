"""Concomitant medication: its course, and the events that it is given for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Row = dict[str, str]
Passes = Callable[..., list[bool]]

DM = {"DM": [{"SUBJID": number, "ICF_DAT": "2024/1/2"} for number in "AB"]}
FEVER = {"SUBJID": "A", "AE_NO": "1", "AETERM": "发热", "START": "2024/3/5", "END": "2024/3/9", "TREATMENT_YN": "是"}
RASH = FEVER | {"AE_NO": "2", "AETERM": "皮疹", "START": "2024/5/5", "END": "2024/5/9"}
OF_B = FEVER | {"SUBJID": "B", "AETERM": "头痛", "TREATMENT_YN": "否"}
DRUG = {
    "SUBJID": "A",
    "CM_NO": "1",
    "CMTRT": "布洛芬",
    "INDICATION": "发热",
    "START": "2024/3/5",
    "END": "2024/3/7",
    "ONGO": "否",
}
CREAM = DRUG | {"CM_NO": "2", "CMTRT": "氯雷他定", "INDICATION": "皮疹", "START": "2024/5/6"}


def test_start_and_end(passes: Passes) -> None:
    ends = ["2024/3/5", "2024/3/4", "2024/3", "2024/2", ""]
    assert passes("IFN-CM-011", [DRUG | {"END": end} for end in ends]) == [True, False, True, False, True]
    ongoing = [("否", "2024/3/7"), ("是", ""), ("是", "2024/3/7"), ("否", ""), ("", ""), ("?", "")]
    rows = [DRUG | {"ONGO": ongo, "END": end} for ongo, end in ongoing]
    assert passes("IFN-CM-012", rows) == [True, True, False, False, False, True]


def test_years(passes: Passes) -> None:
    """A drug may have been taken for decades, and is not begun decades after all others."""
    rows = [DRUG, DRUG, DRUG, DRUG | {"START": "1994"}, DRUG | {"START": "2068/3/5"}, DRUG | {"START": "1024/3/5"}]
    assert passes("IFN-DATE-CM-START", rows) == [True, True, True, True, False, False]
    assert passes("IFN-DATE-CM-END", [DRUG, DRUG, DRUG | {"END": "2068"}, DRUG | {"END": ""}]) == [True, True, False, True]


# What is recorded, the events, the medication, and the rules with the records (of their own form) that they fail.
CASES: list[tuple[str, list[Row], list[Row], set[str]]] = [
    ("each treated event has its drug", [FEVER, RASH, OF_B], [DRUG, CREAM], set()),
    ("full-width letters and spaces are the usual ones",
     [FEVER | {"AETERM": "ＡＬＴ 升高"}], [DRUG | {"INDICATION": "ALT升高"}], set()),
    ("a drug of an illness that is no event", [FEVER], [DRUG, DRUG | {"INDICATION": "高血压", "START": "2019"}], set()),
    ("treated, and no drug", [FEVER, RASH], [DRUG], {"IFN-CM-016 1"}),
    ("treated, and a drug that was begun before", [FEVER], [DRUG | {"INDICATION": "高血压", "START": "2019"}], {"IFN-CM-016 0"}),
    ("treated, and a drug of that time for something else", [FEVER], [DRUG | {"INDICATION": "发烧"}], set()),
    ("treated, and a drug of something else, begun on a day that can't be read",
     [FEVER], [DRUG | {"INDICATION": "2024-03-05", "START": "发热"}], set()),
    ("treated, and a drug of something else, without its start",
     [FEVER], [DRUG | {"INDICATION": "痛", "START": ""}], {"IFN-CM-016 0"}),
    ("treated, and a drug of another event, begun on a day that can't be read",
     [FEVER, RASH], [DRUG | {"START": "?"}], {"IFN-CM-016 1"}),
    ("treated, and a drug of another event of that time", [FEVER, FEVER | {"AETERM": "乏力"}], [DRUG], {"IFN-CM-016 1"}),
    ("the drug is one of nobody", [FEVER], [DRUG | {"SUBJID": "X"}], set()),
    ("an event of nobody is another rule's", [FEVER | {"SUBJID": "X"}], [], set()),
    ("not treated, and a drug", [FEVER | {"TREATMENT_YN": "否"}], [DRUG], {"IFN-CM-017 0"}),
    ("of two of one name one is treated",
     [FEVER, FEVER | {"AE_NO": "3", "START": "2024/7/1", "END": "", "TREATMENT_YN": "否"}], [DRUG], set()),
    ("for an event that only another has",
     [FEVER, OF_B], [DRUG, DRUG | {"INDICATION": "头痛", "START": "2024/6/1"}], {"IFN-CM-013 1"}),
    ("for that, before consent", [FEVER, OF_B], [DRUG, DRUG | {"INDICATION": "头痛", "START": "2023/6/1"}], set()),
    ("for an event whose subject nobody knows", [FEVER, OF_B | {"SUBJID": "X"}], [DRUG, DRUG | {"INDICATION": "头痛"}], set()),
    ("for an event that another has, while one is treated", [FEVER, OF_B], [DRUG | {"INDICATION": "头痛"}], {"IFN-CM-014 0"}),
    ("for that, and one is recorded twice",
     [FEVER, FEVER | {"AE_NO": "3"}, OF_B], [DRUG, DRUG | {"INDICATION": "头痛", "START": "2024/6/1"}], {"IFN-CM-014 1"}),
    ("begun before its event", [FEVER], [DRUG | {"START": "2024/3/4"}], {"IFN-CM-015 0"}),
    ("begun in its month", [FEVER], [DRUG | {"START": "2024/3"}], set()),
    ("begun after its event", [FEVER], [DRUG | {"START": "2025/3/5", "END": ""}], {"IFN-CM-015 0"}),
    ("begun during one that goes on", [FEVER | {"END": ""}], [DRUG | {"START": "2025/3/5", "END": ""}], set()),
]  # fmt: skip
RULES = dict.fromkeys(("IFN-CM-013", "IFN-CM-014", "IFN-CM-015"), "CM") | dict.fromkeys(("IFN-CM-016", "IFN-CM-017"), "AE")


@pytest.mark.parametrize(("what", "events", "drugs", "expected"), CASES, ids=[what for what, *_ in CASES])
def test_events_and_medication(passes: Passes, what: str, events: list[Row], drugs: list[Row], expected: set[str]) -> None:
    forms = {"AE": events, "CM": drugs, **DM}
    failed = set()
    for rule, form in RULES.items():
        failed |= {f"{rule} {at}" for at, one in enumerate(passes(rule, forms[form], **forms)) if not one}
    assert failed == expected
