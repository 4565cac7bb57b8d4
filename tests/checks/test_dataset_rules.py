"""The rules that SDTMIG 3.4 implies for any dataset: each with records that pass and records that fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd
import pytest

from trialbook.checks.check import check_tables
from trialbook.checks.dataset_rules import dataset_rules
from trialbook.checks.tables import file_table
from trialbook.datasets import SdtmDataset, Variable
from trialbook.findings import Finding, RuleOutcome
from trialbook.standards import ControlledTerminology, Standard, load_ct, load_standard

Cells = Mapping[str, Sequence[Any]]
DM: Cells = {"STUDYID": ["S", "S"], "DOMAIN": ["DM", "DM"], "USUBJID": ["1", "2"], "RFSTDTC": ["2024-03-10", "2024-03"]}


@cache
def standards() -> tuple[Standard, ControlledTerminology]:
    return load_standard("sdtmig-3.4"), load_ct("sdtmct-2025-03-28", None)


def dataset(
    name: str, cells: Cells, types: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None
) -> SdtmDataset:
    """A dataset with the standard's types and labels, unless others are given."""
    standard, _ = standards()
    frame, variables = pd.DataFrame(index=range(max((len(values) for values in cells.values()), default=0))), {}
    for column, values in cells.items():
        found = standard.variable(name[:2], column) or standard.model_variable(name[:2], column)
        kind = (types or {}).get(column) or (found.type if found else "Char")
        label = (labels or {}).get(column, found.label if found else "")
        variables[column] = Variable(column, label, kind)  # type: ignore[arg-type]
        frame[column] = pd.Series(list(values), dtype="float64" if kind == "Num" else "str")
    return SdtmDataset(name, "", frame, variables, file=f"{name.lower()}.xpt")


