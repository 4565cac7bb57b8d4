"""The confidence interval of one proportion: Wilson, Clopper and Pearson, Jeffreys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Limits, checked_level, deviate, responders
from trialbook.analysis.methods.results import Estimate


class ProportionMethod(Protocol):
    """A function from responders and subjects to the limits of the proportion."""

    def __call__(self, x: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> Limits:
        """``x`` responders of ``n`` subjects, numbers or arrays."""


def proportion(x: int, n: int, *, method: str = "wilson", level: float = 0.95) -> Estimate:
    """The proportion of ``x`` responders among ``n`` subjects with its interval by a method of :data:`PROPORTION_METHODS`.

    By default it is Wilson's (1927). Without subjects there is no estimate. Raises ValueError for an unknown method and for what
    are no counts.
    """
    if method not in PROPORTION_METHODS:
        raise ValueError(f"method {method}: expected one of {', '.join(PROPORTION_METHODS)}")
    limits = PROPORTION_METHODS[method](x, n, level=level)
    return limits.estimate() if n else Estimate.unknown("no subjects")


def wilson(x: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95, corrected: bool = False) -> Limits:
    """Wilson's score interval (J Am Stat Assoc 1927; 22: 209-212), by statsmodels.

    ``corrected``: with continuity correction (Newcombe, Stat Med 1998; 17: 857-872, method 4), the interval of R's ``prop.test``.
    Where nobody or everybody responded a limit is 0 or 1 exactly; NaN without subjects.
    """
    return _limits(x, n, level, "wilson") if not corrected else _wilson_corrected(x, n, level)


def clopper_pearson(x: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> Limits:
    """The exact interval of Clopper and Pearson (Biometrika 1934; 26: 404-413), by statsmodels; NaN without subjects."""
    return _limits(x, n, level, "beta")


def jeffreys(x: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> Limits:
    """The equal-tailed interval of Jeffreys' prior, Beta(1/2, 1/2) (Brown, Cai and DasGupta, Stat Sci 2001; 16: 101-133).

    Where nobody or everybody responded a limit is 0 or 1, as they recommend. By statsmodels; NaN without subjects.
    """
    return _limits(x, n, level, "jeffreys")


def _limits(x: npt.ArrayLike, n: npt.ArrayLike, level: float, name: str) -> Limits:
    from statsmodels.stats.proportion import proportion_confint

    few, many = responders(x, n)
    subjects = np.where(many > 0, many, 1)
    low, high = proportion_confint(few, subjects, alpha=1 - checked_level(level), method=name)
    return _at_the_ends(few, many, np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))


def _wilson_corrected(x: npt.ArrayLike, n: npt.ArrayLike, level: float) -> Limits:
    few, many = responders(x, n)
    z, subjects = deviate(level), np.where(many > 0, many, 1)
    return _at_the_ends(few, many, _corrected_low(few, subjects, z), 1 - _corrected_low(subjects - few, subjects, z))


def _corrected_low(x: Array, n: Array, z: float) -> Array:
    p = x / n
    inner = z**2 - 2 - 1 / n + 4 * p * (n - x + 1)
    return (2 * x + z**2 - 1 - z * np.sqrt(np.maximum(inner, 0))) / (2 * (n + z**2))


def _at_the_ends(x: Array, n: Array, low: Array, high: Array) -> Limits:
    limits = Limits(x / np.maximum(n, 1), np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high))
    return limits.within(0.0, 1.0).where(n > 0)


PROPORTION_METHODS: Mapping[str, ProportionMethod] = {
    "wilson": wilson,
    "wilson_cc": partial(wilson, corrected=True),
    "clopper_pearson": clopper_pearson,
    "jeffreys": jeffreys,
}
"""By the name that a protocol gives them."""
