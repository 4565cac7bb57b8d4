"""The rules that a form specification implies, as a table in and the whole findings out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from trialbook.checks.form_rules import form_rules
from trialbook.mapping import ExportSpec, FormSpec, Specs, StudyCodelist, load_specs
from trialbook.mapping.domain_spec import CommonSpec


def rules_of(columns: Mapping[str, Any], keys: Sequence[str] = ("SUBJECT",)) -> Any:
    spec = FormSpec.model_validate(
        {"form": "AE", "tables": ["ae"], "subject": "SUBJECT", "keys": keys, "columns": {"SUBJECT": {}, **columns}}
    )
    codelists = {"SEV": StudyCodelist.model_validate({"terms": {"MILD": ["1", "轻度"], "SEVERE": "3", "LIFE THREATENING": []}})}
    specs = Specs(Path(), ExportSpec(), {"AE": spec}, {}, CommonSpec(), codelists, None, {})
    return form_rules(spec, specs)


def test_an_export_full_of_faults_as_findings(table, run):
    rules = rules_of(
        {
            "TERM": {"label": "Reported term", "required": True},
            "SEV": {"codelist": "SEV"},
            "START": {"label": "Start date", "type": "date", "format": ["y-m-d", "d-mmm-y"]},
            "DOSE": {"type": "number"},
            "VISIT": {"type": "integer"},
        },
        keys=("SUBJECT", "TERM"),
    )
    cells = {
        "SUBJECT": ["1", "1", "2", "3 ", "3"],
        "TERM": ["Fever", "", "Fever", "Cough", " Cough"],
        "SEV": ["轻度", "Mild", "MILD", "2", ""],
        "START": ["2024-02-29", "2023-02-29", "01-UNK-2024", "3/4/2024", ""],
        "DOSE": ["1.5", "135µg", "１３５", ".5", "1,5"],
        "VISIT": ["1", "1.0", "1.5", "", "x"],
    }
    findings, outcomes = run(rules, table("AE", cells))
    assert [(f.rule, f.record, f.values, f.message, f.query) for f in findings] == [
        (
            "TB-RAW-AE-TERM-REQUIRED",
            2,
            {"TERM": ""},
            "TERM is empty",
            "SUBJECT 1: Reported term TERM is empty. Please check the source documents and complete it.",
        ),
        (
            "TB-RAW-AE-SEV-CODE",
            2,
            {"SEV": "Mild"},
            "SEV is not in the code list SEV; nearest: MILD",
            "SUBJECT 1, Reported term —: SEV is “Mild”, which is none of the choices. "
            "Please check which of these applies: 1, 3, LIFE THREATENING.",
        ),
        (
            "TB-RAW-AE-SEV-CODE",
            4,
            {"SEV": "2"},
            "SEV is not in the code list SEV",
            "SUBJECT 3, Reported term Cough: SEV is “2”, which is none of the choices. "
            "Please check which of these applies: 1, 3, LIFE THREATENING.",
        ),
        (
            "TB-RAW-AE-START-DATE",
            2,
            {"START": "2023-02-29"},
            "START is not a date written as YYYY-MM-DD or DD-MMM-YYYY; there is no such date or time",
            "SUBJECT 1, Reported term —: Start date START is “2023-02-29”, which is not a valid date "
            "(expected as YYYY-MM-DD, for example). Please check the date and correct it.",
        ),
        (
            "TB-RAW-AE-START-DATE",
            4,
            {"START": "3/4/2024"},
            "START is not a date written as YYYY-MM-DD or DD-MMM-YYYY",
            "SUBJECT 3, Reported term Cough: Start date START is “3/4/2024”, which is not a valid date "
            "(expected as YYYY-MM-DD, for example). Please check the date and correct it.",
        ),
        (
            "TB-RAW-AE-DOSE-NUMBER",
            2,
            {"DOSE": "135µg"},
            "DOSE is not a number",
            "SUBJECT 1, Reported term —: DOSE is “135µg”, which is not a number. Please check and correct it.",
        ),
        (
            "TB-RAW-AE-DOSE-NUMBER",
            5,
            {"DOSE": "1,5"},
            "DOSE is not a number",
            "SUBJECT 3, Reported term Cough: DOSE is “1,5”, which is not a number. Please check and correct it.",
        ),
        (
            "TB-RAW-AE-VISIT-INTEGER",
            3,
            {"VISIT": "1.5"},
            "VISIT is not a whole number",
            "SUBJECT 2, Reported term Fever: VISIT is “1.5”, which is not a whole number. Please check and correct it.",
        ),
        (
            "TB-RAW-AE-VISIT-INTEGER",
            5,
            {"VISIT": "x"},
            "VISIT is not a whole number",
            "SUBJECT 3, Reported term Cough: VISIT is “x”, which is not a whole number. Please check and correct it.",
        ),
        (
            "TB-RAW-AE-KEY",
            4,
            {"SUBJECT": "3 ", "TERM": "Cough"},
            "Another record has the same SUBJECT, TERM",
            "SUBJECT 3, Reported term Cough: Several records have the same SUBJECT, Reported term TERM. "
            "Please check which is right, and whether one was entered twice.",
        ),
        (
            "TB-RAW-AE-KEY",
            5,
            {"SUBJECT": "3", "TERM": " Cough"},
            "Another record has the same SUBJECT, TERM",
            "SUBJECT 3, Reported term Cough: Several records have the same SUBJECT, Reported term TERM. "
            "Please check which is right, and whether one was entered twice.",
        ),
    ]
    assert {f.severity.value for f in findings} == {"Error"}
    assert {o.status.value for o in outcomes} == {"ISSUE REPORTED"}


@pytest.mark.parametrize(
    ("column", "cells", "failing"),
    [
        ({"type": "time", "format": "H:M"}, ["09:30", "9:30", "24:00", "09:60", "0930", ""], [3, 4, 5]),
        ({"type": "datetime", "format": "y-m-d H:M"}, ["2024-03-01 09:30", "2024-03-01", ""], [2]),
        ({"type": "date", "format": "y年m月d日"}, ["2024年3月1日", "２０２４年３月１日", "2024/03/01"], [3]),
        ({"type": "date", "format": "m/d/y"}, ["2024-03-12", "2024-03-12T10:20:00", "2024-13-12", "12-03-2024"], [3, 4]),
        ({"type": "datetime", "format": "y-m-d H:M"}, ["2024-03-12T10:20:00", "2024-03-12T10:20", "2024-03-12T24:20"], [3]),
        ({"type": "time", "format": "H:M"}, ["2024-03-12T10:20", "2024-03-12"], [1, 2]),
        ({"type": "date", "format": "d/m/y"}, ["UN/03/2024", "UNK/UNK/2024", "31/04/2024", "XX/03/2024"], [3, 4]),
        ({"type": "integer"}, ["-1", "+1", "1e3", "1 000", "NA", "  7 "], [3, 4, 5]),
        ({"type": "number"}, ["-.5", "5.", "1e3", "<5", "5 %", "."], [4, 5, 6]),
        ({"type": "datetime", "format": "y-m-d H:M"}, ["2024-03-12T10:20:00+08:00", "2024-03-12T10:20:00.5Z"], []),
        ({"type": "date", "format": "d/m/y", "null_codes": ["1900-01-01", "ND"]}, ["1/1/1900", "ND", "NA"], [3]),
        ({"type": "number", "null_codes": ["NA", "9999"]}, ["NA", "9999.0", "ND"], [3]),
        ({"required": True}, ["x", "", "  ", "NA"], [2, 3]),
        ({"required": True, "null_codes": ["NA", "未查"]}, ["x", "ＮＡ", " 未查", "N/A"], [2, 3]),
        ({"type": "date", "format": "y-m", "required": True, "null_codes": ["ND"]}, ["2024-03", "ND"], [2]),
        ({"codelist": "SEV"}, ["MILD", " 1 ", "mild", "轻度", "轻", "１", "ＭＩＬＤ"], [3, 5]),
        ({"codelist": "SEV", "null_codes": ["NA"]}, ["NA", "N/A", "1"], [2]),
        ({}, ["anything", ""], []),
    ],
    ids=lambda value: "" if isinstance(value, list) else str(value),
)
def test_cells_that_a_column_does_not_take(table, run, column, cells, failing):
    findings, outcomes = run(rules_of({"X": column}), table("AE", {"SUBJECT": [str(i) for i in range(len(cells))], "X": cells}))
    assert [finding.record for finding in findings] == failing
    assert "EXECUTION ERROR" not in {outcome.status.value for outcome in outcomes}


@pytest.mark.parametrize(
    ("keys", "failing"),
    [
        ([("1", "x"), ("1", "x"), ("1", "y")], [1, 2]),
        ([("1", ""), ("1", "")], [1, 2]),
        ([("", ""), ("", "")], []),
    ],
    ids=["equal", "an optional part empty", "no key"],
)
def test_records_of_an_equal_key_all_fail(table, run, keys, failing):
    cells = {"SUBJECT": [subject for subject, _ in keys], "TERM": [term for _, term in keys]}
    findings, _ = run(rules_of({"TERM": {}}, keys=("SUBJECT", "TERM")), table("AE", cells))
    assert [finding.record for finding in findings] == failing


def test_a_key_is_the_same_however_its_number_is_written(table, run):
    cells = {"SUBJECT": ["1", " 1", "1"], "N": ["2", "２.0", "3"]}
    findings, _ = run(rules_of({"N": {"type": "integer"}}, keys=("SUBJECT", "N")), table("AE", cells))
    assert [(finding.record, finding.values) for finding in findings] == [
        (1, {"SUBJECT": "1", "N": "2"}),
        (2, {"SUBJECT": " 1", "N": "２.0"}),
    ]


def test_a_form_with_a_header_only_passes_all(table, run):
    columns = {
        "TERM": {"required": True},
        "SEV": {"codelist": "SEV"},
        "START": {"type": "date", "format": "y-m-d"},
        "N": {"type": "integer"},
    }
    findings, outcomes = run(rules_of(columns), table("AE", {name: [] for name in ("SUBJECT", *columns)}))
    assert findings == []
    assert {outcome.status.value for outcome in outcomes} == {"SUCCESS"}


def test_rules_of_a_column_that_the_export_lacks_are_skipped(table, run):
    _, outcomes = run(rules_of({"TERM": {"required": True}}), table("AE", {"SUBJECT": ["1"]}))
    assert [(o.rule, o.status.value, o.reason) for o in outcomes] == [
        ("TB-RAW-AE-KEY", "SUCCESS", None),
        ("TB-RAW-AE-TERM-REQUIRED", "SKIPPED", "AE has no TERM"),
    ]


def test_a_required_date_of_which_not_even_the_year_is_known_is_as_good_as_empty(table, run):
    rules = rules_of({"START": {"type": "date", "format": ["y/m/d", "y"], "required": True}})
    cells = {"SUBJECT": ["1", "2", "3", "4", "5"], "START": ["UNK", "", "2024", "2024/UN/UN", "x"]}
    findings, _ = run(rules, table("AE", cells))
    assert [(f.rule, f.record, f.message) for f in findings] == [
        ("TB-RAW-AE-START-REQUIRED", 1, "START is empty, or nothing of it is known"),
        ("TB-RAW-AE-START-REQUIRED", 2, "START is empty, or nothing of it is known"),
        ("TB-RAW-AE-START-DATE", 5, "START is not a date written as YYYY/MM/DD or YYYY"),
    ]


def test_each_of_several_equal_records_is_compared_with_the_others(table, run):
    cells = {"SUBJECT": ["1", "2", "1 ", "1"], "NO": ["7", "7", "7", "8"]}
    findings, _ = run(rules_of({"NO": {}}, keys=("SUBJECT", "NO")), table("AE", cells))
    assert [(f.rule, f.record, [(o.role.value, o.row) for o in f.origins]) for f in findings] == [
        ("TB-RAW-AE-KEY", 1, [("correct", 2), ("compared", 4)]),
        ("TB-RAW-AE-KEY", 3, [("correct", 4), ("compared", 2)]),
    ]


def test_keys_are_equal_as_they_are_meant(table, run):
    """A day, a number and a term written in two ways are the same; what can't be read is itself."""
    columns = {"DAY": {"type": "date", "format": ["y-m-d"]}, "NO": {"type": "integer"}}
    cells = {
        "SUBJECT": ["1"] * 5,
        "DAY": ["2024-8-19", "2024-08-19", "soon", "2024-8-20", "soon"],
        "NO": ["7", "07", "7", "7", "8"],
    }
    findings, _ = run(rules_of(columns, keys=("SUBJECT", "DAY", "NO")), table("AE", cells))
    assert [(f.record, [(o.role.value, o.row) for o in f.origins]) for f in findings if f.rule == "TB-RAW-AE-KEY"] == [
        (1, [("correct", 2), ("compared", 3)]),
        (2, [("correct", 3), ("compared", 2)]),
    ]


