"""Where a defect finds its place: records in random order, and what another form says of a record's subject."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd


def records(frame: pd.DataFrame, where: pd.Series | np.ndarray, random: np.random.Generator) -> Iterator[tuple[int, pd.Series]]:
    """The records for which ``where`` holds, with their labels, in random order."""
    for label in random.permutation(frame.index[np.asarray(where, dtype=bool)]):
        yield int(label), frame.loc[label]


def known(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """A column by subject: the first value that is there."""
    filled = frame[frame[column] != ""].drop_duplicates("SUBJID")
    return dict(zip(filled["SUBJID"], filled[column], strict=True))


def arm(tables: dict[str, pd.DataFrame], form: str) -> pd.Series:
    """The arm of each record's subject; ``""`` for one that was not randomized."""
    arms = known(tables["RAND"], "GROUP")
    return pd.Series([arms.get(subject, "") for subject in tables[form]["SUBJID"]], index=tables[form].index, dtype="str")


def has(tables: dict[str, pd.DataFrame], form: str, subjects: set[str] | dict[str, str]) -> pd.Series:
    """Whether each record's subject is among ``subjects``."""
    return tables[form]["SUBJID"].isin(list(subjects))


def shift(date: str, days: int) -> str:
    """A whole ISO date some days later; the time of day stays."""
    return str(np.datetime64(date[:10], "D") + np.timedelta64(days, "D")) + date[10:]


def whole(dates: pd.Series) -> pd.Series:
    """Whether each is a date to the day."""
    return dates.str.len() >= 10
