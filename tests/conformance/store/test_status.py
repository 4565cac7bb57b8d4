"""What a machine has of rules, and how many apply to a study."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.conformance.rules.written import folder_of, rule

from trialbook.conformance.rules import own_rules, read_rules
from trialbook.conformance.rules.applying import ScopedDataset, StudyScope
from trialbook.conformance.store import install_from
from trialbook.conformance.store.home import engine_version, store_folder
from trialbook.conformance.store.status import CDISCS, OWN, STUDYS, Applying, applying, core_status, rule_sets
from trialbook.errors import TrialbookError

DATASETS = (ScopedDataset("AE", "AE", "EVENTS"), ScopedDataset("DM", "DM", "SPECIAL PURPOSE"))


@pytest.fixture
def study(tmp_path) -> StudyScope:
    return StudyScope("NCT1", "sdtmig", "3.4", DATASETS, tmp_path / "validators" / "rules")


@pytest.fixture
def rules(tmp_path) -> Path:
    every = rule("B") | {"Scope": {"Domains": {"Include": ["ALL"]}}}
    absent = rule("C") | {"Scope": {"Domains": {"Include": ["CM"]}}}
    return folder_of(tmp_path / "rules", [rule("A"), every, absent, rule("D", version="3.3")])


def test_without_an_install_the_kits_own_rules_are_there(study):
    status = core_status(study)
    assert (status.engine, status.folder, status.record, status.others) == (engine_version(), store_folder(), None, ())
    assert [(one.label, one.rules.sha256) for one in status.sets] == [(OWN, own_rules().sha256)]
    assert [one.applying for one in core_status(None).sets] == [None]


def test_what_applies_is_counted_by_dataset(study, rules):
    assert applying(read_rules(rules), study) == Applying(listed=3, applying=2, by_dataset={"AE": 2, "DM": 1})


def test_what_is_installed_comes_first_and_the_studys_own_last(study, rules):
    record, _ = install_from(rules)
    assert [label for label, _ in rule_sets(study)] == [CDISCS, OWN]
    folder_of(study.rules, [rule("MINE-1")])
    assert [label for label, _ in rule_sets(study)] == [CDISCS, OWN, STUDYS]
    assert [label for label, _ in rule_sets(None)] == [CDISCS, OWN]
    status = core_status(study)
    assert status.record == record
    assert status.sets[0].applying == Applying(listed=3, applying=2, by_dataset={"AE": 2, "DM": 1})
    assert status.sets[2].applying == Applying(listed=1, applying=1, by_dataset={"AE": 1, "DM": 0})


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "1 day ago"), (40, "40 days ago"), (2000, "2,000 days ago")])
def test_how_old_an_install_is(rules, days, words):
    record, _ = install_from(rules)
    assert core_status(None).age(record.when + timedelta(days=days, hours=1)) == words


def test_a_damaged_install_is_told_by_the_status_too(rules):
    install_from(rules)
    (store_folder() / "rules" / "A.json").write_text(json.dumps(rule("A", published="CG9999")))
    with pytest.raises(TrialbookError, match="holds other rules than were installed there"):
        core_status(None)
