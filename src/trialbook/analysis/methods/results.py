"""What a method gives: an estimate with its interval, or a test with its p value; where the data tell nothing, why not."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import ClassVar, Self


@dataclass(frozen=True)
class Estimate:
    """An estimate and its confidence limits; NaN where the data do not tell it, and then ``reason`` says why."""

    value: float
    low: float
    high: float
    reason: str = ""

    @classmethod
    def unknown(cls, reason: str) -> Self:
        """No estimate, and why there is none."""
        return cls(nan, nan, nan, reason)


@dataclass(frozen=True)
class Tested:
    """A test: statistic, degrees of freedom (None for an exact test) and p value; NaN with a ``reason`` where there is none."""

    __test__: ClassVar[bool] = False  # pytest would take it for a class of tests

    statistic: float
    p_value: float
    df: int | None = None
    reason: str = ""

    @classmethod
    def unknown(cls, reason: str) -> Self:
        """No test, and why there is none."""
        return cls(nan, nan, None, reason)
