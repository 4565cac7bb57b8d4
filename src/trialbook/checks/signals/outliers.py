"""Outliers: values of a test that lie apart from all others, also from the most extreme of those.

Laboratory values are skewed and have long tails that are true (a marrow under treatment, a liver that suffers): distance from the
median alone says little. What is judged is the gap that parts a subject's values from those of the subjects next to it. Where
another test of the same dataset lies far out on the subject's same day too, the subject is ill and the value no outlier: a slip
of the pen or of the unit makes one value strange, not two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

import numpy as np
import pandas as pd

from trialbook.checks.signals.measured import Measured, standard_series
from trialbook.checks.signals.signal import Signal, SignalRule, Tested, p_text
from trialbook.checks.signals.statistics import gap_p_value
from trialbook.checks.signals.watched import Watched
from trialbook.findings.pictures import StripPlot

RULE = SignalRule("TB-SIGNAL-OUTLIER", "The value lies apart from those of all other subjects")
LEAST_SUBJECTS, LEAST_VALUES, LEAST_DISTINCT = 50, 100, 20
MOST_APART = 2
"""So many subjects, at most, may lie apart together on one side; more are a group of their own, and no outliers."""
SPACINGS = 10
"""So many subjects next to them show how the values of this test spread at that side."""
FAR_OUT = 3.5
"""In robust standard deviations (Iglewicz and Hoaglin 1993): as far out as a value is that confirms another."""
LEAST_APART = 6.0
"""In the same: nearer to the median, a value that no other one confirms is still a person's, however wide the gap."""
NORMAL_SPACING = 2.0
"""The mean normalized spacing of squared standard normal deviates far out: a lighter tail than the normal's is none."""
CONSISTENT = 1.4826
"""The factor by which the median absolute deviation estimates a normal distribution's standard deviation."""
MOSTLY_POSITIVE = 0.95
MOST_DRAWN = 1500


def check_outliers(watched: Watched) -> Tested:
    """Each series at both sides, with one and with two subjects apart; what other rules have found wrong is left out before."""
    judged, left_out = [], 0
    for series in standard_series(watched):
        if len(series.at) < LEAST_VALUES or np.unique(series.values).size < LEAST_DISTINCT:
            continue
        one = _Judged(series)
        told = one.far[watched.are_told(series.table, one.series.at[one.far], series.variables)]
        judged.append(_Judged(one.series.take(np.delete(np.arange(len(one.series.at)), told))) if len(told) else one)
        left_out += len(told)
    confirmed = _confirmed(judged)
    signals = [
        signal
        for index, one in enumerate(judged)
        for side, apart, p in one.apart()
        for subject in apart.tolist()
        if (signal := _signal(watched, one, side, apart, subject, confirmed.get(index, frozenset()), p)) is not None
    ]
    tests = sum(one.tests for one in judged)
    if not tests:
        too_few = f"no test or column of numbers has {LEAST_VALUES} values of {LEAST_SUBJECTS} subjects to tell what lies apart"
        return Tested(RULE, 0, (), too_few)
    are = "value that other rules found wrong is" if left_out == 1 else "values that other rules found wrong are"
    reason = f"{left_out:,} {are} left out" if left_out else None
    return Tested(RULE, tests, signals, reason, [one.series.table.name for one in judged if one.tests])


def _confirmed(judged: Sequence[_Judged]) -> dict[int, frozenset[tuple[str, str]]]:
    """By series the subjects and days on which another series of its dataset has a value far out too."""
    far = [
        (index, one.series.table.name, subject, day)
        for index, one in enumerate(judged)
        for subject, day in zip(one.series.subjects[one.far], one.series.days[one.far], strict=True)
        if day
    ]
    table = pd.DataFrame(far, columns=["SERIES", "DATASET", "SUBJECT", "DAY"]).drop_duplicates()
    shared = table[table.duplicated(["DATASET", "SUBJECT", "DAY"], keep=False)]
    return {
        int(str(index)): frozenset(zip(of["SUBJECT"], of["DAY"], strict=True))
        for index, of in shared.groupby("SERIES", sort=False)
    }


