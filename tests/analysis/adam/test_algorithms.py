"""Each operation of the specifications on a few records: the records, the operation as YAML writes it, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from trialbook.analysis.adam.algorithms import ALGORITHMS
from trialbook.analysis.adam.spec import OPERATIONS, Algorithm
from trialbook.errors import TrialbookError

NAN = float("nan")


@pytest.fixture
def run(materials: Callable[..., Any], table: Callable[..., pd.DataFrame]) -> Callable[..., list[Any]]:
    """``run(operation, specification, rows, ADSL=…)``: a value a record, None for NaN."""

    def made(operation: str, spec: Any, rows: list[dict[str, Any]], **more: Any) -> list[Any]:
        algorithm = Algorithm.model_validate({operation: spec})
        found = ALGORITHMS[operation](materials(**more), table(rows, "USUBJID"), algorithm)
        return [None if pd.isna(value) else value for value in found]

    return made


def test_every_operation_of_the_language_can_be_run():
    assert set(ALGORITHMS) == set(OPERATIONS)


def test_assign_takes_a_variable_of_the_record_or_of_adsl(run):
    rows = [{"USUBJID": "S1", "LBSTRESN": 4.5}, {"USUBJID": "S2", "LBSTRESN": NAN}, {"USUBJID": "S3", "LBSTRESN": 2.0}]
    adsl = [{"USUBJID": "S1", "TRT01P": "Drug", "TRT01PN": 1}, {"USUBJID": "S2", "TRT01P": "None", "TRT01PN": 0}]
    assert run("assign", "LBSTRESN", rows, ADSL=adsl) == [4.5, None, 2.0]
    assert run("assign", "ADSL.TRT01P", rows, ADSL=adsl) == ["Drug", "None", ""]
    assert run("assign", "ADSL.TRT01PN", rows, ADSL=adsl) == [1.0, 0.0, None]


@pytest.mark.parametrize(("value", "expected"), [("BASELINE", ["BASELINE"] * 2), (0, [0.0] * 2), (20, [20.0] * 2)])
def test_hardcode(run, value, expected):
    assert run("hardcode", value, [{"USUBJID": "S1"}, {"USUBJID": "S2"}]) == expected


DS = [
    {"USUBJID": "S1", "DSSEQ": 1, "DSSPID": "01", "DSDECOD": "SCREEN FAILURE", "DSSTDTC": "2024-01-05"},
    {"USUBJID": "S1", "DSSEQ": 2, "DSSPID": "02", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2024-03-05"},
    {"USUBJID": "S1", "DSSEQ": 3, "DSSPID": "02", "DSDECOD": "COMPLETED", "DSSTDTC": "2024-09-01"},
    {"USUBJID": "S2", "DSSEQ": 1, "DSSPID": "03", "DSDECOD": "SCREEN FAILURE", "DSSTDTC": "2024-02-01"},
]


@pytest.mark.parametrize(
    ("merged", "expected"),
    [
        ({"where": 'DSDECOD == "RANDOMIZED"'}, ["2024-03-05", "", ""]),
        ({"pick": "first", "by": ["DSSTDTC"]}, ["2024-01-05", "2024-02-01", ""]),
        ({"pick": "last", "by": ["DSSTDTC"]}, ["2024-09-01", "2024-02-01", ""]),
        ({"pick": "last", "by": ["-DSSTDTC"]}, ["2024-01-05", "2024-02-01", ""]),
        # Of the screening alone whose number the record has.
        ({"where": 'DSDECOD == "SCREEN FAILURE"', "same": {"DSSPID": "SUBJID"}}, ["", "2024-02-01", ""]),
    ],
)
def test_derive_merged_takes_one_record_of_another_dataset(run, merged, expected):
    rows = [{"USUBJID": "S1", "SUBJID": "02"}, {"USUBJID": "S2", "SUBJID": "03"}, {"USUBJID": "S3", "SUBJID": "04"}]
    assert run("derive_merged", {"dataset": "DS", "value": "DSSTDTC", **merged}, rows, DS=DS) == expected


def test_derive_merged_refuses_to_choose_among_several(run):
    with pytest.raises(TrialbookError, match=r"DS has several records of S1 for which nothing else is true\nSay which counts"):
        run("derive_merged", {"dataset": "DS", "value": "DSSTDTC"}, [{"USUBJID": "S1"}], DS=DS)


def test_derive_code(run):
    rows = [{"USUBJID": "S1", "ARMCD": code} for code in ("CTRL", "IFN", "")]
    assert run("derive_code", {"from": "ARMCD", "values": {"CTRL": 0, "IFN": 1}}, rows) == [0.0, 1.0, None]
    assert run("derive_code", {"from": "ARMCD", "values": {"CTRL": "None", "IFN": "Drug"}}, rows) == ["None", "Drug", ""]
    grades = [{"USUBJID": "S1", "ATOXGRN": number} for number in (0, 3, NAN)]
    assert run("derive_code", {"from": "ATOXGRN", "values": {"0": "0", "3": "3"}}, grades) == ["0", "3", ""]


def test_derive_flag_takes_unknown_for_no(run):
    rows = [{"USUBJID": "S1", "AGE": age} for age in (70, 60, NAN)]
    assert run("derive_flag", {"where": "AGE > 60"}, rows) == ["Y", "", ""]
    assert run("derive_flag", {"where": "AGE > 60", "no": "N"}, rows) == ["Y", "N", "N"]
    assert run("derive_flag", {"where": "AGE > LIMIT"}, rows, constants={"LIMIT": Decimal(60)}) == ["Y", "", ""]


def test_derive_number(run):
    rows = [{"USUBJID": "S1", "AETOXGR": text} for text in ("3", "", "<0.5")]
    assert run("derive_number", "AETOXGR", rows) == [3.0, None, None]


# Randomized on 2024-03-10; an event, its end, and the day from which it counts.
@pytest.mark.parametrize(
    ("begin", "end", "expected", "flag"),
    [
        ("2024-03-05", "", "2024-03-05", ""),  # a complete date stays, also before the randomization
        ("2024-03", "", "2024-03-10", "D"),  # can be the day of the randomization
        ("2024-03", "2024-04-01", "2024-03-10", "D"),
        ("2024-03", "2024-03-07", "2024-03-01", "D"),  # had ended before
        ("2024-02", "", "2024-02-01", "D"),  # can't be after it
        ("2024-04", "", "2024-04-01", "D"),
        ("2024", "", "2024-03-10", "M"),
        ("", "", None, ""),
        ("2024-13", "", None, ""),  # no month of the calendar
    ],
)
def test_derive_dt_imputes_the_first_day_that_can_count(run, day, begin, end, expected, flag):
    rows, adsl = [{"USUBJID": "S1", "AESTDTC": begin, "AEENDTC": end}], [{"USUBJID": "S1", "RANDDT": day("2024-03-10")}]
    spec = {"from": "AESTDTC", "impute": "first", "not_before": "ADSL.RANDDT", "not_after": "AEENDTC"}
    assert run("derive_dt", spec, rows, ADSL=adsl) == [None if expected is None else day(expected)]
    assert run("derive_dtf", {"from": "AESTDTC", "impute": "first"}, rows) == [flag]


def test_derive_dt_without_imputation_leaves_partial_dates_out(run, day):
    rows = [{"USUBJID": "S1", "LBDTC": text} for text in ("2024-03-05T08:15", "2024-03", "")]
    assert run("derive_dt", {"from": "LBDTC"}, rows) == [day("2024-03-05"), None, None]
    assert run("derive_dt", {"from": "LBDTC", "impute": "last"}, rows) == [day("2024-03-05"), day("2024-03-31"), None]


def test_derive_dy(run, day):
    rows = [{"USUBJID": "S1", "ADT": day(text)} for text in ("2024-03-09", "2024-03-10", "2024-03-11", None)]
    adsl = [{"USUBJID": "S1", "RANDDT": day("2024-03-10")}]
    assert run("derive_dy", {"date": "ADT", "reference": "ADSL.RANDDT"}, rows, ADSL=adsl) == [-1, 1, 2, None]


@pytest.mark.parametrize(
    ("study_day", "visit", "after_baseline", "number", "target"),
    [
        (-15, "", "", None, None),
        (-14, "SCREENING", "", 10, -14),
        (-1, "SCREENING", "", 10, -14),
        (1, "BASELINE", "", 20, 1),
        (8, "BASELINE", "", 20, 1),
        (9, "", "", None, None),
        (24, "MONTH 1", "MONTH 1", 30, 31),
        (38, "MONTH 1", "MONTH 1", 30, 31),
        (39, "", "", None, None),
        (170, "MONTH 6", "MONTH 6", 90, 184),
        (198, "MONTH 6", "MONTH 6", 90, 184),
        (199, "", "", None, None),
        (NAN, "", "", None, None),
    ],
)
def test_derive_window_at_the_edges_of_each_visit(run, study_day, visit, after_baseline, number, target):
    rows = [{"USUBJID": "S1", "ADY": study_day}]
    assert run("derive_window", {"day": "ADY"}, rows) == [visit]
    assert run("derive_window", {"day": "ADY", "after": "BASELINE"}, rows) == [after_baseline]
    assert run("derive_window", {"day": "ADY", "gives": "visitnum"}, rows) == [number]
    assert run("derive_window", {"day": "ADY", "gives": "target"}, rows) == [target]


def test_derive_window_names_a_visit_that_is_not_planned(run):
    with pytest.raises(TrialbookError, match=r"derive_window: WEEK 2 is no visit of protocol/visits\.yml"):
        run("derive_window", {"day": "ADY", "after": "WEEK 2"}, [{"USUBJID": "S1", "ADY": 1}])


RUNS = [
    {"USUBJID": "S1", "PARAMCD": "WBC", "ADT": 100, "AVAL": 5.0, "SRCSEQ": 1},
    {"USUBJID": "S1", "PARAMCD": "WBC", "ADT": 101, "AVAL": 4.0, "SRCSEQ": 2},
    {"USUBJID": "S1", "PARAMCD": "WBC", "ADT": 101, "AVAL": NAN, "SRCSEQ": 3},
    {"USUBJID": "S1", "PARAMCD": "HGB", "ADT": 100, "AVAL": 9.0, "SRCSEQ": 4},
    {"USUBJID": "S2", "PARAMCD": "WBC", "ADT": NAN, "AVAL": 6.0, "SRCSEQ": 5},
]


@pytest.mark.parametrize(
    ("extreme", "expected"),
    [
        ({"order": ["ADT", "SRCSEQ"]}, ["", "", "Y", "Y", "Y"]),
        ({"order": ["ADT", "SRCSEQ"], "pick": "first"}, ["Y", "", "", "Y", "Y"]),
        ({"order": ["ADT", "SRCSEQ"], "where": "not missing(AVAL)"}, ["", "Y", "", "Y", "Y"]),
        ({"order": ["AVAL"]}, ["Y", "", "", "Y", "Y"]),  # a missing value is never the highest
        ({"order": ["-AVAL"], "where": "not missing(AVAL)"}, ["", "Y", "", "Y", "Y"]),
        ({"order": ["ADT"], "where": "AVAL > 100"}, ["", "", "", "", ""]),
    ],
)
def test_derive_extreme_flag_marks_one_record_a_group(run, extreme, expected):
    assert run("derive_extreme_flag", {"by": ["USUBJID", "PARAMCD"], **extreme}, RUNS) == expected


def test_derive_base_is_the_value_of_the_flagged_record_of_the_parameter(run):
    flagged = [row | {"ABLFL": flag} for row, flag in zip(RUNS, ("Y", "", "", "", "Y"), strict=True)]
    assert run("derive_base", {}, flagged) == [5.0, 5.0, 5.0, None, 6.0]
    texts = [row | {"AVALC": f"about {row['AVAL']:g}"} for row in flagged]
    assert run("derive_base", {"value": "AVALC"}, texts) == ["about 5", "about 5", "about 5", "", "about 6"]


def test_derive_base_refuses_two_baselines(run):
    flagged = [row | {"ABLFL": "Y"} for row in RUNS]
    with pytest.raises(TrialbookError, match="derive_base: ABLFL marks several records of S1, WBC, and one is the baseline"):
        run("derive_base", {}, flagged)


def test_derive_chg_and_seq(run):
    rows = [{"USUBJID": "S1", "AVAL": 4.0, "BASE": 5.0, "ADT": 2}, {"USUBJID": "S1", "AVAL": NAN, "BASE": 5.0, "ADT": 1}]
    assert run("derive_chg", ["AVAL", "BASE"], rows) == [-1.0, None]
    assert run("derive_seq", ["ADT"], [*rows, {"USUBJID": "S2", "AVAL": 1, "BASE": 1, "ADT": 1}]) == [2, 1, 1]


def _days_since(date: pd.Series, reference: pd.Series, ec: pd.DataFrame) -> pd.Series:
    return date - reference + len(ec)


def test_derive_gives_a_function_of_the_study_columns_and_whole_datasets(run):
    rows, adsl = [{"USUBJID": "S1", "ADT": 105}], [{"USUBJID": "S1", "RANDDT": 100}]
    spec = {"function": "days_since", "from": ["ADT", "ADSL.RANDDT"], "reads": "EC"}
    functions = {"days_since": _days_since}
    assert run("derive", spec, rows, ADSL=adsl, EC=[{"USUBJID": "S1"}] * 3, functions=functions) == [8]


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        ({}, "has no function halve"),
        ({"halve": lambda value: value["nothing"]}, "the function halve of analysis_specs/derivations.py fails: KeyError"),
        ({"halve": lambda value: 1}, "gave a int; a Series with one for each of the 2 records is expected"),
        ({"halve": lambda value: value.iloc[:1]}, "gave 1 values; a Series with one for each of the 2 records is expected"),
    ],
)
def test_a_function_that_is_not_there_or_fails_is_named(run, functions, message):
    rows = [{"USUBJID": "S1", "AVAL": 1.0}, {"USUBJID": "S1", "AVAL": 2.0}]
    with pytest.raises(TrialbookError, match=message):
        run("derive", {"function": "halve", "from": "AVAL"}, rows, functions=functions)


@pytest.mark.parametrize(
    ("operation", "spec", "message"),
    [
        ("assign", "NOTHING", "assign: NOTHING is no variable of the records"),
        ("assign", "ADSL.NOTHING", "reads the variable ADSL.NOTHING, and there is none"),
        ("assign", "ADXX.NOTHING", "reads the dataset ADXX, and there is none"),
        ("derive_flag", {"where": "NOTHING > 1"}, "reads the variable NOTHING, and there is none"),
        ("derive_flag", {"where": "AVAL >"}, "column 7 of the expression 'AVAL >'"),
    ],
)
def test_what_is_not_there_is_named(run, operation, spec, message):
    with pytest.raises(TrialbookError, match=message):
        run(operation, spec, [{"USUBJID": "S1", "AVAL": 1.0}], ADSL=[{"USUBJID": "S1"}])
