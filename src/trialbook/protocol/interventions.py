"""What the trial gives (``protocol/interventions.yml``): dose, schedule, dose steps and the counts at which they are taken."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, doubled, refuse_doubled

DAYS_A_MONTH = 30.4375


def study_day(months: float) -> int:
    """The study day on which so many months after day 1 are over; half a day counts as a whole one."""
    return int(DAYS_A_MONTH * months + 0.5) + 1


class Substance(Sourced):
    """What is given: ``inn`` is its international nonproprietary name, as EXTRT has it; ``type`` the registry's."""

    inn: str
    type: str = "Drug"


class Regimen(Sourced):
    """How it is given: ``dose`` in ``unit``, every so many days, for ``months``; unit, route and form are terms of the CT."""

    dose: float = Field(gt=0)
    unit: str
    every: int = Field(gt=0)
    months: float | None = Field(default=None, gt=0)
    route: str = ""
    form: str = ""


class Plan(Sourced):
    """The planned administrations, and what a date may differ from its plan before it is doubted; all times in days.

    ``first_within``: from day 1 to the first; ``least_days_between``: two that lie closer are a mistake; ``most_days_early``:
    one may be given so many days before it is planned, but not the first.
    """

    planned_doses: int = Field(gt=0)
    first_within: int = Field(default=0, ge=0)
    least_days_between: int = Field(default=1, ge=0)
    most_days_early: int = Field(default=0, ge=0)


class Reductions(Sourced):
    """The doses to which it may be reduced, in this order."""

    doses: tuple[float, ...] = ()


class Threshold(Sourced):
    """The dose is reduced where ``test`` (LBTESTCD) is below ``reduce_below``, and stopped below ``stop_below``, in ``unit``."""

    test: str
    unit: str
    reduce_below: float
    stop_below: float


class Modification(Sourced):
    """When the dose is changed; ``alternatives`` are thresholds that others use and this protocol does not."""

    thresholds: tuple[Threshold, ...] = ()
    alternatives: tuple[Threshold, ...] = ()

    @model_validator(mode="after")
    def _each_test_once(self) -> Self:
        for test in doubled([one.test for one in self.thresholds]):
            raise ValueError(f"the thresholds of {test} are there twice")
        return self


class Intervention(Sourced):
    """What one or more arms (ARMCD) are given; ``name`` is its name in full. What follows from its numbers is a property."""

    id: str
    name: str
    arms: tuple[str, ...]
    substance: Substance
    regimen: Regimen
    plan: Plan
    reductions: Reductions = Reductions()
    modification: Modification = Modification()

    @property
    def steps(self) -> tuple[float, ...]:
        """Every dose that the protocol knows, the full one first."""
        return (self.regimen.dose, *self.reductions.doses)

    @property
    def last_planned_day(self) -> int:
        """The study day of the last planned dose, when the first is given on day 1."""
        return 1 + self.regimen.every * (self.plan.planned_doses - 1)

    @property
    def end_day(self) -> int | None:
        """The study day on which the months of treatment are over; None where no duration is stated."""
        months = self.regimen.months
        return None if months is None else study_day(months)

    @property
    def frequency(self) -> str:
        """The interval as a term of the CT's codelist FREQ."""
        weeks, days = divmod(self.regimen.every, 7)
        if not days:
            return "EVERY WEEK" if weeks == 1 else f"EVERY {weeks} WEEKS"
        return {1: "QD", 2: "QOD"}.get(self.regimen.every, f"Q{self.regimen.every}D")

    @property
    def duration(self) -> str:
        """The planned duration in ISO 8601; empty where none is stated."""
        return "" if self.regimen.months is None else f"P{self.regimen.months:g}M"

    @property
    def reduce_below(self) -> dict[str, float]:
        """The count (LBTESTCD) below which the dose is reduced."""
        return {one.test: one.reduce_below for one in self.modification.thresholds}

    @property
    def stop_below(self) -> dict[str, float]:
        """The count (LBTESTCD) below which treatment stops."""
        return {one.test: one.stop_below for one in self.modification.thresholds}


class Interventions(SpecModel):
    """``protocol/interventions.yml``; ``source`` is that of each statement which does not name its own."""

    source: Source = Source.ASSUMPTION
    interventions: tuple[Intervention, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        refuse_doubled("intervention", [one.id for one in self.interventions])
        return self

    def __getitem__(self, name: str) -> Intervention:
        """By id; KeyError where there is none."""
        found = [one for one in self.interventions if one.id == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def of(self, armcd: str) -> tuple[Intervention, ...]:
        """What an arm is given."""
        return tuple(one for one in self.interventions if armcd in one.arms)
