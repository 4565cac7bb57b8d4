"""Numbers and categories of a group, as results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from trialbook.analysis.methods.summaries import summary
from trialbook.analysis.results import Key, Result
from trialbook.analysis.trial import Trial
from trialbook.protocol.analysis import PlannedAnalysis, Technique

Computed = Iterator[Result]
MISSING = "Missing"
SEPARATOR = " | "
"""Between the parts of a level: a variable and its value, a system organ class and a term."""


@dataclass(frozen=True)
class Descriptions:
    """An analysis that describes, in its analysis set."""

    trial: Trial
    analysis: PlannedAnalysis

    @property
    def subjects(self) -> pd.DataFrame:
        """The subjects of the set, by USUBJID."""
        return self.trial.population(self.analysis.set)

    def arms(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """The subjects of each arm, by ARMCD."""
        subjects = self.subjects
        codes = subjects[self.trial.specs.endpoints.treatment.code]
        for arm in self.trial.arms:
            yield arm.code, subjects[codes == arm.code]

    def count(self, technique: Technique, statistic: str, group: str, number: float, *level: str) -> Result:
        """One number."""
        return Result(Key(self.analysis.id, technique, statistic, group, SEPARATOR.join(level)), float(number))

    def summarised(self, technique: Technique, group: str, values: pd.Series, *level: str) -> Computed:
        """The description of numbers."""
        for statistic, value in asdict(summary(values.to_numpy(dtype="float64"))).items():
            reason = "" if value == value else "too few values"
            yield Result(Key(self.analysis.id, technique, statistic, group, SEPARATOR.join(level)), float(value), reason)

    def tallied(self, technique: Technique, group: str, values: pd.Series, *level: str, of: Sequence[str] = ()) -> Computed:
        """How many subjects have each value; ``of``: values that are told though nobody has them. An empty one is ``Missing``."""
        counts = values.where(values != "", MISSING).value_counts()
        for value in sorted({*counts.index, *of}):
            yield self.count(technique, "subjects", group, counts.get(value, 0), *level, str(value))
