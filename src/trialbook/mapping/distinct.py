"""Work done once for each distinct combination of values: a study has few of them beside its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Distinct:
    """``rows``: the distinct combinations of some text columns; ``of[i]``: which of them record i has."""

    rows: list[tuple[str, ...]]
    of: np.ndarray


def distinct_rows(columns: Sequence[pd.Series]) -> Distinct:
    """The distinct combinations of columns that are of the same length, in the order in which they come."""
    of = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        codes, values = pd.factorize(column)
        of = pd.factorize(of * (len(values) + 1) + codes)[0] if len(values) > 1 else of
    first = np.flatnonzero(~pd.Series(of).duplicated().to_numpy())
    texts = [column.take(first).tolist() for column in columns]
    return Distinct(list(zip(*texts, strict=True)), of)


def spread(texts: Sequence[str], of: np.ndarray, index: pd.Index) -> pd.Series:
    """Text column with ``texts[of[i]]`` for record i."""
    return pd.Series(list(texts), dtype="str").take(of).set_axis(index)
