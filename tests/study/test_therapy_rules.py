"""Transplants and other anti-leukemic therapy: when they were begun, why, and what a transplant was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Row = dict[str, str]
Told = Callable[..., list[tuple[str, str, list[str], list[str]]]]
Passes = Callable[..., list[bool]]

A = {"SUBJID": "A"}
DM = [A | {"SITEID": "01", "ICF_DAT": "2024/2/20"}, {"SUBJID": "B", "SITEID": "01", "ICF_DAT": "2024/2/20"}]
RAND = A | {"RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}
ENDED = A | {"EOT_DAT": "2024/6/20", "EOT_REASON": "研究者决定"}
LEFT = ENDED | {"EOS_DAT": "2024/12/1", "EOS_REASON": "失访"}
RISE = A | {"VISIT": "M3", "ASSESS_DAT": "2024/6/11", "HEM_STATUS": "CR", "MRD_RELAPSE_DAT": "2024/6/11"}
RELAPSE = A | {"VISIT": "EOT", "ASSESS_DAT": "2024/7/30", "HEM_STATUS": "复发", "RELAPSE_DAT": "2024/7/30"}
GIVEN = A | {"DOSE_NO": "14", "PLANNED_DAT": "2024/6/11", "ADMIN_DAT": "2024/6/12", "GIVEN_YN": "是"}
STOP = A | {"DOSE_NO": "15", "PLANNED_DAT": "2024/6/18", "GIVEN_YN": "否", "DOSE_CHANGE": "永久停药"}
HSCT = A | {"HSCT_NO": "1", "HSCT_DAT": "2024/7/20", "TYPE": "异基因", "DONOR": "单倍体"}
HSCT |= {"STATUS_AT_HSCT": "CR1", "REASON": "MRD复发"}
TX = A | {"TX_NO": "1", "TX": "CLAG", "START": "2024/8/5", "REASON": "复发"}
FORMS: dict[str, list[Row]] = {
    "DM": DM,
    "RAND": [RAND],
    "DISP": [ENDED],
    "RESP": [RISE, RELAPSE],
    "EX": [GIVEN, STOP],
    "HSCT": [HSCT],
    "SUBSEQ_TX": [TX],
}
AGAIN = {"DM": [*DM, {"SUBJID": "C", "SUBJID_PREV": "A"}]}


OURS = ("IFN-PR-", "IFN-CM-02", "IFN-DS-019")


def hsct(*rows: Row | dict[str, str], **other: list[Row]) -> dict[str, list[Row]]:
    return {"HSCT": [HSCT | row for row in rows], **other}


def tx(*rows: Row | dict[str, str], **other: list[Row]) -> dict[str, list[Row]]:
    return {"SUBSEQ_TX": [TX | row for row in rows], **other}


# What is recorded beside FORMS, and the rules with the records that fail them.
CASES: list[tuple[str, dict[str, list[Row]], set[str]]] = [
    ("all agree", {}, set()),
    ("neither", {"HSCT": [], "SUBSEQ_TX": []}, set()),
    ("the transplant before randomization", hsct({"HSCT_DAT": "2023/7/20"}),
     {"IFN-PR-001 0", "IFN-PR-002 0", "IFN-PR-005 0"}),
    ("on the day of randomization", hsct({"HSCT_DAT": "2024/3/12", "REASON": "受试者要求"}, EX=[], DISP=[]), {"IFN-DS-019 0"}),
    ("in the month of randomization", hsct({"HSCT_DAT": "2024/3", "REASON": "受试者要求"}, EX=[], DISP=[]), {"IFN-DS-019 0"}),
    ("the therapy before randomization", tx({"START": "2024/2"}), {"IFN-CM-021 0", "IFN-CM-022 0", "IFN-CM-025 0"}),
    ("randomized under the later number", {**AGAIN, "RAND": [RAND | {"SUBJID": "C"}], **hsct({"HSCT_DAT": "2024/1/5"})},
     {"IFN-PR-001 0", "IFN-PR-002 0", "IFN-PR-005 0"}),
    ("randomized on a day that can't be read",
     hsct({"HSCT_DAT": "2024/1/5", "REASON": "其他"}, EX=[], RAND=[RAND | {"RAND_DTTM": "?"}]),
     {"IFN-PR-003 0"}),
    ("an injection goes on", hsct({"HSCT_DAT": "2024/6/9", "REASON": "其他"}), {"IFN-PR-002 0"}),
    ("planned before, given after", hsct({"HSCT_DAT": "2024/6/11"}, DISP=[ENDED | {"EOT_DAT": "2024/6/11"}]), set()),
    ("given before, planned after", tx({"START": "2024/6/11", "REASON": "其他"}, DISP=[ENDED | {"EOT_DAT": "2024/6/10"}],
                                      EX=[GIVEN | {"PLANNED_DAT": "2024/6/25", "ADMIN_DAT": "2024/6/10"}]), set()),
    ("therapy beside injections", tx({"START": "2024/6/10", "REASON": "其他"}), {"IFN-CM-022 0"}),
    ("treatment ends later", hsct({"HSCT_DAT": "2024/6/19"}), {"IFN-PR-003 0"}),
    ("treatment ends in that month", hsct({"HSCT_DAT": "2024/6/19"}, DISP=[ENDED | {"EOT_DAT": "2024/6"}]), set()),
    ("treatment ends later than other therapy begins", tx({"START": "2024/6/15", "REASON": "其他"}), {"IFN-CM-023 0"}),
    ("no end of treatment", {"DISP": []}, {"IFN-DS-019 0"}),
    ("an end without its date is another rule's", {"DISP": [ENDED | {"EOT_DAT": ""}]}, set()),
    ("no end, and the log of injections is open", {"DISP": [], "EX": [GIVEN]}, set()),
    ("no end, and nothing was injected", {"DISP": [], "EX": []}, {"IFN-DS-019 0"}),
    ("no end, and one of nobody", {"DISP": [ENDED | {"SUBJID": "X"}]}, set()),
    ("no end of who was not randomized", {"DISP": [], "RAND": []}, set()),
    ("the end under the later number", {**AGAIN, "DISP": [ENDED | {"SUBJID": "C"}]}, set()),
    ("after the end of the study", {"DISP": [LEFT], **hsct({"HSCT_DAT": "2024/12/2"}), "RESP": [RISE]},
     {"IFN-PR-004 0", "IFN-CM-026 0"}),
    ("therapy after it", {"DISP": [LEFT], **tx({"START": "2025/1"})}, {"IFN-CM-024 0"}),
    ("in the month of it", {"DISP": [LEFT], **tx({"START": "2024/12"})}, set()),
    ("after a study that ended by death", {"DISP": [LEFT | {"EOS_REASON": "死亡"}], **tx({"START": "2025/1"})}, set()),
    ("before the rise of MRD", hsct({"HSCT_DAT": "2024/6/10"}, EX=[STOP], DISP=[ENDED | {"EOT_DAT": "2024/6/9"}]),
     {"IFN-PR-005 0"}),
    ("before the relapse", tx({"START": "2024/7/29"}), {"IFN-CM-025 0"}),
    ("in the month of the relapse", tx({"START": "2024/7"}), set()),
    ("before a relapse that is dated before its assessment",
     tx({"START": "2024/7/25"}, RESP=[RISE, RELAPSE | {"RELAPSE_DAT": "2024/7/20"}]), set()),
    ("before a relapse that is dated after its assessment",
     tx({"START": "2024/8/1"}, RESP=[RISE, RELAPSE | {"RELAPSE_DAT": "2025/7/30"}]), set()),
    ("before one of two relapses", tx({"START": "2024/8/1"}, RESP=[RISE, RELAPSE, RELAPSE | {"ASSESS_DAT": "2025/1/5"}]), set()),
    ("before a relapse, and another has no date",
     tx({"START": "2024/7/1"}, RESP=[RISE, RELAPSE, RELAPSE | {"ASSESS_DAT": "", "RELAPSE_DAT": ""}]), set()),
    ("no relapse", {"RESP": [RISE]}, {"IFN-CM-026 0"}),
    ("no rise", {"RESP": [RELAPSE]}, {"IFN-PR-006 0"}),
    ("no assessment", {"RESP": []}, {"IFN-PR-006 0", "IFN-CM-026 0"}),
    ("a relapse that only the status tells", {"RESP": [RISE, RELAPSE | {"RELAPSE_DAT": ""}]}, set()),
    ("a relapse that only its date tells", {"RESP": [RISE, RELAPSE | {"HEM_STATUS": "CR"}]}, set()),
    ("a relapse of nobody", {"RESP": [RISE, RELAPSE | {"SUBJID": "X"}]}, set()),
    ("the relapse of another", {"RESP": [RISE, RELAPSE | {"SUBJID": "B"}]}, {"IFN-CM-026 0"}),
    ("no reason that anything tells of", {"RESP": [], **hsct({"REASON": "受试者要求"}), **tx({"REASON": "MRD持续阳性"})}, set()),
    ("a second remission after the relapse", hsct({"HSCT_DAT": "2024/11/2", "STATUS_AT_HSCT": "CR2", "REASON": "复发"}), set()),
    ("the first remission after the relapse", hsct({"HSCT_DAT": "2024/11/2", "REASON": "其他"}), {"IFN-PR-007 0"}),
    ("a second remission without relapse", hsct({"STATUS_AT_HSCT": "CR2"}, RESP=[RISE], SUBSEQ_TX=[]), {"IFN-PR-007 0"}),
    ("a second remission, and the relapse is one of nobody",
     hsct({"STATUS_AT_HSCT": "CR2"}, RESP=[RISE, RELAPSE | {"SUBJID": "X"}]), set()),
    ("a relapse that is named only", hsct({"STATUS_AT_HSCT": "未缓解", "REASON": "复发"}, RESP=[RISE], SUBSEQ_TX=[]),
     {"IFN-PR-006 0"}),
    ("autologous with a donor", hsct({"TYPE": "自体"}), {"IFN-PR-008 0"}),
    ("autologous without a donor", hsct({"TYPE": "自体", "DONOR": ""}), set()),
    ("allogeneic without a donor", hsct({"DONOR": ""}), {"IFN-PR-008 0"}),
    ("a type that can't be read, without a donor", hsct({"TYPE": "其他", "DONOR": ""}), set()),
    ("a death of the transplant", {"DEATH": [A | {"CAUSE": "移植相关感染"}]}, set()),
    ("a death of a transplant that nobody recorded", {"DEATH": [A | {"CAUSE": "aGVHD"}], "HSCT": []}, {"IFN-PR-009 0"}),
    ("another death", {"DEATH": [A | {"CAUSE": "重症肺炎"}], "HSCT": []}, set()),
    ("a death of it, and the transplant is one of nobody",
     {"DEATH": [A | {"CAUSE": "移植物抗宿主病"}], **hsct({"SUBJID": "X"})}, set()),
]  # fmt: skip
OF_FORM = {
    **{f"IFN-PR-{number:03}": "HSCT" for number in range(1, 9)},
    "IFN-PR-009": "DEATH",
    **{f"IFN-CM-{number:03}": "SUBSEQ_TX" for number in range(21, 27)},
    "IFN-DS-019": "RAND",
}


@pytest.mark.parametrize(("what", "forms", "expected"), CASES, ids=[what for what, *_ in CASES])
def test_what_fails(passes: Passes, what: str, forms: dict[str, list[Row]], expected: set[str]) -> None:
    tables = FORMS | forms
    failed = set()
    for rule, form in OF_FORM.items():
        others = {name: rows for name, rows in tables.items() if name != form}
        passed = passes(rule, tables.get(form, []), **others)
        failed |= {f"{rule} {at}" for at, one in enumerate(passed) if not one}
    assert failed == expected


def test_each_rule_has_a_case(trial: Any) -> None:
    rules = {
        one.id: form
        for form in ("HSCT", "SUBSEQ_TX", "DEATH", "RAND")
        for model in trial.models.forms[form]
        for one in model.declared_rules()
        if one.id.startswith(("IFN-PR-", "IFN-CM-", "IFN-DS-"))
    }
    assert rules == OF_FORM
    assert {one.split()[0] for _, _, expected in CASES for one in expected} == set(rules)


def test_where_a_site_mends_it(told: Told) -> None:
    """A transplant before randomization is told once; of a missing record the form is named."""
    early = hsct({"HSCT_DAT": "2023/7/20"})
    assert told(OURS, **FORMS | early) == [("IFN-PR-001", "A", ["HSCT 2 HSCT_DAT"], ["HSCT 2 SUBJID", "RAND 2 RAND_DTTM"])]
    decades = hsct({}, {"HSCT_NO": "2"}, {"HSCT_NO": "3", "HSCT_DAT": "2004/7/20"})
    assert [one[:3] for one in told(("IFN-DATE-", *OURS), **FORMS | decades)] == [("IFN-PR-001", "A", ["HSCT 4 HSCT_DAT"])]
    late = tx({"START": "2024/7/29"})
    assert told(OURS, **FORMS | late) == [
        (
            "IFN-CM-025", "A", ["SUBSEQ_TX 2 START", "SUBSEQ_TX 2 REASON"],
            [f"RESP 3 {name}" for name in ("ASSESS_DAT", "HEM_STATUS", "RELAPSE_DAT", "MRD_RELAPSE_DAT")],
        )
    ]  # fmt: skip
    assert told(OURS, **FORMS | {"DISP": []}) == [
        ("IFN-DS-019", "A", ["DISP"], ["RAND 2 SUBJID", "RAND 2 GROUP", "HSCT 2 HSCT_DAT", "SUBSEQ_TX 2 START"])
    ]
