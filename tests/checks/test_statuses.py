"""What becomes of a rule: it passes, finds, is skipped, or breaks; what could not run is never shown as passed."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from trialbook.checks import Severity

CELLS = {"SUBJECT": ["1", "2", "3"], "SER": ["Y", "N", ""]}


@pytest.mark.parametrize(
    ("gives", "failing"),
    [
        (lambda f: f["SER"] != "Y", [1]),
        (lambda f: (f["SER"] != "Y").to_numpy(), [1]),
        (lambda f: (f["SER"] != "Y").astype("boolean"), [1]),
        (lambda f: pd.Series([True, False, True], index=["a", "b", "c"]), [2]),
        (lambda f: f["SER"] == "Y", [2, 3]),
        (lambda f: np.ones(3, dtype=bool), []),
        (lambda f: False, [None]),
        (lambda f: np.bool_(False), [None]),
        (lambda f: True, []),
    ],
    ids=["series", "numpy", "nullable", "by position", "several", "all pass", "whole", "numpy bool", "whole passes"],
)
def test_a_mask_is_read_by_position_and_true_passes(table, run, make_rule, gives, failing):
    findings, (outcome,) = run([make_rule(gives, ["SER"])], table("AE", CELLS))
    assert [finding.record for finding in findings] == failing
    assert (outcome.status, outcome.findings) == ("ISSUE REPORTED" if failing else "SUCCESS", len(failing))


@pytest.mark.parametrize(
    ("gives", "reason"),
    [
        (lambda f: np.ones(2, dtype=bool), "gave a mask of 2 values for 3 records"),
        (lambda f: pd.Series([True, None, None], dtype="boolean"), "gave a mask with 2 nulls"),
        (lambda f: pd.Series([True, None, False], dtype=object), "gave a mask with 1 nulls"),
        (lambda f: pd.Series([1, 0, 1]), "gave a mask of int64, not of bool"),
        (lambda f: f["SER"], "gave a mask of str, not of bool"),
        (lambda f: (f["SER"] != "Y").astype("category"), "gave a mask of category, not of bool"),
        (lambda f: None, "gave NoneType; a mask with one value a record, or one bool, is expected"),
        (lambda f: [True, True, True], "gave list; a mask with one value a record, or one bool, is expected"),
        (lambda f: f == "", "gave DataFrame; a mask with one value a record, or one bool, is expected"),
        (lambda f: np.ones((3, 1), dtype=bool), "gave ndarray; a mask with one value a record, or one bool, is expected"),
        (lambda f: f.sort_values("SER")["SER"] != "Y", "gave a mask in another order than the records"),
        (lambda f: f["NOT"] != "", "KeyError: 'NOT'"),
        (lambda f: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda f: (_ for _ in ()).throw(ValueError('says "no"\nand more')), 'ValueError: says "no"\nand more'),
        (lambda f: (_ for _ in ()).throw(pa.errors.SchemaDefinitionError("odd")), "SchemaDefinitionError: odd"),
        (lambda f: pa.DataFrameSchema({"NOT": pa.Column()}).validate(f), None),
    ],
    ids=lambda value: None if callable(value) else value,
)
def test_what_is_no_mask_or_breaks_is_an_execution_error_with_its_reason(table, status, make_rule, gives, reason):
    became, why = status(make_rule(gives, ["SER"]), table("AE", CELLS))
    assert became == "EXECUTION ERROR"
    assert why == reason or (reason is None and why.startswith("SchemaError: "))


@pytest.mark.parametrize(
    ("variables", "reads", "reason"),
    [
        (["AESER"], {}, "AE has no AESER"),
        (["AESER", "SER", "AESEV"], {}, "AE has no AESER, AESEV"),
        (["SER"], {"DM": ("SUBJECT",)}, "DM is not there"),
        (["SER"], {"EX": ("SUBJECT", "DOSE")}, "EX has no DOSE"),
    ],
)
def test_a_rule_is_skipped_with_what_it_lacks(table, status, make_rule, variables, reads, reason):
    one = make_rule(lambda *frames: pytest.fail("it must not run"), variables, reads=reads)
    assert status(one, table("AE", CELLS), table("EX", {"SUBJECT": ["1"]})) == ("SKIPPED", reason)


def test_rules_of_a_table_that_is_not_there_are_skipped_with_the_reason_given(table, make_rule):
    from trialbook.checks.check import check_tables

    rules = {"AE": [make_rule(lambda f: True)], "CM": [make_rule(lambda f: True, id="R2")]}
    findings, outcomes = check_tables({}, rules, {"AE": "the form AE is not in the export"}, "S")
    assert findings == []
    assert [(o.rule, o.status, o.reason) for o in outcomes] == [
        ("R1", "SKIPPED", "the form AE is not in the export"),
        ("R2", "SKIPPED", "CM is not there"),
    ]


def test_a_rule_lacks_what_it_reads_for_the_reason_given(table, make_rule):
    """One reason for all rules that want a form, whether they are about it or only read it."""
    from trialbook.checks.check import check_tables

    rules = {"AE": [make_rule(lambda f, cm: True, reads={"CM": ()}), make_rule(lambda f, pr: True, reads={"PR": ()}, id="R2")]}
    _, outcomes = check_tables({"AE": table("AE", CELLS)}, rules, {"CM": "the form CM is not in the export"}, "S")
    assert [(o.rule, o.status, o.reason) for o in outcomes] == [
        ("R1", "SKIPPED", "the form CM is not in the export"),
        ("R2", "SKIPPED", "PR is not there"),
    ]


@pytest.mark.parametrize("records", [0, 1])
def test_few_records_are_checked_like_many(table, status, make_rule, records):
    cells = {name: values[:records] for name, values in CELLS.items()}
    assert status(make_rule(lambda f: f["SER"].str.len() == 1, ["SER"]), table("AE", cells)) == ("SUCCESS", None)


def test_a_frame_without_columns_and_records_is_checked(table, status, make_rule):
    assert status(make_rule(lambda f: len(f) > 0), table("AE", {})) == ("ISSUE REPORTED", None)


def test_missing_numbers_are_values_to_a_rule(table, run, make_rule):
    findings, _ = run([make_rule(lambda f: f["AGE"] >= 18, ["AGE"])], table("DM", {"AGE": [20, None, 17]}))
    assert [(finding.record, finding.values) for finding in findings] == [(2, {"AGE": ""}), (3, {"AGE": "17"})]


def test_no_rule_sees_what_another_does_to_its_tables(table, run, make_rule):
    def spoil(ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        ae["SER"] = "spoilt"
        ae.loc[:, "SUBJECT"] = "9"
        dm.loc[0, "SEX"] = "spoilt"
        dm.drop(columns="SUBJECT", inplace=True)
        return ae["SER"] == "spoilt"

    def see(ae: pd.DataFrame, dm: pd.DataFrame) -> bool:
        return list(ae["SER"]) == ["Y", "N", ""] and dm.to_dict("list") == {"SUBJECT": ["1"], "SEX": ["F"]}

    reads = {"DM": ("SUBJECT",)}
    ae, dm = table("AE", CELLS), table("DM", {"SUBJECT": ["1"], "SEX": ["F"]})
    rules = [make_rule(spoil, reads=reads), make_rule(see, id="R2", reads=reads)]
    assert [outcome.status for outcome in run(rules, ae, dm)[1]] == ["SUCCESS", "SUCCESS"]
    assert ae.frame.to_dict("list") == CELLS


def test_a_rule_that_writes_into_the_array_behind_a_column_breaks(table, status, make_rule):
    def write(frame: pd.DataFrame) -> bool:
        frame["AGE"].to_numpy()[0] = 99
        return True

    dm = table("DM", {"AGE": [20.0]})
    assert status(make_rule(write, ["AGE"]), dm)[0] == "EXECUTION ERROR"
    assert list(dm.frame["AGE"]) == [20.0]


def test_what_a_rule_prints_or_warns_of_does_not_leak(table, status, make_rule, capfd):
    def loud(frame: pd.DataFrame) -> bool:
        print("looking at", len(frame))
        warnings.warn("odd", stacklevel=1)
        np.array([1.0]) / np.array([0.0])
        sys.stdout.write("done\n")
        return True

    assert status(make_rule(loud), table("AE", CELLS)) == ("SUCCESS", None)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("switch", [{"validation_enabled": False}, {"validation_depth": "SCHEMA_ONLY"}], ids=str)
def test_no_setting_of_pandera_makes_a_rule_pass_unrun(table, status, make_rule, switch):
    from pandera.config import ValidationDepth, config_context

    if "validation_depth" in switch:
        switch = {"validation_depth": ValidationDepth.SCHEMA_ONLY}
    with config_context(**switch):
        assert status(make_rule(lambda f: False), table("AE", CELLS)) == ("ISSUE REPORTED", None)


def test_frames_with_an_odd_index_are_blamed_by_position(run, make_rule, table):
    from dataclasses import replace

    ae = table("AE", CELLS, keys=["SUBJECT"])
    dm = table("DM", {"SUBJECT": ["3", "2"], "SEX": ["M", "F"]})
    ae = replace(ae, frame=ae.frame.set_axis([7, 7, 0]), subject=ae.subject.set_axis([7, 7, 0]))
    dm = replace(dm, frame=dm.frame.set_axis([5, 1]), subject=dm.subject.set_axis([5, 1]))
    one = make_rule(lambda ae, dm: ae["SER"] == "Y", ["SER"], reads={"DM": ("SUBJECT", "SEX")}, severity=Severity.NOTICE)
    findings, _ = run([one], ae, dm)
    assert [(f.record, f.subject, f.values) for f in findings] == [
        (2, "2", {"SER": "N", "DM.SUBJECT": "2", "DM.SEX": "F"}),
        (3, "3", {"SER": "", "DM.SUBJECT": "3", "DM.SEX": "M"}),
    ]


def test_a_rule_that_breaks_on_a_column_that_was_not_collected_is_skipped(table, run, make_rule):
    lacks = replace(table("AE", {"A": ["x"]}), lacking={"USUBJID": "the form DM is not in the export"})
    for named in ("USUBJID", ["A", "USUBJID"]):
        _, (outcome,) = run([make_rule(lambda f, named=named: f[named].notna().squeeze(), ["A"])], lacks)
        assert (outcome.status.value, outcome.reason) == ("SKIPPED", "the form DM is not in the export")
    _, (outcome,) = run([make_rule(lambda f: f["OTHER"] == "", ["A"])], lacks)
    assert outcome.status.value == "EXECUTION ERROR"
