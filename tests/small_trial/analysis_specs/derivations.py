"""What the specifications of the small trial can't say."""

from __future__ import annotations

import pandas as pd

from trialbook.analysis.adam.columns import by_subject

WINDOW = 59


def end_of_window(randomized: pd.Series) -> pd.Series:
    """Day 60."""
    return randomized + WINDOW


def doses(subjects: pd.Series, ex: pd.DataFrame) -> pd.Series:
    """How many doses were given."""
    return by_subject(ex.groupby("USUBJID").size().astype("float64"), subjects).fillna(0.0)


def grade(value: pd.Series, high: pd.Series) -> pd.Series:
    """1 over the upper limit, 2 over three times it."""
    return ((value > high).astype("float64") + (value > 3 * high)).where(value.notna() & high.notna())
