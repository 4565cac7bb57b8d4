"""Reference dates, deaths, consent and the order of dates: each rule with records that pass and records that fail."""

from __future__ import annotations

import pytest

EX = {
    "USUBJID": ["1", "1", "1"],
    "EXTRT": ["X"] * 3,
    "EXDOSE": [1, 1, 0],
    "EXSTDTC": ["2024-03-10T09:00", "2024-03-17", "2024-03-03"],
}


def dm(**cells):
    return {"USUBJID": ["1"]} | cells


CASES = [
    # The dose of 0 is none; times and parts of a date that one side has not, say nothing.
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=["2024-03-10"]), "EX": EX}, []),
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=["2024-03"]), "EX": EX}, []),
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=["2024-03-10T10:00"]), "EX": EX}, [1]),
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=["2024-03-02"]), "EX": EX}, [1]),
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=["2024-03-17"]), "EX": EX}, [1]),
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=[""]), "EX": EX}, [1]),
    ("TB-DM-RFXSTDTC-EX", {"DM": {"USUBJID": ["1", "2"], "RFXSTDTC": ["2024-03-10", ""]}, "EX": EX}, []),
    ("TB-DM-RFXSTDTC-EX", {"DM": {"USUBJID": ["1", "2"], "RFXSTDTC": ["2024-03-10", "2024-03-10"]}, "EX": EX}, [2]),
    # A placebo has the dose 0, and what was not given is no exposure.
    (
        "TB-DM-RFXSTDTC-EX",
        {
            "DM": dm(RFXSTDTC=["2024-03-10"]),
            "EX": {"USUBJID": ["1", "1"], "EXTRT": ["PLACEBO"] * 2, "EXDOSE": [0, 0], "EXSTDTC": ["2024-03-03", "2024-03-10"]},
        },
        [1],
    ),
    (
        "TB-DM-RFXSTDTC-EX",
        {
            "DM": dm(RFXSTDTC=["2024-03-10"]),
            "EX": {"USUBJID": ["1", "1"], "EXOCCUR": ["N", "Y"], "EXSTDTC": ["2024-03-03", "2024-03-10"]},
        },
        [],
    ),
    # An exposure without a date may have been the first; a partial one may be any day of its month.
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=["2024-03-01"]), "EX": {"USUBJID": ["1", "1"], "EXSTDTC": ["2024-03-10", ""]}}, []),
    (
        "TB-DM-RFXSTDTC-EX",
        {"DM": dm(RFXSTDTC=["2024-03-05"]), "EX": {"USUBJID": ["1", "1"], "EXSTDTC": ["2024-03-10", "2024-03"]}},
        [],
    ),
    ("TB-DM-RFXSTDTC-EX", {"DM": dm(RFXSTDTC=["2024-02-28"]), "EX": {"USUBJID": ["1"], "EXSTDTC": ["2024-03"]}}, [1]),
    (
        "TB-DM-RFXENDTC-EX",
        {"DM": dm(RFXENDTC=["2024-03-17"]), "EX": {"USUBJID": ["1"], "EXSTDTC": ["2024-03-10"], "EXENDTC": ["2024-03-17T08:00"]}},
        [],
    ),
    (
        "TB-DM-RFXENDTC-EX",
        {"DM": dm(RFXENDTC=["2024-03-16"]), "EX": {"USUBJID": ["1"], "EXSTDTC": ["2024-03-10"], "EXENDTC": ["2024-03-17"]}},
        [1],
    ),
    (
        "TB-DM-RFXENDTC-EX",
        {"DM": dm(RFXENDTC=["2024-03-18"]), "EX": {"USUBJID": ["1"], "EXSTDTC": ["2024-03-10"], "EXENDTC": ["2024-03-17"]}},
        [1],
    ),
    # Exposure that goes on has no last day yet.
    ("TB-DM-RFXENDTC-EX", {"DM": dm(RFXENDTC=[""]), "EX": {"USUBJID": ["1"], "EXSTDTC": ["2024-03-10"], "EXENDTC": [""]}}, []),
    (
        "TB-DM-RFICDTC-DS",
        {
            "DM": dm(RFICDTC=["2024-01-05"]),
            "DS": {"USUBJID": ["1"] * 2, "DSDECOD": ["INFORMED CONSENT OBTAINED"] * 2, "DSSTDTC": ["2024-02-01", "2024-01-05"]},
        },
        [],
    ),
    (
        "TB-DM-RFICDTC-DS",
        {
            "DM": dm(RFICDTC=["2024-02-01"]),
            "DS": {"USUBJID": ["1"] * 2, "DSDECOD": ["INFORMED CONSENT OBTAINED"] * 2, "DSSTDTC": ["2024-02-01", "2024-01-05"]},
        },
        [1],
    ),
    (
        "TB-DM-RFICDTC-DS",
        {"DM": dm(RFICDTC=["2024-02-01"]), "DS": {"USUBJID": ["1"], "DSDECOD": ["RANDOMIZED"], "DSSTDTC": ["2024-01-05"]}},
        [],
    ),
    ("TB-DM-RFENDTC-ORDER", {"DM": dm(RFSTDTC=["2024-03-10"], RFENDTC=["2024-03"])}, []),
    ("TB-DM-RFENDTC-ORDER", {"DM": dm(RFSTDTC=["2024-03-10"], RFENDTC=["2024-02"])}, [1]),
    ("TB-DM-DTHFL-DTHDTC", {"DM": dm(DTHDTC=["2024"], DTHFL=["Y"])}, []),
    ("TB-DM-DTHFL-DTHDTC", {"DM": dm(DTHDTC=["2024"], DTHFL=[""])}, [1]),
    ("TB-DM-DTHFL-DSDECOD", {"DM": dm(DTHFL=["Y"]), "DS": {"USUBJID": ["1"], "DSDECOD": ["DEATH"]}}, []),
    ("TB-DM-DTHFL-DSDECOD", {"DM": dm(DTHFL=[""]), "DS": {"USUBJID": ["1"], "DSDECOD": ["COMPLETED"]}}, []),
    ("TB-DM-DTHFL-DSDECOD", {"DM": dm(DTHFL=[""]), "DS": {"USUBJID": ["1"], "DSDECOD": ["DEATH"]}}, [1]),
    ("TB-DM-DTHFL-AEOUT", {"DM": dm(DTHFL=[""]), "AE": {"USUBJID": ["1", "2"], "AEOUT": ["FATAL", "FATAL"]}}, [1]),
    ("TB-DM-DTHFL-AESDTH", {"DM": dm(DTHFL=[""]), "AE": {"USUBJID": ["1"], "AESDTH": ["N"]}}, []),
    ("TB-DM-DTHFL-AESDTH", {"DM": dm(DTHFL=[""]), "AE": {"USUBJID": ["1"], "AESDTH": ["Y"]}}, [1]),
    ("TB-DM-DTHFL-DD", {"DM": dm(DTHFL=[""]), "DD": {"USUBJID": ["1"]}}, [1]),
    (
        "TB-DS-DSSTDTC-DTHDTC",
        {"DM": dm(DTHDTC=["2024-05"]), "DS": {"USUBJID": ["1"], "DSDECOD": ["DEATH"], "DSSTDTC": ["2024-05-20"]}},
        [],
    ),
    (
        "TB-DS-DSSTDTC-DTHDTC",
        {"DM": dm(DTHDTC=["2024-05"]), "DS": {"USUBJID": ["1"], "DSDECOD": ["DEATH"], "DSSTDTC": ["2024-06-20"]}},
        [1],
    ),
    (
        "TB-DS-DSSTDTC-DTHDTC",
        {"DM": dm(DTHDTC=[""]), "DS": {"USUBJID": ["1", "9"], "DSDECOD": ["DEATH"] * 2, "DSSTDTC": ["2024-06-20"] * 2}},
        [1],
    ),
    (
        "TB-AE-AESTDTC-DEATH",
        {
            "DM": dm(DTHDTC=["2024-05-20T04:00"]),
            "AE": {"USUBJID": ["1", "1", "1", ""], "AESTDTC": ["2024-05-20T23:00", "2024-05-21", "2024-05", "2024-06"]},
        },
        [2],
    ),
    (
        "TB-LB-LBDTC-DEATH",
        {"DM": dm(DTHDTC=["2024-05"]), "LB": {"USUBJID": ["1", "1"], "LBDTC": ["2024-05-31", "2024-06-01"]}},
        [2],
    ),
    (
        "TB-EX-EXSTDTC-CONSENT",
        {"DM": dm(RFICDTC=["2024-01-05"]), "EX": {"USUBJID": ["1"] * 3, "EXSTDTC": ["2024-01-04", "2024-01-05", "2024"]}},
        [1],
    ),
    (
        "TB-AE-AESTDTC-CONSENT",
        {"DM": dm(RFICDTC=["2024-01"]), "AE": {"USUBJID": ["1"] * 3, "AESTDTC": ["2023-12", "2024-01-01", ""]}},
        [1],
    ),
    (
        "TB-AE-AEENDTC-ORDER",
        {"AE": {"USUBJID": ["1"] * 3, "AESTDTC": ["2024-02-02"] * 3, "AEENDTC": ["2024-02", "2024-02-01", ""]}},
        [2],
    ),
    (
        "TB-LB-LBENDTC-COLLECTED",
        {"LB": {"USUBJID": ["1"] * 2, "LBDTC": ["2024-02-02"] * 2, "LBENDTC": ["2024-02-03", "2024-01"]}},
        [2],
    ),
]


