"""Dates of any form: near to the study's other dates, and each visit's date where the subject's other visits put it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from trialbook.checks import RawForm, Severity, complete_date, rule
from trialbook.datasets.iso8601 import split
from trialbook.protocol import load_visits

VISITS = load_visits(Path(__file__).resolve().parents[1] / "protocol")
DAYS = {name: one.day - (one.day > 0) for name, one in VISITS.items() if one.day is not None}
"""Days after day 1 on which each visit is planned."""

MOST_YEARS = 5
"""Assumption: recruitment and follow-up last less; a date farther from the middle of its column is mistyped."""

WINDOWS = {name: max(map(abs, one.window or (0, 0))) for name, one in VISITS.items()}

LEEWAY = max(days for name, days in WINDOWS.items() if name != "SCREENING")
"""Days by which a visit may lie apart from where the others put it beyond its own window: they have windows too."""

LEAST_VISITS = 3
"""Records of a subject from which on the middle of them tells where a visit belongs."""

VISIT_DATES = {
    "BM": "BM_DAT",
    "LAB": "LAB_DAT",
    "MRD_MFC": "SAMPLE_DAT",
    "MRD_PCR": "SAMPLE_DAT",
    "RESP": "ASSESS_DAT",
    "SEROLOGY": "DAT",
    "SURV": "CONTACT_DAT",
    "THYROID_AB": "DAT",
    "VS_ECOG": "DAT",
}
DATES = {
    "AE": ("START", "END"),
    "BM": ("BM_DAT",),
    "DEATH": ("DTH_DAT",),
    "DISP": ("EOT_DAT", "EOS_DAT"),
    "DM": ("ICF_DAT",),
    "DX": ("DX_DAT",),
    "ELIG": ("SCR_DAT",),
    "EX": ("PLANNED_DAT", "ADMIN_DAT"),
    "IE": ("IE_DAT",),
    "LAB": ("LAB_DAT",),
    "MRD_MFC": ("SAMPLE_DAT",),
    "MRD_PCR": ("SAMPLE_DAT", "REPORT_DAT"),
    "PRIORCHEMO": ("START_DAT", "END_DAT", "CR_DAT"),
    "RAND": ("RAND_DTTM",),
    "RESP": ("ASSESS_DAT", "RELAPSE_DAT", "MRD_RELAPSE_DAT", "CONFIRM_DAT"),
    "SEROLOGY": ("DAT",),
    "SURV": ("CONTACT_DAT", "LAST_ALIVE_DAT"),
    "THYROID_AB": ("DAT",),
    "VS_ECOG": ("DAT",),
}
"""Every column with a date but that of birth."""


def day(dates: pd.Series) -> pd.Series:
    """Days since 1970, NaN where a date is not complete."""
    return (complete_date(dates) - pd.Timestamp(0)).dt.days.astype("float64")


def near(form: str, column: str) -> Callable[..., pd.Series]:
    """The rule that a date lies within years of the middle of all dates of its form."""

    @rule(
        f"IFN-DATE-{form}-{column}",
        Severity.ERROR,
        f"{column} lies more than {MOST_YEARS} years from the other dates of the form",
        variables=[column],
        query=f"日期 {{{column}}} 与其他日期相差 {MOST_YEARS} 年以上，请核实年份。 / "
        f"{{{column}}} lies more than {MOST_YEARS} years from the other dates: please check the year.",
    )
    def is_near(cls: type[RawForm], frame: pd.DataFrame) -> pd.Series:
        years = {one: split(cls.date(frame, one))["y"] for one in DATES[form] if one in frame}
        middle = pd.concat(list(years.values())).median()
        return ~((years[column] - middle).abs() > MOST_YEARS)

    return is_near


def at_visit(form: str, column: str) -> Callable[..., pd.Series]:
    """The rule that a visit's date lies where the other visits of the subject put it."""

    @rule(
        f"IFN-VISIT-{form}",
        Severity.WARNING,
        f"By the subject's other visits in the form, {{VISIT}} is more than {LEEWAY} days and its window away from this date",
        variables=[column, "VISIT", "SUBJID"],
        mend=[column, "VISIT"],
        query=f"访视 {{VISIT}} 的日期 {{{column}}} 与该受试者其他访视的日期不符：日期或访视是否有误？ / "
        f"{{VISIT}} on {{{column}}} does not agree with the dates of the subject's other visits: are date and visit right?",
    )
    def is_at_visit(cls: type[RawForm], frame: pd.DataFrame) -> pd.Series:
        subject = cls.cells(frame, "SUBJID")
        start = day(cls.date(frame, column)) - cls.term(frame, "VISIT").map(DAYS).astype("float64")
        if form == "SURV":
            # A death or a loss is told when it is known, not when the visit is due.
            start = start.where(cls.term(frame, "STATUS") == "ALIVE")
        by_subject = start.groupby(subject)
        window = cls.term(frame, "VISIT").map(WINDOWS).astype("float64")
        # When screening takes place says little of day 1, unless there is but one other visit, which may be the wrong one.
        others = start.where(cls.term(frame, "VISIT") != "SCREENING").groupby(subject)
        later = others.transform("median").where(others.transform("count") > 1)
        far = (start - later.fillna(by_subject.transform("median"))).abs() > window + LEEWAY
        return ~(far & (by_subject.transform("count") >= LEAST_VISITS) & (subject != ""))

    return is_at_visit


def dated(form: str) -> type[RawForm]:
    """The model of a form's dates: a rule for each, and one for the date of the visit where the form has visits."""

    rules = {f"{column}_is_near": near(form, column) for column in DATES[form]}
    if form in VISIT_DATES:
        rules["is_at_visit"] = at_visit(form, VISIT_DATES[form])

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
IeDates = dated("IE")
LabDates = dated("LAB")
MrdMfcDates = dated("MRD_MFC")
MrdPcrDates = dated("MRD_PCR")
PriorchemoDates = dated("PRIORCHEMO")
RandDates = dated("RAND")
RespDates = dated("RESP")
SerologyDates = dated("SEROLOGY")
SurvDates = dated("SURV")
ThyroidAbDates = dated("THYROID_AB")
VsEcogDates = dated("VS_ECOG")
