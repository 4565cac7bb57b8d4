"""Power and size: equal to R's figures and to plain enumeration; what must hold whatever the numbers."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.protocol.power import arcsine_power, effect_size, fisher_p_value, fisher_p_values, fisher_power, z_power
from trialbook.protocol.sample_size import (
    Inflation,
    Method,
    control_arm,
    detectable,
    event_probability,
    inflate,
    logrank_events,
    logrank_power,
    logrank_subjects,
    reached_power,
    whole,
)

CLOSED = 1e-9
"""Formulas agree with R to this relative difference."""
ROOT = 1e-6
"""What R finds with ``uniroot`` it finds to about this."""

proportions = st.floats(0.01, 0.99)
arms = st.integers(1, 25)
methods = st.sampled_from(list(Method))


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict:
    return json.loads((shared / "stats" / "expected" / "sample_size.json").read_text(encoding="utf-8"))


def test_r_s_help_page_of_power_prop_test(expected: dict) -> None:
    r = expected["r_help"]
    assert set(r) == {"n_p50_75_pow90", "power_n50", "p2_n50_pow90", "n_p10_29"}
    assert control_arm(Method.POOLED, 0.5, 0.75, power=0.9) == pytest.approx(r["n_p50_75_pow90"], rel=ROOT)
    assert z_power(50, 50, 0.5, 0.75) == pytest.approx(r["power_n50"], rel=CLOSED)
    # R searches p2 and n to its own fourth digit: 1.2e-4 is the default tolerance of uniroot.
    assert detectable(Method.POOLED, 50, 50, 0.5, power=0.9) == pytest.approx(r["p2_n50_pow90"], abs=1.2e-4)
    assert control_arm(Method.POOLED, 0.10, 0.29, power=0.8) == pytest.approx(r["n_p10_29"], abs=1.2e-4)


def test_z_tests_and_fleiss_correction(expected: dict) -> None:
    for row in expected["fleiss"]:
        found = {
            method.value: control_arm(method, row["p1"], row["p2"], power=row["power"])
            for method in (Method.POOLED, Method.UNPOOLED, Method.FLEISS_CC)
        }
        assert found == pytest.approx({name: row[name] for name in found}, rel=CLOSED), row
    assert len(expected["fleiss"]) == 7


def test_cohen_s_h(expected: dict) -> None:
    assert effect_size(0.3, 0.6) == pytest.approx(expected["pwr_h"]["h_30_60"], rel=CLOSED)
    assert control_arm(Method.ARCSINE, 0.3, 0.6) == pytest.approx(expected["pwr_h"]["n"], rel=ROOT)


def test_schoenfeld_s_events(expected: dict) -> None:
    for row in expected["schoenfeld_events"]:
        assert logrank_events(row["hr"], power=row["power"]) == pytest.approx(row["events"], rel=CLOSED)
        assert logrank_power(row["events"], row["hr"]) == pytest.approx(row["power"], rel=CLOSED)


def test_each_of_the_scenarios_gives_96(shared: Path) -> None:
    table = pd.read_csv(shared / "stats" / "sample_size_scenarios_96.csv")
    found = []
    for row in table.itertuples():
        n = whole(control_arm(Method(row.method), row.p_control, row.p_ifn, power=row.power))
        found.append((n, 2 * inflate(n, row.dropout, Inflation(row.inflate))))
    assert found == [(n, 96) for n in table["n_arm"]]
    assert len(table) == 74


@pytest.mark.parametrize(
    ("control", "treatment", "power"),
    [(48, 48, 0.8005), (43, 43, 0.7373)],
)
def test_fisher_at_30_against_60_percent(control: int, treatment: int, power: float) -> None:
    assert fisher_power(control, treatment, 0.3, 0.6) == pytest.approx(power, abs=5e-5)


@pytest.mark.parametrize(
    ("control", "treatment", "p"),
    [
        # Fisher's tea: 3 of 4 and 1 of 4; R's fisher.test: 0.4857, one-sided 0.2429.
        ((1, 4), (3, 4), 0.4857142857142857),
        ((0, 5), (5, 5), 2 / comb(10, 5)),
        ((2, 4), (2, 4), 1.0),
        ((0, 3), (0, 7), 1.0),
    ],
)
def test_fisher_s_p_value(control: tuple[int, int], treatment: tuple[int, int], p: float) -> None:
    assert fisher_p_value(control, treatment) == pytest.approx(p, rel=1e-12)


def test_many_tables_at_once_are_each_as_alone() -> None:
    control, treatment = np.meshgrid(np.arange(13), np.arange(9))
    alone = [
        [fisher_p_value((int(x), 12), (int(y), 8)) for x, y in zip(*row, strict=True)]
        for row in zip(control, treatment, strict=True)
    ]
    assert fisher_p_values(control, 12, treatment, 8) == pytest.approx(np.array(alone), rel=1e-12)


def test_a_table_that_is_barely_more_likely_is_no_tie() -> None:
    # 7 of 14 against 8 of 39: the table on the other side is likelier by one part in 6,000, and adds nothing.
    weights = [comb(39, k) * comb(14, 15 - k) for k in range(1, 16)]
    p = sum(one for one in weights if one <= comb(39, 8) * comb(14, 7)) / comb(53, 15)
    assert round(p, 4) == 0.0463
    assert fisher_p_value((7, 14), (8, 39)) == pytest.approx(p, rel=1e-10)


def test_fisher_s_p_values_are_r_s(shared: Path) -> None:
    tables = json.loads((shared / "stats" / "expected" / "proportions.json").read_text(encoding="utf-8"))["two"]
    found = {name: fisher_p_value((one["x1"], one["n1"]), (one["x2"], one["n2"])) for name, one in tables.items()}
    assert found == pytest.approx({name: one["fisher_p"] for name, one in tables.items()}, rel=1e-10)
    assert len(found) == 7


def test_one_sided_p_values_are_the_tails() -> None:
    assert fisher_p_value((1, 4), (3, 4), sides=1) == pytest.approx(17 / 70)
    assert fisher_p_value((1, 4), (3, 4), sides=1, greater=False) == pytest.approx(69 / 70)


def enumerated(n: int, m: int, p: float, q: float, alpha: float) -> float:
    """Fisher's power in plain whole numbers: every pair of counts, its p value as a sum of binomial coefficients."""
    total = 0.0
    for x in range(n + 1):
        for y in range(m + 1):
            weights = {k: comb(n, x + y - k) * comb(m, k) for k in range(max(0, x + y - n), min(m, x + y) + 1)}
            p_value = sum(w for w in weights.values() if w <= weights[y]) / comb(n + m, x + y)
            if p_value <= alpha:
                total += comb(n, x) * p**x * (1 - p) ** (n - x) * comb(m, y) * q**y * (1 - q) ** (m - y)
    return total


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10), st.integers(1, 10), proportions, proportions, st.sampled_from([0.01, 0.049, 0.11, 0.2]))
def test_fisher_s_power_is_what_enumeration_gives(n: int, m: int, p: float, q: float, alpha: float) -> None:
    assert fisher_power(n, m, p, q, alpha=alpha) == pytest.approx(enumerated(n, m, p, q, alpha), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(methods, arms, arms, proportions, proportions, st.sampled_from([1, 2]))
def test_power_is_a_chance_and_knows_no_first_arm(method: Method, n: int, m: int, p: float, q: float, sides: int) -> None:
    power = reached_power(method, n, m, p, q, sides=sides)
    assert 0 <= power <= 1 + 1e-12
    assert reached_power(method, m, n, q, p, sides=sides) == pytest.approx(power, abs=1e-9) or p == q
    if sides == 2:
        assert reached_power(method, n, m, 1 - p, 1 - q) == pytest.approx(power, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400), proportions, proportions, st.booleans())
