"""Units: whether result and normal range are those of the unit that they are given in, or of another one of the test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, rule
from trialbook.mapping.codes import read_terms
from trialbook.mapping.numbers import read_numbers

TOLD = ["IFN-LB-011", "IFN-LB-012", "IFN-LB-026"]
"""What the same fault breaks in LB: an impossible result, a range that is none of the test, a jump between visits."""


def tests_of(cls: Any, frame: pd.DataFrame, column: str) -> pd.Series:
    """The tests as ``plausible_ranges.csv`` and ``units.yml`` have them, by LBTESTCD."""
    return read_terms(cls.cells(frame, column), cls._study().codelists["LBTESTCD"])


def fits_unit(cls: Any, frame: pd.DataFrame, tests: pd.Series, units: pd.Series) -> pd.Series:
    """Whether result and upper limit would be the test's if the records were in ``units``: 1 or 0.

    NaN for a unit that ``units.yml`` cannot convert for the test, and where the record has no upper limit.
    """
    spec = cls._study().units
    pairs = pd.MultiIndex.from_arrays([tests, units])
    lines = {}
    for test, unit in pairs.unique():
        standard = spec.of(test, "")
        lines[test, unit] = standard.conversion(spec.term(unit)) if standard is not None and unit else None
    known = [lines[pair] for pair in pairs]
    slope, intercept = (
        np.array([np.nan if line is None else float(getattr(line, name)) for line in known], dtype="float64")
        for name in ("slope", "intercept")
    )
    upper, result = (read_numbers(cls.cells(frame, column)) * slope + intercept for column in ("ULN", "RESULT_TXT"))
    table = cls.table("plausible_ranges").set_index("test")
    low, high, least, greatest = (
        tests.map(read_numbers(table[name])).astype("float64")
        for name in ("low", "high", "least_upper_limit", "greatest_upper_limit")
    )
    fits = upper.between(least, greatest) & ~((result < low) | (result > high))
    return fits.astype("float64").where(upper.notna() & least.notna())


def of_another_unit(cls: Any, frame: pd.DataFrame, column: str) -> pd.Series:
    """Whether they are not those of their own unit, and would be those of another one in which the export has the test."""
    own, tests = cls.cells(frame, "UNIT_LOCAL"), tests_of(cls, frame, column)
    wrong = fits_unit(cls, frame, tests, own) == 0
    found = pd.Series(False, index=frame.index)
    for unit in sorted(set(own[tests.isin(set(tests[wrong]))]) - {""}):
        asked = wrong & tests.isin(set(tests[own == unit])) & (own != unit)
        found |= asked & (fits_unit(cls, frame, tests, own.where(~asked, unit)) == 1)
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
