"""Epochs, arms, exposure, dispositions and visits: what DM, SE, TA and TV say, and the records that say otherwise."""

from __future__ import annotations

import pytest

from trialbook.checks.check import check_tables
from trialbook.checks.cross import cross_rules
from trialbook.checks.tables import file_table
from trialbook.study import LoadedStudy

TA = {
    "ARMCD": ["A", "A", "B", "B"],
    "ARM": ["Arm A", "Arm A", "Arm B", "Arm B"],
    "ETCD": ["SCRN", "TRT", "SCRN", "OBS"],
    "EPOCH": ["SCREENING", "TREATMENT", "SCREENING", "OBSERVATION"],
}
SE = {
    "USUBJID": ["1", "1"],
    "ETCD": ["SCRN", "TRT"],
    "EPOCH": ["SCREENING", "TREATMENT"],
    "SESTDTC": ["2024-01-05", "2024-02-01T10:00"],
    "SEENDTC": ["2024-02-01", "2024-08-01"],
}
DM = {"USUBJID": ["1", "2"], "ARMCD": ["A", ""], "ARM": ["Arm A", ""], "ACTARMCD": ["A", ""], "ARMNRS": ["", "SCREEN FAILURE"]}


def ae(epochs, dates, subject="1"):
    return {"USUBJID": [subject] * len(epochs), "EPOCH": epochs, "AESTDTC": dates}


def ds(cat, decod, epoch, **more):
    return {"USUBJID": ["1"] * len(decod), "DSCAT": [cat] * len(decod), "DSDECOD": decod, "EPOCH": epoch} | more


CASES = [
    ("TB-AE-EPOCH-SE", {"SE": SE, "AE": ae(["SCREENING", "TREATMENT", ""], ["2024-01-31", "2024-05", "2024-05-01"])}, []),
    # The day of a transition may be of either element; a part of a date, of every one that it can lie in.
    (
        "TB-AE-EPOCH-SE",
        {"SE": SE, "AE": ae(["SCREENING", "TREATMENT", "SCREENING"], ["2024-02-01T23:00", "2024-02-01", "2024-02"])},
        [],
    ),
    (
        "TB-AE-EPOCH-SE",
        {"SE": SE, "AE": ae(["TREATMENT", "SCREENING", "FOLLOW-UP"], ["2024-01-31", "2024-03", "2024-03-01"])},
        [1, 2, 3],
    ),
    ("TB-AE-EPOCH-SE", {"SE": SE, "AE": ae(["TREATMENT"], ["2024-01-31"], subject="2")}, []),
    ("TB-AE-EPOCH-TA", {"TA": TA, "DM": DM, "AE": ae(["TREATMENT", "OBSERVATION", "OTHER", ""], [""] * 4)}, [2, 3]),
    # Who has no arm may be in any planned epoch.
    ("TB-AE-EPOCH-TA", {"TA": TA, "DM": DM, "AE": ae(["OBSERVATION", "OTHER"], [""] * 2, subject="2")}, [2]),
    ("TB-SE-ETCD-TA", {"TA": TA, "DM": DM, "SE": SE}, []),
    ("TB-SE-ETCD-TA", {"TA": TA, "DM": DM, "SE": SE | {"ETCD": ["UNPLAN", "OBS"]}}, [2]),
    ("TB-SE-SEENDTC-NEXT", {"SE": SE}, []),
    ("TB-SE-SEENDTC-NEXT", {"SE": SE | {"SEENDTC": ["2024-01-31", ""]}}, [1]),
    ("TB-SE-SEENDTC-NEXT", {"SE": SE | {"SEENDTC": ["", ""]}}, [1]),
    ("TB-DM-ARMCD-TA", {"TA": TA, "DM": DM}, []),
    ("TB-DM-ARMCD-TA", {"TA": TA, "DM": DM | {"ARM": ["Arm B", ""]}}, [1]),
    ("TB-DM-ARMCD-TA", {"TA": TA, "DM": DM | {"ARMCD": ["A", "SCRNFAIL"], "ARM": ["Arm A", "Screen Failure"]}}, [2]),
    ("TB-EX-USUBJID-ARM", {"DM": DM, "EX": {"USUBJID": ["1", "2", "2"], "EXTRT": ["X"] * 3, "EXDOSE": [1, 0, 1]}}, [3]),
    ("TB-EX-USUBJID-ARM", {"DM": DM | {"ARMNRS": ["", "UNPLANNED TREATMENT"]}, "EX": {"USUBJID": ["2"], "EXTRT": ["X"]}}, []),
    ("TB-DS-DSCAT-ONE", {"DS": ds("DISPOSITION EVENT", ["COMPLETED", "DEATH"], ["TREATMENT", "FOLLOW-UP"])}, []),
    ("TB-DS-DSCAT-ONE", {"DS": ds("DISPOSITION EVENT", ["COMPLETED", "DEATH"], ["TREATMENT"] * 2)}, [1, 2]),
    (
        "TB-DS-DSCAT-ONE",
        {"DS": ds("DISPOSITION EVENT", ["COMPLETED"] * 2, ["TREATMENT"] * 2, DSSCAT=["STUDY TREATMENT", "STUDY PARTICIPATION"])},
        [],
    ),
    ("TB-DS-DSCAT-ONE", {"DS": ds("OTHER EVENT", ["TRANSFERRED", "TRANSFERRED"], ["TREATMENT"] * 2)}, []),
    ("TB-DS-DSDECOD-ONE", {"DS": ds("PROTOCOL MILESTONE", ["RANDOMIZED"] * 2, ["SCREENING"] * 2)}, [1, 2]),
    ("TB-DS-DSDECOD-ONE", {"DS": ds("PROTOCOL MILESTONE", ["INFORMED CONSENT OBTAINED"] * 2, ["SCREENING"] * 2)}, []),
    ("TB-DS-DSDECOD-ONE", {"DS": ds("PROTOCOL MILESTONE", ["RANDOMIZED"] * 2, ["SCREENING"] * 2, DSSPID=["S01", "S02"])}, []),
    ("TB-DS-DSDECOD-ARMCD", {"DM": DM, "DS": ds("PROTOCOL MILESTONE", ["RANDOMIZED"], ["SCREENING"])}, []),
    ("TB-DS-DSDECOD-ARMCD", {"DM": DM | {"ARMCD": ["", ""]}, "DS": ds("PROTOCOL MILESTONE", ["RANDOMIZED"], ["SCREENING"])}, [1]),
    ("TB-DM-USUBJID-DS", {"DM": DM, "DS": {"USUBJID": ["2"]}}, [1]),
    (
        "TB-DM-RFPENDTC-DS",
        {
            "DM": {"USUBJID": ["1"], "RFPENDTC": ["2024-05-01T09:00"]},
            "DS": ds("DISPOSITION EVENT", ["COMPLETED", "LOST TO FOLLOW-UP"], ["", ""], DSSTDTC=["2024-05-01", "2024-09-01"]),
        },
        [],
    ),
    (
        "TB-DM-RFPENDTC-DS",
        {
            "DM": {"USUBJID": ["1"], "RFPENDTC": ["2024-04"]},
            "DS": ds("DISPOSITION EVENT", ["COMPLETED"], [""], DSSTDTC=["2024-05-01"]),
        },
        [1],
    ),
    # The value that most records have is the right one; where none is more frequent, all are told.
    ("TB-LB-VISIT-OF-VISITNUM", {"LB": {"VISITNUM": [1, 1, 1, 2], "VISIT": ["DAY 1", "DAY 1", "DAY 2", "DAY 2"]}}, [3]),
    ("TB-LB-VISIT-OF-VISITNUM", {"LB": {"VISITNUM": [1, 1, 2], "VISIT": ["DAY 1", "DAY 2", "DAY 2"]}}, [1, 2]),
    ("TB-LB-VISIT-OF-VISITNUM", {"LB": {"VISITNUM": [1, 1, None], "VISIT": ["DAY 1", "", "DAY 2"]}}, []),
    (
        "TB-LB-VISITNUM-TV",
        {
            "TV": {"VISITNUM": [1, 2], "VISIT": ["DAY 1", "DAY 2"]},
            "LB": {"VISITNUM": [1, 1.1], "VISIT": ["DAY 1", "UNSCHEDULED"]},
        },
        [],
    ),
    (
        "TB-LB-VISITNUM-TV",
        {"TV": {"VISITNUM": [1, 2], "VISIT": ["DAY 1", "DAY 2"]}, "LB": {"VISITNUM": [1, 3], "VISIT": ["DAY 2", "DAY 2"]}},
        [1, 2],
    ),
    ("TB-LB-LBTEST-OF-LBTESTCD", {"LB": {"LBTESTCD": ["ALT"] * 3, "LBTEST": ["a", "a", "b"]}}, [3]),
    ("TB-LB-LBTESTCD-OF-LBTEST", {"LB": {"LBTESTCD": ["ALT", "ALT", "AST"], "LBTEST": ["a"] * 3}}, [3]),
]


