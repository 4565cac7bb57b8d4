"""What the mapping language does not say: functions from columns to a column, one value a record."""

from __future__ import annotations

import pandas as pd


def usubjid(patient: pd.Series) -> pd.Series:
    """``701-1015`` becomes ``01-701-1015``: the project number stands before site and patient."""
    return ("01-" + patient).where(patient != "", "")


def upper(text: pd.Series) -> pd.Series:
    """The pilot's SDTM has its texts in capitals."""
    return text.str.upper()


def site(patient: pd.Series) -> pd.Series:
    """The site before the hyphen of the patient number."""
    return patient.str.partition("-")[0].astype("str")


def patient_number(patient: pd.Series) -> pd.Series:
    """The patient's number within the site."""
    return patient.str.partition("-")[2].astype("str")
