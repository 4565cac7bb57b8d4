"""Each number of the plan's analyses again, from the second program's subjects, under the names of the first path's."""

from __future__ import annotations

from collections.abc import Mapping

from trialbook.analysis.results import Key
from trialbook.analysis.second.of_responses import TECHNIQUES as OF_RESPONSES
from trialbook.analysis.second.of_responses import Drawn, Responses
from trialbook.analysis.second.of_times import TECHNIQUES as OF_TIMES
from trialbook.analysis.second.of_times import Times
from trialbook.analysis.second.subjects import SecondTrial
from trialbook.protocol import Protocol
from trialbook.protocol.objectives import Kind

Imputations = Mapping[str, Drawn]
"""By analysis."""


def recompute(protocol: Protocol, trial: SecondTrial, imputations: Imputations | None = None) -> dict[Key, float]:
    """The numbers by their keys; NaN where the data do not tell one.

    ``imputations``: what the first path imputed, the one thing that it hands over, since random numbers can't be drawn twice
    by two programs. Without it the pooled numbers are absent. Raises ValueError for a technique that the second path lacks.
    """
    found: dict[Key, float] = {}
    for analysis in (one for one in protocol.analysis.analyses if one.endpoint):
        kind = protocol.objectives.endpoint(analysis.endpoint).kind
        if kind is Kind.DESCRIPTIVE:
            continue
        techniques = OF_RESPONSES if kind is Kind.BINARY else OF_TIMES
        for technique in analysis.techniques:
            if technique not in techniques:
                raise ValueError(f"{analysis.id}: the second path has no {technique} of an endpoint that is {kind}")
            if kind is Kind.BINARY:
                numbers = OF_RESPONSES[technique](Responses(protocol, trial, analysis, (imputations or {}).get(analysis.id)))
            else:
                numbers = OF_TIMES[technique](Times(protocol, trial, analysis))
            found |= {key: float(value) for key, value in numbers}
    return found