@pytest.mark.parametrize(("rule", "datasets", "expected"), CASES, ids=[f"{case[0]} {n}" for n, case in enumerate(CASES)])
def test_a_rule_finds_the_records_that_break_it(failing, rule, datasets, expected):
    assert failing(rule, datasets) == expected


@pytest.mark.parametrize("rule", ["TB-MH-MHSTDTC-CONSENT", "TB-CM-CMSTDTC-CONSENT", "TB-DS-DSSTDTC-DEATH", "TB-MH-MHSTDTC-DEATH"])
def test_what_may_be_before_consent_or_after_death_is_not_judged(across, rule):
    dates = ["2020-01-01", "2030-01-01"]
    datasets = {
        "DM": {"USUBJID": ["1"], "RFICDTC": ["2024-01-05"], "DTHDTC": ["2024-05-01"]},
        "MH": {"USUBJID": ["1"] * 2, "MHSTDTC": dates},
        "CM": {"USUBJID": ["1"], "CMSTDTC": ["2020-01-01"]},
        "DS": {"USUBJID": ["1"] * 2, "DSDECOD": ["OTHER"] * 2, "DSSTDTC": dates},
    }
    assert rule not in {one.rule for one in across(datasets)[1]}


def test_a_finding_names_the_record_that_it_was_held_against(across):
    findings, _ = across({"DM": {"USUBJID": ["1"], "RFXSTDTC": ["2024-03-17"]}, "EX": EX})
    (found,) = [one for one in findings if one.rule == "TB-DM-RFXSTDTC-EX"]
    assert (found.severity, found.stage, found.subject, found.record) == ("Error", "cross", "1", 1)
    assert found.message == "RFXSTDTC is not the start of the first exposure in EX"
    assert found.values == {"RFXSTDTC": "2024-03-17", "EX.EXSTDTC": "2024-03-10T09:00"}
    assert [(o.role.value, o.file, o.row, o.columns) for o in found.origins] == [
        ("correct", "dm.xpt", 1, ("RFXSTDTC",)),
        ("compared", "ex.xpt", 1, ("EXSTDTC",)),
    ]


def test_without_the_other_dataset_a_rule_says_what_it_misses(across):
    _, outcomes = across({"DM": {"USUBJID": ["1"], "RFXSTDTC": ["2024-03-17"]}})
    (outcome,) = [one for one in outcomes if one.rule == "TB-DM-RFICDTC-DS"]
    assert (outcome.status, outcome.reason) == ("SKIPPED", "DM has no RFICDTC")
    _, outcomes = across({"EX": EX})
    (outcome,) = [one for one in outcomes if one.rule == "TB-DM-RFXSTDTC-EX"]
    assert (outcome.status, outcome.reason, outcome.dataset) == ("SKIPPED", "DM is not there", "DM")
