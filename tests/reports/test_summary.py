from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from trialbook.findings import RuleStatus, Threshold
from trialbook.reports import terminal_summary
from trialbook.reports.summary import count_sites, count_subjects, verdict, worst_rules
from trialbook.reports.wording import rule_text

BROKEN = "1 of 10 rules could not run (EXECUTION ERROR): what it would find is unknown."
SKIPPED = "1 of 10 rules was SKIPPED: what it checks was not looked at."
QUERIES = "Queries to sites: 4 open, 0 answered though the finding is still there, 0 closed by this run."
HISTORY = "Since the previous run: 1 new, 1 persisting, 1 resolved, 1 not assessed."


@pytest.mark.parametrize(
    ("threshold", "headline", "first"),
    [
        (Threshold.REJECT, "Gate closed", ["1 finding of severity Reject: 1 Reject."]),
        (
            Threshold.ERROR,
            "Gate closed",
            [
                "3 findings of severity Error or worse: 1 Reject, 2 Error.",
                "1 finding of severity Error or worse is explained and does not count.",
            ],
        ),
        (
            Threshold.WARNING,
            "Gate closed",
            [
                "5 findings of severity Warning or worse: 1 Reject, 2 Error, 2 Warning.",
                "1 finding of severity Warning or worse is explained and does not count.",
            ],
        ),
        (Threshold.NEVER, "Gate open", ["No severity closes the gate in this run: it was made with the threshold “never”."]),
    ],
)
def test_verdict_in_words(results, threshold, headline, first):
    decided = verdict(results, threshold)
    over = {Threshold.ERROR: "Error or worse", Threshold.WARNING: "Warning or worse"}.get(threshold)
    unseen = [f"1 earlier finding of severity {over} was not assessed: it may still be there."] if over else []
    assert decided.unrun == (BROKEN, SKIPPED, *unseen)
    assert (decided.headline, list(decided.reasons)) == (headline, [*first, BROKEN, SKIPPED, *unseen, HISTORY, QUERIES])


def test_skipped_rules_are_told_when_the_gate_is_open(results):
    rules = tuple(rule for rule in results.rules if rule.status is not RuleStatus.EXECUTION_ERROR)
    clean = dataclasses.replace(results, findings=results.findings[3:4], rules=rules, resolved=(), not_assessed=(), history=())
    assert verdict(clean, Threshold.ERROR).reasons == (
        "No unexplained finding of severity Error or worse.",
        "1 of 9 rules was SKIPPED: what it checks was not looked at.",
    )


def test_sites(results):
    assert [(group.name, group.records, *group.counts.values()) for group in count_sites(results)] == [
        ("01", 1, 0, 2, 1, 0),
        ("02", 3, 0, 1, 1, 1),
        ("03", 1, 0, 0, 0, 0),
        ("", None, 1, 0, 0, 1),
    ]


def test_subjects_with_the_worst_findings(results):
    assert [group.name for group in count_subjects(results, 2)] == ["IFN-01-003", "IFN-02-003"]


def test_worst_rules(results):
    assert [(rule.severity.value, rule.rule, rule.findings, rule.message) for rule in worst_rules(results, 5)] == [
        ("Reject", "TB-FORM", 1, "The form is absent"),
        ("Error", "IFN-AE-004", 1, "Serious, but no criterion"),
        ("Error", "IFN-AE-021", 1, "Starts after death"),
        ("Error", "TB-DM-002", 1, "Not ISO 8601"),
        ("Warning", "TB-TYPE", 2, "Markup in a text & a “quote” <b>"),
    ]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Not in order: {IETEST}", "Not in order"),
        ("The result {LBORRES} of {LBTESTCD} is no number", "The result LBORRES of LBTESTCD is no number"),
        ("Outside of its window: {VISIT}, {DTC}", "Outside of its window: VISIT, DTC"),
        ("Given, but there is no dose", "Given, but there is no dose"),
    ],
)
def test_what_a_rule_says_of_any_record(message, said):
    assert rule_text(message) == said


def test_terminal(results):
    assert str(terminal_summary(results, Threshold.ERROR, Path("out/report.html"))) == "\n".join(
        [
            " SYNTHETIC DATA  Invented by hand for the tests & nothing else.",
            "Gate closed · NCT06802718 <favorable-risk AML> · 8 findings",
            "  3 findings of severity Error or worse: 1 Reject, 2 Error.",
            "  1 finding of severity Error or worse is explained and does not count.",
            f"  {BROKEN}",
            f"  {SKIPPED}",
            "  1 earlier finding of severity Error or worse was not assessed: it may still be there.",
            f"  {HISTORY}",
            f"  {QUERIES}",
            "",
            "  Reject 1   Error 3   Warning 2   Notice 2",
            "",
            "Worst rules",
            "  Reject  TB-FORM           1  The form is absent",
            "  Error   IFN-AE-004        1  Serious, but no criterion",
            "  Error   IFN-AE-021        1  Starts after death",
            "",
            "Rules: 1 passed · 7 with findings · 1 SKIPPED · 1 EXECUTION ERROR",
            "  EXECUTION ERROR  IFN-EX-001: KeyError: 'DOSE'",
            "  SKIPPED  CORE-000701: dataset LB is absent",
            "Report: out/report.html",
        ]
    )
