"""What a model says in pandera's own fields and checks is a rule like all others."""

from __future__ import annotations

from typing import Optional

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import Index, Series

from trialbook.checks import RawForm, Severity
from trialbook.checks.native_rules import native_rules
from trialbook.errors import SpecError


class AEForm(RawForm, form="AE"):
    """One of each kind of declaration."""

    SEV: Series[str] = pa.Field(isin=["1", "2", "3"])
    AGE: Series[int] = pa.Field(coerce=True, nullable=True, ge=18, raise_warning=True)
    NR: Series[str] = pa.Field(unique=True)
    NOTE: Optional[Series[str]] = pa.Field(nullable=True)  # noqa: UP045 - pandera reads Optional

    @pa.check("NR", name="digits", error="NR is made of digits")
    def digits(cls, nr: pd.Series) -> pd.Series:
        return nr.str.isdigit()

    @pa.check("NR", element_wise=True)
    def short(cls, nr: str) -> bool:
        return len(nr) < 3

    @pa.dataframe_check
    def not_both(cls, ae: pd.DataFrame) -> pd.Series:
        return (ae["SEV"] != "3") | (ae["NR"] != "1")

    class Config:
        unique = ["SEV", "NR"]


def test_each_declaration_has_an_outcome_and_each_failing_record_a_finding(table, run):
    cells = {"SEV": ["1", "3", "9"], "AGE": ["17", "x", ""], "NR": ["a1", "1", "1"]}
    findings, outcomes = run(AEForm.all_rules(), table("AE", cells))
    assert [(o.rule, o.status, o.reason, o.findings) for o in outcomes] == [
        ("AEForm-SEV-PRESENT", "SUCCESS", None, 0),
        ("AEForm-SEV-TYPE", "SUCCESS", None, 0),
        ("AEForm-SEV-NULL", "SUCCESS", None, 0),
        ("AEForm-SEV-isin", "ISSUE REPORTED", None, 1),
        ("AEForm-AGE-PRESENT", "SUCCESS", None, 0),
        ("AEForm-AGE-TYPE", "ISSUE REPORTED", None, 1),
        ("AEForm-AGE-greater_than_or_equal_to", "ISSUE REPORTED", None, 1),
        ("AEForm-NR-PRESENT", "SUCCESS", None, 0),
        ("AEForm-NR-TYPE", "SUCCESS", None, 0),
        ("AEForm-NR-NULL", "SUCCESS", None, 0),
        ("AEForm-NR-UNIQUE", "ISSUE REPORTED", None, 2),
        ("AEForm-NR-digits", "ISSUE REPORTED", None, 1),
        ("AEForm-NR-short", "SUCCESS", None, 0),
        ("AEForm-not_both", "ISSUE REPORTED", None, 1),
        ("AEForm-UNIQUE", "SUCCESS", None, 0),
        ("AEForm-NOTE-TYPE", "SKIPPED", "AE has no NOTE", 0),
    ]
    assert [(f.rule, f.severity, f.record, f.values, f.message) for f in findings] == [
        ("AEForm-SEV-isin", "Error", 3, {"SEV": "9"}, "SEV fails isin(['1', '2', '3'])"),
        ("AEForm-AGE-TYPE", "Error", 2, {"AGE": "x"}, "AGE is not of type Int64"),
        ("AEForm-AGE-greater_than_or_equal_to", "Warning", 1, {"AGE": "17"}, "AGE fails greater_than_or_equal_to(18)"),
        ("AEForm-NR-UNIQUE", "Error", 2, {"NR": "1"}, "Another record has the same NR"),
        ("AEForm-NR-UNIQUE", "Error", 3, {"NR": "1"}, "Another record has the same NR"),
        ("AEForm-NR-digits", "Error", 1, {"NR": "a1"}, "NR fails NR is made of digits"),
        ("AEForm-not_both", "Error", 2, {"SEV": "3", "AGE": "x", "NR": "1"}, "AEForm fails not_both"),
    ]


def test_a_declared_column_that_is_absent_is_one_finding_and_its_checks_are_skipped(table, run):
    rules = native_rules(pa.DataFrameSchema({"SEV": pa.Column(str, pa.Check.isin(["1"]))}, name="M"))
    findings, outcomes = run(rules, table("AE", {"NR": ["1"]}))
    assert [(f.rule, f.record, f.message) for f in findings] == [("M-SEV-PRESENT", None, "SEV is not there")]
    assert [(o.rule, o.status, o.reason) for o in outcomes] == [
        ("M-SEV-PRESENT", "ISSUE REPORTED", None),
        ("M-SEV-TYPE", "SKIPPED", "AE has no SEV"),
        ("M-SEV-NULL", "SKIPPED", "AE has no SEV"),
        ("M-SEV-isin", "SKIPPED", "AE has no SEV"),
    ]


