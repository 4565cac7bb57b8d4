"""What the trial asks (``protocol/objectives.yml``): objectives, endpoints, and estimands with ICH E9(R1)'s five attributes."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled


class Level(StrEnum):
    """The rank of an objective or endpoint."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    SAFETY = "safety"
    EXPLORATORY = "exploratory"


class Kind(StrEnum):
    """What an endpoint is to the analysis: ``competing_risks`` is a time to an event that others may prevent."""

    BINARY = "binary"
    TIME_TO_EVENT = "time_to_event"
    COMPETING_RISKS = "competing_risks"
    DESCRIPTIVE = "descriptive"


class Strategy(StrEnum):
    """ICH E9(R1) section A.3.2: how an intercurrent event is reflected in the clinical question."""

    TREATMENT_POLICY = "treatment policy"
    HYPOTHETICAL = "hypothetical"
    COMPOSITE = "composite variable"
    WHILE_ON_TREATMENT = "while on treatment"
    PRINCIPAL_STRATUM = "principal stratum"


class Statement(Sourced):
    """A sentence with its source."""

    text: str


class Objective(Sourced):
    """A question of the trial; ``endpoints`` names what answers it."""

    id: str
    level: Level
    text: str
    endpoints: tuple[str, ...] = ()


class Endpoint(Sourced):
    """What is measured. ``name`` is its name in tables; the record's words for it are ``quote``, or the name itself.

    ``visit``: the visit of ``visits.yml`` at which, or up to which, it is measured; ``definition``: how it is derived.
    """

    id: str
    level: Level
    kind: Kind
    name: str
    visit: str = ""
    definition: Statement | None = None

    @property
    def words(self) -> str:
        """The endpoint in the record's words."""
        return self.quote or self.name


class Event(Sourced):
    """An intercurrent event: it occurs after treatment starts, and affects what is measured, or whether it exists."""

    id: str
    name: str


class Handling(Sourced):
    """What an estimand does with an intercurrent event; ``other`` is what a further analysis does with it instead."""

    event: str
    strategy: Strategy
    text: str
    other: str = ""


class MissingData(Sourced):
    """Data that would be meaningful for an estimand and are not there, though no intercurrent event took them away."""

    what: str
    handling: str
    other: str = ""


class Estimand(Sourced):
    """The five attributes of ICH E9(R1): treatment, population, variable, intercurrent events, population-level summary.

    The variable is the endpoint's; ``variable`` adds what the strategies make of it. ``population`` tells the patients, ``set``
    is the analysis set that stands for them, ``other_sets`` those of further analyses.
    """

    id: str
    endpoint: str
    treatment: str
    population: str
    set: str
    other_sets: tuple[str, ...] = ()
    variable: str
    intercurrent_events: tuple[Handling, ...]
    summary: str
    missing: tuple[MissingData, ...] = ()

    @model_validator(mode="after")
    def _each_event_once(self) -> Self:
        refuse_doubled("intercurrent event", [one.event for one in self.intercurrent_events])
        return self


class Objectives(SpecModel):
    """``protocol/objectives.yml``; ``source`` is that of each statement which does not name its own."""

    source: Source = Source.ASSUMPTION
    objectives: tuple[Objective, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    intercurrent_events: tuple[Event, ...] = ()
    estimands: tuple[Estimand, ...] = ()

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> Self:
        """What the file names of itself is there, once."""
        for what, items in (
            ("objective", self.objectives),
            ("endpoint", self.endpoints),
            ("intercurrent event", self.intercurrent_events),
            ("estimand", self.estimands),
        ):
            refuse_doubled(what, [one.id for one in items])
        endpoints, events = {one.id for one in self.endpoints}, {one.id for one in self.intercurrent_events}
        for objective in self.objectives:
            for name in objective.endpoints:
                _known(name, endpoints, "endpoint", f"the objective {objective.id}")
        for estimand in self.estimands:
            _known(estimand.endpoint, endpoints, "endpoint", f"the estimand {estimand.id}")
            for handling in estimand.intercurrent_events:
                _known(handling.event, events, "intercurrent event", f"the estimand {estimand.id}")
        return self

    def of(self, level: Level) -> tuple[Endpoint, ...]:
        """The endpoints of a level, in the order of the file."""
        return tuple(one for one in self.endpoints if one.level == level)

    def endpoint(self, name: str) -> Endpoint:
        """By id; KeyError where there is none."""
        return {one.id: one for one in self.endpoints}[name]

    def event(self, name: str) -> Event:
        """By id; KeyError where there is none."""
        return {one.id: one for one in self.intercurrent_events}[name]

    def estimands_of(self, endpoint: str) -> tuple[Estimand, ...]:
        """The estimands of an endpoint."""
        return tuple(one for one in self.estimands if one.endpoint == endpoint)


def _known(name: str, names: set[str], what: str, where: str) -> None:
    if name not in names:
        raise ValueError(f"{where} names the {what} {name}, which is not among those of the file: {', '.join(sorted(names))}")
