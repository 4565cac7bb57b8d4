"""The difference of two groups' survival at one time."""

from __future__ import annotations

from trialbook.analysis.methods.kaplan_meier import KaplanMeier
from trialbook.analysis.methods.with_error import EstimateWithError, difference


def survival_difference(first: KaplanMeier, second: KaplanMeier, time: float) -> EstimateWithError:
    """Survival of the first group less that of the second at a time, with Greenwood's variances added up and a normal interval.

    The level is that of the first curve. Unknown, with the reason, where nobody of a group was followed until then; without
    limits where nobody of a group is left without the event, or neither had one. Raises ValueError for a time that is no number
    of 0 or more.

    Source: Klein, Logan, Harhoff and Andersen, Statistics in Medicine 2007 (the untransformed difference).
    """
    return difference(first.at(time), second.at(time), first.level)
