"""The common difference by the name of a method, and why there is none."""

from __future__ import annotations

import pytest

from trialbook.analysis.methods.results import Estimate
from trialbook.analysis.methods.strata import mantel_haenszel
from trialbook.analysis.methods.strata_difference import STRATIFIED_METHODS, stratified_risk_difference
from trialbook.analysis.methods.strata_newcombe import stratified_newcombe
from trialbook.analysis.methods.stratified_score import stratified_miettinen_nurminen, summary_score

CAMIS = ([20, 8], [40, 12], [25, 4], [49, 10])


@pytest.mark.parametrize(
    ("method", "interval"),
    [
        ("miettinen_nurminen", stratified_miettinen_nurminen),
        ("newcombe", stratified_newcombe),
        ("sato", mantel_haenszel),
        ("summary_score", summary_score),
    ],
)
def test_each_name_is_that_of_its_method(method, interval):
    assert stratified_risk_difference(*CAMIS, method=method) == interval(*CAMIS).estimate()


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