DM_ORDER = {"type": "date", "format": ["d/m/y", "d-mmm-y", "y/m/d"]}


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        (
            DM_ORDER,
            ["05/03/2024", "03/25/2024", "25/03/2024", "12/31/2024"],
            "X is declared as DD/MM/YYYY, and a cell contradicts the order of day and month: "
            "03/25/2024 (ae.csv, row 3) can only be MM/DD/YYYY; 25/03/2024 (ae.csv, row 4) can only be DD/MM/YYYY",
        ),
        (
            DM_ORDER,
            ["05/03/2024", "03/25/2024", "25-Mar-2024", "2024-03-25", "2024/03/25"],
            "X is declared as DD/MM/YYYY, and a cell contradicts the order of day and month: "
            "03/25/2024 (ae.csv, row 3) can only be MM/DD/YYYY; no cell can only be DD/MM/YYYY",
        ),
        (
            {"type": "datetime", "format": "m-d-y H:M"},
            ["25-03-2024 10:20", "03-25-2024 10:20"],
            "X is declared as MM-DD-YYYY HH:MM, and a cell contradicts the order of day and month: "
            "25-03-2024 10:20 (ae.csv, row 2) can only be DD-MM-YYYY HH:MM; "
            "03-25-2024 10:20 (ae.csv, row 3) can only be MM-DD-YYYY HH:MM",
        ),
        (DM_ORDER, ["05/03/2024", "25/03/2024", "25/13/2024", "31/02/2024", "2024-03-25", "x", ""], None),
        (DM_ORDER | {"null_codes": ["12/31/1900"]}, ["12/31/1900", "25/03/2024"], None),
        ({"type": "date", "format": "y/m/d"}, ["2024/13/02", "2024/02/13"], None),
        (DM_ORDER, [], None),
    ],
    ids=["both orders", "nothing proves the declared one", "times", "no cell contradicts", "a null code", "year first", "none"],
)
def test_a_column_that_contradicts_its_order_of_day_and_month_is_one_finding(table, run, column, cells, expected):
    findings, outcomes = run(rules_of({"X": column}), table("AE", {"SUBJECT": [str(i) for i in range(len(cells))], "X": cells}))
    found = [(f.record, f.message, [o.role.value for o in f.origins]) for f in findings if f.rule == "TB-RAW-AE-X-ORDER"]
    roles = ["correct", "compared"] if expected and "no cell" not in expected else ["correct"]
    assert found == ([(None, expected, roles)] if expected else [])
    assert "EXECUTION ERROR" not in {outcome.status.value for outcome in outcomes}


