"""``protocol/analysis.yml``: settings, methods, and what the assumptions say of the planned number of subjects."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from pathlib import Path

import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.protocol.analysis import Analysis
from trialbook.protocol.facts import setting_value
from trialbook.protocol.lint.agreement import lint_analysis
from trialbook.protocol.reconstruction import SCENARIO
from trialbook.protocol.sample_size import Method

SIZE = """\
settings:
  - {id: NEGATIVE, text: When it is negative, value: none, options: [none, few]}
  - {id: LIMIT, text: The limit, value: 4.5, unit: log10}
  - {id: DAY, text: The day, from: visits.MONTH 6.day}
sample_size:
  method: fisher
  p_control: 0.30
  p_treatment: 0.60
  power: 0.80
  grid:
    p_control: [0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60]
    difference: [0.20, 0.25, 0.30, 0.35]
    power: [0.80, 0.90]
    dropout: [0, 0.05, 0.10, 0.15, 0.20]
"""
LINE = 5


def test_settings_are_values_or_another_part_s(parts: Callable) -> None:
    protocol = parts(analysis=SIZE)
    assert [setting_value(protocol, name) for name in ("NEGATIVE", "LIMIT", "DAY")] == ["none", 4.5, 184]
    with pytest.raises(KeyError):
        setting_value(protocol, "NIGHT")


def test_defaults_of_the_methods() -> None:
    plan = Analysis()
    assert (plan.testing.alpha, plan.testing.sides, plan.testing.confidence) == (0.05, 2, 0.95)
    assert [str(value) for name, value in plan.estimation if name in ("proportion", "difference", "survival", "ties")] == [
        "wilson",
        "miettinen_nurminen",
        "log-log",
        "efron",
    ]
    assert Analysis.model_validate({"testing": {"alpha": 0.025, "sides": 1}}).testing.confidence == 0.95


def test_the_reconstruction(parts: Callable) -> None:
    size = parts(analysis=SIZE).sample_size()
    assert (size.evaluable, size.randomized, size.planned, size.agrees) == ((48, 48), 96, 96, True)
    assert size.power() == pytest.approx(0.8005, abs=5e-5)
    assert size.power(dropout=0.1) == pytest.approx(0.7373, abs=5e-5)


def test_what_remains_after_dropout(parts: Callable) -> None:
    table = parts(analysis=SIZE).sample_size().power_by_dropout()
    assert table[["dropout", "control", "treatment"]].to_numpy().tolist() == [
        [0, 48, 48],
        [0.05, 46, 46],
        [0.1, 43, 43],
        [0.15, 41, 41],
        [0.2, 38, 38],
    ]
    assert table["power"].round(4).tolist() == [0.8005, 0.7697, 0.7373, 0.7449, 0.6825]


def test_power_of_smaller_and_larger_trials(parts: Callable) -> None:
    """Fisher's power goes up in steps: 43 subjects an arm have less than 42; the z test's goes up with each."""
    size = parts(analysis=SIZE).sample_size()
    table = size.power_by_subjects()
    assert table[["subjects", "control", "treatment"]].to_numpy()[[0, -1]].tolist() == [[48, 24, 24], [144, 72, 72]]
    reached = table.set_index("control")["power"]
    assert reached.loc[[41, 42, 43, 47, 48]].round(4).tolist() == [0.7449, 0.7638, 0.7373, 0.7858, 0.8005]
    assert size.power_by_subjects(Method.POOLED)["power"].is_monotonic_increasing
    assert size.power_by_subjects(Method.POOLED).set_index("control")["power"].round(4).loc[48] == 0.8515


def test_treatment_gets_what_the_allocation_gives(parts: Callable) -> None:
    table = parts(analysis=SIZE.replace("method: fisher", "method: pooled\n  allocation: 2")).sample_size().power_by_subjects()
    assert table[["subjects", "control", "treatment"]].to_numpy()[[0, -1]].tolist() == [[48, 16, 32], [144, 48, 96]]


def test_power_against_the_difference(parts: Callable) -> None:
    size = parts(analysis=SIZE).sample_size()
    table = size.power_by_difference(0.3, step=0.1)
    assert table["difference"].tolist() == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert table["power"].round(3).tolist()[2:4] == [0.431, 0.800]
    assert table["power"].iloc[0] < 0.05


def test_power_over_other_rates(parts: Callable) -> None:
    table = parts(analysis=SIZE).sample_size().power_by_rates()
    assert (table.index.name, table.columns.name, table.shape) == ("p_control", "difference", (12, 4))
    assert table.loc[0.3].round(3).tolist() == [0.431, 0.630, 0.800, 0.914]
    # Fisher's test knows no order of response and non-response: 0.3 against 0.6 is 0.4 against 0.7.
    assert table.loc[0.3, 0.3] == pytest.approx(table.loc[0.4, 0.3])


def test_rates_over_100_percent_are_left_out(parts: Callable) -> None:
    size = parts(analysis=SIZE.replace("0.55, 0.60]", "0.55, 0.80]")).sample_size()
    assert [isnan(value) for value in size.power_by_rates().loc[0.8]] == [True, True, True, True]
    assert 0.8 not in set(size.scenarios()["p_control"])


def test_the_scenarios_are_those_of_the_reference(parts: Callable, shared: Path) -> None:
    expected = pd.read_csv(shared / "stats" / "sample_size_scenarios_96.csv")
    expected.columns = list(SCENARIO)
    found = parts(analysis=SIZE).sample_size().scenarios()
    keys = list(SCENARIO)
    pd.testing.assert_frame_equal(
        found.sort_values(keys, ignore_index=True), expected.sort_values(keys, ignore_index=True), check_dtype=False
    )
    assert len(found) == 74


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        ("power: 0.80\n", "power: 0.90\n", (61, 61, 122)),
        ("method: fisher", "method: pooled", (42, 42, 84)),
        ("method: fisher", "method: arcsine", (42, 42, 84)),
        ("method: fisher", "method: fleiss_cc", (49, 49, 98)),
        ("power: 0.80\n", "power: 0.80\n  dropout: 0.1\n", (48, 48, 108)),
        ("power: 0.80\n", "power: 0.80\n  dropout: 0.1\n  inflation: mult\n", (48, 48, 106)),
        ("method: fisher", "allocation: 2\n  method: pooled", (32, 64, 96)),
        ("p_treatment: 0.60", "p_treatment: 0.3001", None),
    ],
)
def test_another_assumption_gives_another_number(
    parts: Callable, before: str, after: str, result: tuple[int, int, int] | None
) -> None:
    size = parts(analysis=SIZE.replace(before, after, 1)).sample_size()
    assert (size.evaluable, size.randomized) == ((result[:2], result[2]) if result else (None, None))


def test_subjects_follow_the_allocation(parts: Callable) -> None:
    size = parts(analysis=SIZE.replace("method: fisher", "allocation: 2\n  method: pooled")).sample_size()
    assert (size.planned_arms, size.agrees) == ((32, 64), True)


def test_events_of_a_secondary_endpoint(parts: Callable) -> None:
    text = SIZE.replace("power: 0.80\n", "power: 0.80\n  events: {endpoint: OS, hazard_ratio: 0.5, p_control: 0.36}\n", 1)
    events = parts(analysis=text).sample_size().events()
    assert (events.schoenfeld, events.freedman) == pytest.approx((65.3457, 70.6399), abs=5e-5)
    # 65.3457 events of 28 in 100 subjects; 96 subjects have 26.88.
    assert (events.subjects, events.expected) == (234, pytest.approx(26.88))
    assert events.power == pytest.approx(0.4352, abs=5e-5)
    assert parts(analysis=SIZE).sample_size().events() is None


def test_a_study_without_assumptions_has_no_reconstruction(parts: Callable, said: Callable) -> None:
    assert parts().sample_size() is None
    assert said(lint_analysis, parts()) == []


def test_a_study_without_a_planned_number(parts: Callable) -> None:
    protocol = parts(analysis=SIZE, study="id: A\ntitle: A\nbasis: A\npopulation: {condition: Cough}\n")
    size = protocol.sample_size()
    assert (size.planned, size.planned_arms, size.agrees, isnan(size.power())) == (None, None, False, True)
    assert len(size.power_by_dropout()) == 5
    assert size.scenarios().empty


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("value: none,", "value: some,", "some is none of its options: none, few"),
        ("value: 4.5, ", "", "settings.1: takes either a value or from"),
        ("value: 4.5, ", "value: 4.5, from: visits.MONTH 6.day, ", "settings.1: takes either a value or from"),
        ("id: LIMIT", "id: DAY", "the setting DAY is there twice"),
        ("p_treatment: 0.60", "p_treatment: 0.30", "p_control and p_treatment are equal: no number of subjects tells them apart"),
        ("p_treatment: 0.60", "p_treatment: 60", "sample_size.p_treatment: Input should be less than 1"),
        ("method: fisher", "method: chi", "sample_size.method: Input should be 'pooled', 'unpooled', 'fleiss_cc'"),
    ],
)
def test_what_is_wrong_in_itself(parts: Callable, before: str, after: str, what: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = parts(analysis=SIZE.replace(before, after)).analysis
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "complaints"),
    [
        ("", "", []),
        ("power: 0.80\n", "power: 0.90\n", [("Warning", LINE, "these assumptions give 122 subjects, and study.yml plans 96")]),
        (
            "p_treatment: 0.60",
            "p_treatment: 0.3001",
            [("Warning", LINE, "these assumptions give no number of subjects, and study.yml plans 96")],
        ),
        ("MONTH 6.day", "MONTH 7.day", [("Error", 4, "{visits.MONTH 7.day} names nothing: visits has no 'MONTH 7'")]),
        (
            "MONTH 6.day",
            "MONTH 6.day, options: ['180']",
            [("Error", 4, "184 is none of its options: 180")],
        ),
        (
            "power: 0.80\n",
            "power: 0.80\n  events: {endpoint: OS, hazard_ratio: 0.5, p_control: 0.36}\n",
            [("Error", 10, "there is no endpoint OS in objectives.yml")],
        ),
    ],
)
def test_what_does_not_fit_is_complained_of(
    parts: Callable, said: Callable, before: str, after: str, complaints: list[tuple[str, int, str]]
) -> None:
    found = said(lint_analysis, parts(analysis=SIZE.replace(before, after, 1)))
    assert found == [(severity, "analysis.yml", line, text) for severity, line, text in complaints]


ANALYSIS = """\
sets: [{id: ITT, name: All, definition: All}]
analyses:
  - {id: A1, endpoint: MRD6, set: ITT, text: The test, techniques: [proportion, test]}
  - {id: A2, endpoint: MRD6, role: sensitivity, set: ITT, text: Otherwise}
