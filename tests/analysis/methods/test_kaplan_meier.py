from __future__ import annotations

from math import exp, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods.kaplan_meier import Transform, kaplan_meier

# R 4.2.2, survival 3.5-3: survfit(Surv(time, event) ~ 1, conf.int = 0.9, conf.type = ...) on the invented subjects.
CURVE = [
    # time, at risk, events, censored, survival, standard error
    (1, 24, 2, 0, 0.9166666666666666, 0.0564169333655275),
    (2, 22, 2, 1, 0.8333333333333333, 0.0760725774312731),
    (3, 19, 2, 0, 0.7456140350877193, 0.0898620636139738),
    (4, 17, 2, 1, 0.6578947368421052, 0.0983952371079143),
    (5, 14, 1, 1, 0.6109022556390977, 0.1019729759259792),
    (6, 12, 2, 0, 0.5090852130325815, 0.1074273459854335),
    (7, 10, 1, 1, 0.4581766917293233, 0.1080760096699996),
    (8, 8, 1, 1, 0.4009046052631579, 0.1086871884111280),
    (9, 6, 1, 0, 0.3340871710526316, 0.1091965237226799),
    (10, 5, 1, 1, 0.2672697368421053, 0.1058439385093818),
    (11, 3, 1, 0, 0.1781798245614035, 0.1013431092311932),
    (12, 2, 1, 1, 0.0890899122807017, 0.0808462286210863),
]


def test_the_whole_curve_is_r_s(invented: pd.DataFrame) -> None:
    curve = kaplan_meier(invented["time"], invented["event"])
    columns = (curve.time, curve.at_risk, curve.events, curve.censored, curve.survival, curve.standard_error)
    assert np.column_stack(columns) == pytest.approx(np.array(CURVE), rel=1e-12)
    assert curve.subjects == 24


def test_without_censoring_it_is_the_proportion_and_its_binomial_error() -> None:
    curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1], transform="plain")
    assert curve.survival.tolist() == pytest.approx([0.75, 0.5, 0.25, 0])
    assert curve.standard_error[:3] == pytest.approx([sqrt(s * (1 - s) / 4) for s in (0.75, 0.5, 0.25)])


def test_events_at_time_0_count_as_in_r() -> None:
    curve = kaplan_meier([0, 0, 3, 4, 5], [1, 0, 1, 1, 0])
    found = [curve.at(time) for time in (0, 1, 3, 4, 5)]
    assert [one.value for one in found] == pytest.approx([0.8, 0.8, 0.53333333333, 0.26666666667, 0.26666666667])
    assert [one.low for one in found] == pytest.approx(
        [0.2038092632676, 0.2038092632676, 0.0683320878472, 0.0096770005789, 0.0096770005789]
    )
    assert curve.at_risk_at([0, 1, 3, 4, 5, 6]).tolist() == [5, 3, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("transform", "time", "value", "limits", "error", "reason"),
    [
        ("log-log", 1, 1, (nan, nan), 0, "no event until then: the log-log transform gives no limits"),
        ("log", 1, 1, (1, 1), 0, ""),
        ("plain", 0, 1, (1, 1), 0, ""),
        ("log-log", 2, 0.5, (0.00598308763914576, 0.910410084836737), 0.353553390593274, ""),
        ("log", 2, 0.5, (0.125048826629953, 1), 0.353553390593274, ""),
        ("plain", 2, 0.5, (0, 1), 0.353553390593274, ""),
        ("log", 3, 0, (nan, nan), nan, "nobody is left without the event: Greenwood's formula gives no error"),
        ("plain", 99, 0, (nan, nan), nan, "nobody is left without the event: Greenwood's formula gives no error"),
    ],
)
def test_where_there_are_no_limits_the_reason_says_why(
    transform: Transform, time: float, value: float, limits: tuple[float, float], error: float, reason: str
) -> None:
    """R 4.2.2: survfit(Surv(c(1, 2, 3), c(0, 1, 1)) ~ 1, conf.type = ...); NA there is NaN here."""
    found = kaplan_meier([1, 2, 3], [0, 1, 1], transform=transform).at(time)
    assert (found.value, found.low, found.high, found.standard_error) == pytest.approx((value, *limits, error), nan_ok=True)
    assert found.reason == reason


def test_nothing_is_said_of_times_that_nobody_reached() -> None:
    curve = kaplan_meier([1, 2, 3], [1, 1, 0])
    assert curve.at(3).value == pytest.approx(1 / 3)
    assert np.isnan(curve.at(3.5).value)
    assert curve.at(3.5).reason == "nobody was followed until 3.5: the longest time is 3"


