"""The common difference by the name of a method: the figures of R and SAS for one comparison, and why there is none."""

from __future__ import annotations

import pytest

from trialbook.analysis.methods.results import Estimate
from trialbook.analysis.methods.strata_difference import STRATIFIED_METHODS, stratified_risk_difference

CAMIS = ([20, 8], [40, 12], [25, 4], [49, 10])


@pytest.mark.parametrize(
    ("method", "value", "low", "high", "exact"),
    [
        # R: ratesci, DescTools; SAS 9.4 as printed, so to four decimals.
        ("miettinen_nurminen", 0.0447583643, -0.1417942071, 0.2282334470, 1e-9),
        ("sato", 0.04475836431227, -0.1430587222313, 0.2325754508558, 1e-12),
        ("wald", 0.04475836431227, -0.1408339742879, 0.2303507029125, 1e-12),
        ("newcombe", 0.0448, -0.1378, 0.2236, 5e-5),
        ("summary_score", 0.0432, -0.1376, 0.2241, 5e-5),
    ],
)
def test_figures_of_camis(method, value, low, high, exact):
    found = stratified_risk_difference(*CAMIS, method=method)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=exact)


@pytest.mark.parametrize("method", STRATIFIED_METHODS)
def test_without_a_stratum_that_has_both_arms_there_is_a_reason(method):
    found = stratified_risk_difference([0, 3], [0, 5], [2, 0], [4, 0], method=method)
    assert found.reason == "no stratum has subjects in both arms"


def test_what_is_no_comparison_is_told():
    with pytest.raises(
        ValueError, match="method mantel: expected one of miettinen_nurminen, mee, newcombe, sato, wald, summary_score"
    ):
        stratified_risk_difference(*CAMIS, method="mantel")
    with pytest.raises(ValueError, match="arm 2: 5 responders of 4 subjects"):
        stratified_risk_difference([1, 2], [3, 4], [1, 5], [3, 4])
    with pytest.raises(ValueError, match="found single numbers, expected sequences"):
        stratified_risk_difference(1, 3, 1, 3)


def test_without_the_factor_the_interval_is_narrower():
    plain, mee = (stratified_risk_difference(*CAMIS, method=method) for method in ("miettinen_nurminen", "mee"))
    assert isinstance(mee, Estimate)
    assert plain.low < mee.low < mee.value == plain.value < mee.high < plain.high
