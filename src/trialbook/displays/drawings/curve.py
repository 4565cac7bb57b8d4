"""A step curve as it is drawn: arrays of times and values, checked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


def _none() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class Curve:
    """A step curve: from each of ``times`` (ascending) on it has the value of the same place, until the next.

    ``values`` are proportions of 1; ``low`` and ``high`` their pointwise limits, NaN where there are none; ``censored``: the
    times of censoring, in any order; ``arm``: the number of its colour; ``until``: where it ends, if later than the last of all
    its times. Arrays, or what becomes one. Raises ValueError for arrays that are not of one length, times that do not ascend
    from 0 or more, and values that are no proportions.
    """

    label: str
    times: np.ndarray = field(default_factory=_none)
    values: np.ndarray = field(default_factory=_none)
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    censored: np.ndarray = field(default_factory=_none)
    arm: int = 0
    until: float | None = None

    def __post_init__(self) -> None:
        for name in ("times", "values", "low", "high", "censored"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float).reshape(-1))
        if (self.low is None) != (self.high is None):
            self._refuse("one limit without the other")
        arrays = {"values": self.values} | ({} if self.low is None or self.high is None else {"low": self.low, "high": self.high})
        if lengths := {name: len(one) for name, one in arrays.items() if len(one) != len(self.times)}:
            self._refuse(f"{len(self.times)} times, but {', '.join(f'{size} {name}' for name, size in lengths.items())}")
        moments = np.concatenate([self.times, self.censored])
        if not np.isfinite(moments).all() or (moments < 0).any() or (np.diff(self.times) <= 0).any():
            self._refuse("times are numbers of 0 or more, each later than the one before")
        for name, found in arrays.items():
            proper = (found >= 0) & (found <= 1) | (np.isnan(found) & (name != "values"))
            if not proper.all():
                self._refuse(f"{name} are proportions from 0 to 1, and not {found[~proper][0]:g}")

    @property
    def end(self) -> float:
        """Where the curve ends; below 0 where it has no times at all."""
        return max([-1.0 if self.until is None else self.until, *self.times[-1:], *self.censored])

    def at(self, time: float, start: float) -> float | None:
        """The value at a time: ``start`` before the first, None after the end."""
        if time > self.end:
            return None
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return start if place < 0 else float(self.values[place])

    def _refuse(self, what: str) -> None:
        raise ValueError(f"curve {self.label!r}: {what}")
