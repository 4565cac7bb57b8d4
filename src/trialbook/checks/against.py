"""A rule's mask together with the records of other tables that its records were held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Against:
    """``mask`` as any rule gives it; ``beside`` by table for each record the position of the one there, -1 for none.

    Where a record may disagree with several there, ``beside`` has a column for each of them.
    """

    mask: pd.Series | np.ndarray
    beside: Mapping[str, np.ndarray]


def against(mask: pd.Series | np.ndarray, **beside: pd.Series | np.ndarray) -> Against:
    """What a rule gives that knows which record of a table it ``reads`` each record disagrees with: ``against(ok, LAB=at)``.

    ``at`` are positions in that table, from 0 on, -1 for none. The finding names that record's cells, where otherwise it names
    the subject's only record there. With several columns it names each of those records, and quotes the first. Raises ValueError
    where the lengths differ.
    """
    for name, positions in beside.items():
        if len(positions) != len(mask):
            raise ValueError(f"{len(positions)} positions in {name} for a mask of {len(mask)}")
    return Against(mask, {name: np.asarray(positions, dtype=np.int64) for name, positions in beside.items()})


def position_of(keys: pd.DataFrame, wanted: pd.DataFrame) -> np.ndarray:
    """For each row of ``wanted`` the position of the one row of ``keys`` that is equal to it, -1 for none or several.

    Both have the same columns; a row with an empty cell (``""``, NaN) is equal to none.
    """
    names = list(wanted.columns)
    known = keys.reset_index(drop=True).assign(__at__=np.arange(len(keys)))
    known = known[~known[names].duplicated(keep=False) & _whole(known[names])]
    asked = wanted.reset_index(drop=True)
    found = asked.where(_whole(asked)).merge(known, on=names, how="left")["__at__"]
    return found.fillna(-1).to_numpy(dtype=np.int64)


def value_at(values: pd.Series, positions: np.ndarray, index: pd.Index) -> pd.Series:
    """The value at each position, ``""`` (NaN for numbers, False for truths) for -1; with this index."""
    if values.dtype.kind == "b":
        return pd.Series(np.append(values.to_numpy(), False)[np.asarray(positions, dtype=np.int64)], index=index)
    taken = values.array.take(np.asarray(positions, dtype=np.int64), allow_fill=True)
    found = pd.Series(taken, index=index)
    return found if values.dtype.kind == "f" else found.fillna("")


def _whole(table: pd.DataFrame) -> pd.Series:
    return (table.notna() & (table != "")).all(axis=1)
