"""Where several rules speak of one record: shown once, with all ids."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialbook.conformance.told_once import told_once
from trialbook.findings import Finding, RuleOutcome, RuleStatus, Runner, Severity, Stage

FOUND = RuleStatus.ISSUE_REPORTED
OWN = {"TB-CG0041"}


def finding(rule, *cites, severity=Severity.ERROR, stage=Stage.CORE, record=1, values=(("AESER", "N"),), dataset="AE"):
    id, variables = f"id of {rule} {record}", tuple(dict(values))
    return Finding(id, rule, cites, severity, stage, dataset, record, "S-01", variables, dict(values), "m", "")


def outcome(rule, findings):
    return RuleOutcome(rule, Runner.CORE, FOUND, None, findings, Severity.ERROR, "m", "AE")


OFFICIAL = finding("CORE-000022", "CG0041", values=(("AESER", "N"), ("AETERM", "RASH")))
KIT = finding("TB-CG0041", "CG0041", severity=Severity.WARNING)
CHECK = finding("TB-AE-SERIOUS", "CG0041", "SDTMIG 3.4 section 6.2.1", severity=Severity.NOTICE, stage=Stage.CROSS)


def once(before, found):
    rules = {one.rule for one in found}
    outcomes = [outcome(rule, sum(one.rule == rule for one in found)) for rule in sorted(rules)]
    made = told_once(before, found, outcomes, yielding={"CORE-000022", "TB-CG0041"}, own=OWN)
    return (
        {one.id: (one.rule, one.cites, one.severity, one.values) for one in (*made.before.values(), *made.found)},
        [(one.rule, one.findings, one.reason, one.told) for one in made.outcomes],
    )


def test_the_kits_and_cdiscs_finding_of_a_record_are_one_with_both_ids():
    shown, outcomes = once([], [KIT, OFFICIAL])
    assert shown == {
        "id of TB-CG0041 1": ("TB-CG0041", ("CG0041", "CORE-000022"), Severity.WARNING, {"AESER": "N", "AETERM": "RASH"})
    }
    assert outcomes == [
        ("CORE-000022", 0, "1 finding is told of already by TB-CG0041", ("id of CORE-000022 1",)),
        ("TB-CG0041", 1, None, ()),
    ]


def test_what_was_found_before_takes_both():
    shown, outcomes = once([CHECK], [KIT, OFFICIAL])
    cites = ("CG0041", "SDTMIG 3.4 section 6.2.1", "TB-CG0041", "CORE-000022")
    assert shown == {"id of TB-AE-SERIOUS 1": ("TB-AE-SERIOUS", cites, Severity.NOTICE, {"AESER": "N", "AETERM": "RASH"})}
    assert [one[:2] for one in outcomes] == [("CORE-000022", 0), ("TB-CG0041", 0)]


@pytest.mark.parametrize(
    "other",
    [
        replace(OFFICIAL, record=2),
        replace(OFFICIAL, dataset="SUPPAE"),
        replace(OFFICIAL, cites=("CG0042",)),
        replace(OFFICIAL, rule="TB-CG0041"),
    ],
    ids=["another record", "another dataset", "another published rule", "the same rule"],
)
def test_findings_of_other_faults_stay_apart(other):
    other = replace(other, id="other")
    shown, outcomes = once([], [KIT, other])
    assert {id: rule for id, (rule, *_) in shown.items()} == {"id of TB-CG0041 1": "TB-CG0041", "other": other.rule}
    assert [reason for _, _, reason, _ in outcomes] == [None] * len(outcomes)


def test_a_section_of_a_document_is_no_rule():
    ours = finding("TB-AE-X", "SDTMIG 3.4 section 6.2.1", stage=Stage.SDTM, values=(("AETERM", ""),))
    shown, _ = once([ours], [replace(OFFICIAL, cites=("SDTMIG 3.4 section 6.2.1",))])
    assert set(shown) == {"id of CORE-000022 1"}


def test_a_form_of_the_datasets_name_is_not_the_dataset():
    shown, _ = once([replace(CHECK, stage=Stage.RAW)], [OFFICIAL])
    assert set(shown) == {"id of CORE-000022 1"}


def test_the_kit_has_nothing_to_add_about_the_very_same_variables():
    ours = finding("TB-AE-AESER-CT", stage=Stage.SDTM)
    shown, _ = once([ours], [KIT])
    assert {id: cites for id, (_, cites, *_) in shown.items()} == {"id of TB-AE-AESER-CT 1": ("TB-CG0041", "CG0041")}
    shown, _ = once([ours], [finding("CORE-000022", "CG0041")])
    assert set(shown) == {"id of CORE-000022 1"}


def test_a_rule_about_variables_is_shown_with_what_tells_of_the_variable():
    tell = [
        finding(f"TB-AE-{name}-STANDARD", "CG0013", stage=Stage.SDTM, record=None, values=((name, ""),))
        for name in ("AEX", "AEY")
    ]
    about = [finding("TB-CG0041", "CG0013", record=place, values=((name, ""),)) for place, name in ((8, "AEY"), (7, "AEX"))]
    made = told_once(tell, about, [outcome("TB-CG0041", 2)], yielding=OWN, own=OWN, of_variables=OWN)
    assert made.found == []
    assert {one.rule: (one.record, one.variables, one.cites) for one in made.before.values()} == {
        "TB-AE-AEX-STANDARD": (None, ("AEX",), ("CG0013", "TB-CG0041")),
        "TB-AE-AEY-STANDARD": (None, ("AEY",), ("CG0013", "TB-CG0041")),
    }


def test_the_studys_own_rule_may_be_graver():
    graver = finding("IFN-CORE-1", "CG0041", severity=Severity.REJECT)
    shown, _ = once([CHECK], [graver])
    assert [one[2] for one in shown.values()] == [Severity.REJECT]


def test_a_reading_stays_with_the_finding_that_is_shown():
    read = replace(OFFICIAL, reading="It is right.")
    (kept,) = told_once([], [KIT, read], [], yielding=set(), own=OWN).found
    assert (kept.rule, kept.reading) == ("TB-CG0041", "It is right.")
