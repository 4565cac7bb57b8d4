"""What is true, false or unknown of each record, and why unknown: comparisons, membership, ``missing``; Kleene's and, or, not."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import numpy as np
from pandas.arrays import BooleanArray

from trialbook.expressions.arithmetic import crosswise, either
from trialbook.expressions.dates import DateOperand
from trialbook.expressions.operands import Column, NumberLiteral, NumberOperand, TextOperand
from trialbook.expressions.table import Reasons, Table

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

    def reasons(self, table: Table) -> Reasons:
        """Of each column, the records of which this is unknown and knowing the column would help to decide it.

        With all columns known that are named of a record, it is decided. A part that is unknown names nothing where another
        part decides.
        """
        ...


@dataclass(frozen=True)
class Constant:
    """True or False of every record."""

    value: bool

    def truth(self, table: Table) -> BooleanArray:
        """The value, once a record."""
        return BooleanArray(np.full(table.rows, self.value), np.zeros(table.rows, dtype=bool))

    def reasons(self, table: Table) -> Reasons:
        """None: it is always known."""
        return {}


@dataclass(frozen=True)
class Missing:
    """Whether the cell is empty: unknown only of a column that was not handed over at all."""

    column: Column

    def truth(self, table: Table) -> BooleanArray:
        """True where the cell is ``""``."""
        return BooleanArray(self.column.texts(table).unknown.copy(), self._not_there(table))

    def reasons(self, table: Table) -> Reasons:
        """The column, where it was not handed over."""
        return {self.column.name: self._not_there(table)}

    def _not_there(self, table: Table) -> np.ndarray:
        return np.full(table.rows, self.column.name in table.absent)


@dataclass(frozen=True)
class TextComparison:
    """``==`` or ``!=`` of texts, character by character; unknown where either is missing."""

    symbol: str
    left: TextOperand
    right: TextOperand

    def truth(self, table: Table) -> BooleanArray:
        """The comparison, record by record."""
        left, right = self.left.texts(table), self.right.texts(table)
        compared = OPERATORS[self.symbol](left.values, right.values)
        return BooleanArray(compared.astype(bool), left.unknown | right.unknown)

    def reasons(self, table: Table) -> Reasons:
        """The sides that are missing."""
        return either(self.left.text_reasons(table), self.right.text_reasons(table))


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
        result[~unknown] = OPERATORS[self.symbol](*crosswise(left, right, ~unknown)).astype(bool)
        return BooleanArray(result, unknown)

    def reasons(self, table: Table) -> Reasons:
        """The columns that give no number."""
        return either(self.left.number_reasons(table), self.right.number_reasons(table))


@dataclass(frozen=True)
class DateComparison:
    """A comparison of days; unknown where either side is no complete date."""

    symbol: str
    left: DateOperand
    right: DateOperand

    def truth(self, table: Table) -> BooleanArray:
        """The comparison, record by record."""
        left, right = self.left.days(table), self.right.days(table)
        unknown = left.unknown | right.unknown
        result = np.zeros(table.rows, dtype=bool)
        result[~unknown] = OPERATORS[self.symbol](left.values[~unknown], right.values[~unknown]).astype(bool)
        return BooleanArray(result, unknown)

    def reasons(self, table: Table) -> Reasons:
        """The columns that give no date."""
        return either(self.left.day_reasons(table), self.right.day_reasons(table))


@dataclass(frozen=True)
class Membership:
    """``in [..]``: equal to one of the literals, a text as text and a number as a number."""

    column: Column
    texts: tuple[str, ...]
    numbers: tuple[NumberLiteral, ...]

    def truth(self, table: Table) -> BooleanArray:
        """The membership, record by record."""
        cells = self.column.texts(table)
        equal = (cells.values == text for text in self.texts)
        found = BooleanArray(reduce(operator.or_, equal, np.zeros(table.rows, dtype=bool)).astype(bool), cells.unknown)
        for number in self.numbers:
            found = found | NumberComparison("==", self.column, number).truth(table)
        return found

    def reasons(self, table: Table) -> Reasons:
        """The column, where that cannot be told."""
        return {self.column.name: unknown(table, self)}


@dataclass(frozen=True)
class Not:
    """Unknown stays unknown."""

    condition: Condition

    def truth(self, table: Table) -> BooleanArray:
        """The opposite."""
        return ~table.truth(self.condition)

    def reasons(self, table: Table) -> Reasons:
        """Those of the condition."""
        return self.condition.reasons(table)


@dataclass(frozen=True)
class And:
    """False where one is false, else unknown where one is unknown, else true."""

    conditions: tuple[Condition, ...]

    def truth(self, table: Table) -> BooleanArray:
        """All of them."""
        return reduce(operator.and_, (table.truth(condition) for condition in self.conditions))

    def reasons(self, table: Table) -> Reasons:
        """Those of the unknown parts, where the whole is unknown."""
        return _of_parts(table, self, self.conditions)


@dataclass(frozen=True)
class Or:
    """True where one is true, else unknown where one is unknown, else false."""

    conditions: tuple[Condition, ...]

    def truth(self, table: Table) -> BooleanArray:
        """Any of them."""
        return reduce(operator.or_, (table.truth(condition) for condition in self.conditions))

    def reasons(self, table: Table) -> Reasons:
        """Those of the unknown parts, where the whole is unknown."""
        return _of_parts(table, self, self.conditions)


def unknown(table: Table, condition: Condition) -> np.ndarray:
    """The records of which the condition is unknown."""
    return table.truth(condition).isna()


def _of_parts(table: Table, whole: Condition, parts: tuple[Condition, ...]) -> Reasons:
    named: Reasons = reduce(either, (part.reasons(table) for part in parts), {})
    undecided = unknown(table, whole)
    return {name: mask & undecided for name, mask in named.items()}
