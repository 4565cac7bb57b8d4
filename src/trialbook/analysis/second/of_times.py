"""The numbers of the analyses of a time to an event, technique by technique."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from trialbook.analysis.results import DIFFERENCE, Key
from trialbook.analysis.second import hazards, incidence, survival
from trialbook.analysis.second.proportions import Interval
from trialbook.analysis.second.stratified_gray import stratified_gray
from trialbook.analysis.second.subdistribution import subdistribution
from trialbook.analysis.second.subjects import CENSORED, COMPETING, EVENT, SecondTrial
from trialbook.analysis.second.times import Time, at_risk, with_code
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis, Technique

Numbers = Iterator[tuple[Key, float]]
QUANTILES = {"q25": Fraction(1, 4), "median": Fraction(1, 2), "q75": Fraction(3, 4)}


@dataclass(frozen=True)
class Times:
    """An analysis of a time: the plan, the trial, and the times of the subjects of its set."""

    protocol: Protocol
    trial: SecondTrial
    analysis: PlannedAnalysis

    @property
    def confidence(self) -> float:
        """The level of the intervals."""
        return self.protocol.analysis.testing.confidence

    @property
    def times(self) -> list[Time]:
        """Each subject's time, in both arms."""
        name, treated = self.analysis.paramcd, self.trial.treated
        subjects = [one for one in self.trial.of(self.analysis.set) if name in one.times]
        return [Time(*one.times[name], one.arm == treated, one.values[self.trial.stratum]) for one in subjects]

    def by_arm(self) -> Iterator[tuple[str, list[Time]]]:
        """The times of the arm that is treated, then of control."""
        for arm, treated in ((self.trial.treated, True), (self.trial.control, False)):
            yield arm, [one for one in self.times if one.treated is treated]

    @property
    def day(self) -> int:
        """The day of the endpoint's visit."""
        visit = self.protocol.visits[self.protocol.objectives.endpoint(self.analysis.endpoint).visit]
        if visit.day is None:
            raise ValueError(f"{self.analysis.id} is estimated at {visit.visit}, which has no planned day")
        return visit.day

    def key(self, technique: Technique, statistic: str, group: str = DIFFERENCE, level: str = "") -> Key:
        """The name of a number of the analysis."""
        return Key(self.analysis.id, technique.value, statistic, group, level)

    def numbers(self, technique: Technique, found: Any, group: str = DIFFERENCE, level: str = "") -> Numbers:
        """The fields of what was found, by their names."""
        for statistic, value in found._asdict().items():
            yield self.key(technique, statistic, group, level), value

    def tested(self, technique: Technique, found: tuple[float, float]) -> Numbers:
        """A statistic and its p value."""
        for statistic, value in zip(("statistic", "p_value"), found, strict=True):
            yield self.key(technique, statistic), value

    def exposed(self, technique: Technique, arm: str, times: list[Time]) -> Numbers:
        """How many are at risk at each of the days."""
        for day in self.trial.at_risk:
            yield self.key(technique, "at_risk", arm, f"day {day}"), at_risk(times, day)


def survived(of: Times) -> Numbers:
    """Events, the estimate at the endpoint's visit, quantiles, and numbers at risk, by arm."""
    scale, technique = of.protocol.analysis.estimation.survival, Technique.SURVIVAL
    for arm, times in of.by_arm():
        yield of.key(technique, "subjects", arm), len(times)
        for name, code in (("events", EVENT), ("censored", CENSORED)):
            yield of.key(technique, name, arm), sum(one.code == code for one in times)
        found = survival.survival_at(times, of.day, of.confidence, scale)
        yield from of.numbers(technique, found, arm, f"day {of.day}")
        for level, part in QUANTILES.items():
            yield from of.numbers(technique, survival.quantile(times, part, of.confidence, scale), arm, level)
        yield from of.exposed(technique, arm, times)


def incident(of: Times) -> Numbers:
    """Events of interest and competing ones, the incidence at the endpoint's visit, and numbers at risk, by arm."""
    for arm, times in of.by_arm():
        yield of.key(Technique.INCIDENCE, "subjects", arm), len(times)
        for name, code in (("events", EVENT), ("competing", COMPETING)):
            yield of.key(Technique.INCIDENCE, name, arm), sum(one.code == code for one in times)
        found = incidence.incidence_at(times, of.day, of.confidence)
        yield from of.numbers(Technique.INCIDENCE, found, arm, f"day {of.day}")
        yield from of.exposed(Technique.INCIDENCE, arm, times)


def _difference(of: Times, technique: Technique, at: Callable[[list[Time], int], tuple[float, float]]) -> Numbers:
    treated, control = (at(times, of.day) for _, times in of.by_arm())
    found: Interval = survival.difference(treated, control, of.confidence)
    yield from of.numbers(technique, found, DIFFERENCE, f"day {of.day}")


def follow_up(of: Times) -> Numbers:
    """The median of the time under observation: its end is the event, and who has the endpoint's event is censored by it."""
    for arm, times in of.by_arm():
        observed = with_code(times, CENSORED)
        found = survival.quantile(observed, QUANTILES["median"], of.confidence, of.protocol.analysis.estimation.survival)
        yield from of.numbers(Technique.FOLLOW_UP, found, arm, "median")


def hazard_ratio(of: Times, technique: Technique = Technique.HAZARD_RATIO) -> Numbers:
    """The hazard ratio of the event of interest, whatever competes being censored."""
    found = hazards.cox(with_code(of.times, EVENT), of.confidence, of.protocol.analysis.estimation.ties)
    yield from of.numbers(technique, found)


def proportional_hazards(of: Times) -> Numbers:
    """Whether the ratio changes with time."""
    found = hazards.proportional_hazards(of.times, of.confidence, of.protocol.analysis.estimation.ties)
    yield from of.tested(Technique.PROPORTIONAL_HAZARDS, found)


TECHNIQUES: dict[Technique, Callable[[Any], Numbers]] = {
    Technique.SURVIVAL: survived,
    Technique.SURVIVAL_DIFFERENCE: lambda of: _difference(of, Technique.SURVIVAL_DIFFERENCE, survival.with_variance),
    Technique.LOG_RANK: lambda of: of.tested(Technique.LOG_RANK, hazards.log_rank(of.times)),
    Technique.STRATIFIED_LOG_RANK: lambda of: of.tested(Technique.STRATIFIED_LOG_RANK, hazards.stratified_log_rank(of.times)),
    Technique.HAZARD_RATIO: hazard_ratio,
    Technique.PROPORTIONAL_HAZARDS: proportional_hazards,
    Technique.FOLLOW_UP: follow_up,
    Technique.INCIDENCE: incident,
    Technique.INCIDENCE_DIFFERENCE: lambda of: _difference(of, Technique.INCIDENCE_DIFFERENCE, incidence.with_variance),
    Technique.GRAY: lambda of: of.tested(Technique.GRAY, incidence.gray(of.times)),
    Technique.STRATIFIED_GRAY: lambda of: of.tested(Technique.STRATIFIED_GRAY, stratified_gray(of.times)),
    Technique.SUBDISTRIBUTION: lambda of: of.numbers(Technique.SUBDISTRIBUTION, subdistribution(of.times, of.confidence)),
    Technique.CAUSE_SPECIFIC: lambda of: hazard_ratio(of, Technique.CAUSE_SPECIFIC),
}
