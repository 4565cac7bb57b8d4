"""The engine's dataset with a faster way to ask each row the same question.

The engine's operators ask row by row (``apply(..., axis=1)``), and pandas makes each row a Series: nine tenths of a run. Here a
row is its cells and where each column stands; what the engine does beyond looking cells up gets the Series of pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from cdisc_rules_engine.models.dataset import PandasDataset

_TABLES = (pd.Series, pd.DataFrame, np.ndarray)


class Row:
    """The cells of one row; everything that is not looking them up is the Series'."""

    __slots__ = ("_at", "_cells", "_frame", "_position")

    def __init__(self, cells: list[Any], at: dict[Any, int], frame: pd.DataFrame, position: int):
        self._cells, self._at, self._frame, self._position = cells, at, frame, position

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._cells[self._at[key]]
        return self._series()[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._at

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def get(self, key: Any, default: Any = None) -> Any:
        """The cell, as a Series gives it."""
        return self._cells[self._at[key]] if key in self._at else default

    @property
    def index(self) -> pd.Index:
        """The columns."""
        return self._frame.columns

    def __getattr__(self, name: str) -> Any:
        return getattr(self._series(), name)

    def _series(self) -> pd.Series:
        return self._frame.iloc[self._position]


class TightDataset(PandasDataset):
    """A PandasDataset whose rows are cheap; what it answers is what pandas answers."""

    def apply(self, func: Callable[[Any], Any], **kwargs: Any) -> Any:
        """``func`` of each row (``axis=1``), or of each column."""
        kwargs.pop("meta", None)
        frame = self._data
        by_row = kwargs == {"axis": 1} and isinstance(frame, pd.DataFrame) and len(frame) > 0 and frame.columns.is_unique
        cells = frame.to_numpy() if by_row else None
        if cells is None or cells.dtype != object:
            return frame.apply(func, **kwargs)
        at = {name: place for place, name in enumerate(frame.columns)}
        rows = (Row(row, at, frame, position) for position, row in enumerate(cells.tolist()))
        first = func(next(rows))
        if isinstance(first, _TABLES):
            return frame.apply(func, **kwargs)
        results = [first]
        results.extend(map(func, rows))
        return pd.Series(results, index=frame.index)
