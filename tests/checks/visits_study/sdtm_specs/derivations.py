"""Values of the study that the mapping language has no word for."""

from __future__ import annotations

import pandas as pd


def usubjid(subject: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """VISIT01- and the number, for numbers that the demographics have."""
    return ("VISIT01-" + subject).where(subject.isin(forms["DM"]["SUBJ"]) & (subject != ""), "")