CASES = [
    ("another type", pa.Column(float), ["1", "2"], {"TYPE": [None]}),
    ("whole numbers", pa.Column(int, coerce=True), ["1", "1.5", "", "2"], {"TYPE": [2], "NULL": [3]}),
    ("null passes a check", pa.Column(float, pa.Check.gt(0), nullable=True), [1.0, None, -1.0], {"greater_than": [3]}),
    ("null fails nullable", pa.Column(float), [1.0, None], {"NULL": [2]}),
    ("one bool for all", pa.Column(float, pa.Check(lambda s: s.mean() > 5, name="mean")), [1.0, 2.0], {"mean": [None]}),
    (
        "by group",
        pa.Column(float, pa.Check(lambda g: pd.Series([False]), groupby=lambda f: f.groupby("G"), name="g")),
        [1.0],
        {"g": [None]},
    ),
    ("twice", pa.Column(float, [pa.Check.gt(0), pa.Check.gt(5)]), [1.0, -1.0], {"greater_than": [2], "greater_than-2": [1, 2]}),
]


@pytest.mark.parametrize(("column", "cells", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_column_declaration_finds(table, run, column, cells, expected):
    findings, outcomes = run(native_rules(pa.DataFrameSchema({"X": column}, name="M")), table("AE", {"X": cells, "G": cells}))
    found: dict[str, list[int | None]] = {}
    for finding in findings:
        found.setdefault(finding.rule.removeprefix("M-X-"), []).append(finding.record)
    assert found == expected
    assert "EXECUTION ERROR" not in [outcome.status for outcome in outcomes]


def test_a_check_of_a_frame_may_answer_cell_by_cell(table, run):
    schema = pa.DataFrameSchema({"X": pa.Column(), "Y": pa.Column()}, checks=pa.Check(lambda f: f != "?", name="known"), name="M")
    findings, _ = run(native_rules(schema), table("AE", {"X": ["a", "?", "a"], "Y": ["a", "a", "?"]}))
    assert [(f.rule, f.record, f.values) for f in findings] == [
        ("M-known", 2, {"X": "?", "Y": "a"}),
        ("M-known", 3, {"X": "a", "Y": "?"}),
    ]


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (pa.Check(lambda s: 1 / 0, name="c"), "ZeroDivisionError: division by zero"),
        (pa.Check(lambda s: pd.Series([True]), name="c"), "gave a mask of 1 values for 2 records"),
        (pa.Check(lambda s: "yes", name="c"), None),
    ],
    ids=["raises", "length", "text"],
)
def test_a_native_check_that_breaks_is_an_execution_error(table, run, check, reason):
    _, outcomes = run(native_rules(pa.DataFrameSchema({"X": pa.Column(None, check)}, name="M")), table("AE", {"X": ["a", "b"]}))
    (outcome,) = [outcome for outcome in outcomes if outcome.rule == "M-X-c"]
    assert outcome.status == "EXECUTION ERROR"
    assert reason is None or outcome.reason == reason


@pytest.mark.parametrize("cells", [[], [1.0]], ids=["empty", "one"])
def test_few_records(table, run, cells):
    column = pa.Column(float, [pa.Check.gt(0), pa.Check(lambda x: x > 0, element_wise=True, name="each")], unique=True)
    _, outcomes = run(
        native_rules(pa.DataFrameSchema({"X": column}, name="M")), table("AE", {"X": pd.Series(cells, dtype=float)})
    )
    assert {outcome.status.value for outcome in outcomes} == {"SUCCESS"}


@pytest.mark.parametrize(
    ("schema", "declares"),
    [
        (pa.DataFrameSchema(strict=True), "strict"),
        (pa.DataFrameSchema(ordered=True), "ordered"),
        (pa.DataFrameSchema(index=pa.Index(int)), "an index"),
        (pa.DataFrameSchema(parsers=pa.Parser(lambda f: f)), "a parser"),
        (pa.DataFrameSchema(dtype=str), "a type for all columns"),
        (pa.DataFrameSchema(add_missing_columns=True), "add_missing_columns"),
        (pa.DataFrameSchema(drop_invalid_rows=True), "drop_invalid_rows"),
        (pa.DataFrameSchema({"X.*": pa.Column(regex=True)}), "a regular expression"),
        (pa.DataFrameSchema({"X": pa.Column(parsers=pa.Parser(lambda c: c))}), "a parser"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_rule_can_mean_is_refused_not_ignored(schema, declares):
    with pytest.raises(SpecError, match=declares):
        native_rules(schema)


def test_an_index_in_a_model_is_refused():
    class WithIndex(RawForm, form="AE"):
        nr: Index[int]

    with pytest.raises(SpecError, match="WithIndex declares an index"):
        WithIndex.all_rules()


def test_the_severity_of_a_native_check_is_error_unless_it_raises_a_warning():
    severities = {one.id: one.severity for one in AEForm.all_rules()}
    assert severities["AEForm-SEV-isin"] is Severity.ERROR
    assert severities["AEForm-AGE-greater_than_or_equal_to"] is Severity.WARNING
