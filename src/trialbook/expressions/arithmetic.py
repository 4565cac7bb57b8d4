"""Products, quotients and powers of ten of decimals: exact, as a person computes them on paper.

A quotient is never divided: it is kept as one number over another, and a comparison multiplies crosswise.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, localcontext

import numpy as np

from trialbook.expressions.operands import NumberOperand
from trialbook.expressions.table import Numbers, Reasons, Table

EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])
# Ten to a power that is not whole has no last digit, and so equals no quotient of measurements: these decide on which side it is.
DIGITS_OF_A_ROOT = 100


def multiplied(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The exact products of two arrays of decimals."""
    with localcontext(EXACT):
        return np.multiply(one, other)


def multiplied_exactly(one: Decimal, other: Decimal) -> Decimal:
    """The exact product."""
    return EXACT.multiply(one, other)


def power_of_ten(exponent: Decimal) -> Decimal:
    """10 to the power of ``exponent``: exact where that is whole, else to 100 digits."""
    if exponent == exponent.to_integral_value():
        return Decimal((0, (1,), int(exponent)))
    return Context(prec=DIGITS_OF_A_ROOT).power(Decimal(10), exponent)


def crosswise(left: Numbers, right: Numbers, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ``known`` numbers of both sides, multiplied so that they compare as the quotients do."""
    one, other = left.values[known], right.values[known]
    if right.over is not None:
        one = multiplied(one, right.over[known])
    if left.over is not None:
        other = multiplied(other, left.over[known])
    return one, other


@dataclass(frozen=True)
class Product:
    """One number times another; unknown where either is."""

    left: NumberOperand
    right: NumberOperand

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of both."""
        return self.left.columns + self.right.columns

    def numbers(self, table: Table) -> Numbers:
        """The product, record by record."""
        left, right = self.left.numbers(table), self.right.numbers(table)
        unknown = left.unknown | right.unknown
        return Numbers(_where(~unknown, left.values, right.values), unknown, _overs(~unknown, left.over, right.over))

    def number_reasons(self, table: Table) -> Reasons:
        """Those of both."""
        return either(self.left.number_reasons(table), self.right.number_reasons(table))


@dataclass(frozen=True)
class Quotient:
    """One number over another; unknown where either is, and over zero."""

    dividend: NumberOperand
    divisor: NumberOperand

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of both."""
        return self.dividend.columns + self.divisor.columns

    def numbers(self, table: Table) -> Numbers:
        """The quotient, record by record."""
        upper, lower = self.dividend.numbers(table), self.divisor.numbers(table)
        unknown = upper.unknown | lower.unknown | self._over_zero(table)
        values = _overs(~unknown, upper.values, lower.over)
        over = _overs(~unknown, upper.over, lower.values)
        assert values is not None and over is not None
        if not (over[~unknown] < 0).any():
            return Numbers(values, unknown, over)
        negative = np.zeros(len(unknown), dtype=bool)
        negative[~unknown] = (over[~unknown] < 0).astype(bool)
        minus = np.full(len(unknown), Decimal(1), dtype=object)
        minus[negative] = Decimal(-1)
        return Numbers(_where(~unknown, values, minus), unknown, _where(~unknown, over, minus))

    def number_reasons(self, table: Table) -> Reasons:
        """Those of both, and the divisor's columns where it is zero."""
        zero = self._over_zero(table)
        zeros = dict.fromkeys(self.divisor.columns, zero)
        return either(either(self.dividend.number_reasons(table), self.divisor.number_reasons(table)), zeros)

    def _over_zero(self, table: Table) -> np.ndarray:
        lower = self.divisor.numbers(table)
        zero = np.zeros(table.rows, dtype=bool)
        zero[~lower.unknown] = (lower.values[~lower.unknown] == 0).astype(bool)
        return zero


def either(one: Reasons, other: Reasons) -> Reasons:
    """The records that either names, column by column."""
    return {name: _any(one.get(name), other.get(name)) for name in dict.fromkeys([*one, *other])}


def _any(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray:
    if one is None or other is None:
        found = other if one is None else one
        assert found is not None
        return found
    return one | other


def _where(known: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    result = np.empty(len(known), dtype=object)
    result[known] = multiplied(one[known], other[known])
    return result


def _overs(known: np.ndarray, one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    """Their product, where a side that is not there counts as one."""
    if one is None or other is None:
        return other if one is None else one
    return _where(known, one, other)
