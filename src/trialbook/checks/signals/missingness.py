"""Missing values: a person, month or site that leaves a column empty which the others nearly always fill."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.checks.signals.signal import Signal, SignalRule, Tested, p_text
from trialbook.checks.signals.statistics import stratified_greater
from trialbook.checks.signals.watched import Watched
from trialbook.checks.tables import CheckedTable
from trialbook.checks.visits.seen import terms_of
from trialbook.mapping import Form
from trialbook.mapping.form_spec import DATE_TYPES

RULE = SignalRule("TB-SIGNAL-MISSING", "One group of records lacks values that the others have")
USUALLY_FILLED = 0.9
"""Of a column that is filled less often than this, emptiness may follow from what else the record says."""
LEAST_IN_GROUP, LEAST_IN_OTHERS = 10, 50
LEAST_LACKING, LEAST_SHARE, TIMES_AS_OFTEN = 5, 0.2, 3


def check_missing(watched: Watched) -> Tested:
    """Each group against the others, column by column, by the exact test of a common odds ratio over the visits.

    What counts is a subject in a group and visit, and whether half of its records or more lack the value: the lines of one sheet
    are lacking together.
    """
    tests, signals, tables = 0, [], []
    for name, form in watched.forms.found.items():
        for tested, found in _columns(watched, form) if len(watched.tables[name].frame) else ():
            tests += tested
            tables += [name] if tested else []
            signals += found
    reason = None if tests else "no form has enough records of known month, site or person to compare what is missing"
    return Tested(RULE, tests, signals, reason, tables)


def _columns(watched: Watched, form: Form) -> Iterator[tuple[int, list[Signal]]]:
    """For each column that is usually filled: how many groups were tested, and those that stand out."""
    table, spec = watched.tables[form.name], form.spec
    groups = watched.groups(table, of_form=True)
    columns = [
        column
        for column, one in spec.columns.items()
        if column not in (spec.subject, *spec.keys, *form.missing) and (one.required or one.type not in DATE_TYPES)
    ]
    subject = table.subject
    if subject is None or not groups or not columns:
        return
    subjects, _ = pd.factorize(subject)
    visits, _ = pd.factorize(terms_of(form, watched.specs, spec.visit or ""))
    of_form = [_Grouped(kind, names, subjects, visits) for kind, names in groups.items()]
    for column in columns:
        empty = (form.cells[column] == "").to_numpy()
        if not empty.any():
            yield sum(len(grouped.testable) for grouped in of_form), []
            continue
        for grouped in of_form:
            yield _column(grouped, table, column, empty)


class _Grouped:
    """A form's records by one kind of group; ``of_record`` the cluster (subject, group, visit) of each, -1 in no known group."""

    def __init__(self, kind: str, names: np.ndarray, subjects: np.ndarray, visits: np.ndarray):
        self.kind = kind
        self.group, self.names = pd.factorize(names, sort=True)
        known = names != ""
        of_record = np.full(len(names), -1, dtype=np.int64)
        clusters = np.column_stack([subjects, self.group, visits])[known]
        rows, of_record[known] = np.unique(clusters, axis=0, return_inverse=True)
        self.of_record, self.cluster_group, self.cluster_visit = of_record, rows[:, 1], rows[:, 2]
        sizes = np.bincount(self.cluster_group, minlength=len(self.names))
        self.testable = np.flatnonzero((sizes >= LEAST_IN_GROUP) & (len(rows) - sizes >= LEAST_IN_OTHERS))
        self.records = np.bincount(self.group[known], minlength=len(self.names))

    def empty_records(self, empty: np.ndarray) -> np.ndarray:
        """By group how many records lack the value."""
        return np.bincount(self.group[(self.of_record >= 0) & empty], minlength=len(self.names))

    def lacking(self, empty: np.ndarray) -> np.ndarray:
        """Which clusters lack the value in half of their records or more."""
        known = self.of_record >= 0
        count = np.bincount(self.of_record[known], minlength=len(self.cluster_group))
        return 2 * np.bincount(self.of_record[known & empty], minlength=len(count)) >= count


def _column(grouped: _Grouped, table: CheckedTable, column: str, empty: np.ndarray) -> tuple[int, list[Signal]]:
    lacking, signals, tests = grouped.lacking(empty), [], 0
    empties, records = grouped.empty_records(empty), grouped.records
    for index in grouped.testable.tolist():
        if (empties.sum() - empties[index]) / (records.sum() - records[index]) > 1 - USUALLY_FILLED:
            continue
        tests += 1
        own = grouped.cluster_group == index
        hits, others = int(lacking[own].sum()), int(lacking[~own].sum())
        share, usual = hits / own.sum(), others / (~own).sum()
        if hits < LEAST_LACKING or share < max(LEAST_SHARE, TIMES_AS_OFTEN * usual):
            continue
        p = stratified_greater(hits, _strata(grouped.cluster_visit, own, lacking))
        group = f"{grouped.kind} {grouped.names[index]}"
        what = (
            f"{column} of {group} is empty in {empties[index]:,} of {records[index]:,} records ({hits:,} of {own.sum():,} "
            f"subjects' visits, {share:.0%}; of the others {others:,} of {(~own).sum():,}, {usual:.1%}); exact test by visit, "
            f"one-sided, p = {p_text(p)}"
        )
        at = np.flatnonzero(empty & (grouped.group == index))
        signals.append(Signal(table, f"{column}|{group}", what, p, at, (column,)))
    return tests, signals


def _strata(visit: np.ndarray, own: np.ndarray, lacking: np.ndarray) -> list[tuple[int, int, int]]:
    """By visit how many clusters the group has, how many the others, and how many of both lack the value; those that decide."""
    counts = [np.bincount(visit[mask], minlength=visit.max() + 1) for mask in (own, ~own, lacking)]
    return [(int(a), int(b), int(c)) for a, b, c in zip(*counts, strict=True) if a and c]