def check(one: SdtmDataset, keys: Sequence[str] = (), dm: Cells | None = DM) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings and outcomes of the rules about ``one``; DM stands beside it unless it is None."""
    tables = {one.name: file_table(one, tuple(keys))}
    if dm is not None and one.name != "DM":
        tables["DM"] = file_table(dataset("DM", dm), ())
    return check_tables(tables, {one.name: dataset_rules(one, *standards(), tuple(keys))}, {}, "S")


def failing(rule: str, one: SdtmDataset, keys: Sequence[str] = (), dm: Cells | None = DM) -> list[int | None]:
    """The records that fail a rule, None for the whole dataset; the rule must have run."""
    findings, outcomes = check(one, keys, dm)
    (outcome,) = [outcome for outcome in outcomes if outcome.rule == rule]
    records = [finding.record for finding in findings if finding.rule == rule]
    assert (outcome.status, outcome.findings) == ("ISSUE REPORTED" if records else "SUCCESS", len(records))
    return records


LONG = "å" * 100

CASES: list[tuple[str, str, Cells, list[int | None]]] = [
    # rule, dataset, cells, the records that fail (None: the dataset as a whole)
    ("TB-AE-RECORDS", "AE", {"AETERM": ["x"]}, []),
    ("TB-AE-RECORDS", "AE", {"AETERM": []}, [None]),
    ("TB-AE-AETERM-PRESENT", "AE", {"AETERM": ["x"]}, []),
    ("TB-AE-AETERM-PRESENT", "AE", {"AEDECOD": ["x"]}, [None]),
    ("TB-AE-AEBODSYS-PRESENT", "AE", {"AETERM": ["x"]}, [None]),
    ("TB-AE-ORDER", "AE", {"STUDYID": ["S"], "AETERM": ["x"], "AESEV": ["MILD"]}, []),
    ("TB-AE-ORDER", "AE", {"AESEV": ["MILD"], "AETERM": ["x"]}, [None]),
    ("TB-AE-ORDER", "AE", {"AETERM": []}, []),
    ("TB-AE-AESEX-STANDARD", "AE", {"AESEX": ["F"]}, [None]),
    ("TB-AE-AETERM-FILLED", "AE", {"AETERM": ["x", "", "y"]}, [2]),
    ("TB-AE-AESEQ-FILLED", "AE", {"AESEQ": [1, None]}, [2]),
    ("TB-AE-AETERM-LENGTH", "AE", {"AETERM": [LONG, LONG + "x"]}, [2]),
    ("TB-AE-AESEV-CT", "AE", {"AESEV": ["MILD", "Mild", "", "4"]}, [2, 4]),
    ("TB-AE-EPOCH-CT", "AE", {"EPOCH": ["TREATMENT", "MAINTENANCE PHASE", ""]}, [2]),
    ("TB-AE-AESER-CT", "AE", {"AESER": ["Y", "N", "NA", "NULL"]}, [4]),
    ("TB-TS-TSVCDREF-CT", "TS", {"TSVCDREF": ["CDISC CT", "ISO 8601", "ClinicalTrials.gov", "ISO 9001", ""]}, [4]),
    # The tests of a clinical classification (CCCAT) are in a list of its own; without RSCAT nothing tells that it is one.
    (
        "TB-RS-RSTESTCD-CT",
        "RS",
        {"RSTESTCD": ["ECOG101", "OVRLRESP", "ECOG101"], "RSCAT": ["ECOG", "RECIST 1.1", "RECIST 1.1"]},
        [3],
    ),
    ("TB-RS-RSTEST-CT", "RS", {"RSTEST": ["ECOG1-Performance Status", "Response"], "RSCAT": ["ECOG", ""]}, [2]),
    ("TB-RS-RSTESTCD-CT", "RS", {"RSTESTCD": ["ECOG101", "OVRLRESP"]}, [1]),
    # The list is of SURVSTAT; of another test the result may be a date.
    (
        "TB-SS-SSSTRESC-CT",
        "SS",
        {"SSTESTCD": ["SURVSTAT", "SURVSTAT", "LSCFADTC"], "SSSTRESC": ["ALIVE", "LOST", "2024-03-10"]},
        [2],
    ),
    ("TB-SS-SSSTRESC-CT", "SS", {"SSSTRESC": ["ALIVE", "2024-03-10"]}, [2]),
    ("TB-AE-AESTDTC-ISO8601", "AE", {"AESTDTC": ["2024-03-10", "2024-03", "2024---15", "2024-03-10T09:30", ""]}, []),
    (
        "TB-AE-AESTDTC-ISO8601",
        "AE",
        {"AESTDTC": ["2024-02-30", "2024-03--", "10MAR2024", "2024-13", "2024-03-10 09:30"]},
        [1, 2, 3, 4, 5],
    ),
    ("TB-AE-AEDUR-ISO8601", "AE", {"AEDUR": ["P3D", "PT2H30M", "P2W", "P1Y2M3DT4H", "P0.5D", "-P1D", ""]}, []),
    ("TB-AE-AEDUR-ISO8601", "AE", {"AEDUR": ["3D", "P", "PT", "P1DT", "P1W2D", "3 days"]}, [1, 2, 3, 4, 5, 6]),
    ("TB-AE-DOMAIN", "AE", {"DOMAIN": ["AE", "AE"]}, []),
    ("TB-AE-DOMAIN", "AE", {"DOMAIN": ["AE", "DM", ""]}, [2, 3]),
    ("TB-AE-STUDYID", "AE", {"STUDYID": ["S", "S"]}, []),
    ("TB-AE-STUDYID", "AE", {"STUDYID": ["S", "T", ""]}, [2, 3]),
    ("TB-AE-USUBJID-DM", "AE", {"USUBJID": ["1", "2", "3", ""]}, [3]),
    ("TB-AE-AESEQ-UNIQUE", "AE", {"USUBJID": ["1", "1", "2"], "AESEQ": [1, 2, 1]}, []),
    ("TB-AE-AESEQ-UNIQUE", "AE", {"USUBJID": ["1", "1", "2"], "AESEQ": [1, 1, 1]}, [1, 2]),
    # Subject 1 starts on 2024-03-10; of subject 2 only the month is known, so nothing can be counted.
    (
        "TB-AE-AESTDY-STUDYDAY",
        "AE",
        {
            "USUBJID": ["1", "1", "1", "1", "1"],
            "AESTDTC": ["2024-03-10", "2024-03-09", "2024-03-11T08:00", "2024-03-12", "2024-03-12"],
            "AESTDY": [1, -1, 2, 2, None],
        },
        [4],
    ),
    ("TB-AE-AESTDY-STUDYDAY", "AE", {"USUBJID": ["1", "1"], "AESTDTC": ["2024-03-09", "2024-03"], "AESTDY": [0, 0]}, [1, 2]),
    ("TB-AE-AEENDY-STUDYDAY", "AE", {"USUBJID": ["1"], "AEENDTC": ["2024-03-20"], "AEENDY": [10]}, [1]),
    ("TB-LB-LBDY-STUDYDAY", "LB", {"USUBJID": ["1", "1"], "LBDTC": ["2024-03-20", "2024-03-20"], "LBDY": [11, 12]}, [2]),
    # A day that can't be counted must not be there; one that can must be.
    ("TB-AE-AESTDY-STUDYDAY", "AE", {"USUBJID": ["1", "2"], "AESTDTC": ["2024-03", "2024-03-10"], "AESTDY": [12, 1]}, [1, 2]),
    (
        "TB-AE-AESTDY-STUDYDAY-FILLED",
        "AE",
        {
            "USUBJID": ["1", "1", "1", "2"],
            "AESTDTC": ["2024-03-12", "2024-03-12", "2024-03", "2024-03-12"],
            "AESTDY": [None, 3, None, None],
        },
        [1],
    ),
    (
        "TB-DM-DMDY-STUDYDAY",
        "DM",
        {"USUBJID": ["1", "2"], "RFSTDTC": ["2024-03-10", "2024-03-10"], "DMDTC": ["2024-03-11", "2024-03-11"], "DMDY": [2, 99]},
        [2],
    ),
    ("TB-DM-DTHFL-FLAG", "DM", {"DTHFL": ["Y", "", "N"]}, [3]),
    ("TB-LB-LBBLFL-FLAG", "LB", {"LBBLFL": ["Y", "", "N"]}, [3]),
    ("TB-AE-STUDYID", "AE", {"STUDYID": ["T", "T"]}, [1, 2]),
    ("TB-DM-STUDYID", "DM", {"STUDYID": ["S", "T"]}, [2]),
    ("TB-SUPPAE-USUBJID-DM", "SUPPAE", {"USUBJID": ["1", "3"]}, [2]),
]


@pytest.mark.parametrize(("rule", "name", "cells", "expected"), CASES, ids=[f"{case[0]} {case[3]}" for case in CASES])
def test_a_rule_of_the_standard_finds_the_records_that_break_it(rule, name, cells, expected):
    assert failing(rule, dataset(name, cells)) == expected


@pytest.mark.parametrize(("type", "expected"), [("Num", [None]), ("Char", [])])
def test_the_type_is_the_standards(type, expected):
    assert failing("TB-AE-AETERM-TYPE", dataset("AE", {"AETERM": [1]}, {"AETERM": type})) == expected


@pytest.mark.parametrize(
    ("label", "expected"), [("Reported Term for the Adverse Event", []), ("reported term", [None])], ids=["same", "other"]
)
def test_the_label_is_the_standards(label, expected):
    assert failing("TB-AE-AETERM-LABEL", dataset("AE", {"AETERM": ["x"]}, labels={"AETERM": label})) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [(["USUBJID", "AETERM"], [1, 3]), (["USUBJID", "AETERM", "AESTDTC"], []), (["USUBJID", "AEXX"], [1, 2, 3])],
)
def test_the_natural_key_tells_records_apart(keys, expected):
    ae = dataset("AE", {"USUBJID": ["1"] * 3, "AETERM": ["x", "y", "x"], "AESTDTC": ["2024-03-10", "2024-03-10", "2024-03-11"]})
    assert failing("TB-AE-KEY", ae, keys) == expected


def severity(rule: str, one: SdtmDataset, keys: Sequence[str] = ()) -> str:
    return next(outcome.severity for outcome in check(one, keys)[1] if outcome.rule == rule)


@pytest.mark.parametrize(
    ("rule", "name", "expected"),
    [
        ("TB-AE-AETERM-PRESENT", "AE", "Error"),
        ("TB-AE-AESER-PRESENT", "AE", "Warning"),
        ("TB-AE-AESEV-CT", "AE", "Error"),
        ("TB-AE-EPOCH-CT", "AE", "Warning"),
        ("TB-AE-USUBJID-FILLED", "AE", "Error"),
        ("TB-EG-EGSTRESC-CT", "EG", "Warning"),
        ("TB-AE-KEY", "AE", "Warning"),
        ("TB-DM-KEY", "DM", "Error"),
    ],
)
def test_the_severity_follows_core_and_extensibility(rule, name, expected):
    assert (
        severity(
            rule, dataset(name, {"USUBJID": ["1"], "AESEV": ["MILD"], "EPOCH": ["TREATMENT"], "EGSTRESC": ["x"]}), ["USUBJID"]
        )
        == expected
    )


def test_a_permissible_variable_that_is_absent_is_no_rule():
    rules = [outcome.rule for outcome in check(dataset("AE", {"AETERM": ["x"]}))[1]]
    assert "TB-AE-AESEV-PRESENT" not in rules


def test_a_finding_of_a_dataset_file_names_file_and_record():
    findings, _ = check(dataset("AE", {"USUBJID": ["1"], "AESTDTC": ["2024-03-20"], "AESTDY": [10]}))
    (finding,) = [finding for finding in findings if finding.rule == "TB-AE-AESTDY-STUDYDAY"]
    assert finding.values == {"AESTDY": "10", "AESTDTC": "2024-03-20", "DM.RFSTDTC": "2024-03-10"}
    assert [(o.role.value, o.file, o.row, o.columns) for o in finding.origins] == [
        ("correct", "ae.xpt", 1, ("AESTDY", "AESTDTC")),
        ("compared", "dm.xpt", 1, ("RFSTDTC",)),
    ]
    assert (finding.stage, finding.subject, finding.record) == ("cross", "1", 1)


def test_a_dataset_that_says_another_domain_throughout_is_told_which_its_name_means():
    findings, _ = check(dataset("AE", {"DOMAIN": ["CM", "CM"]}))
    assert [(f.record, f.message, f.values) for f in findings if f.rule == "TB-AE-DOMAIN"] == [
        (1, "DOMAIN is not AE", {"DOMAIN": "CM"}),
        (2, "DOMAIN is not AE", {"DOMAIN": "CM"}),
    ]


HOSTILE_DM: dict[str, Cells | None] = {
    "no DM": None,
    "a subject twice": {"USUBJID": ["1", "1"], "RFSTDTC": ["2024-03-10", "2024-03-11"]},
    "no records": {"USUBJID": [], "RFSTDTC": []},
    "no USUBJID": {"RFSTDTC": ["2024-03-10"]},
    "no RFSTDTC": {"USUBJID": ["1"]},
    "empty subjects": {"USUBJID": ["", ""], "RFSTDTC": ["", ""]},
    "no date": {"USUBJID": ["1"], "RFSTDTC": ["soon"]},
}


@pytest.mark.parametrize("dm", HOSTILE_DM.values(), ids=HOSTILE_DM.keys())
@pytest.mark.parametrize("records", [0, 1, 3])
def test_no_state_of_dm_breaks_a_rule(dm, records):
    cells = {
        "STUDYID": ["S", "", "T"],
        "DOMAIN": ["AE", "AE", "XX"],
        "USUBJID": ["1", "", "9"],
        "AESEQ": [1, None, 1],
        "AETERM": ["x", "", "y"],
        "AESTDTC": ["2024-03-10", "", "x"],
        "AESTDY": [1, None, 0],
        "AEDUR": ["P1D", "", "x"],
    }
    ae = dataset("AE", {name: values[:records] for name, values in cells.items()})
    broken = [
        (outcome.rule, outcome.reason)
        for outcome in check(ae, ["USUBJID", "AETERM"], dm)[1]
        if outcome.status == "EXECUTION ERROR"
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("dm", "reason"),
    [(None, "DM is not there"), ({"USUBJID": ["1"]}, "DM has no RFSTDTC")],
    ids=["no DM", "no RFSTDTC"],
)
def test_without_what_it_needs_of_dm_a_study_day_is_not_judged(dm, reason):
    ae = dataset("AE", {"USUBJID": ["1"], "AESTDTC": ["2024-03-10"], "AESTDY": [7]})
    (outcome,) = [outcome for outcome in check(ae, (), dm)[1] if outcome.rule == "TB-AE-AESTDY-STUDYDAY"]
    assert (outcome.status, outcome.reason) == ("SKIPPED", reason)


def test_a_text_where_the_standard_has_a_number_is_a_finding_of_type_only():
    """A study day that the file has as text breaks no rule that would count with it."""
    ae = dataset("AE", {"USUBJID": ["1"], "AESTDTC": ["2024-03-10"], "AESTDY": ["1"]}, {"AESTDY": "Char"})
    findings, outcomes = check(ae)
    assert [f.rule for f in findings if "AESTDY" in f.rule] == ["TB-AE-AESTDY-TYPE"]
    assert [o.rule for o in outcomes if o.status == "EXECUTION ERROR"] == []


def test_a_dataset_of_numbers_where_the_standard_has_text_breaks_no_rule():
    ae = dataset("AE", {"USUBJID": [1], "AETERM": [2], "AESTDTC": [2024]}, dict.fromkeys(("USUBJID", "AETERM", "AESTDTC"), "Num"))
    assert [o.rule for o in check(ae, ["USUBJID"])[1] if o.status == "EXECUTION ERROR"] == []


def test_an_unknown_domain_is_checked_for_what_can_be_known():
    _, outcomes = check(dataset("XX", {"USUBJID": ["1"], "XXTEST": ["x"]}))
    assert [o.rule for o in outcomes if o.status == "EXECUTION ERROR"] == []
