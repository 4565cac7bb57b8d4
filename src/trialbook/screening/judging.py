"""Each subject judged by the version of the protocol that is in force for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import Eligibility, Verdicts


@dataclass(frozen=True)
class Judged:
    """``versions``: the version of the protocol by which each record of the items was judged; ``by`` its criteria and verdicts.

    The verdicts of a version are on the positions of its records.
    """

    versions: pd.Series
    by: Mapping[str, tuple[Eligibility, Verdicts]]

    @cached_property
    def verdict(self) -> pd.Series:
        """The verdict on each record, by position."""
        return self._each("verdict")

    @cached_property
    def failed(self) -> pd.Series:
        """The ids of the criteria that keep each record's subject out, as a tuple."""
        return self._each("failed")

    @cached_property
    def missing(self) -> pd.Series:
        """Of each record, each unknown criterion with the items that would decide it."""
        return self._each("missing")

    @cached_property
    def warnings(self) -> pd.Series:
        """What contradicts itself in each record's items, as a tuple."""
        return self._each("warnings")

    @cached_property
    def criteria(self) -> list[dict[str, bool | None]]:
        """Of each record, each criterion of its version: whether it is met, or applies; None where that is unknown."""
        found: dict[int, dict[str, bool | None]] = {}
        for _, verdicts in self.by.values():
            columns = {str(name): truth.to_numpy(dtype=object, na_value=None) for name, truth in verdicts.criteria.items()}
            for at, position in enumerate(verdicts.criteria.index):
                found[position] = {name: truth[at] for name, truth in columns.items()}
        return [found[position] for position in sorted(found)]

    def eligibility(self, position: int) -> Eligibility:
        """The criteria by which a record was judged."""
        return self.by[self.versions.iloc[position]][0]

    def _each(self, name: str) -> pd.Series:
        parts = [getattr(verdicts, name) for _, verdicts in self.by.values()]
        return pd.concat(parts).sort_index() if parts else pd.Series(dtype=object)


def judge(items: pd.DataFrame, protocol: Protocol, versions: pd.Series | None = None) -> Judged:
    """The verdicts on ``items``, on the index 0…n-1; ``versions`` by name, each record's (default: the current one).

    Raises SpecError where a version has no criteria.
    """
    if versions is None:
        versions = pd.Series(protocol.versions[-1], index=items.index, dtype="str")
    by = {}
    for name in dict.fromkeys((*versions, *(() if len(versions) else protocol.versions[-1:]))):
        eligibility = protocol.version(name).eligibility
        by[name] = (eligibility, eligibility.judge(items.take(np.flatnonzero(versions == name))))
    return Judged(versions, by)
