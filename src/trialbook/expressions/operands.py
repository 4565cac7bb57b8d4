"""What a comparison compares: columns and literals, each as text and as decimal numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np

from trialbook.expressions.table import Numbers, Reasons, Table, Texts


class NumberOperand(Protocol):
    """Anything that gives a number a record: ``columns`` are those it is made from."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names."""
        ...

    def numbers(self, table: Table) -> Numbers:
        """One number a record."""
        ...

    def number_reasons(self, table: Table) -> Reasons:
        """Of each column, the records of which no number is known because of it."""
        ...


def term_name(column: str) -> str:
    """The name under which a table has the terms of a coded column."""
    return f"term({column})"


@dataclass(frozen=True)
class Column:
    """A column by its dotted name."""

    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Itself."""
        return (self.name,)

    def texts(self, table: Table) -> Texts:
        """The cells as text."""
        return table.texts(self.name)

    def numbers(self, table: Table) -> Numbers:
        """The cells as decimals."""
        return table.numbers(self.name)

    def text_reasons(self, table: Table) -> Reasons:
        """The records without a text."""
        return {self.name: table.texts(self.name).unknown}

    def number_reasons(self, table: Table) -> Reasons:
        """The records without a number."""
        return {self.name: table.numbers(self.name).unknown}


@dataclass(frozen=True)
class NumberLiteral:
    """A number as it is written: 165.15 is exactly that."""

    value: Decimal
    columns: tuple[str, ...] = ()

    def numbers(self, table: Table) -> Numbers:
        """The number, once a record."""
        return Numbers(np.full(table.rows, self.value, dtype=object), np.zeros(table.rows, dtype=bool))

    def number_reasons(self, table: Table) -> Reasons:
        """None: it is always known."""
        return {}


@dataclass(frozen=True)
class TextLiteral:
    """A text between quotes; never empty, since an empty cell is unknown and equals nothing."""

    value: str
    columns: tuple[str, ...] = ()

    def texts(self, table: Table) -> Texts:
        """The text, once a record."""
        return Texts(np.full(table.rows, self.value, dtype=object), np.zeros(table.rows, dtype=bool))

    def text_reasons(self, table: Table) -> Reasons:
        """None: it is always known."""
        return {}


TextOperand = Column | TextLiteral
