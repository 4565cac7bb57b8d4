"""A parsed expression: the columns it names, and its truth over whole columns."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd

from trialbook.expressions.conditions import Condition
from trialbook.expressions.errors import ExpressionError
from trialbook.expressions.operands import term_name
from trialbook.expressions.table import Table


@dataclass(frozen=True)
class Use:
    """How a comparison reads a column: as text, number or date; ``text`` is what it is compared with, where that is a literal."""

    column: str
    kind: str
    text: str = ""


@dataclass(frozen=True)
class Expression:
    """A condition on columns: ``names`` are the dotted names of those it reads, ``terms`` of those whose terms it asks for.

    ``text`` is what was written; ``constants`` the names in it that stand for a value; ``uses`` how each column is compared.
    """

    text: str
    names: frozenset[str]
    terms: frozenset[str]
    condition: Condition
    constants: frozenset[str] = frozenset()
    uses: frozenset[Use] = frozenset()

    def evaluate(
        self,
        lookup: Callable[[str], pd.Series],
        index: pd.Index | None = None,
        absent: Collection[str] = (),
        term: Callable[[str], pd.Series] | None = None,
    ) -> pd.Series:
        """True, False or NA (unknown) for each record, dtype ``boolean``, on the columns' index.

        ``lookup`` gives a column by name: text, ``""`` for a missing cell. ``index`` is needed where the expression may name
        no column (``True``). ``absent`` names columns of what was not handed over: even ``missing`` of them is unknown. ``term``
        gives a coded column as its terms, ``""`` where it has none. Raises
        ExpressionError where it names none and no index is given, ValueError where the columns' lengths or indexes differ.
        """
        if self.terms and term is None:
            raise ExpressionError("asks for terms, and there are no code lists here", text=self.text)
        columns = {name: lookup(name) for name in sorted(self.names)}
        columns |= {term_name(name): term(name) for name in sorted(self.terms) if term}
        if index is None:
            if not columns:
                raise ExpressionError("names no column, so it cannot be told for how many records it holds", text=self.text)
            index = next(iter(columns.values())).index
        for name, column in columns.items():
            if not column.index.equals(index):
                raise ValueError(f"{name} does not stand on the same records as the other columns of {self.text!r}")
        texts = {name: column.astype("str").fillna("") for name, column in columns.items()}
        return pd.Series(self.condition.truth(Table(texts, len(index), frozenset(absent))), index=index)
