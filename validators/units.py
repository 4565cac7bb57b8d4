"""Units: whether result and normal range are those of the unit that they are given in, or of another one of the test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, rule
from trialbook.mapping.codes import read_terms
from trialbook.mapping.distinct import distinct_rows
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.units import UnitsSpec

TOLD = ["IFN-LB-011", "IFN-LB-012", "IFN-LB-026"]
"""What the same fault breaks in LB: an impossible result, a range that is none of the test, a jump between visits."""


def facts_of(cls: Any, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """By record the test as LBTESTCD, result and upper limit as numbers, and the test's limits in ``plausible_ranges.csv``."""
    tests = read_terms(cls.cells(frame, column), cls._study().codelists["LBTESTCD"])
    table = cls.table("plausible_ranges").set_index("test")
    facts = pd.DataFrame({"test": tests, "upper": read_numbers(cls.cells(frame, "ULN"))})
    facts["result"] = read_numbers(cls.cells(frame, "RESULT_TXT"))
    for name in ("low", "high", "least_upper_limit", "greatest_upper_limit"):
        facts[name] = tests.map(read_numbers(table[name])).astype("float64")
    return facts


def fits_unit(spec: UnitsSpec, facts: pd.DataFrame, units: pd.Series) -> pd.Series:
    """Whether result and upper limit would be the test's if the records were in ``units``: 1 or 0.

    NaN for a unit that ``units.yml`` cannot convert for the test, and where the record has no upper limit.
    """
    pairs = distinct_rows([facts["test"], units])
    lines = []
    for test, unit in pairs.rows:
        standard = spec.of(test, "")
        lines.append(standard.conversion(spec.term(unit)) if standard is not None and unit else None)
    slope, intercept = (
        np.array([np.nan if line is None else float(getattr(line, name)) for line in lines], dtype="float64")[pairs.of]
        for name in ("slope", "intercept")
    )
    upper, result = (facts[name] * slope + intercept for name in ("upper", "result"))
    fits = upper.between(facts["least_upper_limit"], facts["greatest_upper_limit"])
    fits &= ~((result < facts["low"]) | (result > facts["high"]))
    return fits.astype("float64").where(upper.notna() & facts["least_upper_limit"].notna())


def of_another_unit(cls: Any, frame: pd.DataFrame, column: str) -> pd.Series:
    """Whether they are not those of their own unit, and would be those of another one in which the export has the test."""
    own, facts, spec = cls.cells(frame, "UNIT_LOCAL"), facts_of(cls, frame, column), cls._study().units
    wrong = fits_unit(spec, facts, own) == 0
    found = pd.Series(False, index=frame.index)
    for unit in sorted(set(own[facts["test"].isin(set(facts["test"][wrong]))]) - {""}):
        asked = wrong & facts["test"].isin(set(facts["test"][own == unit])) & (own != unit)
        there = pd.Series(unit, index=frame.index[asked], dtype="str")
        found[asked] = found[asked] | (fits_unit(spec, facts[asked], there) == 1)
    return found


class LabUnits(RawForm, form="LAB"):
    @rule(
        "IFN-LB-025",
        Severity.ERROR,
        "Result and normal range are those of another unit of the test",
        variables=["UNIT_LOCAL", "RESULT_TXT", "LLN", "ULN", "TEST_LOCAL"],
        mend=["UNIT_LOCAL"],
        query="{TEST_LOCAL} 的结果 {RESULT_TXT}（参考范围 {LLN}–{ULN}）与单位 {UNIT_LOCAL} 不符，请核实单位。 / "
        "{TEST_LOCAL} is {RESULT_TXT} with the normal range {LLN} to {ULN}, none in {UNIT_LOCAL}: please check the unit.",
        stands_for=TOLD,
    )
    def unit_is_that_of_the_range(cls, lab: pd.DataFrame) -> pd.Series:
        return ~of_another_unit(cls, lab, "TEST_LOCAL")


class ThyroidUnits(RawForm, form="THYROID_AB"):
    @rule(
        "IFN-LB-027",
        Severity.ERROR,
        "Result and normal range are those of another unit of the test",
        variables=["UNIT_LOCAL", "RESULT_TXT", "LLN", "ULN", "TEST"],
        mend=["UNIT_LOCAL"],
        query="{TEST} 的结果 {RESULT_TXT}（参考范围 {LLN}–{ULN}）与单位 {UNIT_LOCAL} 不符，请核实单位。 / "
        "{TEST} is {RESULT_TXT} with the normal range {LLN} to {ULN}, none in {UNIT_LOCAL}: please check the unit.",
        stands_for=TOLD,
    )
    def unit_is_that_of_the_range(cls, thyroid: pd.DataFrame) -> pd.Series:
        return ~of_another_unit(cls, thyroid, "TEST")
