"""The techniques of a response: proportions, differences, tests, and what is made of missing responses."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from trialbook.analysis.adam.responders import MISSING
from trialbook.analysis.methods.differences import pearson_chi_squared, risk_difference
from trialbook.analysis.methods.exact import fisher
from trialbook.analysis.methods.imputation import impute_responders, imputed_difference
from trialbook.analysis.methods.proportions import proportion
from trialbook.analysis.methods.results import Tested
from trialbook.analysis.methods.strata import cochran_mantel_haenszel
from trialbook.analysis.methods.strata_difference import stratified_risk_difference
from trialbook.analysis.methods.tipping import TippingPoint, tipping_point
from trialbook.analysis.results import ALL, DIFFERENCE, Key, Result, counted, estimated, tested
from trialbook.analysis.trial import Trial
from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis, Technique
from trialbook.protocol.facts import setting_value
from trialbook.protocol.sample_size import Method


@dataclass(frozen=True)
class Counts:
    """Responders, subjects and those without a value, of one arm and stratum."""

    responders: int
    subjects: int
    missing: int


@dataclass(frozen=True)
class Responses:
    """The records of a response in an analysis set; ``counts`` by ARMCD and stratum, ``strata`` in the order of their names."""

    trial: Trial
    analysis: PlannedAnalysis
    records: pd.DataFrame

    @property
    def strata(self) -> list[str]:
        """The strata that have subjects."""
        return sorted(self.records["STRATUM"].unique())

    def counts(self, arm: str, stratum: str | None = None) -> Counts:
        """Of an arm, and of a stratum where one is named."""
        chosen = self.records[self.records["ARMCD"] == arm]
        if stratum is not None:
            chosen = chosen[chosen["STRATUM"] == stratum]
        missing = int((chosen["AVALCAT1"] == MISSING).sum())
        return Counts(int((chosen["AVAL"] == 1).sum()), len(chosen), missing)

    def table(self, stratum: str | None = None) -> tuple[int, int, int, int]:
        """Responders and subjects of the arm that is treated, then of control."""
        one, two = (self.counts(arm.code, stratum) for arm in self.trial.arms)
        return one.responders, one.subjects, two.responders, two.subjects

    def tables(self) -> tuple[list[int], ...]:
        """The same, a sequence with a number a stratum each."""
        found = [self.table(stratum) for stratum in self.strata]
        return tuple([one[place] for one in found] for place in range(4))

    @property
    def level(self) -> float:
        """The level of confidence intervals."""
        return self.trial.protocol.analysis.testing.confidence


Computed = Iterator[Result]
EMPTY = "an arm has no subjects"


def proportions(of: Responses) -> Computed:
    """Responders of each arm, what the others were, and the proportion; by stratum too where the analysis asks for it."""
    method = str(of.trial.protocol.analysis.estimation.proportion)
    for stratum in of.strata if of.analysis.by else [None]:
        for arm in of.trial.arms:
            counts = of.counts(arm.code, stratum)
            numbers = {"subjects": counts.subjects, "responders": counts.responders}
            level = stratum or ""
            yield from counted(of.analysis.id, Technique.PROPORTION, arm.code, numbers, level)
            yield from estimated(
                of.analysis.id,
                Technique.PROPORTION,
                proportion(counts.responders, counts.subjects, method=method, level=of.level),
                arm.code,
                level,
            )
            if stratum is None:
                chosen = of.records[of.records["ARMCD"] == arm.code]
                for category, number in chosen["AVALCAT1"].value_counts().sort_index().items():
                    yield Result(Key(of.analysis.id, Technique.PROPORTION, "subjects", arm.code, str(category)), float(number))


def difference(of: Responses) -> Computed:
    """The difference of the proportions by the plan's method, by stratum where the analysis asks for it."""
    method = str(of.trial.protocol.analysis.estimation.difference)
    for stratum in of.strata if of.analysis.by else [None]:
        found = risk_difference(*of.table(stratum), method=method, level=of.level)
        yield from estimated(of.analysis.id, Technique.DIFFERENCE, found, DIFFERENCE, stratum or "")


def newcombe_difference(of: Responses) -> Computed:
    """The difference with Newcombe's interval."""
    found = risk_difference(*of.table(), method="newcombe", level=of.level)
    yield from estimated(of.analysis.id, Technique.NEWCOMBE, found, DIFFERENCE)


def stratified_difference(of: Responses) -> Computed:
    """The common difference over the strata."""
    found = stratified_risk_difference(*of.tables(), method="miettinen_nurminen", level=of.level)
    yield from estimated(of.analysis.id, Technique.STRATIFIED_DIFFERENCE, found, DIFFERENCE)


def test(of: Responses) -> Computed:
    """The test that decides."""
    exact = setting_value(of.trial.protocol, "PRIMARY_TEST") == Method.FISHER
    yield from tested(of.analysis.id, Technique.TEST, decisive_test(of.trial.protocol)(*of.table()), exact=exact)


