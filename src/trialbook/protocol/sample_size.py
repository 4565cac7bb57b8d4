"""How many subjects a comparison of two proportions, or of two survival curves, needs: by arm, before and after dropout.

``allocation`` is how many subjects treatment gets for each of control. Sizes are not rounded where a formula gives a fraction.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from math import ceil, log, sqrt

from trialbook.protocol.power import NORMAL, arcsine_power, critical, effect_size, fisher_power, z_power

LARGEST = 1_000
"""Subjects in the control arm beyond which the search for Fisher's test is given up."""


class Method(StrEnum):
    """The tests of two proportions; ``fleiss_cc`` is the pooled z test with continuity correction (Fleiss 1980)."""

    POOLED = "pooled"
    UNPOOLED = "unpooled"
    FLEISS_CC = "fleiss_cc"
    ARCSINE = "arcsine"
    FISHER = "fisher"


class Inflation(StrEnum):
    """How dropout enlarges a trial: ``div`` n / (1 - dropout), ``mult`` n x (1 + dropout)."""

    DIV = "div"
    MULT = "mult"


def control_arm(
    method: Method,
    p_control: float,
    p_treatment: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
    allocation: float = 1,
) -> float:
    """The subjects of the control arm with which ``method`` reaches ``power``; a whole number for Fisher's test.

    Fisher's power does not rise with every subject: this is the smallest arm that reaches ``power``, and a larger one may fall
    short of it again. Raises ValueError where the proportions are equal, which no number of subjects tells apart.
    """
    if p_control == p_treatment:
        raise ValueError("the proportions are equal: no number of subjects tells them apart")
    if method is Method.FISHER:
        return _fisher(p_control, p_treatment, power, alpha, sides, allocation)
    if method is Method.ARCSINE:
        return _arcsine(p_control, p_treatment, power, alpha, sides, allocation)
    return _z(method, p_control, p_treatment, power, alpha, sides, allocation)


def _z(method: Method, p_control: float, p_treatment: float, power: float, alpha: float, sides: int, allocation: float) -> float:
    a, b = critical(alpha, sides), NORMAL.inv_cdf(power)
    difference = abs(p_treatment - p_control)
    own = p_control * (1 - p_control) + p_treatment * (1 - p_treatment) / allocation
    if method is Method.UNPOOLED:
        return (a + b) ** 2 * own / difference**2
    common = (p_control + allocation * p_treatment) / (1 + allocation)
    n = ((a * sqrt((1 + 1 / allocation) * common * (1 - common)) + b * sqrt(own)) / difference) ** 2
    if method is Method.POOLED:
        return n
    return n / 4 * (1 + sqrt(1 + 2 * (1 + allocation) / (n * allocation * difference))) ** 2


def _arcsine(p_control: float, p_treatment: float, power: float, alpha: float, sides: int, allocation: float) -> float:
    """The near tail alone has a formula; both together need a little less, which is found by halving."""
    near = (critical(alpha, sides) + NORMAL.inv_cdf(power)) / effect_size(p_control, p_treatment)
    low, high = 0.0, (1 + 1 / allocation) * near**2
    for _ in range(80):
        n = (low + high) / 2
        reached = n > 0 and arcsine_power(n, n * allocation, p_control, p_treatment, alpha=alpha, sides=sides) >= power
        low, high = (low, n) if reached else (n, high)
    return high


@lru_cache(maxsize=1024)
def _fisher(p_control: float, p_treatment: float, power: float, alpha: float, sides: int, allocation: float) -> float:
    """Upward from well below what the z test needs."""
    near = _z(Method.POOLED, p_control, p_treatment, power, alpha, sides, allocation)
    for n in range(max(1, int(near - 4 * sqrt(near))), LARGEST + 1):
        if fisher_power(n, whole(n * allocation), p_control, p_treatment, alpha=alpha, sides=sides) >= power:
            return n
    raise ValueError(f"Fisher's test does not reach the power {power:g} with {LARGEST} subjects in the control arm")


def reached_power(
    method: Method,
    n_control: int,
    n_treatment: int,
    p_control: float,
    p_treatment: float,
    *,
    alpha: float = 0.05,
    sides: int = 2,
) -> float:
    """The power that ``method`` has with so many subjects; with continuity correction by the inverse of Fleiss' formula."""
    if method is Method.FISHER:
        return fisher_power(n_control, n_treatment, p_control, p_treatment, alpha=alpha, sides=sides)
    if method is Method.ARCSINE:
        return arcsine_power(n_control, n_treatment, p_control, p_treatment, alpha=alpha, sides=sides)
    control, allocation = float(n_control), n_treatment / n_control
    if method is Method.FLEISS_CC:
        difference = abs(p_treatment - p_control)
        lost = (1 + allocation) / (2 * allocation * difference) if difference else control
        if control <= lost:
            return 0.0
        control = (control - lost) ** 2 / control
    pooled = method is not Method.UNPOOLED
    return z_power(control, control * allocation, p_control, p_treatment, alpha=alpha, sides=sides, pooled=pooled)


def detectable(
    method: Method, n_control: int, n_treatment: int, p_control: float, *, power: float = 0.8, alpha: float = 0.05, sides: int = 2
) -> float:
    """The smallest proportion above ``p_control`` that so many subjects tell from it with ``power``; 1 where none does."""
    low, high = p_control, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if reached_power(method, n_control, n_treatment, p_control, middle, alpha=alpha, sides=sides) < power:
            low = middle
        else:
            high = middle
    return high


def whole(n: float) -> int:
    """The next whole number of subjects; what is whole but for the computer's last digits stays as it is."""
    return ceil(round(n, 9))


def inflate(n: float, dropout: float, inflation: Inflation) -> int:
    """The subjects to randomize so that about ``n`` remain, whole, when the fraction ``dropout`` is lost."""
    return whole(n / (1 - dropout) if inflation is Inflation.DIV else n * (1 + dropout))


def logrank_events(
    hazard_ratio: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
    allocation: float = 1,
    freedman: bool = False,
) -> float:
    """The events in both arms that a log-rank test needs (Schoenfeld 1981; ``freedman``: Freedman 1982)."""
    if hazard_ratio == 1:
        raise ValueError("the hazard ratio is 1: no number of events tells the arms apart")
    total = (critical(alpha, sides) + NORMAL.inv_cdf(power)) ** 2
    if freedman:
        return total * ((1 + allocation * hazard_ratio) / (1 - hazard_ratio)) ** 2 / allocation
    return total * (1 + allocation) ** 2 / (allocation * log(hazard_ratio) ** 2)


def logrank_power(events: float, hazard_ratio: float, *, alpha: float = 0.05, sides: int = 2, allocation: float = 1) -> float:
    """The power that a log-rank test has with so many events in both arms (Schoenfeld 1981)."""
    shift = abs(log(hazard_ratio)) * sqrt(events * allocation) / (1 + allocation)
    return NORMAL.cdf(shift - critical(alpha, sides))


def logrank_subjects(events: float, p_control: float, p_treatment: float, *, allocation: float = 1) -> float:
    """The subjects in both arms among whom ``events`` are expected, by each arm's chance of an event in follow-up."""
    return events * (1 + allocation) / (p_control + allocation * p_treatment)


def event_probability(p_control: float, hazard_ratio: float) -> float:
    """Treatment's chance of an event where control's is ``p_control``, when hazards are proportional."""
    return 1 - (1 - p_control) ** hazard_ratio
