"""Kaplan–Meier estimates, their limits and quantiles: R's figures, small curves by hand, ties at one half."""

from __future__ import annotations

from fractions import Fraction
from math import isnan, nan

import pytest

from trialbook.analysis.second.survival import difference, quantile, survival_at, with_variance
from trialbook.analysis.second.times import Time
from trialbook.protocol.analysis import SurvivalInterval

LOG_LOG, HALF = SurvivalInterval.LOG_LOG, Fraction(1, 2)


def curve(*days: int) -> list[Time]:
    """Events at these days; a negative day is censored."""
    return [Time(abs(day), int(day > 0)) for day in days]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((1, 2, 3, 4), 2.5),  # S is 1/2 from 2 to 3
        ((1, 2, -3, -5), 3.5),  # S stays 1/2 to the last day
        ((1, 2, 3), 2),
        ((1, -2, -3), nan),  # S is 2/3 at the end
        ((1, 2, 3, -4, -4, -6), 4.5),  # 5/6 * 4/5 * 3/4 is 1/2, and in floats a little more
        ((), nan),
    ],
)
def test_medians(days, expected):
    assert quantile(curve(*days), HALF, 0.95, LOG_LOG).estimate == pytest.approx(expected, nan_ok=True)


def test_r_s_estimates_limits_and_quantiles(times, expected):
    found = expected("km_logrank_cox")
    for name, arm, group, strata in (("aml", "x", "Maintained", "x=Maintained"), ("lung", "sex", "1", "sex=1")):
        event = {"aml": "1", "lung": "2"}[name]
        treated = [one for one in times(name, "time", "status", (arm, group), event=event) if one.treated]
        for row in found[name]["km"]["at_times"]:
            if row["strata"] != strata:
                continue
            day = round(row["time"] * 100)
            assert survival_at(treated, day, 0.95, LOG_LOG) == pytest.approx(
                (row["surv"], row["loglog_lo"], row["loglog_hi"]), abs=1e-10
            )
            assert survival_at(treated, day, 0.95, SurvivalInterval.LOG)[1:] == pytest.approx(
                (row["log_lo"], row["log_hi"]), abs=1e-10
            )
            assert with_variance(treated, day)[1] == pytest.approx(row["se"] ** 2, abs=1e-10)
        for part in (25, 50, 75):
            told = [found[name]["km"][key][str(part)][0] for key in ("quantile", "quantile_loglog_lo", "quantile_loglog_hi")]
            days = [nan if one is None else one * 100 for one in told]
            assert quantile(treated, Fraction(part, 100), 0.95, LOG_LOG) == pytest.approx(tuple(days), nan_ok=True)


def test_edges_of_the_curve():
    estimate, low, high = survival_at(curve(5, 9), 4, 0.95, LOG_LOG)
    assert estimate == 1 and isnan(low) and isnan(high)
    assert survival_at(curve(5, 9), 4, 0.95, SurvivalInterval.LOG) == (1, 1, 1)
    estimate, low, high = survival_at(curve(5, 9), 20, 0.95, LOG_LOG)
    assert estimate == 0 and isnan(low) and isnan(high)
    assert all(isnan(one) for one in survival_at(curve(5, -9), 20, 0.95, LOG_LOG))
    assert all(isnan(one) for one in survival_at([], 20, 0.95, LOG_LOG))


def test_difference():
    # 1/2 with variance 1/16 against 3/4 with 3/64: half is 1.959964 * sqrt(7/64).
    found = difference((0.5, 1 / 16), (0.75, 3 / 64), 0.95)
    assert found == pytest.approx((-0.25, -0.25 - 0.6481972, -0.25 + 0.6481972), abs=1e-6)
    assert with_variance(curve(1, 2, 3, 4), 2) == pytest.approx((1 / 2, 1 / 16))
