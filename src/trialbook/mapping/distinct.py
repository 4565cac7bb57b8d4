"""Work done once for each distinct combination of values: a study has few of them beside its records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def each_distinct(cells: pd.Series, of_text: Callable[[str], str]) -> pd.Series:
    """Text column with ``of_text`` of each cell, which is asked once for each distinct text; NaN stays NaN.

    A million cells cost their numbering only: ``Series.map`` makes a Python object of each.
    """
    codes, distinct = pd.factorize(cells)
    made = pd.array([of_text(text) for text in distinct], dtype="str")
    return pd.Series(made.take(codes, allow_fill=True), index=cells.index)


def numbers_of_distinct(cells: pd.Series, of_texts: Callable[[pd.Series], np.ndarray]) -> pd.Series:
    """float64 column: ``of_texts`` of the distinct texts, which it gets as one column, at each cell; NaN stays NaN."""
    codes, distinct = pd.factorize(cells)
    made = np.append(np.asarray(of_texts(pd.Series(distinct, dtype="str")), dtype="float64"), np.nan)
    return pd.Series(made[codes], index=cells.index)
