"""What a study's second program hands over: each randomized subject as the analyses see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialbook.protocol.analysis import Technique

RESPONSE, NO_RESPONSE, INTERCURRENT, MISSING = "Response", "No response", "Intercurrent event", "Missing"
STATES = (INTERCURRENT, MISSING, NO_RESPONSE, RESPONSE)
"""What a subject can be at the visit of a response."""

CENSORED, EVENT, COMPETING = 0, 1, 2
"""What ends a time."""


@dataclass(frozen=True)
class Described:
    """What a subject adds to the analyses that describe, by technique and level.

    ``counted``: the levels at which it is counted; ``measured``: its measurements; ``events``: how many events it had of a level;
    ``first``: whether it had any of a level, and the years until the first or the end of its time at risk.
    """

    counted: Mapping[Technique, frozenset[str]] = field(default_factory=dict)
    measured: Mapping[Technique, Mapping[str, float]] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    first: Mapping[str, tuple[bool, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """A randomized subject.

    ``subject``: USUBJID; ``arm``: ARMCD of the randomization; ``values``: variables by which analyses are divided;
    ``sets``: the analysis sets that it is in; ``responses``: one of :data:`STATES` by PARAMCD; ``times``: by PARAMCD days from
    day 1 on, and what ended them (:data:`CENSORED`, :data:`EVENT`, :data:`COMPETING`); ``described``: for the analyses that
    describe.
    """

    subject: str
    arm: str
    values: Mapping[str, str] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()
    responses: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    described: Described = field(default_factory=Described)


@dataclass(frozen=True)
class SecondTrial:
    """The subjects of a trial that compares arm ``treated`` with arm ``control``.

    ``stratum``: the value of :attr:`Subject.values` within which stratified analyses compare; ``at_risk``: the study days at
    which the numbers at risk are told; ``told``: by technique the levels that are told of each arm though nobody is counted;
    ``screened``: counts of subjects that are in no arm, by the level of the disposition.
    """

    treated: str
    control: str
    subjects: tuple[Subject, ...]
    stratum: str
    at_risk: tuple[int, ...] = ()
    told: Mapping[Technique, tuple[str, ...]] = field(default_factory=dict)
    screened: Mapping[str, int] = field(default_factory=dict)

    def of(self, name: str) -> tuple[Subject, ...]:
        """The subjects of an analysis set."""
        return tuple(one for one in self.subjects if name in one.sets)
