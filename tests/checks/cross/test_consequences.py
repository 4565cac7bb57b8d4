"""One fault is told once: what follows across datasets from a cell that a raw finding asks about is left out, and counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from trialbook.checks.cross import without_consequences
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage


def origin(role: str, row: int | None, *columns: str, file: str = "dm.csv") -> Origin:
    return Origin(Role(role), file, None, row, columns)


def finding(
    rule: str, *origins: Origin, severity: Severity = Severity.ERROR, dataset: str = "AE", stage: Stage = Stage.CROSS
) -> Finding:
    return Finding(rule, rule, (), severity, stage, dataset, 1, "S-1", (), {}, "", "", origins)


def raw(*origins: Origin, severity: Severity = Severity.ERROR) -> Finding:
    return finding("RAW", *origins, severity=severity, dataset="DM", stage=Stage.RAW)


def outcome(rule: str, findings: int, dataset: str = "AE") -> RuleOutcome:
    return RuleOutcome(rule, Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, findings, dataset=dataset)


def left(found: Sequence[Finding], told: Sequence[Finding]) -> list[str]:
    return [one.rule for one in without_consequences(found, [], told)[0]]


DATE = origin("correct", 3, "ICF_DAT")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([], True),
        ([raw(DATE)], False),
        # Be it only compared across datasets; what the raw finding compares, it does not ask about.
        ([raw(origin("compared", 3, "ICF_DAT"))], True),
        ([raw(origin("correct", 4, "ICF_DAT"))], True),
        ([raw(origin("correct", 3, "SEX"))], True),
        ([raw(origin("correct", 3, "ICF_DAT", file="ae.csv"))], True),
        # A Notice does not stand for an Error: that would open the gate.
        ([raw(DATE, severity=Severity.NOTICE)], True),
        ([raw(DATE, severity=Severity.NOTICE), raw(DATE, severity=Severity.REJECT)], False),
    ],
)
def test_a_cell_that_is_asked_about_already(told: list[Finding], kept: bool) -> None:
    across = finding("X", origin("correct", 9, "START", file="ae.csv"), origin("compared", 3, "ICF_DAT"))
    assert left([across], told) == (["X"] if kept else [])


def test_what_one_rule_across_datasets_asks_another_does_not() -> None:
    date = origin("correct", 9, "START", file="ae.csv")
    assert left([finding("X", date, DATE), finding("X", DATE), finding("Y", DATE)], []) == ["X", "X"]


def test_a_value_that_is_not_there_because_its_record_is_missing() -> None:
    across = finding("X", origin("correct", 3), origin("correct", 9, "REASON", file="ds.csv"))
    lacks = raw(origin("correct", None, file="death.csv"))
    assert left([across], [lacks]) == []
    assert left([across], [raw(origin("correct", 5, "SEX"))]) == ["X"]


def test_elements_are_not_judged_while_a_record_behind_them_is_in_doubt() -> None:
    elements = finding("X", origin("correct", 9, "VISIT_DAT", file="rs.csv"), dataset="SE")
    assert left([elements], [raw(origin("correct", 5, "SEX"))]) == []
    assert left([elements], [raw(origin("correct", 5, "SEX"), severity=Severity.WARNING)]) == ["X"]


def test_the_outcome_counts_what_was_left_out() -> None:
    found = [finding("X", DATE), finding("X", origin("correct", 8, "ICF_DAT"))]
    (kept,), (one, other) = without_consequences(found, [outcome("X", 2), outcome("X", 1, "LB")], [raw(DATE)])
    assert kept is found[1]
    assert (one.status, one.findings, one.reason) == ("ISSUE REPORTED", 1, "1 failing record is told of already by RAW")
    assert one.told == ("X",)
    assert (other.findings, other.reason) == (1, None)
