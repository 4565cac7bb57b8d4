"""What pages show of the conformance: the glance with and without a subject's data, and the known issues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from trialbook import pages
from trialbook.conformance.known_issues import load_known_issues
from trialbook.findings import (
    Conformance,
    Finding,
    Results,
    RuleOutcome,
    RuleSource,
    RuleStatus,
    RunInfo,
    Runner,
    Severity,
    Stage,
    assemble,
)
from trialbook.pages.shown_aggregates import OF_STUDY, Names
from trialbook.pages.shown_pieces import show_results

Rows = Callable[[str], list[list[str]]]
OF_KIT = load_known_issues().issues[0].statement
NAMES = Names({}, {"LB": frozenset({"LBSTRESC"})}, frozenset({"LBDTC"}))
TABLE = """\
known_issues:
  - id: blank
    rules: [CG0529, CORE-000191]
    when:
      value_matches: {RFENDTC: ''}
      dates_agree: [RFSTDTC, RFENDTC]
    reading: The <end> is blank.
    document: SDTMIG v3.4
    section: "5.2"
    reason: It goes on.
"""


def finding(rule: str, reading: str | None) -> Finding:
    values = {"LBSTRESC": ".5 of 8801"}
    return Finding(
        rule.lower(), rule, ("FB3103", "SDTMIG 3.4 section 8801"), Severity.ERROR, Stage.CORE, "LB", 1, "8801", ("LBSTRESC",),
        values, "No number: 8801", "", reading=reading,
    )  # fmt: skip


@pytest.fixture
def results() -> Results:
    def outcome(rule: str, dataset: str, status: str, reason: str | None = None, seconds: float = 2.5) -> RuleOutcome:
        status_of = RuleStatus(status)
        message = "Says what it says of any record"
        return RuleOutcome(
            rule, Runner.CORE, status_of, reason, 0, Severity.ERROR, message, dataset, (), seconds, "CDISC", ("FB3103",)
        )

    run = RunInfo(
        "S", "2026-01-01T00:00:00+00:00", "sdtmig-3.4", "ct", {"cdisc-rules-engine": "0.17.1"}, (),
        conformance=Conformance((RuleSource("CDISC", "/home/8801/rules", 4, 0, "a" * 64),)),
    )  # fmt: skip
    outcomes = [
        outcome("CORE-000001", "LB", "ISSUE REPORTED"),
        outcome("CORE-000001", "8801", "SKIPPED", "--DTC is not in the dataset"),
        outcome("CORE-000002", "LB", "ISSUE REPORTED"),
        outcome("CORE-000003", "LB", "SKIPPED", "--DTC is not in the dataset"),
        outcome("CORE-000004", "LB", "EXECUTION ERROR", "ValueError: 8801"),
    ]
    found = [finding("CORE-000001", OF_KIT), finding("CORE-000002", "Subject 8801 is right."), finding("CORE-000002", None)]
    return assemble(run, [(found, outcomes)], [], {})


def test_aggregates_hold_nothing_of_a_subject(results: Results, rows: Rows) -> None:
    run = show_results(results, NAMES, subject_level=False)
    assert "8801" not in run.to_json()
    piece = run.piece("conformance")
    glance, readings = rows(piece[: piece.index("<ul>")]), rows(piece[piece.index("</ul>") :])
    assert glance[1] == ["CDISC aaaaaaaaaaaa", "4", "0", "2", "0", "1", "1"]
    assert readings[1:] == [[OF_KIT, "CORE-000001", "1"], [OF_STUDY, "CORE-000002", "1"]]
    assert "CORE-000004: ValueError; what it said may quote data and is left out here" in piece
    assert "1 rule ran on a dataset that has what it needs, and not on the others" in piece


def test_of_invented_data_all_is_shown_but_the_time_that_it_took(results: Results) -> None:
    invented = replace(results, run=replace(results.run, synthetic="Invented."))
    run = show_results(invented, NAMES, subject_level=False)
    assert "Subject 8801 is right." in run.piece("conformance")
    assert "CORE-000004: ValueError: 8801" in run.piece("conformance")
    assert "Seconds" not in run.piece("conformance") + run.piece("rules")
    assert "/home/8801/rules" not in run.to_json()


def test_a_run_without_conformance_rules_has_no_glance(results: Results) -> None:
    run = show_results(replace(results, run=replace(results.run, conformance=None)), NAMES, subject_level=False)
    assert run.piece("conformance") == ""


def test_known_issues(small_study: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    (small_study / "validators").mkdir(exist_ok=True)
    (small_study / "validators" / "known_issues.yml").write_text(TABLE, encoding="utf-8")
    monkeypatch.chdir(small_study / "book")
    html = pages.known_issues_table()
    head, first, second, *others = rows(html)
    assert head == ["Rules", "Where", "What the standard says", "So"]
    assert first == [
        "CG0529, CORE-000191 / of this study", "RFENDTC is blank / RFSTDTC and RFENDTC agree as far as both go",
        "The <end> is blank. / SDTMIG v3.4, 5.2", "It goes on.",
    ]  # fmt: skip
    assert second[0] == "FB3103 / of the kit"
    assert len(others) == len(load_known_issues().issues) - 1
