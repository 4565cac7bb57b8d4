"""Screening numbers: what happens after a new screening stands under the new number."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from trialbook.checks import RawForm, Severity, rule

FORMS = ("LAB", "VS_ECOG", "THYROID_AB", "SEROLOGY", "BM", "MRD_MFC", "MRD_PCR", "RESP", "SURV")
"""The forms with visits."""


def under_new_number(form: str) -> Callable[..., pd.Series]:
    """The rule that visits after randomization stand under the number that was randomized."""

    @rule(
        f"IFN-NUM-{form}",
        Severity.ERROR,
        "A visit of the trial under a screening number that was not randomized; the subject was, under a later one",
        variables=["SUBJID", "VISIT"],
        reads={"DM": ["SUBJID", "SUBJID_PREV"], "RAND": ["SUBJID", "RAND_NO"]},
        mend=["SUBJID"],
        query="访视 {VISIT} 的记录填写在筛选失败的筛选号 {SUBJID} 下，该受试者以新筛选号随机，请核实筛选号。 / "
        "{VISIT} is recorded under {SUBJID}, the number of a failed screening, and the subject was randomized under a later one: "
        "please check the number.",
    )
    def is_under_new_number(cls: type[RawForm], frame: pd.DataFrame, dm: pd.DataFrame, rand: pd.DataFrame) -> pd.Series:
        number, before = (cls.cells(dm, column, "DM") for column in ("SUBJID", "SUBJID_PREV"))
        randomized = set(cls.cells(rand, "SUBJID", "RAND")) - {""}
        superseded = (set(before[number.isin(randomized)]) & set(number)) - randomized - {""}
        later = [name for name, visit in cls.protocol.visits.items() if visit.day is None or visit.day >= 1]
        return ~(cls.cells(frame, "SUBJID").isin(superseded) & cls.term(frame, "VISIT").isin(later))

    return is_under_new_number


def numbered(form: str) -> type[RawForm]:
    """The model of a form's screening numbers."""

    class Numbered(RawForm, form=form):
        pass

    Numbered.is_under_new_number = classmethod(under_new_number(form))  # type: ignore[attr-defined]
    return Numbered


LabNumbers = numbered("LAB")
VsNumbers = numbered("VS_ECOG")
ThyroidNumbers = numbered("THYROID_AB")
SerologyNumbers = numbered("SEROLOGY")
BmNumbers = numbered("BM")
MfcNumbers = numbered("MRD_MFC")
PcrNumbers = numbered("MRD_PCR")
RespNumbers = numbered("RESP")
SurvNumbers = numbered("SURV")
