"""Responses at a visit and times to events, as the estimands of the protocol have them, each by the analysis's strategies."""

from __future__ import annotations

from datetime import date, timedelta

from trialbook.analysis.second.subjects import (
    CENSORED,
    COMPETING,
    EVENT,
    INTERCURRENT,
    MISSING,
    NO_RESPONSE,
    RESPONSE,
)
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis
from trialbook.protocol.objectives import Strategy
from trialbook.protocol.schedule import Visit

from .course import Course
from .dates import study_day
from .marrow import Run

OBSERVED_BY = {"EFS": "remission", "CIR": "remission", "OS": "alive"}
"""What ends the observation of who has no event, by endpoint: a field of :class:`Course`."""

CODES = {Strategy.COMPOSITE: EVENT, Strategy.WHILE_ON_TREATMENT: COMPETING, Strategy.HYPOTHETICAL: CENSORED}
"""What an intercurrent event is to a time, by its strategy; under treatment policy it is nothing."""

STATES = {Strategy.COMPOSITE: INTERCURRENT, Strategy.HYPOTHETICAL: MISSING}
"""What an intercurrent event makes of a response that comes after it."""


def strategies(protocol: Protocol, analysis: PlannedAnalysis) -> dict[str, Strategy]:
    """The strategy of each intercurrent event: the analysis's own, else that of the endpoint's estimand."""
    estimand = next(one for one in protocol.objectives.estimands if one.endpoint == analysis.endpoint)
    return {one.event: one.strategy for one in estimand.intercurrent_events} | analysis.strategies


def days_of(visit: Visit) -> tuple[int, tuple[int, int]]:
    """The planned day of a visit, and its window in days before and after it. Raises ValueError for a visit without them."""
    if visit.day is None or visit.window is None:
        raise ValueError(f"{visit.visit} has no planned day with a window, so that no endpoint can be taken at it")
    return visit.day, visit.window


def counting(of: dict[str, Strategy], course: Course) -> dict[str, Strategy]:
    """The events that count under their strategy; raises ValueError for one that the course does not tell."""
    found = {event: strategy for event, strategy in of.items() if strategy is not Strategy.TREATMENT_POLICY}
    if unknown := sorted(found.keys() - course.events.keys()):
        raise ValueError(f"the second program derives no date of {', '.join(unknown)}, which a strategy makes count")
    return found


def response(course: Course, run: Run | None, negative: bool, of: dict[str, Strategy], until: date) -> str:
    """The state at the visit: an event that is non-response goes before, then the marrow; ``until``: the end of the window.

    An event counts when it is not after the marrow or, without a marrow, not after the window. What comes after an event whose
    strategy is hypothetical is missing.
    """
    end = run.taken if run else until
    states = set()
    for event, strategy in counting(of, course).items():
        if strategy not in STATES:
            raise ValueError(f"the second program has no response under the strategy {strategy.value} for {event}")
        day = course.events[event]
        if day is not None and day <= end:
            states.add(STATES[strategy])
    if INTERCURRENT in states:
        return INTERCURRENT
    if run is None or MISSING in states:
        return MISSING
    return RESPONSE if negative else NO_RESPONSE


def time_to_event(course: Course, endpoint: str, of: dict[str, Strategy], randomized: date, last: date) -> tuple[int, int]:
    """Days from the randomization, which is day 1, and what ended them; nothing after the day ``last`` is seen.

    Of what happened on one day, an event goes before a competing one and that before the end of observation.
    """
    ends = []
    for event, strategy in counting(of, course).items():
        if strategy not in CODES:
            raise ValueError(f"the second program has no time under the strategy {strategy.value} for {event}")
        if (occurred := course.events[event]) is not None:
            ends.append((max(occurred, randomized), CODES[strategy]))
    happened = [(day, code) for day, code in ends if code != CENSORED]
    if not happened:
        observed = getattr(course, OBSERVED_BY[endpoint])
        if course.events["DEATH"] is not None and observed is not None:
            observed = min(observed, course.events["DEATH"])
        ends.append((max(observed or randomized, randomized), CENSORED))
    order = {EVENT: 0, COMPETING: 1, CENSORED: 2}
    day, code = min(ends, key=lambda one: (one[0], order[one[1]]))
    if day > last:
        day, code = last, CENSORED
    return study_day(day, randomized), code


def day_after(randomized: date, day: int) -> date:
    """The date of a study day after the randomization."""
    return randomized + timedelta(days=day - 1)
