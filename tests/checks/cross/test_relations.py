"""SUPP--, RELREC, CO and split datasets: what points at a record has one there."""

from __future__ import annotations

import pytest

AE = {"USUBJID": ["1", "1", "2"], "AESEQ": [1, 2, 1], "AESPID": ["E01", "E02", "E01"]}


def supp(subjects, values, names, idvar="AESEQ", domain="AE"):
    count = len(subjects)
    return {
        "RDOMAIN": [domain] * count,
        "USUBJID": subjects,
        "IDVAR": [idvar] * count,
        "IDVARVAL": values,
        "QNAM": names,
        "QLABEL": [f"Label of {name}" for name in names],
    }


def relrec(**cells):
    count = len(cells["IDVAR"])
    return {"RDOMAIN": ["AE"] * count, "USUBJID": ["1"] * count, "RELTYPE": [""] * count, "RELID": ["R1"] * count} | cells


CASES = [
    # A number is the same however it is written; a text is not.
    ("TB-SUPPAE-IDVARVAL-PARENT", {"AE": AE, "SUPPAE": supp(["1"] * 4, ["1", "1.0", " 2", "02"], ["A", "B", "C", "D"])}, []),
    ("TB-SUPPAE-IDVARVAL-PARENT", {"AE": AE, "SUPPAE": supp(["1", "2", "3"], ["3", "2", "1"], ["A"] * 3)}, [1, 2, 3]),
    ("TB-SUPPAE-IDVARVAL-PARENT", {"AE": AE, "SUPPAE": supp(["1", "1"], ["E01", "E1"], ["A"] * 2, idvar="AESPID")}, [2]),
    ("TB-SUPPDM-IDVARVAL-PARENT", {"DM": {"USUBJID": ["1"]}, "SUPPDM": supp(["1", "2"], ["", ""], ["A"] * 2, "", "DM")}, [2]),
    ("TB-SUPPAE-IDVAR", {"AE": AE, "SUPPAE": supp(["1"], ["1"], ["A"], idvar="AENO")}, [1]),
    ("TB-SUPPAE-IDVAR-FILLED", {"AE": AE, "SUPPAE": supp(["1"], [""], ["A"], idvar="")}, [1]),
    ("TB-SUPPDM-IDVAR-FILLED", {"DM": {"USUBJID": ["1"]}, "SUPPDM": supp(["1"], [""], ["A"], "", "DM")}, []),
    ("TB-SUPPAE-IDVARVAL-IDVAR", {"AE": AE, "SUPPAE": supp(["1"], [""], ["A"])}, [1]),
    ("TB-SUPPAE-RDOMAIN", {"AE": AE, "SUPPAE": supp(["1"], ["1"], ["A"], domain="CM")}, [1]),
    ("TB-SUPPAE-QNAM-ONE", {"AE": AE, "SUPPAE": supp(["1"] * 3, ["1", "1.0", "2"], ["A", "A", "A"])}, [1, 2]),
    (
        "TB-SUPPAE-QNAM-NAME",
        {"AE": AE, "SUPPAE": supp(["1"] * 5, ["1"] * 5, ["AETRTEM", "a", "AESPID", "1A", "TOOLONGNAME"])},
        [2, 3, 4, 5],
    ),
    ("TB-SUPPAE-QLABEL-OF-QNAM", {"SUPPAE": supp(["1"] * 3, ["1"] * 3, ["A"] * 3) | {"QLABEL": ["a", "a", "b"]}, "AE": AE}, [3]),
    # A qualifier of a split dataset has its parent there; where there is none of that name, in any of the domain.
    (
        "TB-SUPPLBCH-IDVARVAL-PARENT",
        {
            "LBCH": {"USUBJID": ["1"], "LBSEQ": [1]},
            "LBHE": {"USUBJID": ["1"], "LBSEQ": [2]},
            "SUPPLBCH": supp(["1", "1"], ["1", "2"], ["A", "A"], "LBSEQ", "LB"),
        },
        [2],
    ),
    (
        "TB-SUPPLB-IDVARVAL-PARENT",
        {
            "LBCH": {"USUBJID": ["1"], "LBSEQ": [1]},
            "LBHE": {"USUBJID": ["1"], "LBSEQ": [2]},
            "SUPPLB": supp(["1", "1", "1"], ["1", "2", "3"], ["A"] * 3, "LBSEQ", "LB"),
        },
        [3],
    ),
    ("TB-RELREC-IDVARVAL-PARENT", {"AE": AE, "RELREC": relrec(IDVAR=["AESEQ", "AESEQ"], IDVARVAL=["1", "3"])}, [2]),
    # A relation of datasets names a variable and no record.
    (
        "TB-RELREC-IDVARVAL-PARENT",
        {"AE": AE, "RELREC": relrec(USUBJID=["", ""], IDVAR=["AESPID", "AESPID"], IDVARVAL=["", ""], RELTYPE=["ONE", "MANY"])},
        [],
    ),
    ("TB-RELREC-IDVARVAL-IDVAR", {"AE": AE, "RELREC": relrec(IDVAR=["", "AESPID"], IDVARVAL=["1", ""])}, [1]),
    ("TB-RELREC-RDOMAIN", {"AE": AE, "RELREC": relrec(RDOMAIN=["AE", "CM"], IDVAR=["AESEQ", "CMSEQ"], IDVARVAL=["1", "1"])}, [2]),
    ("TB-RELREC-IDVAR", {"AE": AE, "RELREC": relrec(IDVAR=["AESEQ", "NONE"], IDVARVAL=["1", "1"])}, [2]),
    (
        "TB-RELREC-RELID-SIDES",
        {"AE": AE, "RELREC": relrec(IDVAR=["AESEQ"] * 3, IDVARVAL=["1", "2", "1"], RELID=["R1", "R1", "R2"])},
        [3],
    ),
    (
        "TB-RELREC-RELTYPE",
        {"AE": AE, "RELREC": relrec(IDVAR=["AESEQ", "AESPID"], IDVARVAL=["1", ""], RELTYPE=["ONE", "ONE"])},
        [1],
    ),
    (
        "TB-CO-IDVARVAL-PARENT",
        {
            "AE": AE,
            "CO": {
                "RDOMAIN": ["AE", "AE", ""],
                "USUBJID": ["1"] * 3,
                "IDVAR": ["AESEQ", "AESEQ", ""],
                "IDVARVAL": ["2", "7", ""],
            },
        },
        [2],
    ),
    (
        "TB-LBCH-LBSEQ-SPLIT",
        {"LBCH": {"USUBJID": ["1", "2"], "LBSEQ": [1, 1]}, "LBHE": {"USUBJID": ["1", ""], "LBSEQ": [1, 1]}},
        [1],
    ),
    (
        "TB-LBHE-LBSEQ-SPLIT",
        {"LBCH": {"USUBJID": ["1", "2"], "LBSEQ": [1, None]}, "LBHE": {"USUBJID": ["2", "2"], "LBSEQ": [1, None]}},
        [],
    ),
]


