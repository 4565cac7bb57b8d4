"""Cumulative incidence, Gray's test, plain and within strata, and Fine and Gray's model against R's cmprsk."""

from __future__ import annotations

from math import isnan

import pytest

from trialbook.analysis.second.incidence import gray, incidence_at, with_variance
from trialbook.analysis.second.stratified_gray import stratified_gray
from trialbook.analysis.second.subdistribution import subdistribution
from trialbook.analysis.second.times import Time

TRIAL = ("myeloid_cir", "t", "ev", ("trt", "B"), "sex")
TRANSPLANTS = ("bmtcrr", "ftime", "Status", ("D", "AML"))


def test_incidence(times, expected):
    figures = expected("competing_risks")["myeloid_cir"]["cif_trt"]
    for treated, curve in ((False, "A 1"), (True, "B 1")):
        arm, row = [one for one in times(*TRIAL) if one.treated is treated], figures["curves"].index(curve)
        for place, day in enumerate(figures["times"]):
            told = [figures[key][row][place] for key in ("est", "loglog_lo", "loglog_hi")]
            assert incidence_at(arm, day * 100, 0.95) == pytest.approx(tuple(told), abs=1e-10)
            assert with_variance(arm, day * 100)[1] == pytest.approx(figures["var"][row][place], abs=1e-12)


def test_gray_s_test_by_both_ways(times, expected):
    figures = expected("competing_risks")
    for name, told in ((TRIAL, figures["myeloid_cir"]["cif_trt"]), (TRANSPLANTS, figures["bmtcrr"]["cif_D"])):
        found = times(*name)
        row = told["gray"]["1"]
        assert gray(found) == pytest.approx((row["stat"], row["p"]), abs=1e-10)
        # One stratum is none: the formulas that comprisk has not, held against it.
        assert stratified_gray([one._replace(stratum="") for one in found]) == pytest.approx((row["stat"], row["p"]), abs=1e-10)


def test_gray_s_test_within_strata(times, expected):
    row = expected("competing_risks")["myeloid_cir"]["gray_strat_sex"]["1"]
    assert stratified_gray(times(*TRIAL)) == pytest.approx((row["stat"], row["p"]), abs=1e-10)


@pytest.mark.parametrize(("name", "study", "figures"), [(TRIAL, "myeloid_cir", "fg_trt"), (TRANSPLANTS, "bmtcrr", "fg_D")])
def test_fine_and_gray(times, expected, name, study, figures):
    row = {
        key: next(iter(value.values()))
        for key, value in expected("competing_risks")[study][figures].items()
        if isinstance(value, dict)
    }
    # R stops where the score is below 1e-6 and has the coefficient to about 1e-6.
    assert subdistribution(times(*name), 0.95)[:3] == pytest.approx((row["shr"], row["lo"], row["hi"]), rel=2e-6)


def test_nothing_to_compare():
    alone = [Time(1, 1, True), Time(2, 0, True)]
    assert all(isnan(one) for one in (*gray(alone), *stratified_gray(alone), *subdistribution(alone, 0.95)))
    nothing = [Time(1, 2, True), Time(2, 0, False)]
    assert all(isnan(one) for one in (*gray(nothing), *stratified_gray(nothing), *subdistribution(nothing, 0.95)))
    assert incidence_at(nothing, 2, 0.95).estimate == 0
    assert all(isnan(one) for one in incidence_at(nothing, 3, 0.95))
