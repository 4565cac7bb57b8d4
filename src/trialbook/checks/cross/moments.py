"""The first and the last of a subject's dates, where dates may be partial: what is certain of them, and what is possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.datasets import iso8601


@dataclass(frozen=True)
class Extreme:
    """For each wanted subject a date of a table and the position of its record there; ``""`` and -1 where there is none."""

    dtc: pd.Series
    at: np.ndarray

    @property
    def there(self) -> pd.Series:
        """Where there is one."""
        return self.dtc != ""


def certain_first(subjects: pd.Series, dtc: pd.Series, wanted: pd.Series) -> Extreme:
    """The date by which a subject's first has certainly been."""
    return _extreme(subjects, dtc, iso8601.latest(dtc), wanted)


def possible_first(subjects: pd.Series, dtc: pd.Series, wanted: pd.Series) -> Extreme:
    """The date before which none of a subject's dates can be."""
    return _extreme(subjects, dtc, iso8601.earliest(dtc), wanted)


def certain_last(subjects: pd.Series, dtc: pd.Series, wanted: pd.Series) -> Extreme:
    """The date from which on a subject's last certainly is."""
    return _extreme(subjects, dtc, -iso8601.earliest(dtc), wanted)


def possible_last(subjects: pd.Series, dtc: pd.Series, wanted: pd.Series) -> Extreme:
    """The date after which none of a subject's dates can be."""
    return _extreme(subjects, dtc, -iso8601.latest(dtc), wanted)


def differ(left: pd.Series, right: pd.Series) -> pd.Series:
    """Whether two dates are certainly not the same, at the precision that both have; never where either is empty."""
    right = right.set_axis(left.index)
    return iso8601.before(left, right) | iso8601.before(right, left)


def _extreme(subjects: pd.Series, dtc: pd.Series, rank: pd.Series, wanted: pd.Series) -> Extreme:
    """The record of least ``rank`` for each of ``wanted``."""
    found = pd.DataFrame({"subject": subjects.to_numpy(), "rank": rank.to_numpy(), "at": np.arange(len(dtc))})
    found = found[found["rank"].notna() & (found["subject"] != "")].sort_values("rank", kind="stable").drop_duplicates("subject")
    at = wanted.map(found.set_index("subject")["at"]).fillna(-1).to_numpy(dtype=np.int64)
    texts = np.append(dtc.to_numpy(dtype=object), "")
    return Extreme(pd.Series(texts[at], index=wanted.index, dtype="str"), at)
