"""What a subject adds to the analyses that describe, by technique."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trialbook.analysis.second.subjects import MISSING, Described
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import Technique

from .baselines import baseline
from .course import Course, Records
from .dates import whole_day
from .dispositions import DEVIATION_LEVELS, DISPOSITION_LEVELS, deviations, disposition, due
from .events import CATEGORIES, first_events, in_window, levels, window_ends
from .exposures import EXPOSURE_LEVELS, exposure
from .genetics import subtype
from .laboratory import HYS_LEVELS, by_visit, hys_law, shifts
from .sets import TREATED, sets

TOLD = {
    Technique.DISPOSITION: DISPOSITION_LEVELS,
    Technique.DEVIATIONS: DEVIATION_LEVELS,
    Technique.EXPOSURE: EXPOSURE_LEVELS,
    Technique.ADVERSE_EVENTS: tuple(CATEGORIES),
    Technique.EVENT_RATES: tuple(CATEGORIES),
    Technique.HYS_LAW: HYS_LEVELS,
}
"""The levels that are told of each arm, though nobody is counted at one."""


def described(
    subject: dict[str, Any], records: Records, happened: Course | None, states: Iterable[str], protocol: Protocol
) -> Described:
    """The levels and measurements of a randomized subject; ``states``: what it is at the visits of the responses.

    Whose day 1 is not known (``happened`` is None) has no window in which an event or a later value could lie.
    """
    day1 = whole_day(subject["RFSTDTC"])
    gene, of_sets = subtype(records["GF"]), sets(subject, records["IE"])
    end = window_ends(day1, records, protocol) if day1 else None
    events = in_window(records, day1, end) if day1 and end else []
    at_events, many = levels(events)
    before = baseline(subject, records, gene, protocol)
    return Described(
        counted={
            **before.counted,
            Technique.DISPOSITION: disposition(subject, records, of_sets),
            Technique.DEVIATIONS: deviations(
                subject, of_sets, MISSING not in states or not due(happened, day1, protocol), protocol
            ),
            Technique.EXPOSURE: frozenset(EXPOSURE_LEVELS if subject["RFXSTDTC"] else ()),
            Technique.ADVERSE_EVENTS: at_events,
            Technique.SHIFT: shifts(records["LB"], subject, end),
            Technique.HYS_LAW: hys_law(records["LB"], subject, end),
        },
        measured={
            **before.measured,
            Technique.EXPOSURE: exposure(records, protocol) if subject["ARMCD"] == TREATED else {},
            Technique.LABORATORY: by_visit(records["LB"], subject, day1, protocol),
        },
        events=many,
        first=first_events(events, day1, end, happened) if day1 and end and happened else {},
    )
