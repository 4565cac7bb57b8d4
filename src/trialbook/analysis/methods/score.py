"""The difference of two proportions by the score method: test and interval of Miettinen and Nurminen, and of Mee."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Limits, Tables, deviate, normal_p_value
from trialbook.analysis.methods.results import Tested

HALVINGS = 54
"""After so many halvings of the range from -1 to 1 no double lies between the ends."""


def miettinen_nurminen(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95, corrected: bool = True
) -> Limits:
    """The interval of all differences of the proportions, arm 1 minus arm 2, that the score test does not reject.

    Counts are numbers or arrays, one a table. ``corrected``: the variance is multiplied by N / (N - 1), as Miettinen and Nurminen
    do (Stat Med 1985; 4: 213-226); without it the interval is Mee's (Biometrics 1984; 40: 1175-1176). The statistic falls as the
    difference rises, so that each limit is found by halving; arms that are swapped mirror the interval to the last digit. It lies
    within [-1, 1], contains the estimate, and is defined for every table whose arms have subjects, also where nobody or everybody
    responded; NaN where an arm is empty. Equal to ``scoreci`` of R's ratesci (without ``skew``) and to SAS's ``riskdiff(cl=mn)``.
    """
    t, z = Tables.of(x1, n1, x2, n2), deviate(level)
    limits = Limits(t.p1 - t.p2, _lower(t, z, corrected), -_lower(t.swapped, z, corrected))
    return limits.where(t.compared)


def score_statistic(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    difference: npt.ArrayLike = 0.0,
    corrected: bool = True,
) -> Array:
    """The standard normal statistic against the hypothesis that arm 1's proportion less arm 2's is ``difference``.

    Its variance is that of the proportions which are likeliest under the hypothesis; squared, without ``corrected`` and at 0, it
    is Pearson's chi-squared. 0 where the observed difference is the supposed one, infinite where the hypothesis is impossible,
    NaN where an arm is empty. Raises ValueError for a ``difference`` outside [-1, 1].
    """
    t, supposed = Tables.of(x1, n1, x2, n2), checked_difference(difference)
    excess = t.p1 - t.p2 - supposed
    return np.where(t.compared, standardized(excess, variance(t, supposed, corrected)), np.nan)


def score_test(
    x1: int, n1: int, x2: int, n2: int, *, difference: float = 0.0, corrected: bool = True, sides: int = 2, greater: bool = True
) -> Tested:
    """The score test of one table by :func:`score_statistic`; ``greater``: the one-sided alternative is a larger difference.

    Two-sided at level 1 - confidence it rejects exactly the differences outside the interval of :func:`miettinen_nurminen`.
    Source: Miettinen and Nurminen 1985; without ``corrected`` it is that of R's ``prop.test(correct = FALSE)``.
    """
    nothing = Tables.of(x1, n1, x2, n2).nothing()
    if nothing:
        return Tested.unknown(nothing)
    z = score_statistic(x1, n1, x2, n2, difference=difference, corrected=corrected)
    return Tested(float(z), float(normal_p_value(z, sides=sides, greater=greater)))


def checked_difference(difference: npt.ArrayLike) -> Array:
    """The supposed difference as an array; ValueError where it is none of two proportions."""
    supposed = np.asarray(difference, dtype=np.float64)
    if not (np.abs(supposed) <= 1).all():
        raise ValueError(f"difference of proportions: found {difference!r}, expected from -1 to 1")
    return supposed


def standardized(excess: Array, variance: Array) -> Array:
    """``excess`` in standard errors; without a variance it is 0 or infinite."""
    spread = np.sqrt(variance)
    none = spread == 0
    unlimited = np.where(excess == 0, 0.0, np.copysign(np.inf, excess))
    return np.where(none, unlimited, excess / np.where(none, 1.0, spread))


def variance(t: Tables, difference: Array, corrected: bool) -> Array:
    """The variance of the observed difference when the true one is ``difference``; of no meaning where an arm is empty."""
    p1, p2 = likeliest(t, difference)
    own = p1 * (1 - p1) / np.maximum(t.n1, 1) + p2 * (1 - p2) / np.maximum(t.n2, 1)
    # It is least where an arm's proportion is 0 or 1; beside 1 a small difference would be lost to rounding.
    own = np.maximum(own, np.abs(difference) * (1 - np.abs(difference)) / np.maximum(np.maximum(t.n1, t.n2), 1))
    return own * t.total / np.maximum(t.total - 1, 1) if corrected else own


def likeliest(t: Tables, difference: Array) -> tuple[Array, Array]:
    """The proportions of both arms that are likeliest among those with this ``difference``.

    They solve a cubic equation (Miettinen and Nurminen 1985, appendix I; Farrington and Manning 1990): arm 2's is the middle one
    of its three roots, which trigonometry gives without iteration.
    """
    n = np.maximum(t.total, 1)
    square = ((t.n1 + 2 * t.n2) * difference - n - t.x1 - t.x2) / n
    linear = ((t.n2 * difference - n - 2 * t.x2) * difference + t.x1 + t.x2) / n
    constant = t.x2 * difference * (1 - difference) / n
    bent = (square / 3) ** 3 - square * linear / 6 + constant / 2
    radius = np.where(bent < 0, -1.0, 1.0) * np.sqrt(np.maximum((square / 3) ** 2 - linear / 3, 0.0))
    cube = radius**3
    cosine = np.clip(np.divide(bent, cube, out=np.zeros_like(cube), where=cube != 0), -1.0, 1.0)
    root = 2 * radius * np.cos((np.pi + np.arccos(cosine)) / 3) - square / 3
    p2 = np.clip(root, np.maximum(0.0, -difference), np.minimum(1.0, 1.0 - difference))
    return np.clip(p2 + difference, 0.0, 1.0), p2


def lowest(excessive: Callable[[Array], npt.NDArray[np.bool_]], start: Array, top: Array) -> Array:
    """The least difference between ``start`` and ``top`` that is not ``excessive``, where ``start`` is and ``top`` is not."""
    low, high = start, top
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rejected = excessive(middle)
        low, high = np.where(rejected, middle, low), np.where(rejected, high, middle)
    return high


def _lower(t: Tables, z: float, corrected: bool) -> Array:
    observed = t.p1 - t.p2

    def rejected(difference: Array) -> npt.NDArray[np.bool_]:
        return observed - difference > z * np.sqrt(variance(t, difference, corrected))

    return lowest(rejected, np.full_like(observed, -1.0), observed)