def decisive_test(protocol: Protocol) -> Callable[[int, int, int, int], Tested]:
    """The test of the setting PRIMARY_TEST, on the plan's sides, of two arms' responders and subjects.

    One-sided it is of more responders in the first arm. Raises TrialbookError for a method that is one for planning.
    """
    asked, sides = str(setting_value(protocol, "PRIMARY_TEST")), protocol.analysis.testing.sides
    if asked == Method.FISHER:
        return partial(fisher, sides=sides)
    if asked not in (Method.POOLED, Method.FLEISS_CC):
        what = f"the test {asked!r} (setting PRIMARY_TEST) is one for planning and is not computed"
        raise TrialbookError(what, remedy=f"Take one of {Method.FISHER}, {Method.POOLED}, {Method.FLEISS_CC}.")

    def of_chi_squared(x1: int, n1: int, x2: int, n2: int) -> Tested:
        found = pearson_chi_squared(x1, n1, x2, n2, corrected=asked == Method.FLEISS_CC)
        if sides == 2 or found.reason:
            return found
        one_sided = found.p_value / 2
        return replace(found, p_value=one_sided if x1 * n2 >= x2 * n1 else 1 - one_sided)

    return of_chi_squared


def stratified_test(of: Responses) -> Computed:
    """Cochran, Mantel and Haenszel's test over the strata."""
    yield from tested(of.analysis.id, Technique.STRATIFIED_TEST, cochran_mantel_haenszel(*of.tables()))


def imputation(of: Responses) -> Computed:
    """The difference over the completed data sets; the seed is the setting IMPUTATION_SEED and the analysis."""
    one, two = of.trial.arms
    pooled = imputed_difference(*_cells(of, one.code), *_cells(of, two.code), **_drawing(of), level=of.level)
    yield from estimated(of.analysis.id, Technique.IMPUTATION, pooled.estimate, DIFFERENCE)
    yield Result(Key(of.analysis.id, Technique.IMPUTATION, "p_value", DIFFERENCE), pooled.test.p_value, pooled.test.reason)
    yield Result(Key(of.analysis.id, Technique.IMPUTATION, "missing_information", DIFFERENCE), pooled.missing_information)
    for arm in (one, two):
        yield Result(Key(of.analysis.id, Technique.IMPUTATION, "missing", arm.code), float(of.counts(arm.code).missing))


def drawn_responders(of: Responses) -> list[dict[str, list[int]]]:
    """The responders of each arm in each completed data set, a number a stratum: those observed, and those drawn."""
    how = _drawing(of)
    completed = {}
    for arm in of.trial.arms:
        observed, subjects, missing = _cells(of, arm.code)
        completed[arm.code] = impute_responders(observed, subjects, missing, **how) + np.array(observed)
    return [
        {code: [int(number) for number in drawn[place]] for code, drawn in completed.items()}
        for place in range(how["imputations"])
    ]


def _drawing(of: Responses) -> dict[str, Any]:
    """How often is drawn, and by which random numbers: the same each time."""
    protocol = of.trial.protocol
    seed = [int(setting_value(protocol, "IMPUTATION_SEED")), zlib.crc32(of.analysis.id.encode())]
    return {"imputations": int(setting_value(protocol, "IMPUTATIONS")), "rng": np.random.default_rng(seed)}


def _cells(of: Responses, arm: str) -> tuple[list[int], list[int], list[int]]:
    """Responders, subjects with a value, and subjects without, a number a stratum each."""
    counts = [of.counts(arm, stratum) for stratum in of.strata]
    return [one.responders for one in counts], [one.subjects - one.missing for one in counts], [one.missing for one in counts]


def tipping(of: Responses) -> Computed:
    """The p value for each number of responders among the missing of each arm; the level is treated / control."""
    grid = tipping_grid(of)
    if grid is None:
        yield Result(Key(of.analysis.id, Technique.TIPPING_POINT, "changed", ALL), nan, EMPTY)
        return
    for (first, second), p_value in np.ndenumerate(grid.p_values):
        yield Result(Key(of.analysis.id, Technique.TIPPING_POINT, "p_value", DIFFERENCE, f"{first}/{second}"), float(p_value))
    yield Result(Key(of.analysis.id, Technique.TIPPING_POINT, "changed", ALL), float(grid.changed.sum()))


def tipping_grid(of: Responses) -> TippingPoint | None:
    """The whole grid; None where an arm has no subjects."""
    one, two = (of.counts(arm.code) for arm in of.trial.arms)
    if not (one.subjects and two.subjects):
        return None
    observed = (one.responders, one.subjects - one.missing, one.missing, two.responders, two.subjects - two.missing, two.missing)
    decide = decisive_test(of.trial.protocol)
    p_values = np.vectorize(lambda *table: decide(*map(int, table)).p_value, otypes=["float64"])
    return tipping_point(*observed, test=p_values, alpha=of.trial.protocol.analysis.testing.alpha)


RESPONSE_TECHNIQUES: dict[Technique, Callable[[Responses], Computed]] = {
    Technique.PROPORTION: proportions,
    Technique.DIFFERENCE: difference,
    Technique.STRATIFIED_DIFFERENCE: stratified_difference,
    Technique.NEWCOMBE: newcombe_difference,
    Technique.TEST: test,
    Technique.STRATIFIED_TEST: stratified_test,
    Technique.IMPUTATION: imputation,
    Technique.TIPPING_POINT: tipping,
}
