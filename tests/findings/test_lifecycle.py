"""Which finding of a run is which of the run before, and what goes with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.findings.test_contract import RESULTS

from trialbook.findings import Coverage, PreviousRun, Remembered, Results, RuleOutcome, Runner, SitePlace, follow
from trialbook.findings.pictures import DigitBars
from trialbook.findings.terms import RuleStatus

(FINDING,) = RESULTS.findings
NOTHING = replace(RESULTS, findings=(), resolved=(), history=(), queries=(), stray_answers=())
AE = ("form", "AE")
FILES = (("AE.csv", None),)


def remembered(id: str, group: str | None = None, value: str = "N", **other) -> Remembered:
    made = {
        "id": id, "rule": "IFN-AE-004", "severity": "Error", "stage": "raw", "dataset": "AE", "subject": "01-003",
        "variables": ["SAE_YN"], "message": "m", "values": {"SAE_YN": value}, "group": group,
        "origins": [{"role": "correct", "file": "AE.csv", "sheet": None, "row": 2, "columns": ["SAE_YN"]}],
    }  # fmt: skip
    return Remembered.model_validate(made | other)


def previous(*findings: Remembered, **other) -> PreviousRun:
    known = {"runners": {"IFN-AE-004": Runner.PANDERA}, "tables": {AE: FILES}, "subjects": frozenset({"01-003"})}
    rest = {"queries": {}, "stray_answers": {}, "history": ({"started": "2025-05-01"},)}
    return PreviousRun(findings={one.id: one for one in findings}, **{**known, **rest, **other})


def coverage(status=RuleStatus.SUCCESS, reason=None, **other) -> Coverage:
    outcome = RuleOutcome("IFN-AE-004", Runner.PANDERA, status, reason, 0, None, "", "AE")
    known = {"tables": {AE: FILES}, "absent": {}, "files": frozenset({"AE.csv"}), "subjects": frozenset({"01-003"})}
    return Coverage(**({"outcomes": (outcome,)} | known | other))


def run(*findings, **other) -> Results:
    return replace(NOTHING, findings=tuple(replace(FINDING, status=None, **one) for one in findings), **other)


A, B, C, PLAIN = "000000000000000a", "000000000000000b", "000000000000000c", "00000000000000ff"


def statuses(results: Results) -> list[tuple[str, str]]:
    return [(one.id, one.status.value) for one in results.findings if one.status]


@pytest.mark.parametrize(
    ("before", "now", "expected", "resolved"),
    [
        ([remembered(A)], [{"id": A}], [(A, "persisting")], []),
        ([remembered(A)], [{"id": B}], [(B, "new")], [A]),
        ([remembered(A)], [], [], [A]),
        # Of two records of one key: one goes, the other is alone of the key now.
        ([remembered(A, PLAIN), remembered(B, PLAIN, "Y")], [{"id": PLAIN, "values": {"SAE_YN": "Y"}}], [(B, "persisting")], [A]),
        # A record that was alone of its key has got a twin.
        ([remembered(PLAIN)], [{"id": A, "group": PLAIN}, {"id": B, "group": PLAIN}], [(PLAIN, "persisting"), (B, "new")], []),
        # The content of one changed, and it is still wrong.
        (
            [remembered(A, PLAIN), remembered(B, PLAIN)],
            [{"id": A, "group": PLAIN}, {"id": C, "group": PLAIN}],
            [(A, "persisting"), (B, "persisting")],
            [],
        ),
        # Records without any key have no group, and are never taken for one another.
        ([remembered(A)], [{"id": C, "group": None}], [(C, "new")], [A]),
    ],
)
def test_what_is_the_same(before, now, expected, resolved):
    followed = follow(run(*now), previous(*before), coverage())
    assert statuses(followed) == expected
    assert [entry["id"] for entry in followed.resolved] == resolved


def test_what_belongs_to_a_finding_goes_with_its_id():
    place = SitePlace("AE", "V1", True, {})
    picture = DigitBars("t", A, "01", (1,) * 10, (1,) * 10, ())
    made = run({"id": A, "group": PLAIN}, places={A: place}, pictures=(picture,))
    followed = follow(made, previous(remembered(PLAIN)), coverage())
    assert (followed.findings[0].id, followed.places) == (PLAIN, {PLAIN: place})
    assert [one.finding for one in followed.pictures] == [PLAIN]


@pytest.mark.parametrize(
    ("looked", "before", "reason"),
    [
        (coverage(RuleStatus.SKIPPED, "EX is not there"), {}, "the rule IFN-AE-004 was SKIPPED: EX is not there"),
        (
            coverage(RuleStatus.EXECUTION_ERROR, "KeyError: 'X'"),
            {},
            "the rule IFN-AE-004 could not run (EXECUTION ERROR): KeyError: 'X'",
        ),
        (coverage(outcomes=()), {}, "the rule IFN-AE-004 does not belong to this run"),
        (coverage(outcomes=()), {"runners": {"IFN-AE-004": Runner.MAPPING}}, None),
        (coverage(tables={}, absent={AE: "the form AE is not in the export"}), {}, "the form AE is not in the export"),
        (coverage(tables={}), {}, "the form AE is not there"),
        (coverage(subjects=frozenset()), {}, "no record of the subject 01-003 is in the export"),
        (coverage(subjects=frozenset()), {"subjects": frozenset()}, None),
        (coverage(subjects=frozenset(), subject_columns={"AE": "SAE_YN"}), {}, None),
        (
            coverage(files=frozenset(), unreadable=frozenset({"AE.csv"})),
            {},
            "AE.csv is not among the files that could be read (AE.csv could not)",
        ),
        (coverage(files=frozenset({"AE_new.csv"}), tables={AE: (("AE_new.csv", None),)}), {}, None),
        (
            coverage(files=frozenset({"AE_2.csv"}), tables={AE: (("AE_2.csv", None),)}),
            {"tables": {AE: (*FILES, ("AE_2.csv", None))}},
            "AE.csv is not in the export, though the other files of AE are",
        ),
        (coverage(lacking=frozenset({("AE", "SAE_YN", None)})), {}, "the form AE has no SAE_YN in the export"),
        (
            coverage(lacking=frozenset({("AE", "SERIOUS", "AE.csv")}), headers={"AE": {"sae_yn": "SERIOUS"}}),
            {},
            "AE.csv has no SERIOUS",
        ),
        (coverage(lacking=frozenset({("AE", "SERIOUS", "AE.csv")})), {}, None),
    ],
)
def test_why_a_finding_is_not_assessed(looked, before, reason):
    followed = follow(run(), previous(remembered(A), **before), looked)
    told = [entry["reason"] for entry in followed.not_assessed]
    assert told == ([reason] if reason else [])
    assert len(followed.resolved) == (reason is None)