def test_the_normal_tests_gain_by_every_subject(n: int, p: float, q: float, pooled: bool) -> None:
    if abs(p - q) < 0.01:
        return
    assert z_power(n + 1, n + 1, p, q, pooled=pooled) >= z_power(n, n, p, q, pooled=pooled)
    assert arcsine_power(n + 1, n + 1, p, q) >= arcsine_power(n, n, p, q)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([one for one in Method if one is not Method.FISHER]),
    proportions,
    proportions,
    st.sampled_from([0.7, 0.8, 0.9]),
    st.sampled_from([1, 2]),
    st.sampled_from([0.5, 1, 2]),
)
def test_size_and_power_are_each_other_s_inverse(
    method: Method, p: float, q: float, power: float, sides: int, allocation: float
) -> None:
    if abs(p - q) < 0.02:
        return
    n = control_arm(method, p, q, power=power, sides=sides, allocation=allocation)
    assert reached_power(method, n, n * allocation, p, q, sides=sides) == pytest.approx(power, abs=1e-6)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(proportions, proportions, st.sampled_from([0.7, 0.8, 0.9]), st.sampled_from([1, 2]))
def test_fisher_s_size_is_the_smallest(p: float, q: float, power: float, allocation: int) -> None:
    if abs(p - q) < 0.35:
        return
    n = int(control_arm(Method.FISHER, p, q, power=power, allocation=allocation))
    reached = [fisher_power(k, k * allocation, p, q) >= power for k in range(1, n + 1)]
    assert reached == [False] * (n - 1) + [True]


