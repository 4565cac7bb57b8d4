from __future__ import annotations

import pandas as pd


def with_study(subject: pd.Series) -> pd.Series:
    """TEST-01 for 01."""
    return ("TEST-" + subject).where(subject != "", "")


def started(start: pd.Series) -> pd.Series:
    """Those that have a start."""
    return start != ""


def as_given(start: pd.Series, subject: pd.Series, EX: pd.DataFrame) -> pd.Series:  # noqa: N803
    """The start, and the subject's doses."""
    doses = EX.groupby("SUBJ")["GIVEN"].agg(" ".join)
    return start + " / " + subject.map(doses)
