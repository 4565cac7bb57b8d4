"""Values of the study that the mapping language has no word for."""

from __future__ import annotations

import pandas as pd


def usubjid(subject: pd.Series) -> pd.Series:
    """TINY01- and the subject's number."""
    return ("TINY01-" + subject).where(subject != "", "")
