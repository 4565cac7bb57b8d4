"""Rules found by words and by what they are for, each with what it answers to and whether it applies."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.rules.written import folder_of, rule

from trialbook.conformance.rules import RuleSet, read_rules
from trialbook.conformance.rules.applying import ScopedDataset, StudyScope
from trialbook.conformance.rules.listing import list_rules
from trialbook.conformance.rules.search import search

AE, DM = ScopedDataset("AE", "AE", "EVENTS"), ScopedDataset("DM", "DM", "SPECIAL PURPOSE")
STUDY = StudyScope("NCT1", "sdtmig", "3.4", (AE, DM), Path("nowhere"))


@pytest.fixture
def rules(tmp_path) -> RuleSet:
    death = rule("B", published="CG0002") | {"Scope": {"Domains": {"Include": ["DM"]}}, "Description": "Deaths have dates"}
    fda = rule("C", version="3.3") | {"Outcome": {"Message": "No outcome", "Output Variables": ["AEOUT", "DTHFL"]}}
    fda["Authorities"].append({"Organization": "FDA", "Standards": rule("", published="FB0001")["Authorities"][0]["Standards"]})
    fda["Authorities"].reverse()
    broken = rule("D", version="3.3") | {"Sensitivity": "Deaths"}
    absent = rule("E", published="CG0005") | {"Scope": {"Domains": {"Include": ["CM"]}}}
    return read_rules(folder_of(tmp_path, [rule("A"), death, fda, broken, absent]))


@pytest.mark.parametrize(
    ("words", "dataset", "found"),
    [
        ((), None, "A B C E"),
        (("death",), None, "B"),
        (("DEATHS", "date"), None, "B"),
        (("deaths", "CG0001"), None, ""),
        (("cg0001",), None, "A C"),
        (("dthfl",), None, "C"),
        (("fda sdtmig 3.4",), None, "C"),
        (("empty",), DM, "B"),
        ((), AE, "A C"),
        ((), ScopedDataset("CM", "CM", "INTERVENTIONS"), "E"),
    ],
)
def test_all_words_stand_in_a_rule_that_is_found(rules, words, dataset, found):
    assert [one.id for one in search(rules.rules, words, dataset)] == found.split()


def test_a_listing_without_a_study_judges_nothing(rules):
    listing = list_rules([("here", rules)])
    assert [(one.source, one.rule.id, one.cites, one.why_not, one.datasets) for one in listing.rules] == [
        ("here", "A", ("CG0001",), None, ()),
        ("here", "B", ("CG0002",), None, ()),
        ("here", "C", ("CG0001", "FB0001"), None, ()),
        ("here", "E", ("CG0005",), None, ()),
    ]
    assert [(source, one.id) for source, one in listing.unreadable] == [("here", "D")]
    assert (listing.standard, listing.study, listing.applying) == (None, None, 0)


def test_a_listing_says_what_applies_to_a_study(rules):
    listing = list_rules([("here", rules)], study=STUDY)
    assert [(one.rule.id, one.cites, one.why_not, one.datasets) for one in listing.rules] == [
        ("A", ("CG0001",), None, ("AE",)),
        ("B", ("CG0002",), None, ("DM",)),
        ("C", ("FB0001",), None, ("AE",)),
        ("E", ("CG0005",), "the study has no CM", ()),
    ]
    assert (listing.standard, listing.version, listing.applying) == ("sdtmig", "3.4", 3)


def test_a_listing_for_a_standard_leaves_the_others_out(rules):
    listing = list_rules([("here", rules)], standard=("sdtmig", "3.3"), study=STUDY)
    assert [(one.rule.id, one.cites, one.datasets) for one in listing.rules] == [("C", ("CG0001",), ("AE",))]
    assert [one.id for _, one in listing.unreadable] == ["D"]
    assert list_rules([("here", rules)], standard=("sdtmig", "3.4")).unreadable == ()


def test_words_find_what_cannot_be_read_too(rules):
    assert [one.id for _, one in list_rules([("here", rules)], ["sensitivity", "deaths"]).unreadable] == ["D"]
    assert list_rules([("here", rules)], ["outcome"]).unreadable == ()
