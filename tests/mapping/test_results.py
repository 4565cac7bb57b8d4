"""Results as sites write them: what is read, in which unit it comes out, and where it lies in its range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.mapping.domain_spec import Algorithm, DomainSpec
from trialbook.mapping.later import LATER
from trialbook.mapping.making import Making
from trialbook.mapping.provenance import Source
from trialbook.mapping.results import as_text, read_result
from trialbook.mapping.units import UnitsSpec

UNITS = UnitsSpec.model_validate(
    {
        "tests": {
            "CREAT": {"unit": "umol/L", "molar_mass": "113.12"},
            "HGB": {"unit": "g/L"},
            "HBA1C": {"unit": "%", "from": {"mmol/mol": {"slope": 0.09148, "intercept": 2.152}}},
            "INR": {"unit": ""},
            "TEMP": {"unit": "C"},
            "URPROT": {"unit": "", "results": {"1+": ["+"], "2+": ["++"]}},
            "WBC": {"unit": "10^9/L"},
        },
        "results": {"NEGATIVE": ["阴性", "-"], "POSITIVE": ["+"], "NOT DETECTED": ["ND", "未检出"]},
    }
)
TARGETS = ("STRESC", "STRESN", "STRESU", "STNRLO", "STNRHI")


def made(records: Sequence[dict[str, str]], prefix: str = "LB") -> Making:
    """A dataset of records given by --suffix, with all that can be derived of results."""
    frame = pd.DataFrame({f"{prefix}{name}": [record.get(name, "") for record in records] for name in FILLED}, dtype="str")
    sources = {name: Source(((("LAB", name),),), np.zeros(len(frame), dtype=np.int64)) for name in frame.columns}
    domain = DomainSpec.model_validate({"domain": prefix, "records": [{"form": "LAB"}]})
    specs: Any = SimpleNamespace(units=UNITS)
    making = Making(domain, frame, sources, {}, specs, {})
    algorithms = {f"{prefix}{name}": {"derive_standard_result": f"{prefix}ORRES"} for name in TARGETS}
    algorithms[f"{prefix}NRIND"] = {"derive_range_indicator": f"{prefix}STRESN"}
    for name, algorithm in algorithms.items():
        one = Algorithm.model_validate(algorithm)
        LATER[one.operation](making, name, one)
    return making


FILLED = ("TESTCD", "SPEC", "ORRES", "ORRESU", "ORNRLO", "ORNRHI", "STAT")


def standard(test: str, text: str, unit: str) -> tuple[str, float | None, str]:
    frame = made([{"TESTCD": test, "ORRES": text, "ORRESU": unit}]).frame
    number = float(frame["LBSTRESN"][0])
    return frame["LBSTRESC"][0], None if math.isnan(number) else number, frame["LBSTRESU"][0]


@pytest.mark.parametrize(
    ("test", "text", "unit", "expected"),
    [
        # In the standard unit: the collected digits, in the usual form.
        ("WBC", "5.0", "10^9/L", ("5.0", 5.0, "10^9/L")),
        ("WBC", ".5", "×10⁹/L", ("0.5", 0.5, "10^9/L")),
        ("WBC", "５．０", "10*9/L", ("5.0", 5.0, "10^9/L")),
        ("WBC", " 007. ", "10^9/L", ("7", 7.0, "10^9/L")),
        ("WBC", "1.2E3", "10^9/L", ("1200", 1200.0, "10^9/L")),
        ("WBC", "-0.0", "10^9/L", ("0.0", 0.0, "10^9/L")),
        ("INR", "1.10", "", ("1.10", 1.1, "")),
        # By prefix: the point moves, the digits stay.
        ("WBC", "5000", "10^6/L", ("5.000", 5.0, "10^9/L")),
        ("HGB", "12.5", "g/dL", ("125", 125.0, "g/L")),
        ("HGB", "5.0", "g/dL", ("50", 50.0, "g/L")),
        # Otherwise six digits, half up.
        ("CREAT", "1", "mg/dL", ("88.4017", 88.4017, "umol/L")),
        ("CREAT", "1.00", "mg/dL", ("88.4017", 88.4017, "umol/L")),
        ("CREAT", "0", "mg/dL", ("0", 0.0, "umol/L")),
        ("CREAT", "1131.2", "mg/dL", ("100000", 100000.0, "umol/L")),
        ("HBA1C", "48", "mmol/mol", ("6.54304", 6.54304, "%")),
        ("HBA1C", "6.5", "%", ("6.5", 6.5, "%")),
        ("TEMP", "98.6", "F", ("37", 37.0, "C")),
        # Bounds keep their sign and are no numbers.
        ("WBC", "<0.001", "10^9/L", ("<0.001", None, "10^9/L")),
        ("WBC", "＜0.5", "10^9/L", ("<0.5", None, "10^9/L")),
        ("WBC", "≥5", "10^9/L", (">=5", None, "10^9/L")),
        ("WBC", "≤ .5", "10^9/L", ("<=0.5", None, "10^9/L")),
        ("WBC", "<=0.5", "10^9/L", ("<=0.5", None, "10^9/L")),
        ("WBC", ">1000", "10^9/L", (">1000", None, "10^9/L")),
        ("CREAT", "<0.2", "mg/dL", ("<17.6803", None, "umol/L")),
        # Words, the test's own first; they have no unit.
        ("WBC", "ND", "10^9/L", ("NOT DETECTED", None, "")),
        ("WBC", "未检出", "", ("NOT DETECTED", None, "")),
        ("HCG", "阴性", "", ("NEGATIVE", None, "")),
        ("HCG", "negative", "", ("NEGATIVE", None, "")),
        ("HCG", "+", "", ("POSITIVE", None, "")),
        ("HCG", "－", "", ("NEGATIVE", None, "")),
        ("URPROT", "+", "", ("1+", None, "")),
        ("URPROT", "＋＋", "", ("2+", None, "")),
        # An unknown unit or test has none of the three.
        ("CREAT", "1", "U/L", ("", None, "")),
        ("CREAT", "<1", "U/L", ("", None, "")),
        ("CREAT", "1", "", ("", None, "")),
        ("INR", "1", "foo", ("", None, "")),
        ("HCG", "1", "IU/L", ("", None, "")),
        # What is neither number nor word stays.
        ("WBC", "1,234", "10^6/L", ("1,234", None, "")),
        ("WBC", "1，234", "10^6/L", ("1，234", None, "")),
        ("WBC", "5.0 H", "10^9/L", ("5.0 H", None, "")),
        ("WBC", "5.0↑", "10^9/L", ("5.0↑", None, "")),
        ("WBC", "10-20", "10^9/L", ("10-20", None, "")),
        ("WBC", "++", "", ("++", None, "")),
        ("WBC", "<", "10^9/L", ("<", None, "")),
        ("WBC", "NaN", "10^9/L", ("NaN", None, "")),
        ("WBC", "1e999", "10^9/L", ("1e999", None, "")),
        ("WBC", "", "10^9/L", ("", None, "")),
    ],
)
def test_a_result_in_standard_form(test: str, text: str, unit: str, expected: tuple[str, float | None, str]) -> None:
    assert standard(test, text, unit) == expected


def test_issues_name_test_and_unit_and_records() -> None:
    records = [
        {"TESTCD": "CREAT", "ORRES": "1", "ORRESU": "U/L"},
        {"TESTCD": "CREAT", "ORRES": "1", "ORRESU": "mg/dL"},
        {"TESTCD": "HCG", "ORRES": "5", "ORRESU": "IU/L"},
        {"TESTCD": "CREAT", "ORRES": "1,2", "ORRESU": "U/L"},
        {"TESTCD": "CREAT", "ORRES": "2", "ORRESU": ""},
        {"TESTCD": "WBC", "ORRES": "2", "ORRESU": "10^9/L", "ORNRHI": "<10", "ORNRLO": "bis 3"},
    ]
    assert [(one.rule, one.records.tolist(), one.message) for one in made(records).issues] == [
        ("TB-MAP-LB-LBORRESU-CREAT-UNIT", [0, 4], "No conversion of CREAT from {LBORRESU} to umol/L in units.yml; known: umol/L"),
        (
            "TB-MAP-LB-LBORRESU-UNIT",
            [2],
            "units.yml has no standard unit for {LBTESTCD}, so its results (here in {LBORRESU}) have none",
        ),
        (
            "TB-MAP-LB-LBORRES-RESULT",
            [3],
            "The result {LBORRES} of {LBTESTCD} is neither a number nor a word that is known for results",
        ),
        ("TB-MAP-LB-LBORNRLO-RESULT", [5], "The limit {LBORNRLO} of the normal range of {LBTESTCD} is not a number"),
        ("TB-MAP-LB-LBORNRHI-RESULT", [5], "The limit {LBORNRHI} of the normal range of {LBTESTCD} is not a number"),
    ]


def test_of_no_known_test_nothing_more_is_said() -> None:
    """A row whose cells are shifted has another column's text as its test, which is what is told of it."""
    shifted = {"TESTCD": "", "ORRES": "AST", "ORRESU": "26", "ORNRLO": "U/L", "ORNRHI": "15"}
    assert made([shifted, {"TESTCD": "", "ORRES": "26", "ORRESU": "foo"}]).issues == []