class _Judged:
    """A series by its distances from the median, in robust standard deviations of its logarithms (where nearly all have one)."""

    def __init__(self, series: Measured):
        positive = series.values > 0
        self.logarithmic = bool(positive.mean() >= MOSTLY_POSITIVE) if len(positive) else False
        self.series = series.take(positive) if self.logarithmic else series
        scaled = np.log(self.series.values) if self.logarithmic else self.series.values
        self.median = float(np.median(self.series.values)) if len(scaled) else 0.0
        centre = np.median(scaled) if len(scaled) else 0.0
        deviation = CONSISTENT * float(np.median(np.abs(scaled - centre))) if len(scaled) else 0.0
        self.distance = (scaled - centre) / deviation if deviation > 0 else np.zeros(0)
        self.far = np.flatnonzero(np.abs(self.distance) >= FAR_OUT)
        self.names, self.subject = np.unique(self.series.subjects.astype(str), return_inverse=True)

    @property
    def tests(self) -> int:
        """How many tests the series allows."""
        return 2 * MOST_APART if len(self.distance) and len(self.names) >= LEAST_SUBJECTS else 0

    def apart(self) -> Iterator[tuple[int, np.ndarray, float]]:
        """By side (1 above, -1 below) the subjects apart, by the surest gap that parts few from many, and its p value."""
        for side in (1, -1) if self.tests else ():
            extremes = np.full(len(self.names), -np.inf)
            np.maximum.at(extremes, self.subject, side * self.distance)
            order = np.argsort(-extremes, kind="stable")
            squares = np.square(np.maximum(extremes[order], 0))
            found = [(self._p_value(squares, count), count) for count in range(1, MOST_APART + 1)]
            p, count = min(found)
            if extremes[order[count - 1]] >= LEAST_APART:
                yield side, order[:count], p

    @staticmethod
    def _p_value(squares: np.ndarray, count: int) -> float:
        """How likely so wide a gap below the ``count`` first is, by the spacings below it.

        The squares of normal deviates are nearly exponential far out, so the normalized spacings have one mean.
        """
        ranks = np.arange(count + 1, count + 1 + SPACINGS)
        spacings = ranks * (squares[ranks - 1] - squares[ranks])
        gap = count * (squares[count - 1] - squares[count])
        return gap_p_value(gap / max(float(spacings.mean()), NORMAL_SPACING), SPACINGS)


def _signal(
    watched: Watched, judged: _Judged, side: int, apart: np.ndarray, subject: int, confirmed: Set[tuple[str, str]], p: float
) -> Signal | None:
    """One subject's values far beyond all that do not lie apart; None where one is confirmed: the others are its course."""
    series, distance = judged.series, side * judged.distance
    others = ~np.isin(judged.subject, apart)
    beyond = np.flatnonzero((judged.subject == subject) & (distance > distance[others].max()))
    if any((series.subjects[at], series.days[at]) in confirmed for at in beyond):
        return None
    beyond = beyond[distance[beyond] >= LEAST_APART]
    beyond = beyond[np.argsort(-distance[beyond], kind="stable")]
    first, next_ = beyond[0], np.flatnonzero(others)[np.argmax(distance[others])]
    unit = f" {series.unit}" if series.unit else ""
    more = f" and {len(beyond) - 1:,} more of the subject" if len(beyond) > 1 else ""
    what = (
        f"{series.label} {series.values[first]:g}{unit}{more}; the median is {judged.median:g}, this is {distance[first]:.1f} "
        f"robust standard deviations{' of the logarithms' if judged.logarithmic else ''} away, and the next subject's "
        f"{series.values[next_]:g} is {distance[next_]:.1f}; test of the gap against the {SPACINGS} next ones, p = {p_text(p)} "
        f"(n = {len(series.at):,} values of {len(judged.names):,} subjects)"
    )
    entered = ", ".join(dict.fromkeys(series.texts[beyond[:5]]))
    name = f"{series.key}|{judged.names[subject]}|{'above' if side > 0 else 'below'}"
    marked = tuple(float(value) for value in series.values[beyond])
    picture = StripPlot(
        series.label, "", series.unit, judged.logarithmic, _drawn(series.values), marked, judged.median, len(series.values)
    )
    query = watched.questions.ask("OUTLIER", test=series.label, value=entered)
    return Signal(series.table, name, what, p, series.at[beyond], series.variables, True, query, picture)


def _drawn(values: np.ndarray) -> tuple[float, ...]:
    """The values in order; of very many those at equal steps, with both ends."""
    ordered = np.sort(values)
    if len(ordered) > MOST_DRAWN:
        ordered = ordered[np.unique(np.linspace(0, len(ordered) - 1, MOST_DRAWN).round().astype(np.int64))]
    return tuple(ordered.tolist())