def test_a_date_that_does_not_fit_comes_with_what_it_may_be(table, run):
    cells = {"SUBJECT": ["1", "2", "3", "4"], "X": ["45321", "03/25/2024", "1/2/24", "soon"]}
    findings, _ = run(rules_of({"X": DM_ORDER}), table("AE", cells))
    written = "X is not a date written as DD/MM/YYYY or DD-MMM-YYYY or YYYY/MM/DD"
    days = "2024-01-30 counted from 1900 and 2028-01-31 counted from 1904"
    assert [f.message for f in findings if f.rule == "TB-RAW-AE-X-DATE"] == [
        f"{written}; a number of days as Excel counts them would be {days}",
        f"{written}; it is a date only as MM/DD/YYYY",
        f"{written}; a year of two digits is not guessed",
        written,
    ]


def test_the_rules_of_a_form_stand_for_those_of_the_datasets_made_from_it(repository):
    specs = load_specs(repository / "tests" / "tiny_study" / "sdtm_specs", "tiny")
    rules = {one.id: one.stands_for for one in form_rules(specs.forms["DM"], specs)}
    assert rules["TB-RAW-DM-KEY"] == ("TB-DM-KEY", "TB-SUPPDM-KEY")
    assert rules["TB-RAW-DM-SEX-CODE"] == ("TB-DM-SEX-FILLED",)
    blank = rules["TB-RAW-DM-SUBJECT-REQUIRED"]
    assert {"TB-DM-USUBJID-FILLED", "TB-SUPPDM-USUBJID-FILLED", "TB-AE-USUBJID-FILLED"} & set(blank) == (
        {"TB-DM-USUBJID-FILLED", "TB-SUPPDM-USUBJID-FILLED"}
    )
