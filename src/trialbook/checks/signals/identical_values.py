"""Identical values: records, or whole sequences of measurements, that two subjects or more have in common beyond chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import lgamma, log

import numpy as np
import pandas as pd

from trialbook.checks.signals.measured import Measured, findings_datasets, measured_columns, standard_series
from trialbook.checks.signals.signal import Signal, SignalRule, Tested, p_text
from trialbook.checks.signals.statistics import from_log, log_choose
from trialbook.checks.signals.watched import WHOLE_MONTH, Watched
from trialbook.checks.tables import CheckedTable
from trialbook.mapping.numbers import read_numbers

RULE = SignalRule("TB-SIGNAL-IDENTICAL", "Different subjects have the same measurements")
LEAST_COLUMNS, LEAST_RECORDS, LEAST_SEQUENCE = 3, 50, 6
LEAST_DISTINCT = 20
"""A column with fewer different values is no measurement but a choice among a few, as doses are."""
CORRELATED = 0.3
"""A column whose rank correlation with one already counted is stronger than this adds no evidence: it follows from that one."""


def check_identical(watched: Watched) -> Tested:
    """Records with all measurements equal, and sequences of one measurement that are equal throughout.

    The p value is the number of such coincidences to expect among all subjects, so each table of records and each series of
    sequences is one test.
    """
    tables, signals = [], []
    for panel in filter(None, (one.full() for one in _panels(watched))):
        tables.append(panel.table.name)
        signals += list(_records(panel))
    for series in standard_series(watched):
        sequences = _sequences(series)
        if sequences is not None:
            tables.append(series.table.name)
            signals += list(_alike(series, sequences))
    reason = f"no form or dataset has {LEAST_RECORDS} records of {LEAST_COLUMNS} measurements to compare between subjects"
    return Tested(RULE, max(len(tables), len(signals)), signals, None if tables else reason, tables)


@dataclass(frozen=True)
class _Panel:
    """Records of several measurements: ``values`` has a column each; ``at``: the positions of the cells behind, -1 for none."""

    table: CheckedTable
    name: str
    values: pd.DataFrame
    subjects: np.ndarray
    at: np.ndarray
    variables: tuple[str, ...]

    def full(self) -> _Panel | None:
        """The records of known subjects with enough measurements; None where there are too few to compare."""
        kept = (self.values.notna().sum(axis=1).to_numpy() >= LEAST_COLUMNS) & (self.subjects != "")
        if kept.sum() < LEAST_RECORDS:
            return None
        values = self.values[kept].reset_index(drop=True)
        return replace(self, values=values, subjects=self.subjects[kept], at=self.at[kept])


def _panels(watched: Watched) -> Iterator[_Panel]:
    for name, form in watched.forms.found.items():
        table = watched.tables[name]
        columns = measured_columns(watched, name) if table.subject is not None and form.spec.date else []
        if len(columns) >= LEAST_COLUMNS:
            values = pd.DataFrame({column: read_numbers(form.cells[column]) for column in columns})
            subjects = table.subject.to_numpy(dtype=object)  # type: ignore[union-attr]
            at = np.tile(np.arange(len(values))[:, None], len(columns))
            yield _Panel(table, name, values, subjects, at, tuple(columns))
    for table, prefix in findings_datasets(watched):
        made = _panel_of_dataset(table, prefix)
        if made is not None:
            yield made


def _panel_of_dataset(table: CheckedTable, prefix: str) -> _Panel | None:
    """The results of a subject and day as one record; of a test that was done twice the first."""
    frame, dates = table.frame, table.frame.get(f"{prefix}DTC")
    if dates is None:
        return None
    test = frame[f"{prefix}TESTCD"].astype("str")
    for name in (f"{prefix}SPEC", f"{prefix}METHOD", f"{prefix}STRESU"):
        test = test + "|" + frame[name].astype("str") if name in frame else test
    day = dates.astype("str").str[: WHOLE_MONTH + 3]
    long = pd.DataFrame({"SUBJECT": frame["USUBJID"], "DAY": day, "TEST": test, "AT": np.arange(len(frame))})
    long["VALUE"] = frame[f"{prefix}STRESN"].astype("float64")
    long = long[(day.str.len() == WHOLE_MONTH + 3) & long["VALUE"].notna() & (long["SUBJECT"] != "")]
    long = long.drop_duplicates(["SUBJECT", "DAY", "TEST"])
    if long["TEST"].nunique() < LEAST_COLUMNS:
        return None
    wide = long.pivot(index=["SUBJECT", "DAY"], columns="TEST", values=["VALUE", "AT"])
    at = wide["AT"].fillna(-1).to_numpy(dtype=np.int64)
    subjects = wide.index.get_level_values("SUBJECT").to_numpy(dtype=object)
    return _Panel(table, table.name, wide["VALUE"].reset_index(drop=True), subjects, at, (f"{prefix}STRESN",))


def _records(panel: _Panel) -> Iterator[Signal]:
    """Sets of subjects with equal records, with how many such sets there would be by chance."""
    values, subjects, at = panel.values, panel.subjects, panel.at
    records_of = pd.Series(subjects).value_counts()
    shares = _shares(values)
    sets: dict[tuple[str, ...], list[np.ndarray]] = {}
    for of in values.groupby(list(values.columns), dropna=False, sort=False).indices.values():
        if len(of) > 1 and len(distinct := sorted(set(subjects[of]))) > 1:
            sets.setdefault(tuple(map(str, distinct)), []).append(np.sort(of))
    for whose, alike in sorted(sets.items()):
        size = len(whose)
        ways = sum(log(records_of[subject]) for subject in whose)
        expected = log_choose(len(records_of), size) - lgamma(len(alike) + 1)
        expected += sum(ways + (size - 1) * shares[of[0]] for of in alike)
        if expected >= 0:
            continue
        p = from_log(expected)
        records = np.concatenate(alike)
        counted = "1 record each" if len(alike) == 1 else f"{len(alike):,} records"
        what = (
            f"{size:,} subjects ({_few(whose)}) share {counted} of {panel.name} "
            f"with all values equal, as {_values(values.iloc[alike[0][0]])}; by the distribution of all {len(values):,} records "
            f"{p_text(p)} such sets of subjects are expected (p)"
        )
        cells = at[records]
        name = f"records|{panel.name}|{'|'.join(whose)}"
        positions = np.array(list(dict.fromkeys(cells[cells >= 0].tolist())), dtype=np.int64)
        yield Signal(panel.table, name, what, p, positions, panel.variables)


def _shares(values: pd.DataFrame) -> np.ndarray:
    """For each record the logarithm of the chance that another record has its values, by the shares of each in its column.

    Of columns that depend on one another one alone counts, those first whose values differ most.
    """
    shares = {name: values[name].map(values[name].value_counts(normalize=True)) for name in values}
    ranks = values.rank()
    counted: list[str] = []
    total = np.zeros(len(values))
    for name in sorted(shares, key=lambda one: (float(shares[one].mean()), str(one))):
        related = (abs(_correlation(ranks[name], ranks[other])) for other in counted)
        if all(one <= CORRELATED for one in related):
            counted.append(name)
            total += np.log(shares[name].fillna(1.0).to_numpy(dtype=float))
    return total


def _correlation(one: pd.Series, other: pd.Series) -> float:
    """Pearson's; 1 where it can't be known, so that nothing is counted twice."""
    both = one.notna() & other.notna()
    x, y = one[both].to_numpy(dtype=float), other[both].to_numpy(dtype=float)
    if len(x) < LEAST_RECORDS:
        return 1.0
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float((x * y).sum()) / spread if spread > 0 else 1.0


def _sequences(series: Measured) -> dict[str, np.ndarray] | None:
    """By subject the indices of its values in the order of the records; None where too few subjects have several."""
    order = pd.Series(np.arange(len(series.at))).groupby(series.subjects.astype(str), sort=True).indices
    long = {subject: np.sort(of) for subject, of in order.items() if len(of) >= LEAST_SEQUENCE}
    several = len(long) > 1 and np.unique(series.values).size >= LEAST_DISTINCT
    return long if several and len(series.at) >= LEAST_RECORDS else None


def _alike(series: Measured, sequences: dict[str, np.ndarray]) -> Iterator[Signal]:
    """Subjects whose values are the same one after the other; the chance of it is that of two who are alike in every respect."""
    shares = pd.Series(series.values).value_counts(normalize=True)
    step = float(np.diff(np.sort(shares.index.to_numpy(dtype=float))).min())
    same: dict[tuple[float, ...], list[str]] = {}
    for subject, of in sequences.items():
        same.setdefault(tuple(series.values[of].tolist()), []).append(subject)
    for values, whose in sorted(same.items()):
        if len(whose) < 2:
            continue
        chances = _chances(np.array(values), shares, step)
        expected = log_choose(len(sequences), len(whose)) + (len(whose) - 1) * float(np.log(chances).sum())
        if expected >= 0:
            continue
        p = from_log(expected)
        what = (
            f"{len(whose):,} subjects ({_few(whose)}) have the same {len(values):,} values of {series.key} one after the other "
            f"({', '.join(f'{value:g}' for value in values[:6])} …); {p_text(p)} such sets of subjects are "
            f"expected by chance (p)"
        )
        positions = series.at[np.concatenate([sequences[subject] for subject in whose])]
        yield Signal(series.table, f"sequence|{series.key}|{'|'.join(whose)}", what, p, positions, series.variables)


def _chances(values: np.ndarray, shares: pd.Series, step: float) -> np.ndarray:
    """The chance that another subject has each value at the same time, the greatest by three ways to see it.

    By the share of the value among all; by its share among the subject's own, where it comes again; and as two draws from one
    normal distribution that varies no more than the subject does from one time to the next fall into one step of the scale.
    """
    _, of_value, counts = np.unique(values, return_inverse=True, return_counts=True)
    again = np.where(counts[of_value] > 1, counts[of_value] / len(values), 0)
    varies = float(np.sqrt((np.diff(values) ** 2).mean() / 2))
    same_step = step / (2 * np.sqrt(np.pi) * varies) if varies > 0 else 1.0
    return np.minimum(np.maximum(np.maximum(again, shares.loc[values].to_numpy()), same_step), 1.0)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def _values(record: pd.Series) -> str:
    known = record.dropna()
    told = ", ".join(f"{str(name).split('|')[0]} {value:g}" for name, value in known.iloc[:8].items())
    return told + (" …" if len(known) > 8 else "")
