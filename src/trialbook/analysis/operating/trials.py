"""Trials simulated all at once, as counts by trial, arm and stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Tables
from trialbook.analysis.operating.scenario import Arm, Scenario

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcomes:
    """An arm in every trial: known responders, all subjects, and those whose outcome is missing; arrays (trials, strata)."""

    responders: Counts
    subjects: Counts
    missing: Counts


@dataclass(frozen=True)
class Trials:
    """The arms of all trials."""

    treatment: Outcomes
    control: Outcomes

    @property
    def tables(self) -> Tables:
        """Treatment as arm 1, control as arm 2, the strata last; missing is non-response."""
        one, two = self.treatment, self.control
        return Tables.of_strata(one.responders, one.subjects, two.responders, two.subjects)


def simulate(scenario: Scenario, trials: int, rng: np.random.Generator) -> Trials:
    """``trials`` trials under the scenario; the same generator state gives the same trials.

    Each arm has its subjects; how many of them are of which stratum, who responds and whose outcome is missing is drawn by
    counts, not subject by subject. Raises ValueError where there is no trial.
    """
    if trials < 1:
        raise ValueError(f"trials: found {trials}, expected 1 or more")
    return Trials(*(_outcomes(arm, scenario.strata, trials, rng) for arm in (scenario.treatment, scenario.control)))


def _outcomes(arm: Arm, strata: tuple[float, ...], trials: int, rng: np.random.Generator) -> Outcomes:
    subjects = rng.multinomial(arm.subjects, strata, size=trials)
    respond = rng.binomial(subjects, np.array(arm.response))
    unknown = rng.binomial(respond, arm.missing[0])
    return Outcomes(respond - unknown, subjects, unknown + rng.binomial(subjects - respond, arm.missing[1]))
