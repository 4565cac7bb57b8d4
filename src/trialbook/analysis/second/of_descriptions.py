"""The numbers of the analyses that describe: subjects and events counted by level, measurements summarised, rates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from trialbook.analysis.results import ALL, Key
from trialbook.analysis.second.subjects import SecondTrial, Subject
from trialbook.analysis.second.summaries import rate, summary
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis, Technique

Numbers = Iterator[tuple[Key, float]]
OF_BOTH = {
    Technique.BASELINE: re.compile(".*"),
    Technique.ADVERSE_EVENTS: re.compile(r"(?!.* \| grade \d)"),
}
"""The levels that, found in one arm, are told of the other too; else a level is told of the arm in which it is found."""

MORE = "more than none"
CHANGE = " | change"


@dataclass(frozen=True)
class Descriptions:
    """An analysis that describes: the plan, the trial, and one of the analysis's techniques."""

    protocol: Protocol
    trial: SecondTrial
    analysis: PlannedAnalysis
    technique: Technique

    @property
    def groups(self) -> dict[str, list[Subject]]:
        """The subjects of the set by arm, and of both where the technique tells of them."""
        subjects = self.trial.of(self.analysis.set)
        found = {arm: [one for one in subjects if one.arm == arm] for arm in (self.trial.treated, self.trial.control)}
        return found | {ALL: list(subjects)} if self.technique is Technique.BASELINE else found

    def key(self, statistic: str, group: str, level: str) -> Key:
        """The name of a number of the technique."""
        return Key(self.analysis.id, self.technique.value, statistic, group, level)

    def counted(self) -> Numbers:
        """How many subjects of each group are counted at each level."""
        found = {
            group: Counter(level for one in subjects for level in one.described.counted.get(self.technique, ()))
            for group, subjects in self.groups.items()
        }
        shared = OF_BOTH.get(self.technique)
        always = {level for of in found.values() for level in of if shared and shared.match(level)}
        always |= set(self.trial.told.get(self.technique, ()))
        for group, of in found.items():
            for level in sorted(always | set(of)):
                yield self.key("subjects", group, level), of[level]

    def measured(self) -> Numbers:
        """The measurements of each group summarised; a level that one has is told of all, a change of those who have it."""
        found = {
            group: [one.described.measured.get(self.technique, {}) for one in subjects] for group, subjects in self.groups.items()
        }
        for level in sorted({level for of in found.values() for one in of for level in one}):
            for group, of in found.items():
                values = [one[level] for one in of if level in one]
                if values or not level.endswith(CHANGE):
                    yield from self.summarised(group, level, values)

    def summarised(self, group: str, level: str, values: Sequence[float]) -> Numbers:
        """One measurement of one group."""
        for statistic, value in summary(values)._asdict().items():
            yield self.key(statistic, group, level), value


def described(of: Descriptions) -> Numbers:
    """Levels counted and measurements summarised."""
    yield from of.counted()
    yield from of.measured()


def disposition(of: Descriptions) -> Numbers:
    """Subjects from screening on, those in no arm by the level alone."""
    for level, number in of.trial.screened.items():
        yield of.key("subjects", ALL, level), number
    yield from of.counted()


def exposure(of: Descriptions) -> Numbers:
    """Measurements of those who were treated, and how many have more than none of each."""
    yield from of.counted()
    treated = [one.described.measured.get(of.technique, {}) for one in of.groups[of.trial.treated]]
    for level in sorted({level for one in treated for level in one}):
        values = [one[level] for one in treated if level in one]
        yield from of.summarised(of.trial.treated, level, values)
        yield of.key("subjects", of.trial.treated, f"{level} | {MORE}"), sum(value > 0 for value in values)


def adverse_events(of: Descriptions) -> Numbers:
    """Subjects at each level, and events of those that are no grade."""
    for key, value in of.counted():
        yield key, value
        if OF_BOTH[Technique.ADVERSE_EVENTS].match(key.level):
            events = sum(one.described.events.get(key.level, 0) for one in of.groups[key.group])
            yield key._replace(statistic="events"), events


def event_rates(of: Descriptions) -> Numbers:
    """Subjects with a first event in their years at risk."""
    for group, subjects in of.groups.items():
        for level in of.trial.told[of.technique]:
            first = [one.described.first[level] for one in subjects if level in one.described.first]
            events, years = sum(had for had, _ in first), sum(time for _, time in first)
            for statistic, value in rate(events, years, of.protocol.analysis.testing.confidence)._asdict().items():
                yield of.key(statistic, group, level), value


TECHNIQUES: dict[Technique, Callable[[Descriptions], Numbers]] = {
    Technique.DISPOSITION: disposition,
    Technique.BASELINE: described,
    Technique.DEVIATIONS: described,
    Technique.EXPOSURE: exposure,
    Technique.ADVERSE_EVENTS: adverse_events,
    Technique.EVENT_RATES: event_rates,
    Technique.LABORATORY: described,
    Technique.SHIFT: described,
    Technique.HYS_LAW: described,
}
