"""ADaM's rules: datasets that keep them all, and one change for each rule that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from trialbook.analysis.adam.conformance import violations
from trialbook.analysis.adam.dataset import describe
from trialbook.analysis.adam.spec import AnalysisDatasetSpec, VariableSpec
from trialbook.datasets import SdtmDataset

NAN = float("nan")
SUBJECT = {"STUDYID": "T1", "SUBJID": "01", "SITEID": "1", "AGEU": "YEARS", "RACE": "ASIAN", "EOSSTT": "ONGOING"}
ADSL = [
    SUBJECT
    | {"USUBJID": "S1", "AGE": 60.0, "SEX": "F", "ARM": "Drug", "TRT01P": "Drug", "TRT01PN": 1.0, "SAFFL": "Y", "RANDDT": 100.0}
    | {"DTHDT": 150.0, "DTHDTF": "D"},
    SUBJECT
    | {"USUBJID": "S2", "AGE": 50.0, "SEX": "M", "ARM": "None", "TRT01P": "None", "TRT01PN": 0.0, "SAFFL": "N", "RANDDT": 101.0}
    | {"DTHDT": NAN, "DTHDTF": ""},
]
LB = [
    {"USUBJID": "S1", "LBSEQ": 1.0, "LBSTRESN": 5.0},
    {"USUBJID": "S1", "LBSEQ": 2.0, "LBSTRESN": 4.0},
    {"USUBJID": "S2", "LBSEQ": 1.0, "LBSTRESN": 7.0},
]
WBC = {
    "STUDYID": "T1",
    "PARAMCD": "WBC",
    "PARAM": "Leukocytes (10^9/L)",
    "SRCDOM": "LB",
    "SRCVAR": "LBSTRESN",
    "AVISIT": "BASELINE",
}
ADLB = [
    WBC | {"USUBJID": "S1", "TRTP": "Drug", "SAFFL": "Y", "ADT": 99.0, "AVAL": 5.0, "AVALC": "5", "ABLFL": "Y"}
    | {"BASE": 5.0, "CHG": NAN, "AVISITN": 20.0, "SRCSEQ": 1.0},
    WBC | {"USUBJID": "S1", "TRTP": "Drug", "SAFFL": "Y", "ADT": 120.0, "AVAL": 4.0, "AVALC": "4", "ABLFL": ""}
    | {"BASE": 5.0, "CHG": -1.0, "AVISIT": "MONTH 1", "AVISITN": 30.0, "SRCSEQ": 2.0},
    WBC | {"USUBJID": "S2", "TRTP": "None", "SAFFL": "N", "ADT": 120.0, "AVAL": 7.0, "AVALC": "7", "ABLFL": ""}
    | {"BASE": NAN, "CHG": NAN, "AVISIT": "MONTH 1", "AVISITN": 30.0, "SRCSEQ": 1.0},
]  # fmt: skip
OS = {"STUDYID": "T1", "PARAMCD": "OS", "PARAM": "Overall survival (days)", "SRCDOM": "ADSL", "SRCSEQ": NAN, "ADTF": ""}
ADTTE = [
    OS | {"USUBJID": "S1", "TRTP": "Drug", "STARTDT": 100.0, "ADT": 150.0, "AVAL": 51.0, "CNSR": 0.0, "SRCVAR": "DTHDT"},
    OS | {"USUBJID": "S2", "TRTP": "None", "STARTDT": 101.0, "ADT": 101.0, "AVAL": 1.0, "CNSR": 1.0, "SRCVAR": "RANDDT"},
]
ADAE = [
    {"STUDYID": "T1", "USUBJID": "S1", "TRTP": "Drug", "AESEQ": 1.0, "AETERM": "Fever", "ASTDT": 110.0, "TRTEMFL": "Y"},
    {"STUDYID": "T1", "USUBJID": "S1", "TRTP": "Drug", "AESEQ": 2.0, "AETERM": "Fever", "ASTDT": NAN, "TRTEMFL": ""},
]
ROWS = {"ADSL": ADSL, "ADLB": ADLB, "ADTTE": ADTTE, "ADAE": ADAE}
SPECS = {
    name: AnalysisDatasetSpec.model_validate({"dataset": name, "label": name, "structure": structure, "keys": keys})
    for name, structure, keys in (
        ("ADSL", "ADSL", ["STUDYID", "USUBJID"]),
        ("ADLB", "BDS", ["STUDYID", "USUBJID", "PARAMCD", "ADT"]),
        ("ADTTE", "BDS", ["STUDYID", "USUBJID", "PARAMCD"]),
        ("ADAE", "OCCDS", ["STUDYID", "USUBJID", "AESEQ"]),
    )
}
OWN = {"TRTP": VariableSpec.model_validate({"assign": "TRTP", "label": "Planned Treatment", "type": "Char"})}


@pytest.fixture
def found(table: Callable[..., pd.DataFrame]) -> Callable[..., list[str]]:
    """What is said of the datasets above, once ``change`` has had them (frames by name)."""

    def made(change: Callable[[dict[str, pd.DataFrame]], Any] | None = None, **described: Any) -> list[str]:
        frames = {name: table(rows) for name, rows in ROWS.items()}
        if change is not None:
            change(frames)
        datasets = {}
        for name, frame in frames.items():
            variables = {one: describe(SPECS[name], one, OWN.get(one)) for one in frame if one not in described}
            for one, variable in described.items():
                if one in frame:
                    variables[one] = replace(describe(SPECS[name], one, OWN.get(one)), **variable)
            datasets[name] = SdtmDataset(name, name, frame, variables)
        return [str(one) for one in violations(datasets, SPECS, {"LB": table(LB)})]

    return made


def test_datasets_that_keep_the_rules(found):
    assert found() == []


# A cell by dataset, record and variable; what is put there; what is said.
CELLS = [
    ("ADSL", 0, "SAFFL", "", "ADSL.SAFFL, subject S1: is empty; Y, N are expected"),
    ("ADSL", 0, "SAFFL", "1", "ADSL.SAFFL, subject S1: is '1'; Y, N are expected"),
    ("ADSL", 1, "EOSSTT", "DEAD", "ADSL.EOSSTT, subject S2: is 'DEAD'; COMPLETED, DISCONTINUED or ONGOING is expected"),
    ("ADSL", 1, "SUBJID", "", "ADSL.SUBJID, subject S2: is Required and empty"),
    ("ADSL", 1, "DTHDTF", "D", "ADSL.DTHDTF, subject S2: tells of a date that is not there"),
    ("ADSL", 0, "DTHDTF", "x", "ADSL.DTHDTF, subject S1: is 'x'; D, M, Y or empty are expected"),
    ("ADSL", 1, "RANDDT", 101.5, "ADSL.RANDDT, subject S2: is 101.5, no whole day"),
    (
        "ADSL",
        1,
        "TRT01PN",
        1.0,
        "ADSL.TRT01PN, subject S1: is 1 with several values of TRT01P, such as 'Drug' and 'None'",
    ),
    ("ADSL", 1, "TRT01P", "", "ADSL.TRT01P, subject S2: is empty where TRT01PN is not"),
    ("ADLB", 0, "ABLFL", "N", "ADLB.ABLFL, subject S1: is 'N'; Y, empty are expected"),
    ("ADLB", 1, "ABLFL", "Y", "ADLB.ABLFL, subject S1: marks several records of a subject and parameter (2 records)"),
    ("ADLB", 1, "BASE", 4.5, "ADLB.BASE, subject S1: is 4.5, not AVAL of the record that ABLFL marks"),
    ("ADLB", 2, "BASE", 7.0, "ADLB.BASE, subject S2: is 7, not AVAL of the record that ABLFL marks"),
    ("ADLB", 1, "CHG", 1.0, "ADLB.CHG, subject S1: is 1, not AVAL - BASE"),
    ("ADLB", 1, "PARAMCD", "2WBC", "ADLB.PARAMCD, subject S1: is '2WBC', which can't be a variable's name"),
    ("ADLB", 1, "PARAMCD", "LEUKOCYTE", "ADLB.PARAMCD, subject S1: is 'LEUKOCYTE', which can't be a variable's name"),
    (
        "ADLB",
        1,
        "PARAM",
        "WBC",
        "ADLB.PARAMCD, subject S1: is 'WBC' with several values of PARAM, such as 'Leukocytes (10^9/L)' and 'WBC'",
    ),
    ("ADLB", 2, "AVALC", "4", "ADLB.AVALC, subject S1: is '4' of PARAMCD WBC with several values of AVAL, such as 4 and 7"),
    ("ADLB", 2, "AVISITN", 20.0, "ADLB.AVISITN, subject S1: is 20 with several values of AVISIT"),
    ("ADLB", 2, "SRCDOM", "XX", "ADLB.SRCDOM, subject S2: is XX, and there is no such dataset"),
    ("ADLB", 2, "SRCDOM", "", "ADLB.SRCDOM, subject S2: is empty where SRCVAR or SRCSEQ is not"),
    ("ADLB", 2, "SRCVAR", "LBORRES", "ADLB.SRCVAR, subject S2: is 'LBORRES', and LB has no such variable"),
    ("ADLB", 2, "SRCSEQ", 2.0, "ADLB.SRCSEQ, subject S2: is 2, and LB has no such record of the subject"),
    ("ADLB", 2, "SAFFL", "Y", "ADLB.SAFFL, subject S2: is 'Y', and another value in ADSL"),
    ("ADLB", 2, "USUBJID", "S9", "ADLB.USUBJID, subject S9: is not in ADSL"),
    ("ADLB", 0, "ADT", 120.0, "ADLB.ADT, subject S1: several records have the same STUDYID, USUBJID, PARAMCD, ADT (2 records)"),
    ("ADTTE", 0, "CNSR", -1.0, "ADTTE.CNSR, subject S1: is -1; 0 or another whole number is expected"),
    ("ADTTE", 0, "CNSR", NAN, "ADTTE.CNSR, subject S1: is empty; 0 or another whole number is expected"),
    ("ADTTE", 0, "AVAL", NAN, "ADTTE.AVAL, subject S1: is empty, no time of 0 or more"),
    ("ADTTE", 1, "ADT", 90.0, "ADTTE.ADT, subject S2: is before STARTDT"),
    ("ADAE", 1, "TRTEMFL", "N", "ADAE.TRTEMFL, subject S1: is 'N'; Y, empty are expected"),
    ("ADAE", 1, "AESEQ", 1.0, "ADAE.AESEQ, subject S1: several records have the same STUDYID, USUBJID, AESEQ (2 records)"),
    ("ADAE", 1, "AETERM", "x" * 201, "ADAE.AETERM, subject S1: has a value of more than 200 bytes"),
    ("ADAE", 1, "AETERM", "发" * 67, "ADAE.AETERM, subject S1: has a value of more than 200 bytes"),
]


@pytest.mark.parametrize(("dataset", "record", "variable", "value", "expected"), CELLS)
def test_a_cell_against_a_rule(found, dataset, record, variable, value, expected):
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frames[dataset].loc[record, variable] = value

    said = found(change)
    assert [one for one in said if one.startswith(expected)], said


@pytest.mark.parametrize(
    ("dataset", "variable", "expected"),
    [
        ("ADSL", "RACE", "ADSL.RACE: is Required in ADSL and not there [ADaM ADSL: Core]"),
        ("ADSL", "TRT01P", "ADSL.TRTxxP: is Required in ADSL and not there [ADaM ADSL: Core]"),
        ("ADLB", "PARAM", "ADLB.PARAM: is Required in BDS and not there [ADaM BDS: Core]"),
        ("ADLB", "ADT", "ADLB.ADT: is a key of the dataset and not there [ADaMIG 1.3 section 2.3]"),
        ("ADAE", "TRTP", "ADAE.TRTP: no variable of the dataset tells the treatment [ADaMIG 1.3 section 3.3]"),
    ],
)
def test_a_variable_that_is_not_there(found, dataset, variable, expected):
    assert expected in found(lambda frames: frames.update({dataset: frames[dataset].drop(columns=variable)}))


def test_a_subject_that_is_there_twice(found):
    said = found(lambda frames: frames.update(ADSL=pd.concat([frames["ADSL"], frames["ADSL"].iloc[:1]], ignore_index=True)))
    assert [one for one in said if "ADSL.USUBJID" in one] == [
        "ADSL.USUBJID, subject S1: several records have the same STUDYID, USUBJID (2 records) [ADaMIG 1.3 section 2.3]",
        "ADSL.USUBJID, subject S1: has several records of a subject (2 records) [ADaMIG 1.3 section 2.3.1]",
    ]


@pytest.mark.parametrize(
    ("variable", "described", "expected"),
    [
        ("SAFFL", {"label": ""}, "ADSL.SAFFL: has a label of 0 bytes; 1 to 40 are expected"),
        ("SAFFL", {"label": "安全性分析集" * 3}, "ADSL.SAFFL: has a label of 54 bytes; 1 to 40 are expected"),
        ("SAFFL", {"type": "Num"}, "ADSL.SAFFL: is Num, and Char in the standard"),
        ("RANDDT", {"format": ""}, "ADSL.RANDDT: is a date without a format by which SAS shows it"),
    ],
)
def test_what_a_file_says_of_a_variable(found, variable, described, expected):
    assert [one for one in found(**{variable: described}) if one.startswith(expected)]


def test_a_dataset_without_records_keeps_the_rules(found):
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frames.update({name: frame.iloc[:0] for name, frame in frames.items()})

    assert found(change) == []
