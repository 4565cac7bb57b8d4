"""What an analysis makes of intercurrent events: the strategies of its estimand, and those that it takes in their place.

ICH E9(R1) section A.3.2 names five. In a time to an event, composite makes the event one of the endpoint, hypothetical censors
at it, while on treatment makes it a competing event; in a response, composite makes it a non-response, and hypothetical makes
what comes after it missing. Treatment policy leaves all as it was observed.
"""

from __future__ import annotations

from collections.abc import Mapping

from trialbook.errors import TrialbookError
from trialbook.protocol.analysis import PlannedAnalysis
from trialbook.protocol.objectives import Objectives, Strategy

Strategies = Mapping[str, Strategy]
"""The strategy for each intercurrent event, by the event's id."""

HANDLED = (Strategy.TREATMENT_POLICY, Strategy.COMPOSITE, Strategy.HYPOTHETICAL, Strategy.WHILE_ON_TREATMENT)


def strategies_of(objectives: Objectives, endpoint: str, analysis: PlannedAnalysis | None = None) -> dict[str, Strategy]:
    """The strategies of the endpoint's estimand, with those that the analysis takes instead.

    Raises TrialbookError for a strategy that no data can follow: a principal stratum is who would have had the event under
    either treatment, which nobody observes.
    """
    found: dict[str, Strategy] = {}
    for estimand in objectives.estimands_of(endpoint)[:1]:
        found = {one.event: one.strategy for one in estimand.intercurrent_events}
    if analysis is not None:
        found |= analysis.strategies
    for event, strategy in found.items():
        if strategy not in HANDLED:
            what = f"the strategy {strategy.value!r} for {event} of {endpoint} can't be computed from what was observed"
            raise TrialbookError(what, remedy=f"Take one of {', '.join(HANDLED)}.")
    return found
