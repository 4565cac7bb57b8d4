"""Values of the study that the mapping language has no word for."""

from __future__ import annotations

import pandas as pd


def patient(subject: pd.Series) -> pd.Series:
    """The number of the patient: ODM writes SUBJECT. before it."""
    return subject.str.removeprefix("SUBJECT.")


def usubjid(subject: pd.Series) -> pd.Series:
    """CTU05- and the number of the patient."""
    return ("CTU05-" + patient(subject)).where(subject != "", "")


def first_visit(subject: pd.Series, visit_date: pd.Series) -> pd.Series:
    """Whether no other record of the patient has an earlier date of visit; every format writes year, month, day in this order."""
    day = visit_date.str.replace("-", "")
    return day == day.groupby(subject).transform("min")
