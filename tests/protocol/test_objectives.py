"""``protocol/objectives.yml``: objectives, endpoints and estimands, and whether they know each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.errors import SpecError
from trialbook.protocol.facts import fact_of, worded
from trialbook.protocol.lint.agreement import lint_objectives, lint_wording
from trialbook.protocol.objectives import Level, Objectives, Strategy

OBJECTIVES = """\
objectives:
  - {id: O1, level: primary, text: Compare coughing, endpoints: [COUGH]}
  - {id: O2, level: secondary, text: Explore survival, endpoints: [OS, SAFETY]}
endpoints:
  - {id: COUGH, level: primary, kind: binary, name: No cough at 6 months, visit: MONTH 6, quote: no cough at 6 months}
  - {id: OS, level: secondary, kind: time_to_event, name: 2-year survival, visit: MONTH 24}
  - {id: SAFETY, level: secondary, kind: descriptive, name: Safety, definition: {text: "Until day {visits.MONTH 6.day}"}}
intercurrent_events:
  - {id: STOP, name: Syrup stopped}
estimands:
  - &estimand
    id: E1
    endpoint: COUGH
    treatment: Syrup against nothing
    population: Who coughs
    set: ALL
    other_sets: [ELIGIBLE]
    variable: No cough
    intercurrent_events: [{event: STOP, strategy: treatment policy, text: It counts}]
    missing: [{what: No visit, handling: Cough}]
    summary: Risk difference
  - {<<: *estimand, id: E2, endpoint: OS, missing: []}
"""
ANALYSIS = "sets:\n  - {id: ALL, name: All, definition: All}\n  - {id: ELIGIBLE, name: Eligible, definition: Eligible}\n"


def test_what_the_file_says(parts: Callable) -> None:
    objectives = parts(objectives=OBJECTIVES, analysis=ANALYSIS).objectives
    assert [one.id for one in objectives.of(Level.SECONDARY)] == ["OS", "SAFETY"]
    assert [one.words for one in objectives.endpoints] == ["no cough at 6 months", "2-year survival", "Safety"]
    assert [one.id for one in objectives.estimands_of("COUGH")] == ["E1"]
    assert objectives.estimands[0].intercurrent_events[0].strategy is Strategy.TREATMENT_POLICY
    assert objectives.event("STOP").name == "Syrup stopped"


def test_the_strategies_are_those_of_e9_r1() -> None:
    assert [str(one) for one in Strategy] == [
        "treatment policy",
        "hypothetical",
        "composite variable",
        "while on treatment",
        "principal stratum",
    ]


def test_texts_name_facts(parts: Callable) -> None:
    protocol = parts(objectives=OBJECTIVES, analysis=ANALYSIS)
    definition = protocol.objectives.endpoint("SAFETY").definition
    assert (definition.text, worded(protocol, definition.text)) == ("Until day {visits.MONTH 6.day}", "Until day 184")
    assert fact_of(protocol, "objectives.COUGH.visit") == "MONTH 6"
    assert worded(protocol, "{visits.MONTH 7.day} of {visits.MONTH 6.day}") == "{visits.MONTH 7.day} of 184"


def test_a_study_without_the_file_asks_nothing(parts: Callable, said: Callable) -> None:
    assert parts().objectives == Objectives()
    assert said(lint_objectives, parts()) == said(lint_wording, parts()) == []


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("[COUGH]", "[SNEEZE]", "the objective O1 names the endpoint SNEEZE, which is not among those of the file"),
        ("endpoint: COUGH", "endpoint: SNEEZE", "the estimand E1 names the endpoint SNEEZE, which is not among"),
        (
            "event: STOP",
            "event: GO",
            "the estimand E1 names the intercurrent event GO, which is not among those of the file: STOP",
        ),
        ("id: OS, level", "id: COUGH, level", "the endpoint COUGH is there twice"),
        ("treatment policy", "ignore it", "'treatment policy', 'hypothetical', 'composite variable', 'while on treatment' or"),
        ("kind: binary", "kind: yes-no", "endpoints.0.kind: Input should be 'binary'"),
        ("    summary: Risk difference\n", "", "estimands.0.summary: is missing"),
        (
            "[{event: STOP,",
            "[{event: STOP, strategy: hypothetical, text: A}, {event: STOP,",
            "the intercurrent event STOP is there twice",
        ),
    ],
)
def test_what_is_wrong_in_itself(parts: Callable, before: str, after: str, what: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = parts(objectives=OBJECTIVES.replace(before, after)).objectives
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "complaints"),
    [
        ("", "", []),
        ("visit: MONTH 6", "visit: MONTH 7", [("Error", "objectives.yml", 5, "there is no visit MONTH 7 in visits.yml")]),
        (
            "visit: MONTH 6",
            "visit: MONTH 24",
            [("Error", "objectives.yml", 5, "6 months are day 184, and the visit MONTH 24 is on day 732: no cough at 6 months")],
        ),
        (
            "other_sets: [ELIGIBLE]",
            "other_sets: [PER PROTOCOL]",
            [
                (
                    "Error",
                    "objectives.yml",
                    line,
                    "there is no analysis set PER PROTOCOL in analysis.yml, which has ALL, ELIGIBLE",
                )
                for line in (17, 22)
            ],
        ),
        (
            "  - {<<: *estimand, id: E2, endpoint: OS, missing: []}\n",
            "",
            [("Warning", "objectives.yml", 6, "the endpoint OS has no estimand")],
        ),
        (
            "  - {id: STOP, name: Syrup stopped}\n",
            "  - {id: STOP, name: Syrup stopped}\n  - {id: DEATH, name: Death}\n",
            [
                ("Warning", "objectives.yml", line, f"{name} has no strategy for the intercurrent event DEATH (Death)")
                for name, line in (("E1", 20), ("E2", 23))
            ],
        ),
        (
            "[OS, SAFETY]",
            "[OS]",
            [("Warning", "objectives.yml", 7, "no objective asks for the endpoint SAFETY")],
        ),
        (
            ", endpoints: [COUGH]",
            "",
            [
                ("Warning", "objectives.yml", 5, "no objective asks for the endpoint COUGH"),
                ("Warning", "objectives.yml", 2, "no endpoint answers the objective O1"),
            ],
        ),
    ],
)
def test_what_does_not_fit_is_complained_of(
    parts: Callable, said: Callable, before: str, after: str, complaints: list[tuple[str, str, int, str]]
) -> None:
    assert said(lint_objectives, parts(objectives=OBJECTIVES.replace(before, after), analysis=ANALYSIS)) == complaints


def test_a_fact_that_is_not_there_is_complained_of_and_nothing_fails(parts: Callable, said: Callable) -> None:
    protocol = parts(objectives=OBJECTIVES.replace("{visits.MONTH 6.day}", "{visits.MONTH 7.day}"), analysis=ANALYSIS)
    text = "{visits.MONTH 7.day} names nothing: visits has no 'MONTH 7'"
    assert said(lint_wording, protocol) == [("Error", "objectives.yml", 7, text)]
