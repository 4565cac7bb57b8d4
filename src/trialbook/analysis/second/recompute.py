"""Each number of the plan's analyses again, from the second program's subjects, under the names of the first path's."""

from __future__ import annotations

from collections.abc import Mapping

from trialbook.analysis.results import Key
from trialbook.analysis.second.of_descriptions import TECHNIQUES as OF_DESCRIPTIONS
from trialbook.analysis.second.of_descriptions import Descriptions
from trialbook.analysis.second.of_responses import TECHNIQUES as OF_RESPONSES
from trialbook.analysis.second.of_responses import Drawn, Numbers, Responses
from trialbook.analysis.second.of_times import TECHNIQUES as OF_TIMES
from trialbook.analysis.second.of_times import Times
from trialbook.analysis.second.subjects import SecondTrial
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis, Technique
from trialbook.protocol.objectives import Kind

Imputations = Mapping[str, Drawn]
"""By analysis."""


def recompute(protocol: Protocol, trial: SecondTrial, imputations: Imputations | None = None) -> dict[Key, float]:
    """The numbers by their keys; NaN where the data do not tell one.

    ``imputations``: what the first path imputed, the one thing that it hands over, since random numbers can't be drawn twice
    by two programs. Without it the pooled numbers are absent. Raises ValueError for a technique that the second path lacks.
    """
    found: dict[Key, float] = {}
    for analysis in protocol.analysis.analyses:
        drawn = (imputations or {}).get(analysis.id)
        for technique in analysis.techniques:
            found |= {key: float(value) for key, value in _numbers(protocol, trial, analysis, technique, drawn)}
    return found


def _numbers(
    protocol: Protocol, trial: SecondTrial, analysis: PlannedAnalysis, technique: Technique, drawn: Drawn | None
) -> Numbers:
    kind = protocol.objectives.endpoint(analysis.endpoint).kind if analysis.endpoint else Kind.DESCRIPTIVE
    if kind is Kind.DESCRIPTIVE and technique in OF_DESCRIPTIONS:
        return OF_DESCRIPTIONS[technique](Descriptions(protocol, trial, analysis, technique))
    if kind is Kind.BINARY and technique in OF_RESPONSES:
        return OF_RESPONSES[technique](Responses(protocol, trial, analysis, drawn))
    if kind in (Kind.TIME_TO_EVENT, Kind.COMPETING_RISKS) and technique in OF_TIMES:
        return OF_TIMES[technique](Times(protocol, trial, analysis))
    raise ValueError(f"{analysis.id}: the second path has no {technique} of an endpoint that is {kind}")