@pytest.mark.parametrize(("rule", "datasets", "expected"), CASES, ids=[f"{case[0]} {n}" for n, case in enumerate(CASES)])
def test_a_rule_finds_the_records_that_break_it(failing, rule, datasets, expected):
    assert failing(rule, datasets) == expected


def test_two_dispositions_are_compared_with_each_other(across):
    findings, _ = across({"DS": ds("DISPOSITION EVENT", ["COMPLETED", "DEATH"], ["TREATMENT"] * 2)})
    found = [one for one in findings if one.rule == "TB-DS-DSCAT-ONE"]
    assert [(one.record, one.message, one.query) for one in found] == [
        (
            1,
            "The subject has more than one disposition with the same DSCAT, EPOCH",
            "COMPLETED and another such entry are recorded for the same subject. Please check which of them is right.",
        ),
        (
            2,
            "The subject has more than one disposition with the same DSCAT, EPOCH",
            "DEATH and another such entry are recorded for the same subject. Please check which of them is right.",
        ),
    ]
    assert [(o.role.value, o.row, o.columns) for o in found[0].origins] == [
        ("correct", 1, ("DSCAT",)),
        ("compared", 1, ("USUBJID", "EPOCH")),
        ("compared", 2, ("USUBJID", "DSCAT", "EPOCH")),
    ]


def test_an_arm_in_which_the_protocol_gives_nothing_is_known_by_the_protocol(repository, make_dataset):
    study = LoadedStudy(repository)
    treated = {arm for one in study.protocol.interventions.interventions for arm in one.arms}
    (untreated,) = {arm.armcd for arm in study.protocol.study.arms} - treated
    dm = make_dataset("DM", {"USUBJID": ["1", "2"], "ARMCD": [untreated, *treated], "ACTARMCD": [*treated, *treated]})
    ex = make_dataset("EX", {"USUBJID": ["1", "2"], "EXTRT": ["X", "X"], "EXDOSE": [1, 1]})
    rules = cross_rules([dm, ex], study.standard, protocol=study.protocol)
    findings, _ = check_tables({one.name: file_table(one, ()) for one in (dm, ex)}, rules, {}, "S")
    assert [(one.rule, one.record, one.message) for one in findings] == [
        (
            "TB-EX-USUBJID-UNTREATED",
            1,
            f"The subject was given X, and its arm {untreated} is one in which the protocol gives nothing",
        )
    ]
