"""The tipping point: which numbers of responders among those whose outcome is missing would change the conclusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import EMPTY_ARM, Array, responders, whole
from trialbook.analysis.methods.exact import fisher_p_values
from trialbook.protocol.power import EQUAL


class TableTest(Protocol):
    """A function from many tables to the p values of their two-sided test."""

    def __call__(self, x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Array:
        """``x1`` responders of ``n1`` subjects in arm 1, ``x2`` of ``n2`` in arm 2, arrays of one shape."""


@dataclass(frozen=True)
class TippingPoint:
    """The whole grid: a row a number of responders among arm 1's missing subjects (0 to all), a column among arm 2's.

    ``p_values`` of the test, ``differences`` of the proportions (arm 1 minus arm 2), at the level ``alpha``.
    """

    p_values: Array
    differences: Array
    alpha: float

    @property
    def significant(self) -> npt.NDArray[np.bool_]:
        """Where the test rejects."""
        return self.p_values <= self.alpha * EQUAL

    @property
    def conclusions(self) -> npt.NDArray[np.int64]:
        """1 where arm 1 is significantly better, -1 where arm 2 is, else 0."""
        return np.where(self.significant, np.sign(self.differences), 0).astype(np.int64)

    @property
    def changed(self) -> npt.NDArray[np.bool_]:
        """Where the conclusion is another than that with nobody missing a responder (missing as non-response)."""
        return self.conclusions != self.conclusions[0, 0]

    @property
    def robust(self) -> bool:
        """Whether no numbers of responders among the missing change the conclusion."""
        return not self.changed.any()

    @property
    def boundary(self) -> npt.NDArray[np.int64]:
        """For each row the fewest responders among arm 2's missing subjects that change the conclusion; -1 where none do."""
        return np.where(self.changed.any(axis=1), self.changed.argmax(axis=1), -1)


def tipping_point(
    x1: int,
    n1: int,
    missing1: int,
    x2: int,
    n2: int,
    missing2: int,
    *,
    test: TableTest = fisher_p_values,
    alpha: float = 0.05,
) -> TippingPoint:
    """Every number of responders among one arm's missing subjects with every number among the other's, and what each gives.

    ``x1`` responders of the ``n1`` subjects of arm 1 with an outcome, ``missing1`` without; arm 2 alike. The tables to test all
    have the arms' full sizes; the test is Fisher's if no other is given (Yan, Lee and Li, J Biopharm Stat 2009; 19: 1085-1098).
    Raises ValueError for what are no counts and for an arm without subjects.
    """
    for x, n, where in ((x1, n1, "arm 1"), (x2, n2, "arm 2")):
        responders(x, n, where)
    for missing, where in ((missing1, "arm 1"), (missing2, "arm 2")):
        whole(missing, f"{where}: missing subjects")
    all1, all2 = n1 + missing1, n2 + missing2
    for size, arm in ((all1, 1), (all2, 2)):
        if not size:
            raise ValueError(EMPTY_ARM.format(arm))
    first, second = np.meshgrid(x1 + np.arange(missing1 + 1), x2 + np.arange(missing2 + 1), indexing="ij")
    # Fractions of whole numbers, so that equal proportions have the difference 0.
    differences = (first * all2 - second * all1) / (all1 * all2)
    return TippingPoint(test(first, all1, second, all2), differences, alpha)
