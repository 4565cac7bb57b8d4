"""The common difference of two proportions over strata, by the method that a protocol names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy.typing as npt

from trialbook.analysis.methods.counts import Tables
from trialbook.analysis.methods.differences import DifferenceMethod
from trialbook.analysis.methods.results import Estimate
from trialbook.analysis.methods.strata import mantel_haenszel, nothing_to_compare
from trialbook.analysis.methods.strata_newcombe import stratified_newcombe
from trialbook.analysis.methods.stratified_score import stratified_miettinen_nurminen, summary_score

STRATIFIED_METHODS: Mapping[str, DifferenceMethod] = {
    "miettinen_nurminen": stratified_miettinen_nurminen,
    "mee": partial(stratified_miettinen_nurminen, corrected=False),
    "newcombe": stratified_newcombe,
    "sato": mantel_haenszel,
    "wald": partial(mantel_haenszel, sato=False),
    "summary_score": summary_score,
}
"""By name; all but the last estimate by Mantel and Haenszel's weights."""


def stratified_risk_difference(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    method: str = "miettinen_nurminen",
    level: float = 0.95,
) -> Estimate:
    """Arm 1's proportion less arm 2's over the strata of one comparison, with its interval by a method of ``STRATIFIED_METHODS``.

    By default it is Miettinen and Nurminen's (1985). Counts are sequences, one number a stratum: responders and subjects of arm
    1, then of arm 2. Where every stratum lacks an arm there is no estimate. Raises ValueError for an unknown method and for what
    are no counts.
    """
    if method not in STRATIFIED_METHODS:
        raise ValueError(f"method {method}: expected one of {', '.join(STRATIFIED_METHODS)}")
    nothing = nothing_to_compare(Tables.of_strata(x1, n1, x2, n2))
    return Estimate.unknown(nothing) if nothing else STRATIFIED_METHODS[method](x1, n1, x2, n2, level=level).estimate()
