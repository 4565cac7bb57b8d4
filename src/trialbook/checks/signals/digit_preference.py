"""Last digits: a person or month that has one of them, or a few, far more often than the others have.

Measured values end in every digit about as often; values that were estimated, rounded or made up do not. A column that is rounded
by its nature is rounded everywhere, so each group is held against the others and not against equal shares.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.checks.signals.measured import Measured, collected_series
from trialbook.checks.signals.signal import Signal, SignalRule, Tested, p_text
from trialbook.checks.signals.statistics import fisher_greater
from trialbook.checks.signals.watched import Watched
from trialbook.findings.pictures import DigitBars

RULE = SignalRule("TB-SIGNAL-DIGITS", "One group of records has some last digits far more often than the others")
PATTERNS = (*((digit,) for digit in range(10)), (0, 5), (0, 2, 4, 6, 8))
"""What is looked for: each digit, halves of ten, even numbers (as scales that are read in steps of two give them)."""
LEAST_IN_GROUP, LEAST_IN_OTHERS = 10, 50
STEPS_IN_MIDDLE_HALF = 10
"""The middle half of the values spans at least so many steps of the last digit, or the value itself decides its last digit."""
TIMES_AS_OFTEN, MORE_BY = 1.5, 0.2
"""A difference that is less than this is of no interest, however sure."""


def check_digits(watched: Watched) -> Tested:
    """Each group of each series against the others, for each pattern, by Fisher's exact test.

    A digit counts once for each subject and group: what is measured of one person again and again is no independent evidence.
    """
    tests, signals, tables = 0, [], []
    for series in collected_series(watched):
        for own_decimals in _by_decimals(series):
            for comparison in _comparisons(own_decimals):
                tests += len(PATTERNS)
                tables.append(series.table.name)
                best = min(_signals(comparison), key=lambda one: one.p, default=None)
                signals += [best] if best is not None else []
    reason = None if tests else "no column of numbers has enough records of known month, site or person to compare last digits"
    return Tested(RULE, tests, signals, reason, tables)


@dataclass(frozen=True)
class _Digits:
    """A series whose subjects' values have equally many decimals, with the last digit of each value."""

    series: Measured
    digit: np.ndarray


@dataclass(frozen=True)
class _Comparison:
    """One group against the others: counts by digit, and which records are the group's."""

    digits: _Digits
    kind: str
    group: str
    own: np.ndarray
    others: np.ndarray
    is_own: np.ndarray


def _by_decimals(series: Measured) -> Iterator[_Digits]:
    """The series by the most decimals that each subject has: where a laboratory gives more of them, others' are not zeros."""
    decimals = np.array([_decimals(text) for text in series.texts], dtype=np.int64)
    usable = (decimals >= 0) & (series.values != 0)
    if usable.sum() < LEAST_IN_GROUP + LEAST_IN_OTHERS:
        return
    kept = series.take(usable)
    subject, names = pd.factorize(kept.subjects)
    most = np.zeros(len(names), dtype=np.int64)
    np.maximum.at(most, subject, decimals[usable])
    for count in np.unique(most):
        alike = kept.take(most[subject] == count)
        scaled = np.round(np.abs(alike.values) * 10.0**count)
        low, high = np.quantile(scaled, [0.25, 0.75])
        if high - low >= STEPS_IN_MIDDLE_HALF:
            yield _Digits(alike, (scaled % 10).astype(np.int64))


def _decimals(text: str) -> int:
    """How many digits stand after the point; -1 for a number with an exponent, whose last digit is not what was read."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return -1 if "e" in plain.lower() else len(plain.partition(".")[2])


def _comparisons(digits: _Digits) -> Iterator[_Comparison]:
    subject, _ = pd.factorize(digits.series.subjects)
    for kind, names in digits.series.groups.items():
        of, groups = pd.factorize(names, sort=True)
        known = names != ""
        if np.unique(of[known]).size < 2:
            continue
        once = np.unique(np.column_stack([subject, of, digits.digit])[known], axis=0)
        counts = np.zeros((len(groups), 10), dtype=np.int64)
        np.add.at(counts, (once[:, 1], once[:, 2]), 1)
        total = counts.sum(axis=0)
        for index, group in enumerate(map(str, groups)):
            own, others = counts[index], total - counts[index]
            if group and own.sum() >= LEAST_IN_GROUP and others.sum() >= LEAST_IN_OTHERS:
                yield _Comparison(digits, kind, group, own, others, of == index)


def _signals(comparison: _Comparison) -> Iterator[Signal]:
    """The patterns that the group has materially more often, each with its p value."""
    own, others, series = comparison.own, comparison.others, comparison.digits.series
    for pattern in PATTERNS:
        hits, other_hits = int(own[list(pattern)].sum()), int(others[list(pattern)].sum())
        share, usual = hits / own.sum(), other_hits / others.sum()
        if share < usual * TIMES_AS_OFTEN or share - usual < MORE_BY:
            continue
        p = fisher_greater(hits, int(own.sum()), other_hits, int(others.sum()))
        digits = "an even digit" if len(pattern) > 2 else " or ".join(map(str, pattern))
        what = (
            f"{series.key} of {comparison.kind} {comparison.group}: the last digit is {digits} in {hits} of {own.sum()} values "
            f"({share:.0%}), of the others in {other_hits:,} of {others.sum():,} ({usual:.0%}; each digit once for a subject); "
            f"Fisher's exact test, one-sided, p = {p_text(p)}"
        )
        carried = comparison.is_own & np.isin(comparison.digits.digit, pattern)
        group = f"{comparison.kind} {comparison.group}"
        picture = DigitBars(series.key, "", group, tuple(own.tolist()), tuple(others.tolist()), pattern)
        # The pattern is no part of the name: should another digit become the surer one, the finding is the same.
        name = f"{series.key}|{comparison.kind}|{comparison.group}"
        yield Signal(series.table, name, what, p, series.at[carried], series.variables, picture=picture)
