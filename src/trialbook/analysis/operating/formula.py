"""The power that is computed for a test under a scenario without simulation, to stand beside the simulated one."""

from __future__ import annotations

from math import sqrt

import numpy as np

from trialbook.analysis.methods.counts import Tables
from trialbook.analysis.operating.decisions import TESTS
from trialbook.analysis.operating.scenario import Scenario
from trialbook.protocol.power import EQUAL, NORMAL, critical, fisher_power

COMPUTED = {
    "fisher": "exact",
    "miettinen_nurminen": "exact",
    "cochran_mantel_haenszel": "normal approximation",
}
"""How the power of each test is computed."""


def computed_power(test: str, scenario: Scenario, *, alpha: float = 0.05, sides: int = 2) -> float:
    """The chance that a test of ``decisions.TESTS`` rejects, where missing is non-response.

    Fisher's is that of the sample size (:func:`trialbook.protocol.power.fisher_power`); the score test's the sum of the chances
    of all tables that it rejects; that of Cochran, Mantel and Haenszel is the normal approximation with strata as large as they
    are expected to be. One-sided, the alternative is that treatment is better. Raises ValueError for an unknown test.
    """
    if test not in COMPUTED:
        raise ValueError(f"test {test}: expected one of {', '.join(COMPUTED)}")
    if test == "cochran_mantel_haenszel":
        return _approximate(scenario, alpha, sides)
    sizes = scenario.control.subjects, scenario.treatment.subjects
    shown = scenario.observed(scenario.control), scenario.observed(scenario.treatment)
    if test == "fisher" and (sides == 2 or shown[1] >= shown[0]):
        return fisher_power(*sizes, *shown, alpha=alpha, sides=sides)
    return _enumerated(test, sizes, shown, alpha, sides)


def _enumerated(test: str, sizes: tuple[int, int], shown: tuple[float, float], alpha: float, sides: int) -> float:
    from scipy.stats import binom

    responders = [np.arange(size + 1) for size in sizes]
    chances = [binom.pmf(counts, size, p) for counts, size, p in zip(responders, sizes, shown, strict=True)]
    control, treatment = (grid.ravel()[:, None] for grid in np.meshgrid(*responders, indexing="ij"))
    p_values = TESTS[test](Tables.of_strata(treatment, sizes[1], control, sizes[0]), sides)
    return float((np.outer(*chances).ravel() * (p_values <= alpha * EQUAL)).sum())


def _approximate(scenario: Scenario, alpha: float, sides: int) -> float:
    """Mantel and Haenszel's difference by its standard error: under the null hypothesis to reject, its own to fall beyond."""
    control, treatment = scenario.control, scenario.treatment
    shift = null = own = 0.0
    for stratum, share in enumerate(scenario.strata):
        low, high = control.observed(stratum), treatment.observed(stratum)
        common = (control.subjects * low + treatment.subjects * high) / (control.subjects + treatment.subjects)
        shift += share * (high - low)
        null += share * common * (1 - common) * (1 / control.subjects + 1 / treatment.subjects)
        own += share * (low * (1 - low) / control.subjects + high * (1 - high) / treatment.subjects)
    beyond = critical(alpha, sides) * sqrt(null)
    if own == 0:
        return float(shift > beyond or (sides == 2 and -shift > beyond))
    better = NORMAL.cdf((shift - beyond) / sqrt(own))
    return better if sides == 1 else better + NORMAL.cdf((-shift - beyond) / sqrt(own))
