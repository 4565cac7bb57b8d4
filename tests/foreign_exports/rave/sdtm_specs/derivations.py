"""Values of the study that the mapping language has no word for."""

from __future__ import annotations

import pandas as pd


def usubjid(site: pd.Series, subject: pd.Series) -> pd.Series:
    """Subjects are numbered by site."""
    return site + "-" + subject
