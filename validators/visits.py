"""Dates of any form: near to the study's other dates. The dates of visits against the schedule are the kit's to check."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from trialbook.checks import RawForm, Severity, rule
from trialbook.datasets.iso8601 import split

MOST_YEARS = 5
"""Assumption: recruitment and follow-up last less; a date farther from the middle of its column is mistyped."""

DATES = {
    "AE": ("START", "END"),
    "BM": ("BM_DAT",),
    "DEATH": ("DTH_DAT",),
    "DISP": ("EOT_DAT", "EOS_DAT"),
    "DM": ("ICF_DAT",),
    "DX": ("DX_DAT",),
    "ELIG": ("SCR_DAT",),
    "EX": ("PLANNED_DAT", "ADMIN_DAT"),
    "HSCT": ("HSCT_DAT",),
    "IE": ("IE_DAT",),
    "LAB": ("LAB_DAT",),
    "MRD_MFC": ("SAMPLE_DAT",),
    "MRD_PCR": ("SAMPLE_DAT", "REPORT_DAT"),
    "PRIORCHEMO": ("START_DAT", "END_DAT", "CR_DAT"),
    "RAND": ("RAND_DTTM",),
    "RESP": ("ASSESS_DAT", "RELAPSE_DAT", "MRD_RELAPSE_DAT", "CONFIRM_DAT"),
    "SEROLOGY": ("DAT",),
    "SUBSEQ_TX": ("START",),
    "SURV": ("CONTACT_DAT", "LAST_ALIVE_DAT"),
    "THYROID_AB": ("DAT",),
    "VS_ECOG": ("DAT",),
}
"""Every column with a date but that of birth."""

TOO_EARLY = {"HSCT": "IFN-PR-001", "SUBSEQ_TX": "IFN-CM-021"}
"""The rule that nothing of a form lies before randomization, where there is one: what it tells of is not told again."""


def near(form: str, column: str) -> Callable[..., pd.Series]:
    """The rule that a date lies within years of the middle of all dates of its form."""

    @rule(
        f"IFN-DATE-{form}-{column}",
        Severity.ERROR,
        f"{column} lies more than {MOST_YEARS} years from the other dates of the form",
        variables=[column],
        query=f"日期 {{{column}}} 与其他日期相差 {MOST_YEARS} 年以上，请核实年份。 / "
        f"{{{column}}} lies more than {MOST_YEARS} years from the other dates: please check the year.",
        stands_for=["TB-VISIT-CONSENT", "TB-VISIT-WINDOW"],
        told_by=[f"TB-RAW-{form}-{column}-FUTURE", *filter(None, [TOO_EARLY.get(form)])],
    )
    def is_near(cls: type[RawForm], frame: pd.DataFrame) -> pd.Series:
        years = {one: split(cls.date(frame, one))["y"] for one in DATES[form] if one in frame}
        middle = pd.concat(list(years.values())).median()
        return ~((years[column] - middle).abs() > MOST_YEARS)

    return is_near


def dated(form: str) -> type[RawForm]:
    """The model of a form's dates: a rule for each."""

    rules = {f"{column}_is_near": near(form, column) for column in DATES[form]}

    class Dated(RawForm, form=form):
        pass

    for name, one in rules.items():
        setattr(Dated, name, classmethod(one))
    return Dated


AeDates = dated("AE")
BmDates = dated("BM")
DeathDates = dated("DEATH")
DispDates = dated("DISP")
DmDates = dated("DM")
DxDates = dated("DX")
EligDates = dated("ELIG")
ExDates = dated("EX")
HsctDates = dated("HSCT")
IeDates = dated("IE")
LabDates = dated("LAB")
MrdMfcDates = dated("MRD_MFC")
MrdPcrDates = dated("MRD_PCR")
PriorchemoDates = dated("PRIORCHEMO")
RandDates = dated("RAND")
RespDates = dated("RESP")
SerologyDates = dated("SEROLOGY")
SubseqTxDates = dated("SUBSEQ_TX")
SurvDates = dated("SURV")
ThyroidAbDates = dated("THYROID_AB")
VsEcogDates = dated("VS_ECOG")
