"""The numbers of the analyses of a response, technique by technique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import nan
from typing import Any

from trialbook.analysis.results import ALL, DIFFERENCE, Key
from trialbook.analysis.second.imputation import pooled
from trialbook.analysis.second.proportions import Interval, clopper_pearson, newcombe, wald, wilson
from trialbook.analysis.second.score_interval import Counts, miettinen_nurminen, stratified_miettinen_nurminen
from trialbook.analysis.second.subjects import MISSING, RESPONSE, STATES, SecondTrial, Subject
from trialbook.analysis.second.two_by_two import cochran_mantel_haenszel, p_value, z_statistic
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import DifferenceInterval, PlannedAnalysis, ProportionInterval, Technique
from trialbook.protocol.facts import fact_of
from trialbook.protocol.sample_size import Method

Numbers = Iterator[tuple[Key, float]]
Drawn = Sequence[Mapping[str, Sequence[int]]]
"""For each completed data set the responders of each arm (ARMCD), a number a stratum in the order of their names."""

EQUAL = 1 + 1e-9
"""A p value that is the level but for the last digit of a float rejects."""


@dataclass(frozen=True)
class Responses:
    """An analysis of a response: the plan, the trial, the subjects of its set, and what the first path drew for the missing."""

    protocol: Protocol
    trial: SecondTrial
    analysis: PlannedAnalysis
    drawn: Drawn | None = None

    @property
    def confidence(self) -> float:
        """The level of the intervals."""
        return self.protocol.analysis.testing.confidence

    @property
    def arms(self) -> tuple[str, str]:
        """The arm that is treated, and control."""
        return self.trial.treated, self.trial.control

    def subjects(self) -> list[Subject]:
        """Whose responses are analysed."""
        return [one for one in self.trial.of(self.analysis.set) if self.analysis.paramcd in one.responses]

    def groups(self) -> Iterator[tuple[str, list[Subject]]]:
        """The subjects by the value of the variable that the analysis is divided by; all of them where there is none."""
        if not self.analysis.by:
            yield "", self.subjects()
            return
        for value in sorted({one.values[self.analysis.by] for one in self.subjects()}):
            yield value, [one for one in self.subjects() if one.values[self.analysis.by] == value]

    def state(self, subjects: Sequence[Subject], arm: str, state: str) -> int:
        """How many of an arm are in a state."""
        return sum(one.arm == arm and one.responses[self.analysis.paramcd] == state for one in subjects)

    def counts(self, subjects: Sequence[Subject]) -> Counts:
        """Responders and subjects of both arms."""
        x1, x0 = (self.state(subjects, arm, RESPONSE) for arm in self.arms)
        n1, n0 = (sum(one.arm == arm for one in subjects) for arm in self.arms)
        return Counts(x1, n1, x0, n0)

    def strata(self) -> dict[str, Counts]:
        """The same in each stratum."""
        stratum, subjects = self.trial.stratum, self.subjects()
        values = sorted({one.values[stratum] for one in subjects})
        return {value: self.counts([one for one in subjects if one.values[stratum] == value]) for value in values}

    def test(self, counts: Counts) -> float:
        """The p value of the plan's test."""
        return p_value(counts, self.method, self.protocol.analysis.testing.sides)

    @property
    def method(self) -> Method:
        """The plan's test."""
        setting = self.protocol.analysis.setting("PRIMARY_TEST")
        return Method(fact_of(self.protocol, setting.from_) if setting.from_ else str(setting.value))

    def key(self, technique: Technique, statistic: str, group: str = DIFFERENCE, level: str = "") -> Key:
        """The name of a number of the analysis."""
        return Key(self.analysis.id, technique.value, statistic, group, level)

    def interval(self, technique: Technique, found: Interval, group: str = DIFFERENCE, level: str = "") -> Numbers:
        """An estimate and its limits."""
        for statistic, value in found._asdict().items():
            yield self.key(technique, statistic, group, level), value


def proportion(of: Responses) -> Numbers:
    """Subjects, responders and their proportion by arm; of the whole set also how many are in each state that there is."""
    formula = {ProportionInterval.WILSON: wilson, ProportionInterval.CLOPPER_PEARSON: clopper_pearson}
    made = formula[of.protocol.analysis.estimation.proportion]
    for level, subjects in of.groups():
        x1, n1, x0, n0 = of.counts(subjects)
        for arm, x, n in zip(of.arms, (x1, x0), (n1, n0), strict=True):
            yield of.key(Technique.PROPORTION, "subjects", arm, level), n
            yield of.key(Technique.PROPORTION, "responders", arm, level), x
            yield from of.interval(Technique.PROPORTION, made(x, n, of.confidence), arm, level)
            for state in STATES if not of.analysis.by else ():
                if number := of.state(subjects, arm, state):
                    yield of.key(Technique.PROPORTION, "subjects", arm, state), number


