"""What is against a rule of ADaM: in which dataset and variable, of which subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.analysis.adam.making import SUBJECT
from trialbook.datasets.columns import number_text


@dataclass(frozen=True)
class Violation:
    """``subject`` is the first one with it (empty where it is of the dataset as a whole), ``records`` how many have it.

    ``rule`` names the section of the guide that says so.
    """

    dataset: str
    variable: str
    text: str
    rule: str
    subject: str = ""
    records: int = 0

    def __str__(self) -> str:
        of = f", subject {self.subject}" if self.subject else ""
        many = f" ({self.records} records)" if self.records > 1 else ""
        return f"{self.dataset}.{self.variable}{of}: {self.text}{many} [{self.rule}]"


def violated(
    dataset: str, variable: str, frame: pd.DataFrame, wrong: np.ndarray | pd.Series, text: str, rule: str
) -> Iterator[Violation]:
    """One violation where any record is ``wrong`` (a mask over ``frame``). ``{}`` in the text stands for the variable's first
    wrong value."""
    mask = np.asarray(wrong, dtype=bool)
    if not mask.any():
        return
    first = int(mask.argmax())
    value = shown(frame[variable].iloc[first]) if variable in frame and "{}" in text else ""
    subject = str(frame[SUBJECT].iloc[first]) if SUBJECT in frame else ""
    yield Violation(dataset, variable, text.replace("{}", value), rule, subject, int(mask.sum()))


def shown(value: object) -> str:
    """A value as a person reads it: a text in quotes, a number as it is written, ``empty`` where there is none."""
    if isinstance(value, float):
        return number_text(value) or "empty"
    return repr(value) if value else "empty"


def filled(column: pd.Series) -> pd.Series:
    """Which cells are there: no NaN, no empty text."""
    return column.notna() if pd.api.types.is_numeric_dtype(column.dtype) else column != ""
