"""Columns of forms as rules read them, and the mapping does; in a run each is read once for all rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from trialbook.checks.once import once
from trialbook.errors import SpecError
from trialbook.mapping import DATE_TYPES, ColumnSpec, Specs
from trialbook.mapping.cells import read_cells
from trialbook.mapping.codes import read_terms
from trialbook.mapping.datetimes import read_iso8601
from trialbook.mapping.numbers import read_numbers


class FormReader:
    """Reads columns by the form's specification; one for all models of a study. A frame has the form's cells as text."""

    def __init__(self, specs: Specs):
        self.specs = specs

    def cells(self, frame: pd.DataFrame, column: str, form: str) -> pd.Series:
        """A column as text: no outer white space, no null codes, a whole number without its point."""
        return self._cells(frame[column], column, form)

    def number(self, frame: pd.DataFrame, column: str, form: str) -> pd.Series:
        """An integer or number column as float64; NaN where a cell is empty or no number."""
        if self.column(column, form).type not in ("integer", "number"):
            raise SpecError(f"{form}.{column} is no integer or number column by its form specification")
        return self._number(frame[column], column, form)

    def date(self, frame: pd.DataFrame, column: str, form: str) -> pd.Series:
        """A date or time column as ISO 8601 by the format its specification declares; ``""`` where it does not fit."""
        if self.column(column, form).type not in DATE_TYPES:
            raise SpecError(f"{form}.{column} is no date or time column by its form specification")
        return self._date(frame[column], column, form)

    def term(self, frame: pd.DataFrame, column: str, form: str) -> pd.Series:
        """A coded column as the terms of the code list that its specification names; ``""`` where a cell is empty or has none."""
        if self.column(column, form).codelist is None:
            raise SpecError(f"{form}.{column} has no code list by its form specification")
        return self._term(frame[column], column, form)

    def derivation(self, name: str) -> Callable[..., Any]:
        """A function of the study's derivations."""
        return self.specs.function(name)

    def column(self, column: str, form: str) -> ColumnSpec:
        """What the form's specification says of a column; raises :class:`SpecError` where it does not have it."""
        found = self.specs.forms[form].columns.get(column)
        if found is None:
            raise SpecError(f"{form}.{column} is not in the form's specification")
        return found

    @once
    def _cells(self, values: pd.Series, column: str, form: str) -> pd.Series:
        return read_cells(values, self.column(column, form))

    @once
    def _number(self, values: pd.Series, column: str, form: str) -> pd.Series:
        return read_numbers(self._cells(values, column, form))

    @once
    def _date(self, values: pd.Series, column: str, form: str) -> pd.Series:
        formats = self.column(column, form).format
        return read_iso8601(self._cells(values, column, form), formats, self.specs.export.unknown_date_parts)

    @once
    def _term(self, values: pd.Series, column: str, form: str) -> pd.Series:
        codelist = self.specs.codelists[str(self.column(column, form).codelist)]
        return read_terms(self._cells(values, column, form), codelist)
