"""What a comparison compares: columns and literals, each as text and as decimal numbers.

A new kind of number (arithmetic, say) is a further class with ``numbers``; comparisons ask for nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

# An exponent of more than three digits is no measurement, and Decimal has its own limits there.
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Texts:
    """One text a record; ``unknown`` marks the records without one."""

    values: pd.Series
    unknown: np.ndarray


@dataclass(frozen=True)
class Numbers:
    """One Decimal a record (object array); ``unknown`` marks the records that have none: their value means nothing."""

    values: np.ndarray
    unknown: np.ndarray


@dataclass
class Table:
    """The columns that an expression names, all of ``rows`` records; numbers are made once a column.

    Of the ``absent`` ones nothing is known, not even whether a cell is empty.
    """

    columns: dict[str, pd.Series]
    rows: int
    absent: frozenset[str] = frozenset()
    _numbers: dict[str, Numbers] = field(default_factory=dict)

    def texts(self, name: str) -> Texts:
        """A column's cells; ``""`` is unknown."""
        column = self.columns[name]
        return Texts(column, (column == "").to_numpy(dtype=bool))

    def numbers(self, name: str) -> Numbers:
        """A column's cells as decimals; unknown where the cell is missing or its text is not a number."""
        if name not in self._numbers:
            codes, distinct = pd.factorize(self.columns[name])
            decimals = [decimal_of(text) for text in distinct]
            values = np.empty(len(decimals), dtype=object)
            values[:] = decimals
            unknown = np.fromiter((decimal is None for decimal in decimals), dtype=bool, count=len(decimals))
            self._numbers[name] = Numbers(values[codes], unknown[codes])
        return self._numbers[name]


def decimal_of(text: str) -> Decimal | None:
    """The number that ``text`` writes, exactly (outer blanks allowed); None where it writes none."""
    stripped = text.strip()
    return Decimal(stripped) if NUMBER.fullmatch(stripped) else None


def term_name(column: str) -> str:
    """The name under which a table has the terms of a coded column."""
    return f"term({column})"


@dataclass(frozen=True)
class Column:
    """A column by its dotted name."""

    name: str

    def texts(self, table: Table) -> Texts:
        """The cells as text."""
        return table.texts(self.name)

    def numbers(self, table: Table) -> Numbers:
        """The cells as decimals."""
        return table.numbers(self.name)


@dataclass(frozen=True)
class NumberLiteral:
    """A number as it is written: 165.15 is exactly that."""

    value: Decimal

    def numbers(self, table: Table) -> Numbers:
        """The number, once a record."""
        return Numbers(np.full(table.rows, self.value, dtype=object), np.zeros(table.rows, dtype=bool))


@dataclass(frozen=True)
class TextLiteral:
    """A text between quotes; never empty, since an empty cell is unknown and equals nothing."""

    value: str

    def texts(self, table: Table) -> Texts:
        """The text, once a record."""
        return Texts(pd.Series([self.value], dtype="str").repeat(table.rows), np.zeros(table.rows, dtype=bool))


TextOperand = Column | TextLiteral
NumberOperand = Column | NumberLiteral
Operand = Column | NumberLiteral | TextLiteral