def difference(of: Responses) -> Numbers:
    """The difference of the arms' proportions, with the interval that the plan names."""
    formula: dict[DifferenceInterval, Callable[..., Interval]] = {
        DifferenceInterval.MIETTINEN_NURMINEN: lambda *counts: miettinen_nurminen(Counts(*counts[:4]), counts[4]),
        DifferenceInterval.NEWCOMBE: newcombe,
        DifferenceInterval.WALD: wald,
    }
    made = formula[of.protocol.analysis.estimation.difference]
    for level, subjects in of.groups():
        yield from of.interval(Technique.DIFFERENCE, made(*of.counts(subjects), of.confidence), DIFFERENCE, level)


def stratified_difference(of: Responses) -> Numbers:
    """The difference common to the strata."""
    yield from of.interval(Technique.STRATIFIED_DIFFERENCE, stratified_miettinen_nurminen([*of.strata().values()], of.confidence))


def hybrid_difference(of: Responses) -> Numbers:
    """The difference with Newcombe's interval."""
    for level, subjects in of.groups():
        yield from of.interval(Technique.NEWCOMBE, newcombe(*of.counts(subjects), of.confidence), DIFFERENCE, level)


def test(of: Responses) -> Numbers:
    """The test that decides; an exact one has no statistic."""
    counts = of.counts(of.subjects())
    if of.method is not Method.FISHER:
        empty = counts.n1 == 0 or counts.n0 == 0
        yield of.key(Technique.TEST, "statistic"), nan if empty else z_statistic(counts, of.method) ** 2
    yield of.key(Technique.TEST, "p_value"), of.test(counts)


def stratified_test(of: Responses) -> Numbers:
    """The test within strata."""
    statistic, p = cochran_mantel_haenszel([*of.strata().values()])
    yield of.key(Technique.STRATIFIED_TEST, "statistic"), statistic
    yield of.key(Technique.STRATIFIED_TEST, "p_value"), p


def imputation(of: Responses) -> Numbers:
    """How many are missing, and what was drawn for them pooled.

    There are no pooled numbers, and so no agreement, where the first path hands over no draws, or draws that the subjects whom
    the second path finds missing can't give.
    """
    for arm in of.arms:
        yield of.key(Technique.IMPUTATION, "missing", arm), of.state(of.subjects(), arm, MISSING)
    found = completed(of)
    if found:
        for statistic, value in pooled(found, of.confidence)._asdict().items():
            yield of.key(Technique.IMPUTATION, statistic), value


def completed(of: Responses) -> list[list[Counts]]:
    """The counts of each stratum in each completed data set; none where one has fewer or more responders than it can have."""
    strata, stratum = of.strata(), of.trial.stratum
    missing = Counter((one.arm, one.values[stratum]) for one in of.subjects() if one.responses[of.analysis.paramcd] == MISSING)
    treated, control = of.arms
    found = []
    for drawn in of.drawn or ():
        if not len(drawn.get(treated, ())) == len(drawn.get(control, ())) == len(strata):
            return []
        row = [old._replace(x1=x1, x0=x0) for old, x1, x0 in zip(strata.values(), drawn[treated], drawn[control], strict=True)]
        for value, one in zip(strata, row, strict=True):
            more = one.x1 - strata[value].x1, one.x0 - strata[value].x0
            if not all(0 <= added <= missing[arm, value] for arm, added in zip(of.arms, more, strict=True)):
                return []
        found.append(row)
    return found


def tipping_point(of: Responses) -> Numbers:
    """The test with every number of responders among the missing of both arms, and how many of them change the conclusion."""
    subjects = of.subjects()
    x1, n1, x0, n0 = of.counts(subjects)
    missing = [range(of.state(subjects, arm, MISSING) + 1) for arm in of.arms]
    level = of.protocol.analysis.testing.alpha * EQUAL
    found = {(i, j): of.test(Counts(x1 + i, n1, x0 + j, n0)) for i, j in product(*missing)}
    for (i, j), p in found.items():
        yield of.key(Technique.TIPPING_POINT, "p_value", DIFFERENCE, f"{i}/{j}"), p
    changed = sum((p <= level) != (found[0, 0] <= level) for p in found.values())
    yield of.key(Technique.TIPPING_POINT, "changed", ALL), changed


TECHNIQUES: dict[Technique, Callable[[Any], Numbers]] = {
    Technique.PROPORTION: proportion,
    Technique.DIFFERENCE: difference,
    Technique.STRATIFIED_DIFFERENCE: stratified_difference,
    Technique.NEWCOMBE: hybrid_difference,
    Technique.TEST: test,
    Technique.STRATIFIED_TEST: stratified_test,
    Technique.IMPUTATION: imputation,
    Technique.TIPPING_POINT: tipping_point,
}
