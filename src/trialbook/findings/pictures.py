"""What reports draw of a finding: the numbers alone, once; how they look is the reports' own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class _OfFinding:
    """``finding`` is the id of the finding that is drawn, ``title`` what was measured."""

    title: str
    finding: str

    def of(self, finding: str) -> Self:
        """The same for a finding."""
        return replace(self, finding=finding)


@dataclass(frozen=True)
class StripPlot(_OfFinding):
    """All ``values`` of a test in one unit, those that lie apart also ``marked``; drawn by their logarithms or as they are.

    Of very many values a selection that spans them all stands here; ``count`` says how many there are.
    """

    unit: str
    logarithmic: bool
    values: tuple[float, ...]
    marked: tuple[float, ...]
    median: float
    count: int


@dataclass(frozen=True)
class DigitBars(_OfFinding):
    """How often each last digit, 0 to 9, stands in a ``group`` and in the others; ``marked`` are the digits that stand out."""

    group: str
    own: tuple[int, ...]
    others: tuple[int, ...]
    marked: tuple[int, ...]


Picture = StripPlot | DigitBars