"""
ENDPOINTS = "endpoints: [{id: MRD6, level: primary, kind: binary, name: MRD}]\n"


def test_the_analyses_of_an_endpoint(parts: Callable, said: Callable) -> None:
    protocol = parts(analysis=ANALYSIS, objectives=ENDPOINTS)
    assert [(one.id, str(one.role), list(map(str, one.techniques))) for one in protocol.analysis.analyses_of("MRD6")] == [
        ("A1", "main", ["proportion", "test"]),
        ("A2", "sensitivity", []),
    ]
    assert protocol.analysis.analyses_of("OS") == ()
    assert said(lint_analysis, protocol) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "text"),
    [
        ("endpoint: MRD6, set", "endpoint: OS, set", 3, "there is no endpoint OS in objectives.yml, which has MRD6"),
        ("set: ITT, text: O", "set: PP, text: O", 4, "there is no set PP in analysis.yml, which has ITT"),
    ],
)
def test_an_analysis_of_what_is_not_there_is_complained_of(
    parts: Callable, said: Callable, before: str, after: str, line: int, text: str
) -> None:
    protocol = parts(analysis=ANALYSIS.replace(before, after), objectives=ENDPOINTS)
    assert said(lint_analysis, protocol) == [("Error", "analysis.yml", line, text)]


def test_an_analysis_is_named_once(parts: Callable) -> None:
    with pytest.raises(SpecError) as caught:
        _ = parts(analysis=ANALYSIS.replace("id: A2", "id: A1")).analysis
    assert "the analysis A1 is there twice" in str(caught.value)


def test_the_randomization_quotient_follows_the_allocation(parts: Callable, said: Callable) -> None:
    design = 'summary:\n  - {parameter: RANDQT, value: "0.5"}\n'
    assert said(lint_analysis, parts(analysis=SIZE, design=design)) == []
    text = SIZE.replace("method: fisher", "allocation: 2\n  method: pooled")
    assert said(lint_analysis, parts(analysis=text, design=design)) == [
        ("Error", "analysis.yml", 6, "treatment gets 0.666667 of the subjects, and design.yml has the randomization quotient 0.5")
    ]
