from __future__ import annotations

import pandas as pd


def with_study(subject: pd.Series) -> pd.Series:
    """TEST-01 for 01."""
    return ("TEST-" + subject).where(subject != "", "")


def longest_first(term: pd.Series) -> pd.Series:
    """The rank of each term by its length, in the order of the ranks."""
    ordered = term.loc[term.str.len().sort_values(ascending=False, kind="stable").index]
    return pd.Series(range(1, len(ordered) + 1), index=ordered.index)


def doses(subject: pd.Series, EX: pd.DataFrame) -> pd.Series:  # noqa: N803
    """How many doses each subject had; it spoils its own copy of the form."""
    given = EX.groupby("SUBJ").size()
    EX["DOSE"] = "spoilt"
    return subject.map(given)


def no_value(term: pd.Series) -> pd.Series:
    """None, NaN and NA are no values."""
    return pd.Series([None, float("nan"), pd.NA] * len(term), dtype=object).head(len(term))