def test_what_was_not_done_has_no_result_and_is_no_issue() -> None:
    making = made([{"TESTCD": "WBC", "ORRES": "未查", "ORRESU": "foo", "STAT": "NOT DONE"}])
    assert [making.frame[f"LB{name}"][0] for name in ("STRESC", "STRESU", "NRIND")] == ["", "", ""]
    assert making.issues == []


def test_another_domain_has_its_own_prefix() -> None:
    making = made([{"TESTCD": "TEMP", "ORRES": "98.6", "ORRESU": "F"}, {"TESTCD": "TEMP", "ORRES": "1", "ORRESU": "K"}], "VS")
    assert making.frame["VSSTRESC"].tolist() == ["37", "-272.15"]
    assert making.frame["VSSTRESN"].tolist() == [37.0, -272.15]


def test_a_standard_result_comes_from_result_and_unit() -> None:
    making = made([{"TESTCD": "WBC", "ORRES": "1", "ORRESU": "10^9/L"}])
    assert making.sources["LBSTRESN"].ways == ((("LAB", "LBORRES"), ("LAB", "LBORRESU")),)
    assert making.sources["LBSTNRHI"].ways == ((("LAB", "LBORNRHI"), ("LAB", "LBORRESU")),)
    behind_range = {column for _, column in making.sources["LBNRIND"].ways[0]}
    assert behind_range == {"LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI"}


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("3.9", "4", "10", "LOW"),
        ("4.0", "4", "10", "NORMAL"),
        ("10.00", "4", "10", "NORMAL"),
        ("10.01", "4", "10", "HIGH"),
        # One limit alone; none.
        ("3", "4", "", "LOW"),
        ("5", "4", "", "NORMAL"),
        ("5", "", "10", "NORMAL"),
        ("11", "", "10", "HIGH"),
        ("5", "", "", ""),
        # A bound where it leaves no doubt.
        ("<4", "4", "10", "LOW"),
        ("<=4", "4", "10", ""),
        ("<3", "4", "10", "LOW"),
        ("<5", "4", "10", ""),
        ("<5", "", "10", "NORMAL"),
        ("<10", "0", "10", "NORMAL"),
        ("<11", "0", "10", ""),
        ("<5", "-1", "10", ""),
        (">10", "4", "10", "HIGH"),
        (">=10", "4", "10", ""),
        (">=4", "4", "", "NORMAL"),
        (">3", "4", "", ""),
        (">5", "4", "10", ""),
        # Words have no place in a range of numbers.
        ("阴性", "4", "10", ""),
        ("", "4", "10", ""),
        # A limit that can't be read leaves open what lies within.
        ("5", "4", "<10", ""),
        ("3", "4", "<10", "LOW"),
        ("5", "≥4", "≤10", "NORMAL"),
        ("5", "≤4", "10", ""),
        ("5", "10", "4", ""),
    ],
)
def test_the_place_of_a_result_in_its_range(text: str, low: str, high: str, expected: str) -> None:
    record = {"TESTCD": "WBC", "ORRES": text, "ORRESU": "10^9/L", "ORNRLO": low, "ORNRHI": high}
    assert made([record]).frame["LBNRIND"].tolist() == [expected]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.decimals("0.01", "999", places=2), min_size=1, max_size=6),
    st.decimals("0.01", "999", places=2),
    st.decimals("0.01", "999", places=2),
)
def test_converted_or_not_a_result_has_the_same_place(results: list[Decimal], one: Decimal, other: Decimal) -> None:
    """Also one that is equal to a limit which is written with other digits."""
    low, high = sorted((one, other))
    records = [
        {"TESTCD": "CREAT", "ORRES": str(r), "ORRESU": unit, "ORNRLO": f"{low}0", "ORNRHI": str(high.normalize())}
        for unit in ("mg/dL", "umol/L")
        for r in [*results, low, high]
    ]
    places = made(records).frame["LBNRIND"].tolist()
    half = len(places) // 2
    assert places[:half] == places[half:]
    assert places[:half] == ["LOW" if r < low else "HIGH" if r > high else "NORMAL" for r in [*results, low, high]]


@settings(max_examples=100)
@given(st.decimals("-99999", "99999", places=4))
def test_a_number_is_read_as_it_is_written(number: Decimal) -> None:
    reading = read_result(str(number))
    assert reading is not None and reading.number == number and reading.sign == ""
    assert read_result(as_text(reading.number)) == reading


@settings(max_examples=150)
@given(st.text(max_size=10))
def test_any_text_is_read_or_is_not(text: str) -> None:
    reading = read_result(text, UNITS.words)
    assert reading is None or bool(reading.word) != (reading.number is not None)


def test_an_empty_dataset_has_its_variables() -> None:
    making = made([])
    assert [str(making.frame[f"LB{name}"].dtype) for name in (*TARGETS, "NRIND")] == [
        "str", "float64", "str", "float64", "float64", "str",
    ]  # fmt: skip
