"""The techniques of a time to an event: survival and incidence curves, their differences, tests and hazard ratios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.analysis.adam.times import COMPETING, EVENT
from trialbook.analysis.methods.cause_specific import cause_specific
from trialbook.analysis.methods.cox import cox
from trialbook.analysis.methods.fine_gray import fine_gray
from trialbook.analysis.methods.follow_up import median_follow_up
from trialbook.analysis.methods.gray import gray
from trialbook.analysis.methods.incidence import CumulativeIncidence, cumulative_incidence, incidence_difference
from trialbook.analysis.methods.kaplan_meier import KaplanMeier, kaplan_meier
from trialbook.analysis.methods.log_rank import log_rank
from trialbook.analysis.methods.proportional_hazards import proportional_hazards
from trialbook.analysis.methods.quantiles import quantile
from trialbook.analysis.methods.regression import Regression
from trialbook.analysis.methods.survival_difference import survival_difference
from trialbook.analysis.results import DIFFERENCE, Key, Result, counted, estimated, tested
from trialbook.analysis.trial import Trial, by_arm
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis, Technique

QUANTILES = {"q25": Fraction(1, 4), "median": Fraction(1, 2), "q75": Fraction(3, 4)}
DAYS_OF_MONTH, HALF_YEAR = 30.4375, 6
Computed = Iterator[Result]


@dataclass(frozen=True)
class Times:
    """The records of a time to an event in an analysis set, in days from the origin."""

    trial: Trial
    analysis: PlannedAnalysis
    records: pd.DataFrame

    @cached_property
    def time(self) -> np.ndarray:
        """AVAL."""
        return self.records["AVAL"].to_numpy(dtype="float64")

    @cached_property
    def cause(self) -> np.ndarray:
        """1 the event, 2 a competing one, 0 censored."""
        censor = self.records["CNSR"].to_numpy()
        return np.select([censor == EVENT, censor == COMPETING], [1, 2], 0)

    @property
    def event(self) -> np.ndarray:
        """Whether the event happened."""
        return self.cause == 1

    @cached_property
    def treated(self) -> np.ndarray:
        """1 in the arm that is treated, 0 in control."""
        return (self.records["ARMCD"] == self.trial.arms[0].code).to_numpy(dtype="float64")

    @property
    def strata(self) -> np.ndarray:
        """The stratum of each subject."""
        return self.records["STRATUM"].to_numpy(dtype=object)

    @property
    def level(self) -> float:
        """The level of confidence intervals."""
        return self.trial.protocol.analysis.testing.confidence

    @property
    def horizon(self) -> int:
        """The planned day of the endpoint's visit, at which estimates are reported."""
        protocol = self.trial.protocol
        return int(protocol.visits[protocol.objectives.endpoint(self.analysis.endpoint).visit].day or 0)

    @property
    def transform(self) -> str:
        """The scale on which intervals of survival are symmetric."""
        return str(self.trial.protocol.analysis.estimation.survival)

    @cached_property
    def curves(self) -> dict[str, KaplanMeier]:
        """The survival curve of each arm, by ARMCD."""
        return {
            code: kaplan_meier(self.time[mask], self.event[mask], transform=self.transform, level=self.level)  # type: ignore[arg-type]
            for code, mask in by_arm(self.trial, self.records).items()
        }

    @cached_property
    def incidences(self) -> dict[str, CumulativeIncidence]:
        """The cumulative incidences of each arm, by ARMCD; cause 1 is the event."""
        return {
            code: cumulative_incidence(self.time[mask], self.cause[mask], causes=2, level=self.level)
            for code, mask in by_arm(self.trial, self.records).items()
        }

    @property
    def ticks(self) -> list[int]:
        """The days at which numbers at risk are told."""
        return reported_days(self.trial.protocol, self.horizon)


def reported_days(protocol: Protocol, horizon: int) -> list[int]:
    """Day 1 and, up to the horizon, each planned visit that is a whole number of half years later."""
    days = sorted({visit.day for visit in protocol.visits.values() if visit.day and 0 < visit.day <= horizon})
    return [day for day in days if day == 1 or (_months(day) and _months(day) % HALF_YEAR == 0)]


def _months(day: int) -> int:
    return round((day - 1) / DAYS_OF_MONTH)


def survival(of: Times) -> Computed:
    """Subjects, events, quantiles and the estimate at the horizon of each arm; how many are at risk at the ticks."""
    for code, curve in of.curves.items():
        events = int(curve.events.sum())
        counts = {"subjects": curve.subjects, "events": events, "censored": curve.subjects - events}
        yield from counted(of.analysis.id, Technique.SURVIVAL, code, counts)
        yield from estimated(of.analysis.id, Technique.SURVIVAL, curve.at(of.horizon), code, f"day {of.horizon}")
        for name, share in QUANTILES.items():
            yield from estimated(of.analysis.id, Technique.SURVIVAL, quantile(curve, share), code, name)
        for day, number in zip(of.ticks, curve.at_risk_at(of.ticks), strict=True):
            yield Result(Key(of.analysis.id, Technique.SURVIVAL, "at_risk", code, f"day {day}"), float(number))


