"""Canonical values as a site's cells: dates in the column's formats, terms in collected words, dirt that changes no meaning.

Everything here is read again by the kit as what it was, by the form specifications alone; what a column's reading does not allow
is not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.errors import SpecError
from trialbook.mapping import DATE_TYPES, ColumnSpec, FormSpec, Specs
from trialbook.simulation.canonical import ISO, iso_parts
from trialbook.simulation.dates import reads_as, write_date

MIXED_COLUMNS, OTHER_FORMAT, OTHER_WORD = 0.35, 0.25, 0.12
"""How many date columns have several formats, how many dates of such a column another one, how many terms another word."""

FULL_WIDTH, WITH_POINT, BLANKS, BREAKS, NULLS = 0.02, 0.01, 0.01, 0.004, 0.03
"""How many cells have full-width digits, a whole number's point, outer blanks, a line break at the end, a code for nothing."""

_WIDE = str.maketrans("0123456789.-/:", "０１２３４５６７８９．－／：")
_BLANKS = (" {}", "{} ", "{}  ", "\u3000{}")


@dataclass(frozen=True)
class _Habit:
    """How one column is written: ``formats`` of dates, the usual one first; whether it writes 05 for 5 and mixes formats."""

    formats: tuple[str, ...]
    padded: bool
    mixed: bool


