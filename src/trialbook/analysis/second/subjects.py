"""What a study's second program hands over: each randomized subject as the analyses see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

RESPONSE, NO_RESPONSE, INTERCURRENT, MISSING = "Response", "No response", "Intercurrent event", "Missing"
STATES = (INTERCURRENT, MISSING, NO_RESPONSE, RESPONSE)
"""What a subject can be at the visit of a response."""

CENSORED, EVENT, COMPETING = 0, 1, 2
"""What ends a time."""


@dataclass(frozen=True)
class Subject:
    """A randomized subject.

    ``subject``: USUBJID; ``arm``: ARMCD of the randomization; ``values``: variables by which analyses are divided;
    ``sets``: the analysis sets that it is in; ``responses``: one of :data:`STATES` by PARAMCD; ``times``: by PARAMCD days from
    day 1 on, and what ended them (:data:`CENSORED`, :data:`EVENT`, :data:`COMPETING`).
    """

    subject: str
    arm: str
    values: Mapping[str, str] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()
    responses: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class SecondTrial:
    """The subjects of a trial that compares arm ``treated`` with arm ``control``.

    ``stratum``: the value of :attr:`Subject.values` within which stratified analyses compare; ``at_risk``: the study days at
    which the numbers at risk are told.
    """

    treated: str
    control: str
    subjects: tuple[Subject, ...]
    stratum: str
    at_risk: tuple[int, ...] = ()

    def of(self, name: str) -> tuple[Subject, ...]:
        """The subjects of an analysis set."""
        return tuple(one for one in self.subjects if name in one.sets)
