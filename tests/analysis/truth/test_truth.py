"""Every outside figure agrees with what the methods give, every method of the plan has one, and an altered method differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.analysis.methods import log_rank
from trialbook.analysis.truth import truth
from trialbook.analysis.truth.figure import Call, Kind
from trialbook.errors import SpecError
from trialbook.protocol.analysis import Analysis, Technique
from trialbook.specfile import SpecFile

# They count, and what counts is counted again by the second path.
COUNTED = {
    Technique.DISPOSITION,
    Technique.DEVIATIONS,
    Technique.ADVERSE_EVENTS,
    Technique.SHIFT,
    Technique.HYS_LAW,
}


@pytest.mark.parametrize("file", sorted(path.stem for path in truth.FIGURES.glob("*.yml")))
def test_every_figure_agrees(file: str) -> None:
    own = {one.id for one in SpecFile(truth.FIGURES / f"{file}.yml").parse(truth.Figures).checks}
    rows = [row for check in truth.checks() if check.id in own for row in truth.compared(check)]
    assert rows
    assert [(row.check.id, row.figure, row.expected, row.found) for row in rows if row.agrees is False] == []


def test_every_technique_that_is_a_method_has_a_figure_of_a_program() -> None:
    outside = {
        technique: [one for one in truth.checks_of(technique=technique) if truth.sources()[one.source].kind is Kind.PROGRAM]
        for technique in Technique
    }
    assert {technique for technique, found in outside.items() if not found} == COUNTED
    assert {technique for technique, found in outside.items() if all(one.only_in_tests for one in found)} == COUNTED


def test_every_technique_of_the_plan_is_known(repository: Path) -> None:
    plan = SpecFile(repository / "protocol" / "analysis.yml").parse(Analysis)
    used = {technique for one in plan.analyses for technique in one.techniques}
    assert used - COUNTED == {technique for technique in used if truth.checks_of(technique=technique)}


def test_checks_of_a_method_are_also_those_in_which_another_is_given_its_result() -> None:
    of = {one.id for one in truth.checks_of(method="kaplan_meier")}
    assert {"survival-made-log-log", "median-6-mp", "survival-difference-lung"} <= of
    assert {one.method for one in truth.checks_of(method="median")} == {"median"}
    assert truth.checks_of(method="no_method") == ()


def test_an_altered_method_does_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures are computed when they are asked for: nothing is remembered."""
    plain = log_rank.risk_sets
    check = next(one for one in truth.checks() if one.id == "log-rank-remission")
    assert [row.agrees for row in truth.compared(check)] == [True] * 7
    monkeypatch.setattr(log_rank, "risk_sets", lambda time, event, **more: plain(time + event, event, **more))
    assert False in [row.agrees for row in truth.compared(check)]


def test_a_check_that_tests_alone_can_make_has_no_number_here() -> None:
    rows = [row for one in truth.checks() if one.only_in_tests for row in truth.compared(one)]
    assert len(rows) > 10
    assert {row.agrees for row in rows} == {None}


def test_a_call_within_a_call_is_made_first() -> None:
    call = Call(
        method="quantile",
        arguments={
            "curve": {"method": "kaplan_meier", "columns": {"time": "t", "event": "status"}, "where": {"Rx": 1}},
            "probability": 0.5,
        },
    )
    assert truth.called(call, "remission").value == 8


ONE = "id: a, about: x, method: m, source: r, how: x"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"[{{{ONE}, expected: {{}}}}]", "expected: .*at least 1 item"),
        (f"[{{{ONE}, expected: {{low: 1}}, techniques: [guess]}}]", "techniques"),
        (f"[{{{ONE}, expected: {{low: 1}}, columns: {{x: y}}}}]", "data names none"),
        (f"[{{{ONE}, expected: {{low: 1}}, arguments: {{x: 1}}, only_in_tests: true}}]", "only in tests is given nothing"),
        (f"[{{{ONE}, expected: {{low: 1}}}}, {{{ONE}, expected: {{low: 1}}}}]", "the check a is there twice"),
        (f"[{{{ONE}, expected: {{low: 1}}, arguments: {{x: {{method: m, colums: {{}}}}}}}}]", "is not a key known here"),
    ],
)
def test_what_is_no_check_is_told(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "figures.yml"
    file.write_text(f"checks: {text}", encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        SpecFile(file).parse(truth.Figures)


def test_a_source_that_is_not_known_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.yml").write_text("checks: [{id: a, about: x, method: m, source: hearsay, how: x, expected: {low: 1}}]")
    monkeypatch.setattr(truth, "FIGURES", tmp_path)
    with pytest.raises(ValueError, match=r"sources\.yml does not have hearsay"):
        truth.checks.__wrapped__()
