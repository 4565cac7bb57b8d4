"""Measurable residual disease by flow cytometry: the result against what was counted."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, rule
from trialbook.mapping.numbers import read_numbers

FEWEST_EVENTS = 20
"""Assumption: so many events at least make a cluster of cells; an assay that counts fewer cannot have its limit of detection."""


class FlowForm(RawForm, form="MRD_MFC", across=False):
    @classmethod
    def numbers(cls, mfc: pd.DataFrame, column: str) -> pd.Series:
        return read_numbers(cls.cells(mfc, column))

    @rule(
        "IFN-MRD-013",
        Severity.ERROR,
        "The result in flow cytometry is not what its share of cells and limit of detection say",
        variables=["RESULT", "MRD_PCT", "LOD_PCT"],
        mend=["RESULT", "MRD_PCT"],
        query="流式MRD结果为“{RESULT}”，比例为 {MRD_PCT}%，检测限为 {LOD_PCT}%，请核实。 / "
        "MRD by flow is {RESULT} with {MRD_PCT} % and a limit of detection of {LOD_PCT} %: please check.",
        cites=["ELN 2021 MRD"],
    )
    def result_agrees_with_share(cls, mfc: pd.DataFrame) -> pd.Series:
        result, share, limit = cls.term(mfc, "RESULT"), cls.numbers(mfc, "MRD_PCT"), cls.numbers(mfc, "LOD_PCT").fillna(0)
        written = cls.cells(mfc, "MRD_PCT").str.normalize("NFKC").str.strip()
        below = written.str.match("<").astype(bool) | (share < limit) | (share == 0)
        seen = (share > 0) & (share >= limit)
        not_evaluated = (result == "NOT EVALUABLE") & (written != "")
        return ~(((result == "POSITIVE") & below) | ((result == "NEGATIVE") & seen) | not_evaluated)

    @rule(
        "IFN-MRD-014",
        Severity.WARNING,
        "Too few cells were acquired for the limit of detection that the result has",
        variables=["CELLS_ACQUIRED", "LOD_PCT", "RESULT"],
        mend=["CELLS_ACQUIRED", "RESULT"],
        query="获取细胞数 {CELLS_ACQUIRED} 不足以达到检测限 {LOD_PCT}%，结果为“{RESULT}”，请核实。 / "
        "With {CELLS_ACQUIRED} cells there is no limit of detection of {LOD_PCT} %, and the result is {RESULT}: please check.",
        cites=["ELN 2021 MRD"],
    )
    def cells_are_enough(cls, mfc: pd.DataFrame) -> pd.Series:
        events = cls.numbers(mfc, "CELLS_ACQUIRED") * cls.numbers(mfc, "LOD_PCT") / 100
        return ~(cls.term(mfc, "RESULT").isin(["POSITIVE", "NEGATIVE"]) & (events < FEWEST_EVENTS))
