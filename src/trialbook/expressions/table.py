"""The columns that expressions are evaluated over, as texts, numbers and dates; each is made once, each condition judged once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

import numpy as np
import pandas as pd
from pandas.arrays import BooleanArray

# An exponent of more than three digits is no measurement, and Decimal has its own limits there.
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A mask of records for each column that is named.
Reasons = dict[str, np.ndarray]


@dataclass(frozen=True)
class Texts:
    """One text a record (object array); ``unknown`` marks the records without one."""

    values: np.ndarray
    unknown: np.ndarray


@dataclass(frozen=True)
class Numbers:
    """One Decimal a record (object array), over another where it is a quotient; where ``unknown``, the value means nothing.

    ``over`` is never negative, and zero only where unknown.
    """

    values: np.ndarray
    unknown: np.ndarray
    over: np.ndarray | None = None


@dataclass(frozen=True)
class Days:
    """One day a record, as its proleptic Gregorian ordinal; where ``unknown``, the value means nothing."""

    values: np.ndarray
    unknown: np.ndarray


class Judged(Protocol):
    """What a table can be asked the truth of."""

    def truth(self, table: Table) -> BooleanArray:
        """One value a record; NA is unknown."""
        ...


@dataclass
class Table:
    """The columns by name, all of ``rows`` records, ``""`` where a cell is missing.

    Of the ``absent`` ones nothing is known, not even whether a cell is empty. What is made of them is kept: do not change it.
    """

    columns: Mapping[str, pd.Series]
    rows: int
    absent: frozenset[str] = frozenset()
    _texts: dict[str, Texts] = field(default_factory=dict)
    _numbers: dict[str, Numbers] = field(default_factory=dict)
    _days: dict[str, Days] = field(default_factory=dict)
    _truths: dict[Judged, BooleanArray] = field(default_factory=dict)

    def texts(self, name: str) -> Texts:
        """A column's cells; ``""`` is unknown."""
        if name not in self._texts:
            cells = self.columns[name].to_numpy(dtype=object)
            self._texts[name] = Texts(cells, (cells == "").astype(bool))
        return self._texts[name]

    def numbers(self, name: str) -> Numbers:
        """A column's cells as decimals; unknown where the cell is missing or its text is not a number."""
        if name not in self._numbers:
            self._numbers[name] = Numbers(*_converted(self.columns[name], decimal_of))
        return self._numbers[name]

    def days(self, name: str) -> Days:
        """A column's cells as days; unknown where the cell is no complete ISO 8601 date of the calendar."""
        if name not in self._days:
            self._days[name] = Days(*_converted(self.columns[name], day_of))
        return self._days[name]

    def truth(self, condition: Judged) -> BooleanArray:
        """What the condition is of each record, judged at most once."""
        if condition not in self._truths:
            self._truths[condition] = condition.truth(self)
        return self._truths[condition]


def _converted(column: pd.Series, convert: Callable[[str], object | None]) -> tuple[np.ndarray, np.ndarray]:
    """Each distinct text converted once; None is unknown."""
    codes, distinct = pd.factorize(column)
    converted = [convert(text) for text in distinct.tolist()]
    values = np.empty(len(converted), dtype=object)
    values[:] = converted
    unknown = np.fromiter((value is None for value in converted), dtype=bool, count=len(converted))
    return values[codes], unknown[codes]


def decimal_of(text: str) -> Decimal | None:
    """The number that ``text`` writes, exactly (outer blanks allowed); None where it writes none."""
    stripped = text.strip()
    return Decimal(stripped) if NUMBER.fullmatch(stripped) else None


def day_of(text: str) -> int | None:
    """The ordinal of the complete date that ``text`` writes; None where it writes none."""
    if not DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None