@pytest.mark.parametrize(("rule", "datasets", "expected"), CASES, ids=[f"{case[0]} {n}" for n, case in enumerate(CASES)])
def test_a_rule_finds_the_records_that_break_it(failing, rule, datasets, expected):
    assert failing(rule, datasets) == expected


@pytest.mark.parametrize(
    ("datasets", "rule", "reason"),
    [
        ({"SUPPAE": supp(["1"], ["1"], ["A"])}, "TB-SUPPAE-IDVARVAL-PARENT", "AE is not there"),
        ({"RELREC": relrec(IDVAR=["AESEQ"], IDVARVAL=["1"])}, "TB-RELREC-RDOMAIN", "AE is not there"),
    ],
)
def test_without_the_parent_a_rule_says_what_it_misses(across, datasets, rule, reason):
    (outcome,) = [one for one in across(datasets)[1] if one.rule == rule]
    assert (outcome.status, outcome.reason) == ("SKIPPED", reason)


def test_one_dataset_of_a_domain_is_not_split(across):
    _, outcomes = across({"LB": {"USUBJID": ["1"], "LBSEQ": [1]}})
    assert [one.rule for one in outcomes if one.rule.endswith("-SPLIT")] == []


def test_the_same_number_in_another_dataset_is_named(across):
    findings, _ = across({"LBCH": {"USUBJID": ["1"], "LBSEQ": [7]}, "LBHE": {"USUBJID": ["2", "1"], "LBSEQ": [7, 7]}})
    found = {one.rule: one for one in findings}["TB-LBCH-LBSEQ-SPLIT"]
    assert found.values == {"USUBJID": "1", "LBSEQ": "7", "LBHE.LBSEQ": "7"}
    assert [(o.role.value, o.file, o.row, o.columns) for o in found.origins] == [
        ("correct", "lbch.xpt", 1, ("LBSEQ",)),
        ("compared", "lbch.xpt", 1, ("USUBJID",)),
        ("compared", "lbhe.xpt", 2, ("LBSEQ",)),
    ]
