"""Dates in comparisons: a column's complete dates, and the day so many days or calendar months before."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np

from trialbook.expressions.operands import Column
from trialbook.expressions.table import Days, Reasons, Table


@dataclass(frozen=True)
class DateOf:
    """A column's complete ISO 8601 dates; anything else is unknown."""

    column: Column

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return self.column.columns

    def days(self, table: Table) -> Days:
        """The cells as days."""
        return table.days(self.column.name)

    def day_reasons(self, table: Table) -> Reasons:
        """The records without a date."""
        return {self.column.name: table.days(self.column.name).unknown}


@dataclass(frozen=True)
class Before:
    """The day ``count`` days, or calendar months, before another.

    A month before is the same day of the month before, or that month's last where it is shorter: 2024-02-29 is one month before
    2024-03-31.
    """

    day: DateOperand
    count: int
    months: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the other day."""
        return self.day.columns

    def days(self, table: Table) -> Days:
        """The earlier days."""
        found = self.day.days(table)
        known = ~found.unknown
        values = np.empty(table.rows, dtype=object)
        if self.months:
            distinct, codes = np.unique(found.values[known].astype("int64"), return_inverse=True)
            earlier = np.empty(len(distinct), dtype=object)
            earlier[:] = [months_before(int(day), self.count) for day in distinct]
            values[known] = earlier[codes]
        else:
            values[known] = found.values[known] - self.count
        return Days(values, found.unknown)

    def day_reasons(self, table: Table) -> Reasons:
        """Those of the other day."""
        return self.day.day_reasons(table)


DateOperand = DateOf | Before


def months_before(ordinal: int, months: int) -> int:
    """The ordinal of the day so many calendar months before; 0, which is before every day, where the calendar begins later."""
    if ordinal < 1:
        return 0
    day = date.fromordinal(ordinal)
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return 0
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])).toordinal()
