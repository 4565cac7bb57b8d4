"""The engine's dataset with a faster way to ask each row the same question.

The engine's operators ask row by row (``apply(..., axis=1)``), and pandas makes each row a Series: nine tenths of a run. Here a
row looks its cells up in their columns; what the engine does beyond looking cells up gets the Series of pandas. And the question
is a function of the cells that it looks up and of nothing else: rows that have the same there get the answer that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from math import copysign
from typing import Any

import numpy as np
import pandas as pd
from cdisc_rules_engine.models.dataset import PandasDataset

_TABLES = (pd.Series, pd.DataFrame, np.ndarray)
_PLAIN = frozenset({str, float, int, bool, type(None)})
"""Of these types are cells that a question may be known by, and answers that rows may share."""
_NUMBERS = frozenset({float, int, bool})
_ANSWERS = _PLAIN | {np.bool_}
_TRIED, _WORTH = 2000, 0.3
"""After so many different rows, this part of all must have been known before, or it is not worth asking."""
_ASKS_LISTS = "DataframeType.exists.<locals>.check_row"
"""The engine's question that goes through all cells of a row for those that are lists."""
_NAN = object()
_UNKNOWN = object()


class Cells:
    """The columns of a frame, each made when a row first looks a cell up in it."""

    def __init__(self, frame: pd.DataFrame):
        self.frame = frame
        self.places = {name: place for place, name in enumerate(frame.columns)}
        self.columns: dict[Any, list[Any]] = {}
        self.whole = False
        """A row was asked for more than cells by name."""

    def column(self, name: Any) -> list[Any]:
        """The column's cells, as a row of the whole frame has them."""
        column = self.columns.get(name)
        if column is None:
            series = self.frame.iloc[:, self.places[name]]
            column = self.columns[name] = np.asarray(series.astype(object), dtype=object).tolist()
        return column

    def keys(self) -> Iterator[tuple[Any, ...]] | None:
        """Of each row, what stands where rows were asked; two are equal where no answer can differ. None: that can't be said."""
        if self.whole:
            return None
        parts = [_keys(column) for column in self.columns.values()]
        return None if not parts or None in parts else zip(*parts, strict=True)


class Row:
    """The cells of one row; everything that is not looking them up is the Series'."""

    __slots__ = ("_of", "_position")

    def __init__(self, of: Cells, position: int):
        self._of, self._position = of, position

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._of.column(key)[self._position]
        return self._series()[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._of.places

    def __iter__(self) -> Iterator[Any]:
        self._of.whole = True
        return iter([self._of.column(name)[self._position] for name in self._of.places])

    def __len__(self) -> int:
        return len(self._of.places)

    def get(self, key: Any, default: Any = None) -> Any:
        """The cell, as a Series gives it."""
        return self._of.column(key)[self._position] if key in self._of.places else default

    @property
    def index(self) -> pd.Index:
        """The columns."""
        return self._of.frame.columns

    def __getattr__(self, name: str) -> Any:
        return getattr(self._series(), name)

    def _series(self) -> pd.Series:
        self._of.whole = True
        return self._of.frame.iloc[self._position]


class TightDataset(PandasDataset):
    """A PandasDataset whose rows are cheap; what it answers is what pandas answers."""

    def __getitem__(self, item: Any) -> Any:
        found = super().__getitem__(item)
        return Columns(found) if isinstance(item, list) and isinstance(found, pd.DataFrame) else found

    def __setitem__(self, key: Any, value: Any) -> None:
        # The engine gives a constant column as a list of it, and pandas looks at each.
        if type(value) is list and len(value) == len(self._data) > 0:
            first, kind = value[0], type(value[0])
            if kind in (str, int, bool) and value.count(first) == len(value) and set(map(type, value)) == {kind}:
                value = first
        super().__setitem__(key, value)

    def apply(self, func: Callable[[Any], Any], **kwargs: Any) -> Any:
        """``func`` of each row (``axis=1``), or of each column."""
        kwargs.pop("meta", None)
        frame = self._data
        by_row = kwargs == {"axis": 1} and isinstance(frame, pd.DataFrame) and len(frame) > 0 and frame.columns.is_unique
        if by_row and getattr(func, "__qualname__", "") == _ASKS_LISTS:
            frame = _with_lists(frame)
            if frame.empty:
                return pd.Series(False, index=self._data.index)
        if not by_row or frame.iloc[:1].to_numpy().dtype != object:
            return frame.apply(func, **kwargs)
        cells = Cells(frame)
        first = func(Row(cells, 0))
        if isinstance(first, _TABLES):
            return frame.apply(func, **kwargs)
        return pd.Series(_answers(func, cells, first), index=frame.index)


def _answers(func: Callable[[Any], Any], cells: Cells, first: Any) -> list[Any]:
    """``func`` of each row; ``first``: of the first one."""
    answers, rows = [first], len(cells.frame)
    keys = cells.keys() if type(first) in _ANSWERS else None
    while keys is not None:
        known: dict[tuple[Any, ...], Any] = {}
        asked, found = len(cells.columns), 0
        for key in islice(keys, len(answers), None):
            answer = known.get(key, _UNKNOWN)
            if answer is not _UNKNOWN:
                found += 1
                answers.append(answer)
                continue
            position = len(answers)
            answer = func(Row(cells, position))
            answers.append(answer)
            if type(answer) not in _ANSWERS or (len(known) > _TRIED and found < position * _WORTH):
                keys = None
                break
            if cells.whole or len(cells.columns) != asked:
                # Rows are asked for other cells than those before: known is only what was found out by the new ones.
                keys = cells.keys()
                break
            known[key] = answer
        else:
            return answers
    answers.extend(func(Row(cells, position)) for position in range(len(answers), rows))
    return answers


def _with_lists(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that have a list in a cell."""
    objects = (place for place, dtype in enumerate(frame.dtypes) if pd.api.types.is_object_dtype(dtype))
    types = {place: set(map(type, frame.iloc[:, place])) for place in objects}
    return frame.iloc[:, [place for place, of_cells in types.items() if any(issubclass(one, list) for one in of_cells)]]


def _keys(column: list[Any]) -> list[Any] | None:
    types = set(map(type, column))
    # 1, 1.0 and True are equal and 0.0 and -0.0 are, and not the same; no two NaN are equal.
    if not types <= _PLAIN or len(types & _NUMBERS) > 1:
        return None
    if float in types:
        if any(value == 0 and copysign(1, value) < 0 for value in column if type(value) is float):
            return None
        return [_NAN if value != value else value for value in column]
    return column


class Columns(pd.DataFrame):
    """Some columns of a dataset, whose rows are tuples at once."""

    @property
    def _constructor(self) -> Callable[..., Columns]:
        return Columns

    def apply(self, func: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> Any:
        """As a frame's."""
        if func is not tuple or axis != 1 or args or kwargs or self.empty or self.iloc[:1].to_numpy().dtype != object:
            return super().apply(func, axis, *args, **kwargs)
        columns = (np.asarray(self.iloc[:, place].astype(object), dtype=object).tolist() for place in range(self.shape[1]))
        return pd.Series(list(zip(*columns, strict=True)), index=self.index)
