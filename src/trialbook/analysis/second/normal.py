"""Quantiles and tails of the distributions that intervals and tests need, without a statistical library."""

from __future__ import annotations

from math import erfc, exp, inf, isinf, lgamma, log, nan, sqrt
from statistics import NormalDist


def z_of(confidence: float) -> float:
    """The quantile of the standard normal distribution of a two-sided interval."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def two_sided(z: float) -> float:
    """The p value of a standard normal statistic, both tails."""
    return erfc(abs(z) / sqrt(2))


def chi_squared(statistic: float) -> float:
    """The p value of a chi-squared statistic with one degree of freedom."""
    return erfc(sqrt(statistic / 2)) if statistic >= 0 else nan


def beta_tail(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function ``I_x(a, b)`` by Lentz's continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_tail(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(10_000):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + term * d)
        c = 1 + term / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return front * (fraction - 1)


def student_tail(t: float, df: float) -> float:
    """The p value of a statistic with Student's t distribution, both tails; ``df`` may be infinite or no whole number."""
    return two_sided(t) if isinf(df) else beta_tail(df / 2, 0.5, df / (df + t * t))


def student_quantile(confidence: float, df: float) -> float:
    """The quantile of Student's t distribution of a two-sided interval, by bisection."""
    if isinf(df):
        return z_of(confidence)
    low, high = 0.0, 1.0
    while student_tail(high, df) > 1 - confidence:
        low, high = high, high * 2
        if high == inf:
            raise ValueError(f"no quantile of Student's t distribution with {df} degrees of freedom")
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, df) > 1 - confidence else (low, middle)
    return (low + high) / 2
