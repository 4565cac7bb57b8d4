"""Columns of analysis datasets: texts and numbers; dates are SAS's, days since 1960, and are read as ISO 8601 by expressions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.datasets.columns import number_text
from trialbook.datasets.iso8601 import complete_date, first_day, last_day

SAS_EPOCH = np.datetime64("1960-01-01", "D")
DATE_FORMAT = "DATE9."


def is_date(name: str) -> bool:
    """Whether a variable's name says that it is a numeric date (ADaMIG 1.3 section 3.1.2: its name ends in DT)."""
    return name.endswith("DT")


def sas_days(dtc: pd.Series, impute: str | None = None) -> pd.Series:
    """The complete dates of ISO 8601 texts as days since 1960, float64; of partial ones their first or last day if asked for."""
    found = complete_date(dtc)
    if impute is not None:
        found = found.fillna(first_day(dtc) if impute == "first" else last_day(dtc))
    days = found.to_numpy().astype("datetime64[D]")
    return pd.Series(np.where(np.isnat(days), np.nan, (days - SAS_EPOCH).astype("float64")), index=dtc.index)


def imputed_parts(dtc: pd.Series, impute: str | None) -> pd.Series:
    """What of each date is imputed (ADaMIG 1.3 section 3.1.3): ``D`` the day, ``M`` month and day, ``""`` nothing."""
    if impute is None:
        return pd.Series("", index=dtc.index, dtype="str")
    imputed = (sas_days(dtc).isna() & sas_days(dtc, impute).notna()).to_numpy()
    month = dtc.str.match(r"\d{4}-\d{2}").to_numpy(dtype=bool)
    return pd.Series(np.where(imputed, np.where(month, "D", "M"), ""), index=dtc.index, dtype="str")


def iso_days(days: pd.Series) -> pd.Series:
    """Days since 1960 as ISO 8601 dates; ``""`` for NaN."""
    known = days.notna().to_numpy()
    filled = days.fillna(0).to_numpy().astype("int64").astype("timedelta64[D]")
    return pd.Series(np.where(known, (SAS_EPOCH + filled).astype(str), ""), index=days.index, dtype="str")


def as_text(name: str, column: pd.Series) -> pd.Series:
    """A column as an expression reads it: numbers as they are written, dates in ISO 8601, ``""`` for a missing cell."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return column.fillna("")
    if is_date(name):
        return iso_days(column)
    codes, distinct = pd.factorize(column)
    texts = np.array([*(number_text(value) for value in distinct), ""], dtype=object)
    return pd.Series(texts[codes], index=column.index, dtype="str")


def study_day(date: pd.Series, reference: pd.Series) -> pd.Series:
    """SDTM's study day (SDTMIG 3.4 section 4.4.4): the reference's day is 1, the day before it -1."""
    passed = date - reference
    return passed + (passed >= 0)


def by_subject(values: pd.Series, subjects: pd.Series) -> pd.Series:
    """``values``, indexed by USUBJID, beside the records of ``subjects``; missing where a subject has none."""
    found = subjects.map(values)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return found.astype("float64")
    return found.astype("object").fillna("").astype("str")
