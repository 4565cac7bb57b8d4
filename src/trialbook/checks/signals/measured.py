"""Series of measurements: a column of numbers of a form, or the results of a test in one unit of a findings dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from trialbook.checks.signals.watched import Watched, domain_of
from trialbook.checks.tables import CheckedTable
from trialbook.mapping.numbers import read_numbers

NUMBERS = ("number", "integer")
TELLING_TESTS_APART = ("TESTCD", "SPEC", "METHOD", "LOC", "POS")


@dataclass(frozen=True)
class Measured:
    """One series: ``at`` are its records' positions in ``table``, with the value, the text, the subject and the day of each.

    ``variables`` are those whose cells a value stands in; ``groups``: by kind of group the name of each record's, ``""`` unknown.
    """

    table: CheckedTable
    label: str
    unit: str
    variables: tuple[str, ...]
    at: np.ndarray
    values: np.ndarray
    texts: np.ndarray
    subjects: np.ndarray
    days: np.ndarray
    groups: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def key(self) -> str:
        """The name that tells the series from the others of its table."""
        return f"{self.label} {self.unit}".strip()

    def take(self, chosen: np.ndarray) -> Measured:
        """Some of its records."""
        return replace(
            self,
            at=self.at[chosen],
            values=self.values[chosen],
            texts=self.texts[chosen],
            subjects=self.subjects[chosen],
            days=self.days[chosen],
            groups={kind: names[chosen] for kind, names in self.groups.items()},
        )


def collected_series(watched: Watched) -> Iterator[Measured]:
    """Measurements as they were written: by column of a form, or by test and collected unit."""
    yield from _of_forms(watched)
    for table, prefix in findings_datasets(watched):
        yield from _of_dataset(watched, table, prefix, f"{prefix}ORRES", f"{prefix}ORRESU")


def standard_series(watched: Watched) -> Iterator[Measured]:
    """Measurements in comparable units: by column of a form, or by test in its standard unit."""
    yield from _of_forms(watched)
    for table, prefix in findings_datasets(watched):
        yield from _of_dataset(watched, table, prefix, f"{prefix}STRESN", f"{prefix}STRESU")


def findings_datasets(watched: Watched) -> Iterator[tuple[CheckedTable, str]]:
    """The datasets with results of tests, each with the prefix of its variables."""
    for table in watched.datasets.values():
        prefix = domain_of(table)
        if {f"{prefix}TESTCD", f"{prefix}ORRES", f"{prefix}STRESN", "USUBJID"} <= set(table.frame.columns) and len(table.frame):
            yield table, prefix


def measured_columns(watched: Watched, name: str) -> list[str]:
    """The columns of a form with measurements: numbers that are no key, and that no findings dataset takes its results from.

    A form that no site fills, and that has no date of what it tells, holds codes and not measurements.
    """
    form = watched.forms.found[name]
    if not form.spec.by_site and form.spec.date is None:
        return []
    taken = _results_of_datasets(watched)
    keys = {form.spec.subject, *form.spec.keys, *form.missing}
    return [
        column
        for column, spec in form.spec.columns.items()
        if spec.type in NUMBERS and spec.codelist is None and column not in keys and (name, column) not in taken
    ]


def _results_of_datasets(watched: Watched) -> set[tuple[str, str]]:
    found = set()
    for name, mapped in watched.mapped.datasets.items():
        source = mapped.provenance.sources.get(f"{mapped.dataset.domain}ORRES")
        if source is not None and name in watched.datasets:
            found |= {(mapped.provenance.forms[alias], column) for way in source.ways for alias, column in way}
    return found


def _of_forms(watched: Watched) -> Iterator[Measured]:
    for name, table in watched.tables.items():
        if name not in watched.forms.found or table.subject is None or not len(table.frame):
            continue
        columns = measured_columns(watched, name)
        groups = watched.groups(table, of_form=True) if columns else {}
        days = watched.days(table, of_form=True)
        for column in columns:
            label = watched.forms.found[name].spec.columns[column].label
            title = f"{column} ({label})" if label and label != column else column
            texts = watched.forms.found[name].cells[column]
            yield from _series(table, title, "", (column,), np.arange(len(texts)), texts, read_numbers(texts), days, groups)


def _of_dataset(watched: Watched, table: CheckedTable, prefix: str, result: str, unit: str) -> Iterator[Measured]:
    frame = table.frame
    apart = [f"{prefix}{name}" for name in TELLING_TESTS_APART if f"{prefix}{name}" in frame]
    by = [*apart, unit] if unit in frame else apart
    groups, days = watched.groups(table, of_form=False), watched.days(table, of_form=False)
    texts = frame[f"{prefix}ORRES"].astype("str")
    values = read_numbers(texts) if result.endswith("ORRES") else frame[result].astype("float64")
    for key, at in frame.groupby(by, sort=True, dropna=False).indices.items():
        names = [str(part) for part in (key if isinstance(key, tuple) else (key,))]
        tests, of_unit = names[: len(apart)], names[len(apart)] if unit in frame else ""
        label = " ".join(name for name in tests if name)
        yield from _series(table, label, of_unit, (result,), at, texts.iloc[at], values.iloc[at], days, groups)


def _series(
    table: CheckedTable,
    label: str,
    unit: str,
    variables: tuple[str, ...],
    at: np.ndarray,
    texts: pd.Series,
    values: pd.Series,
    days: np.ndarray,
    groups: Mapping[str, np.ndarray],
) -> Iterator[Measured]:
    """The series of these records, without those that have no number or no subject; none where nothing remains."""
    assert table.subject is not None, "a table without subjects has no series"
    subjects = table.subject.to_numpy(dtype=object)[at]
    kept = values.notna().to_numpy() & (subjects != "")
    if kept.any():
        own = {kind: names[at[kept]] for kind, names in groups.items()}
        numbers, written = values.to_numpy(dtype=float)[kept], texts.to_numpy(dtype=object)[kept]
        yield Measured(table, label, unit, variables, at[kept], numbers, written, subjects[kept], days[at[kept]], own)
