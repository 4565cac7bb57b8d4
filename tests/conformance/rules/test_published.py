"""CDISC's published rules for SDTMIG 3.4 can all be read, and fast."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from trialbook.conformance.rules import RuleSet, read_rules


@pytest.fixture(scope="module")
def published(shared) -> RuleSet:
    return read_rules(shared / "core" / "rules")


def test_all_can_be_read(published):
    assert published.unreadable == ()
    assert len(published) == len(published.for_standard("sdtmig", "3.4")) == 330
    assert len(published.for_standard("sdtmig", "3.3")) == 294


def test_what_they_use_is_what_they_are_known_to_use(published):
    assert len({name for rule in published.rules for name in rule.operators}) == 51
    assert len({name for rule in published.rules for name in rule.operations}) == 21
    assert sum(bool(rule.match_datasets) for rule in published.rules) == 34
    assert Counter(rule.sensitivity for rule in published.rules) == {"Record": 248, "Dataset": 82}
    assert {rule.severity for rule in published.rules} == {None}


def test_each_answers_to_a_published_id(published):
    assert [rule.id for rule in published.rules if not rule.cites()] == []


def test_reading_them_does_not_keep_a_run_waiting(shared):
    begun = time.process_time()
    read_rules(shared / "core" / "rules")
    assert time.process_time() - begun < 3  # 0.6 s on a machine with nothing else to do