def test_a_group_of_nobody_has_a_curve_that_says_nothing() -> None:
    curve = kaplan_meier([], [])
    assert (curve.subjects, curve.at_risk_at([0, 5]).tolist()) == (0, [0, 0])
    assert (curve.at(0).reason, np.isnan(curve.at(0).value)) == ("no subjects", True)


def test_a_group_of_one() -> None:
    assert kaplan_meier([5], [1]).at(5).value == 0
    assert kaplan_meier([5], [0]).at(5).value == 1


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [
        ([1, -2], [1, 0], "times must be numbers of 0 or more: found -2.0 for the subject at position 1"),
        ([1, nan], [1, 0], "times must be numbers of 0 or more: found nan for the subject at position 1"),
        ([float("inf")], [1], "times must be numbers of 0 or more: found inf for the subject at position 0"),
        (["1", "2"], [1, 0], "times must be numbers: found <U1"),
        (pd.Series(["1", "2"], dtype="str"), [1, 0], "times must be numbers: found '1'"),
        ([[1, 2]], [1, 0], "times must be one a subject: found 2 dimensions"),
        ([1, 2], [1], r"event must be one a subject: found \(1,\) for 2 subjects"),
        ([1, 2], [1, 2], r"event must be true or false \(1 or 0\): found 2.0 for the subject at position 1"),
        ([1, 2], [1, 0.5], r"event must be true or false \(1 or 0\): found 0.5 for the subject at position 1"),
        ([1, 2], [True, None], r"event must be true or false \(1 or 0\): found nan for the subject at position 1"),
        ([1, 2], ["Y", "N"], "event must be numbers: found <U1"),
    ],
)
def test_what_is_no_time_or_event_is_an_error(time, event, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        kaplan_meier(time, event)


def test_what_is_asked_must_make_sense() -> None:
    with pytest.raises(ValueError, match="the level of an interval lies between 0 and 1: found 95"):
        kaplan_meier([1], [1], level=95)
    with pytest.raises(ValueError, match=r"\('log-log', 'log', 'plain'\): found 'loglog'"):
        kaplan_meier([1], [1], transform="loglog")
    with pytest.raises(ValueError, match="a time is a number of 0 or more: found -1"):
        kaplan_meier([1], [1]).at(-1)


subjects = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(subjects, st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_subjects_come_nor_in_which_form(data: list[tuple[int, bool]], random) -> None:
    time, event = zip(*data, strict=True)
    shuffled = random.sample(data, len(data))
    first = kaplan_meier(list(time), list(event))
    frame = pd.DataFrame(shuffled, columns=["time", "event"])
    second = kaplan_meier(frame["time"], frame["event"])
    for name in ("time", "at_risk", "events", "censored", "survival", "standard_error", "low", "high"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@settings(max_examples=40, deadline=None)
@given(subjects)
def test_survival_falls_and_lies_within_its_limits(data: list[tuple[int, bool]]) -> None:
    time, event = zip(*data, strict=True)
    for transform in ("log-log", "log", "plain"):
        curve = kaplan_meier(time, event, transform=transform)
        assert (np.diff(curve.survival) <= 0).all()
        known = ~np.isnan(curve.low)
        assert (curve.low[known] <= curve.survival[known]).all() and (curve.survival[known] <= curve.high[known]).all()
        assert (curve.low[known] >= 0).all() and (curve.high[known] <= 1).all()


@settings(max_examples=40, deadline=None)
@given(subjects)
def test_who_is_censored_after_all_events_only_adds_to_those_at_risk(data: list[tuple[int, bool]]) -> None:
    """No step is added, survival does not fall, and it stays as it is until the new subject's time."""
    time, event = zip(*data, strict=True)
    curve, longer = kaplan_meier(time, event), kaplan_meier([*time, 20], [*event, False])
    assert longer.time[:-1].tolist() == curve.time.tolist()
    assert longer.at_risk[:-1].tolist() == (curve.at_risk + 1).tolist()
    assert longer.events[:-1].tolist() == curve.events.tolist()
    assert (longer.survival[:-1] >= curve.survival - 1e-12).all()
    assert longer.survival[-1] == longer.survival[-2]


def test_the_log_interval_is_that_of_the_formula() -> None:
    found = kaplan_meier([1, 2, 3, 4], [1, 0, 0, 0], transform="log", level=0.8).at(2)
    spread = 1.2815515655446004 * sqrt(1 / (4 * 3))
    assert (found.low, found.high) == pytest.approx((0.75 * exp(-spread), 1.0))
