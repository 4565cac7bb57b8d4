"""What passes on a dataset that lacks records of a form has not passed: it is SKIPPED with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.checks import Rule, Severity
from trialbook.checks.made_without import made_without, not_passed
from trialbook.checks.schema import Verdict
from trialbook.findings import RuleStatus
from trialbook.mapping import Specs
from trialbook.study import LoadedStudy

REASONS = {"DS": "the form RAND is not in the export, and records that are checked are made of it"}


@pytest.fixture(scope="module")
def specs(repository: Path) -> Specs:
    return LoadedStudy(repository).specs


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        ([], {}),
        (["RAND"], {"DM": "the form RAND is not in the export, and records that are checked are made of it", **REASONS}),
        # Not required: where the export lacks it, there are no records of it.
        (["THYROID_AB"], {}),
    ],
)
def test_by_domain_why_nothing_passes(specs: Specs, absent: list[str], expected: dict[str, str]) -> None:
    assert {name: why for name, why in made_without(specs, absent).items() if name in ("DM", "DS", "LB")} == expected


def test_what_is_judged_needs_the_forms_of_its_items(specs: Specs) -> None:
    assert made_without(specs, ["LAB"])["IE"] == "the form LAB is not in the export, and records that are checked are made of it"


@pytest.mark.parametrize(
    ("status", "table", "reads", "expected"),
    [
        (RuleStatus.SUCCESS, "DS", {}, (RuleStatus.SKIPPED, REASONS["DS"])),
        (RuleStatus.SUCCESS, "AE", {"DS": ("DSDECOD",)}, (RuleStatus.SKIPPED, REASONS["DS"])),
        (RuleStatus.SUCCESS, "AE", {"DM": ("SEX",)}, (RuleStatus.SUCCESS, None)),
        (RuleStatus.ISSUE_REPORTED, "DS", {}, (RuleStatus.ISSUE_REPORTED, None)),
        (RuleStatus.EXECUTION_ERROR, "DS", {}, (RuleStatus.EXECUTION_ERROR, None)),
    ],
)
def test_only_what_passed_is_taken_back(
    status: RuleStatus, table: str, reads: dict[str, tuple[str, ...]], expected: tuple[RuleStatus, str | None]
) -> None:
    rule = Rule("R1", Severity.ERROR, "is wrong", bool, reads=reads)
    found = not_passed(Verdict(rule, status), table, REASONS)
    assert (found.status, found.reason) == expected