class Renderer:
    """Writes the cells of one export; ``seed`` decides each column's habits, so that all layouts and re-runs share them."""

    def __init__(self, specs: Specs, seed: int, file: Path):
        self.specs, self.seed, self._file = specs, seed, file
        self._unknown = specs.export.unknown_date_parts
        self._habits: dict[tuple[str, str], _Habit] = {}
        self._words: dict[str, dict[str, tuple[str, ...]]] = {}

    def table(self, spec: FormSpec, values: pd.DataFrame) -> pd.DataFrame:
        """The form's cells as the site writes them, on the index of ``values``; raises :class:`SpecError`."""
        plain = carried(spec)
        return pd.DataFrame(
            {
                name: self._column(spec, name, values[name], self._random(spec.form, name, "cells"), dirty=name not in plain)
                for name in spec.columns
            },
            index=values.index,
            dtype="str",
        )

    def cell(self, spec: FormSpec, name: str, value: str) -> str:
        """One canonical value in the column's usual way; a date may be one that does not exist."""
        column = spec.columns[name]
        if column.type in DATE_TYPES and value and ISO[column.type].fullmatch(value):
            ways = self._date_ways(spec, name, value)
            return ways[0] if ways else value
        if column.codelist and value in self.specs.codelists[column.codelist].terms:
            return self._collected(column.codelist)[value][0]
        return value

    def _random(self, *about: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, *"/".join(about).encode()])

    def _column(self, spec: FormSpec, name: str, values: pd.Series, random: np.random.Generator, dirty: bool) -> np.ndarray:
        column = spec.columns[name]
        count = len(values)
        plain = values.to_numpy(dtype=object)
        filled = plain != ""
        cells = plain.copy()
        if column.codelist:
            cells = self._terms(column.codelist, plain, random)
        elif column.type in DATE_TYPES:
            cells = self._dates(spec, name, plain, random)
        if not dirty:
            return cells
        if column.type in (*DATE_TYPES, "integer", "number") and not column.codelist:
            wide = filled & (random.random(count) < FULL_WIDTH)
            cells[wide] = [text.translate(_WIDE) for text in cells[wide]]
            if column.type == "integer":
                pointed = filled & ~wide & (random.random(count) < WITH_POINT)
                cells[pointed] = [f"{text}.0" if text.isdigit() else text for text in cells[pointed]]
        blank = filled & (random.random(count) < BLANKS)
        ways = random.integers(len(_BLANKS), size=count)
        cells[blank] = [_BLANKS[way].format(text) for way, text in zip(ways[blank], cells[blank], strict=True)]
        if column.type == "text" and not column.codelist and name not in spec.keys:
            broken = filled & ~blank & (random.random(count) < BREAKS)
            cells[broken] = [f"{text}\n" for text in cells[broken]]
        nulls = self._nulls(column)
        if nulls and not column.required:
            said = ~filled & (random.random(count) < NULLS)
            cells[said] = random.choice(np.array(nulls, dtype=object), size=int(said.sum()))
        return cells

    def _nulls(self, column: ColumnSpec) -> tuple[str, ...]:
        """Codes for nothing that the column may have."""
        return tuple(column.nulls)

    def _terms(self, codelist: str, values: np.ndarray, random: np.random.Generator) -> np.ndarray:
        words = self._collected(codelist)
        other = random.random(len(values)) < OTHER_WORD
        which = random.random(len(values))
        cells = np.empty(len(values), dtype=object)
        for index, value in enumerate(values):
            known = words.get(value, (value,))
            cells[index] = known[int(which[index] * len(known))] if other[index] else known[0]
        return cells

    def _collected(self, codelist: str) -> dict[str, tuple[str, ...]]:
        """The words for each term, the usual one first; those that only a system would write are left to the layouts."""
        if codelist not in self._words:
            self._words[codelist] = {
                term: tuple(word for word in values if not is_system_word(word)) or (term,)
                for term, values in self.specs.codelists[codelist].terms.items()
            }
        return self._words[codelist]

    def _habit(self, spec: FormSpec, name: str) -> _Habit:
        if (spec.form, name) not in self._habits:
            random = self._random(spec.form, name, "habit")
            formats = spec.columns[name].format
            order = tuple(formats[at] for at in random.permutation(len(formats)))
            self._habits[spec.form, name] = _Habit(order, bool(random.random() < 0.5), bool(random.random() < MIXED_COLUMNS))
        return self._habits[spec.form, name]

    def _date_ways(self, spec: FormSpec, name: str, value: str) -> list[str]:
        """The texts that can stand for a canonical date in the column, the usual one first."""
        habit, kind = self._habit(spec, name), spec.columns[name].type
        exact = [text for form in habit.formats if (text := write_date(value, kind, form, "", habit.padded))]
        if exact and {"y", "m", "d"} <= (iso_parts(value, kind) or {}).keys():
            return exact  # who knows a whole date writes no part as unknown
        unknown = [
            text
            for form in habit.formats
            for code in self._unknown[:2]
            if (text := write_date(value, kind, form, code, habit.padded)) and text not in exact
        ]
        return [*exact, *unknown]

    def _dates(self, spec: FormSpec, name: str, values: np.ndarray, random: np.random.Generator) -> np.ndarray:
        column, habit = spec.columns[name], self._habit(spec, name)
        ways = self._readable_ways(spec, name, [value for value in dict.fromkeys(values) if value])
        other = (random.random(len(values)) < OTHER_FORMAT) & habit.mixed
        which = random.random(len(values))
        cells = np.full(len(values), "", dtype=object)
        for index, value in enumerate(values):
            if value:
                texts = ways[value]
                if not texts:
                    formats = ", ".join(column.format)
                    raise SpecError(
                        f"{spec.form}: {name}, record {index}: {value} can't be written in a format of the column ({formats})",
                        file=self._file,
                        remedy="Give the column a format that has these parts, or the export unknown_date_parts.",
                    )
                cells[index] = texts[int(which[index] * len(texts))] if other[index] else texts[0]
        return cells

    def _readable_ways(self, spec: FormSpec, name: str, values: Sequence[str]) -> dict[str, list[str]]:
        """For each value the texts that are read as this very value: of two formats that fit a text the first one counts."""
        column = spec.columns[name]
        return {
            value: [
                text
                for text in self._date_ways(spec, name, value)
                if reads_as(text, value, column.type, column.format, self._unknown)
            ]
            for value in values
        }


def carried(spec: FormSpec) -> frozenset[str]:
    """The columns for which another column's name may stand (an alias): a system's own columns have none of a site's dirt."""
    return frozenset(name for name, column in spec.columns.items() if column.aliases)


def is_system_word(word: str) -> bool:
    """Whether a collected value is what a system makes of a name (``month_6_arm_1``), not what a person writes."""
    return "_" in word and word == word.lower() and word.isascii()
