"""What the criteria say of boundary cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trialbook.protocol.eligibility.cases import Case
from trialbook.protocol.eligibility.judge import Eligibility


@dataclass(frozen=True)
class Outcome:
    """What the criteria say of a case."""

    case: Case
    found: bool | None
    missing: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        """Whether that is what the case says."""
        return (self.found, self.missing) == (self.case.expected, self.case.missing)


def outcomes(cases: Sequence[Case], eligibility: Eligibility) -> list[Outcome]:
    """Every case judged, in their order."""
    found: dict[int, Outcome] = {}
    for reading in dict.fromkeys(tuple(case.reading.items()) for case in cases):
        alike = [(at, case) for at, case in enumerate(cases) if tuple(case.reading.items()) == reading]
        subjects = pd.DataFrame([eligibility.spec.eligible_subject | dict(case.items) for _, case in alike], dtype="str").fillna(
            ""
        )
        verdicts = eligibility.with_settings(dict(reading)).judge(subjects)
        for row, (at, case) in enumerate(alike):
            truth = verdicts.criteria[case.criterion].iloc[row]
            missing = verdicts.missing.iloc[row].get(case.criterion, ())
            found[at] = Outcome(case, None if pd.isna(truth) else bool(truth), missing)
    return [found[at] for at in range(len(cases))]
