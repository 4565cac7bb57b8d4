"""Log-rank tests, Cox's model and the test of proportional hazards against R's figures."""

from __future__ import annotations

from math import isnan

import pytest

from trialbook.analysis.second.hazards import cox, log_rank, proportional_hazards, stratified_log_rank
from trialbook.analysis.second.times import Time
from trialbook.protocol.analysis import Ties

R = {
    "aml": ("time", "status", ("x", "Nonmaintained"), "", "1"),
    "gehan": ("time", "cens", ("treat", "control"), "", "1"),
    "lung": ("time", "status", ("sex", "2"), "", "2"),
    "myeloid": ("futime", "death", ("trt", "B"), "", "1"),
}


@pytest.mark.parametrize("name", R)
def test_log_rank(times, expected, name):
    figures = expected("km_logrank_cox")[{"myeloid": "myeloid_os"}.get(name, name)]["logrank"]
    assert log_rank(times(name, *R[name])) == pytest.approx((figures["chisq"], figures["p"]), rel=1e-9)


def test_stratified_log_rank(times, expected):
    figures = expected("km_logrank_cox")["lung"]["logrank_strat_ecog"]
    by_status = times("lung", "time", "status", ("sex", "2"), "ph.ecog", "2")
    assert stratified_log_rank(by_status) == pytest.approx((figures["chisq"], figures["p"]), rel=1e-9)
    alone = [one._replace(stratum="alone", treated=True) for one in by_status[:5]]
    assert stratified_log_rank([*by_status, *alone]) == pytest.approx((figures["chisq"], figures["p"]), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "ties", "figures"),
    [
        ("aml", Ties.EFRON, "cox_efron"),
        ("aml", Ties.BRESLOW, "cox_breslow"),
        ("gehan", Ties.EFRON, "cox_efron"),
        ("gehan", Ties.BRESLOW, "cox_breslow"),
        ("lung", Ties.EFRON, "cox"),
    ],
)
def test_cox(times, expected, name, ties, figures):
    row = expected("km_logrank_cox")[name][figures]
    told = [next(iter(row[key].values())) for key in ("hr", "hr_lo", "hr_hi", "p")]
    # R stops at a change of the log likelihood of 1e-9, and has the coefficient to about 1e-6.
    assert cox(times(name, *R[name]), 0.95, ties) == pytest.approx(tuple(told), rel=3e-6)


def test_proportional_hazards(times):
    # R 4: cox.zph(coxph(Surv(time, status) ~ sex, lung)) prints 2.86 and 0.091.
    statistic, p = proportional_hazards(times("lung", *R["lung"]), 0.95, Ties.EFRON)
    assert (round(statistic, 2), round(p, 3)) == (2.86, 0.091)


@pytest.mark.parametrize(
    "found",
    [
        [Time(1, 1, True), Time(2, 1, True), Time(3, 0, False)],  # control has no event
        [Time(1, 1, True), Time(2, 1, True), Time(3, 1, False)],  # treatment is gone before control's
        [Time(1, 0, True), Time(2, 0, False)],
    ],
)
def test_a_likelihood_without_a_maximum_gives_no_ratio(found):
    assert all(isnan(one) for one in cox(found, 0.95, Ties.EFRON))
    assert all(isnan(one) for one in proportional_hazards(found, 0.95, Ties.EFRON))


def test_nothing_to_compare():
    for found in ([Time(1, 0, True), Time(2, 0, False)], [Time(1, 1, True), Time(2, 1, True)]):
        assert all(isnan(one) for one in (*log_rank(found), *stratified_log_rank(found)))