def difference(of: Times) -> Computed:
    """The difference of the survival estimates at the horizon."""
    one, two = (of.curves[arm.code] for arm in of.trial.arms)
    found = survival_difference(one, two, of.horizon)
    yield from estimated(of.analysis.id, Technique.SURVIVAL_DIFFERENCE, found, DIFFERENCE, f"day {of.horizon}")


def plain_log_rank(of: Times) -> Computed:
    """The log-rank test."""
    yield from tested(of.analysis.id, Technique.LOG_RANK, log_rank(of.time, of.event, of.treated).test)


def stratified_log_rank(of: Times) -> Computed:
    """The log-rank test within strata."""
    found = log_rank(of.time, of.event, of.treated, strata=of.strata)
    yield from tested(of.analysis.id, Technique.STRATIFIED_LOG_RANK, found.test)


def hazard_ratio(of: Times) -> Computed:
    """The hazard ratio of Cox's model with the arm alone."""
    ties = of.trial.protocol.analysis.estimation.ties
    yield from _ratio(of, Technique.HAZARD_RATIO, cox(of.time, of.event, of.treated, ties=str(ties), level=of.level))  # type: ignore[arg-type]


def hazards_are_proportional(of: Times) -> Computed:
    """The test that the hazard ratio does not change with time."""
    found = proportional_hazards(of.time, of.event, of.treated, ties=str(of.trial.protocol.analysis.estimation.ties))  # type: ignore[arg-type]
    yield from tested(of.analysis.id, Technique.PROPORTIONAL_HAZARDS, found.tests[0])


def length_of_follow_up(of: Times) -> Computed:
    """The median of the follow-up of each arm."""
    for code, mask in by_arm(of.trial, of.records).items():
        found = median_follow_up(of.time[mask], of.event[mask], transform=of.transform, level=of.level)  # type: ignore[arg-type]
        yield from estimated(of.analysis.id, Technique.FOLLOW_UP, found, code, "median")


def incidence(of: Times) -> Computed:
    """Subjects and events of each kind, the incidence at the horizon, and how many are at risk at the ticks."""
    for code, curve in of.incidences.items():
        mask = by_arm(of.trial, of.records)[code]
        causes = of.cause[mask]
        counts = {"subjects": len(causes), "events": (causes == 1).sum(), "competing": (causes == 2).sum()}
        yield from counted(of.analysis.id, Technique.INCIDENCE, code, counts)
        yield from estimated(of.analysis.id, Technique.INCIDENCE, curve.at(of.horizon), code, f"day {of.horizon}")
        for day in of.ticks:
            number = int((of.time[mask] >= day).sum())
            yield Result(Key(of.analysis.id, Technique.INCIDENCE, "at_risk", code, f"day {day}"), float(number))


def difference_of_incidences(of: Times) -> Computed:
    """The difference of the incidences at the horizon."""
    one, two = (of.incidences[arm.code] for arm in of.trial.arms)
    found = incidence_difference(one, two, of.horizon)
    yield from estimated(of.analysis.id, Technique.INCIDENCE_DIFFERENCE, found, DIFFERENCE, f"day {of.horizon}")


def plain_gray(of: Times) -> Computed:
    """Gray's test."""
    yield from tested(of.analysis.id, Technique.GRAY, gray(of.time, of.cause, of.treated))


def stratified_gray(of: Times) -> Computed:
    """Gray's test within strata."""
    yield from tested(of.analysis.id, Technique.STRATIFIED_GRAY, gray(of.time, of.cause, of.treated, strata=of.strata))


def subdistribution(of: Times) -> Computed:
    """The subdistribution hazard ratio of Fine and Gray's model with the arm alone."""
    yield from _ratio(of, Technique.SUBDISTRIBUTION, fine_gray(of.time, of.cause, of.treated, level=of.level))


def cause_specific_ratio(of: Times) -> Computed:
    """The cause-specific hazard ratio, competing events censored."""
    ties = str(of.trial.protocol.analysis.estimation.ties)
    found = cause_specific(of.time, of.cause, of.treated, ties=ties, level=of.level)  # type: ignore[arg-type]
    yield from _ratio(of, Technique.CAUSE_SPECIFIC, found)


def _ratio(of: Times, technique: Technique, found: Regression) -> Computed:
    yield from estimated(of.analysis.id, technique, found.ratios[0], DIFFERENCE)
    yield Result(Key(of.analysis.id, technique, "p_value", DIFFERENCE), float(found.p_values[0]), found.ratios[0].reason)


TIME_TECHNIQUES: dict[Technique, Callable[[Times], Computed]] = {
    Technique.SURVIVAL: survival,
    Technique.SURVIVAL_DIFFERENCE: difference,
    Technique.LOG_RANK: plain_log_rank,
    Technique.STRATIFIED_LOG_RANK: stratified_log_rank,
    Technique.HAZARD_RATIO: hazard_ratio,
    Technique.PROPORTIONAL_HAZARDS: hazards_are_proportional,
    Technique.FOLLOW_UP: length_of_follow_up,
    Technique.INCIDENCE: incidence,
    Technique.INCIDENCE_DIFFERENCE: difference_of_incidences,
    Technique.GRAY: plain_gray,
    Technique.STRATIFIED_GRAY: stratified_gray,
    Technique.SUBDISTRIBUTION: subdistribution,
    Technique.CAUSE_SPECIFIC: cause_specific_ratio,
}