def test_a_p_value_at_the_level_itself_rejects() -> None:
    # 0 of 3 against 3 of 3 has the one-sided p value 1/20.
    assert fisher_p_value((0, 3), (3, 3), sides=1) == pytest.approx(0.05)
    assert fisher_power(3, 3, 0.1, 0.9, sides=1) == pytest.approx(0.9**6)


def test_fisher_s_power_may_fall_with_a_subject_more() -> None:
    assert fisher_power(41, 41, 0.3, 0.6) > fisher_power(43, 43, 0.3, 0.6)


@pytest.mark.parametrize(
    ("n", "dropout", "inflation", "whole_n"),
    [
        (48, 0, "div", 48),
        (43, 0.1, "div", 48),
        (43, 0.1, "mult", 48),
        (40, 0.2, "mult", 48),
        (40, 0.2, "div", 50),
        # 0.1 + 0.2 is 0.30000000000000004 to a computer; these are whole.
        (10, 0.1 + 0.2, "mult", 13),
        (63, 0.1, "div", 70),
        (0.0, 0.5, "div", 0),
    ],
)
def test_dropout_enlarges_by_either_rule(n: float, dropout: float, inflation: str, whole_n: int) -> None:
    assert inflate(n, dropout, Inflation(inflation)) == whole_n


@pytest.mark.parametrize(
    ("events", "freedman", "allocation"),
    [(65.3457, False, 1), (70.6399, True, 1), (73.5139, False, 2), (62.7910, True, 2)],
)
def test_events_by_schoenfeld_and_freedman(events: float, freedman: bool, allocation: float) -> None:
    assert logrank_events(0.5, freedman=freedman, allocation=allocation) == pytest.approx(events, abs=5e-5)


def test_subjects_follow_from_the_chance_of_an_event() -> None:
    assert event_probability(0.36, 0.5) == pytest.approx(0.2)
    assert logrank_subjects(56, 0.36, 0.2) == pytest.approx(200)
    assert logrank_subjects(76, 0.36, 0.2, allocation=2) == pytest.approx(300)


def test_what_no_number_tells_apart() -> None:
    with pytest.raises(ValueError, match="the proportions are equal"):
        control_arm(Method.POOLED, 0.3, 0.3)
    with pytest.raises(ValueError, match="hazard ratio is 1"):
        logrank_events(1)
    assert reached_power(Method.FLEISS_CC, 20, 20, 0.3, 0.3) == 0
    assert z_power(5, 5, 0, 1) == 1
    assert fisher_power(5, 5, 0, 1) == pytest.approx(1)
