"""What is true, false or unknown of each record: comparisons, membership, ``missing``, and Kleene's and, or, not."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import numpy as np
from pandas.arrays import BooleanArray

from trialbook.expressions.operands import Column, NumberLiteral, NumberOperand, Table, TextOperand

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Condition(Protocol):
    """Anything that is true, false or unknown of each record; BooleanArray's & | ~ follow Kleene."""

    def truth(self, table: Table) -> BooleanArray:
        """One value a record; NA is unknown."""
        ...


@dataclass(frozen=True)
class Constant:
    """True or False of every record."""

    value: bool

    def truth(self, table: Table) -> BooleanArray:
        """The value, once a record."""
        return BooleanArray(np.full(table.rows, self.value), np.zeros(table.rows, dtype=bool))


@dataclass(frozen=True)
class Missing:
    """Whether the cell is empty: unknown only of a column that was not handed over at all."""

    column: Column

    def truth(self, table: Table) -> BooleanArray:
        """True where the cell is ``""``."""
        not_there = np.full(table.rows, self.column.name in table.absent)
        return BooleanArray(self.column.texts(table).unknown.copy(), not_there)


@dataclass(frozen=True)
class TextComparison:
    """``==`` or ``!=`` of texts, character by character; unknown where either is missing."""

    symbol: str
    left: TextOperand
    right: TextOperand

    def truth(self, table: Table) -> BooleanArray:
        """The comparison, record by record."""
        left, right = self.left.texts(table), self.right.texts(table)
        compared = OPERATORS[self.symbol](left.values.to_numpy(dtype=object), right.values.to_numpy(dtype=object))
        return BooleanArray(compared.astype(bool), left.unknown | right.unknown)


@dataclass(frozen=True)
class NumberComparison:
    """A comparison of decimals; unknown where either side is missing or no number."""

    symbol: str
    left: NumberOperand
    right: NumberOperand

    def truth(self, table: Table) -> BooleanArray:
        """The comparison, record by record."""
        left, right = self.left.numbers(table), self.right.numbers(table)
        unknown = left.unknown | right.unknown
        result = np.zeros(table.rows, dtype=bool)
        result[~unknown] = OPERATORS[self.symbol](left.values[~unknown], right.values[~unknown]).astype(bool)
        return BooleanArray(result, unknown)


@dataclass(frozen=True)
class Membership:
    """``in [..]``: equal to one of the literals, a text as text and a number as a number."""

    column: Column
    texts: tuple[str, ...]
    numbers: tuple[NumberLiteral, ...]

    def truth(self, table: Table) -> BooleanArray:
        """The membership, record by record."""
        cells = self.column.texts(table)
        found = BooleanArray(cells.values.isin(self.texts).to_numpy(dtype=bool), cells.unknown)
        for number in self.numbers:
            found = found | NumberComparison("==", self.column, number).truth(table)
        return found


@dataclass(frozen=True)
class Not:
    """Unknown stays unknown."""

    condition: Condition

    def truth(self, table: Table) -> BooleanArray:
        """The opposite."""
        return ~self.condition.truth(table)


@dataclass(frozen=True)
class And:
    """False where one is false, else unknown where one is unknown, else true."""

    conditions: tuple[Condition, ...]

    def truth(self, table: Table) -> BooleanArray:
        """All of them."""
        return reduce(operator.and_, (condition.truth(table) for condition in self.conditions))


@dataclass(frozen=True)
class Or:
    """True where one is true, else unknown where one is unknown, else false."""

    conditions: tuple[Condition, ...]

    def truth(self, table: Table) -> BooleanArray:
        """Any of them."""
        return reduce(operator.or_, (condition.truth(table) for condition in self.conditions))
