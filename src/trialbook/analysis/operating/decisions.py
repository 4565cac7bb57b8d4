"""What the analysis decides in each trial: the tests and the intervals by name, on all trials at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from trialbook.analysis.methods.counts import Array, Limits, Tables, normal_p_value
from trialbook.analysis.methods.differences import DIFFERENCE_METHODS, DifferenceMethod
from trialbook.analysis.methods.exact import fisher_p_values
from trialbook.analysis.methods.score import score_statistic
from trialbook.analysis.methods.strata_difference import STRATIFIED_METHODS
from trialbook.analysis.methods.stratified_score import stratified_score_statistic

Decision = Callable[[Tables, int], Array]
"""From tables (trials, strata) and the number of sides to p values; one-sided for the better treatment."""
Interval = Callable[[Tables, float], Limits]
"""From tables (trials, strata) and the confidence level to the limits of the difference."""


def fisher(t: Tables, sides: int) -> Array:
    """Fisher's exact test over all strata together."""
    return fisher_p_values(*_together(t), sides=sides)


def miettinen_nurminen(t: Tables, sides: int) -> Array:
    """The score test over all strata together."""
    return normal_p_value(score_statistic(*_together(t)), sides=sides)


def cochran_mantel_haenszel(t: Tables, sides: int) -> Array:
    """The stratified score test of no difference, whose square is the Cochran–Mantel–Haenszel statistic."""
    return normal_p_value(stratified_score_statistic(t.x1, t.n1, t.x2, t.n2), sides=sides)


def _together(t: Tables) -> tuple[Array, Array, Array, Array]:
    return t.x1.sum(axis=-1), t.n1.sum(axis=-1), t.x2.sum(axis=-1), t.n2.sum(axis=-1)


def _plain(method: DifferenceMethod, t: Tables, level: float) -> Limits:
    return method(*_together(t), level=level)


def _stratified(method: DifferenceMethod, t: Tables, level: float) -> Limits:
    return method(t.x1, t.n1, t.x2, t.n2, level=level)


TESTS: Mapping[str, Decision] = {
    "fisher": fisher,
    "miettinen_nurminen": miettinen_nurminen,
    "cochran_mantel_haenszel": cochran_mantel_haenszel,
}
INTERVALS: Mapping[str, Interval] = {
    **{name: partial(_plain, method) for name, method in DIFFERENCE_METHODS.items()},
    **{f"stratified_{name}": partial(_stratified, method) for name, method in STRATIFIED_METHODS.items()},
}
"""The methods of ``DIFFERENCE_METHODS`` over all strata together, and those of ``STRATIFIED_METHODS`` as ``stratified_...``."""
