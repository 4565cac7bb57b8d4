"""What breaks an export: a change of a cell or a record, and the kinds of defect that make changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
"""Canonical tables by form; the index of each numbers its records."""


class Action(Enum):
    """What a change does; the last three are of the form of a file, which not every layout has."""

    SET = "set"
    REMOVE = "remove"
    DOUBLE = "double"
    LONG_ROW = "long row"
    SHORT_ROW = "short row"
    FORMULA = "formula"


@dataclass(frozen=True)
class Change:
    """One change of one record; of SET just one of ``value``, ``text`` and ``edit`` is given.

    ``value`` is canonical, and is written as the site writes the column; it may be a date that does not exist. ``text`` is the
    very text of the cell; ``edit`` makes it from the text that the site wrote. ``detectable`` None: as its kind says.
    """

    action: Action
    form: str
    record: int
    column: str | None = None
    value: str | None = None
    text: str | None = None
    edit: Callable[[str], str] | None = None
    detectable: bool | None = None


def set_value(form: str, record: int, column: str, value: str, *, detectable: bool | None = None) -> Change:
    """The cell gets another canonical value."""
    return Change(Action.SET, form, int(record), column, value=value, detectable=detectable)


def set_text(form: str, record: int, column: str, text: str, *, detectable: bool | None = None) -> Change:
    """The cell gets this very text."""
    return Change(Action.SET, form, int(record), column, text=text, detectable=detectable)


def edit_text(form: str, record: int, column: str, edit: Callable[[str], str], *, detectable: bool | None = None) -> Change:
    """The cell gets what ``edit`` makes of the text that the site wrote."""
    return Change(Action.SET, form, int(record), column, edit=edit, detectable=detectable)


def remove(form: str, record: int, *, detectable: bool | None = None) -> Change:
    """The record is not in the export."""
    return Change(Action.REMOVE, form, int(record), detectable=detectable)


def double(form: str, record: int, *, detectable: bool | None = None) -> Change:
    """The record is in the export twice; the copy stands at the end of its form."""
    return Change(Action.DOUBLE, form, int(record), detectable=detectable)


Candidates = Iterator[Change | Sequence[Change]]


@dataclass(frozen=True)
class Kind:
    """A named way to break an export; ``candidates`` yields defects in random order until there is no further place for one."""

    name: str
    candidates: Callable[[Tables, np.random.Generator], Candidates]
    detectable: bool = True

    def __call__(self, tables: Tables, random: np.random.Generator) -> Candidates:
        """The candidates, as the function gives them that was marked."""
        return self.candidates(tables, random)


def defect(name: str, *, detectable: bool = True) -> Callable[[Callable[[Tables, np.random.Generator], Candidates]], Kind]:
    """Mark a function of the study as a kind of defect; see :mod:`trialbook.simulation`."""
    return lambda candidates: Kind(name, candidates, detectable)
