"""Dates against planned visits: in which window each lies, and whether it is the visit's that its record names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.checks.visits.seen import Seen
from trialbook.checks.visits.subjects import Subjects
from trialbook.protocol import Visit


@dataclass(frozen=True)
class Calendar:
    """The visits with a planned day of one version of the protocol, earliest first."""

    visits: tuple[Visit, ...]

    @cached_property
    def planned(self) -> np.ndarray:
        """The days after day 1 on which they are planned."""
        return np.array([one.offset for one in self.visits], dtype="float64")

    @cached_property
    def first(self) -> np.ndarray:
        """The first days of their windows."""
        return self.planned + [one.window[0] if one.window else 0 for one in self.visits]

    @cached_property
    def last(self) -> np.ndarray:
        """The last days of their windows."""
        return self.planned + [one.window[1] if one.window else 0 for one in self.visits]

    def place(self, seen: Seen, subjects: Subjects, mine: np.ndarray) -> pd.DataFrame:
        """The groups of a form that are of the subjects ``mine``, each against the calendar.

        G (its number), S (row of the subject), V (place of the visit that it names, -1 for none), DAY, ATTENDED; OFF: days
        outside of that visit's window (negative: too early; NaN where day or visit is not known); AGREES: no other visit's window
        is nearer; WITHIN: the visit in whose window the day lies, -1 for none.
        """
        groups = seen.groups
        rows = subjects.rows(groups["NUMBER"])
        at = np.flatnonzero(np.isin(rows, mine))
        named = {one.visit: place for place, one in enumerate(self.visits)}
        visit = groups["VISIT"].iloc[at].map(named).fillna(-1).to_numpy(dtype=np.int64)
        day, row = groups["DAY"].to_numpy()[at], rows[at]
        since = (day - subjects.day1[row])[:, None]
        early, late = np.minimum(since - self.first, 0), np.maximum(since - self.last, 0)
        far = np.where(np.isnan(since), np.inf, np.abs(early + late))
        own = far[np.arange(len(at)), visit]
        nearest = far.min(axis=1, initial=np.inf)
        known = (visit >= 0) & ~np.isnan(day)
        return pd.DataFrame(
            {
                "G": at,
                "S": row,
                "V": visit,
                "DAY": day,
                "ATTENDED": groups["ATTENDED"].to_numpy()[at],
                "OFF": np.where(known, (early + late)[np.arange(len(at)), visit], np.nan),
                "AGREES": known & (own <= nearest),
                "WITHIN": np.where(nearest == 0, far.argmin(axis=1), -1),
            }
        )
