"""The analyses of the plan answer the estimands: one main analysis each, in its set, and each sensitivity that is promised."""

from __future__ import annotations

from pathlib import Path

from trialbook.protocol.analysis import Role, Technique
from trialbook.protocol.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).parents[2] / "protocol")


def test_each_estimand_has_one_main_analysis_in_its_set() -> None:
    for estimand in PROTOCOL.objectives.estimands:
        main = [one for one in PROTOCOL.analysis.analyses_of(estimand.endpoint) if one.role is Role.MAIN]
        assert [one.set for one in main] == [estimand.set], estimand.id


def test_each_further_set_of_an_estimand_has_its_analysis() -> None:
    for estimand in PROTOCOL.objectives.estimands:
        sets = {one.set for one in PROTOCOL.analysis.analyses_of(estimand.endpoint) if one.role is Role.SENSITIVITY}
        assert set(estimand.other_sets) <= sets, estimand.id


def test_missing_marrows_are_doubted_as_the_estimand_says() -> None:
    used = {technique for one in PROTOCOL.analysis.analyses_of("MRD6") for technique in one.techniques}
    assert {Technique.IMPUTATION, Technique.TIPPING_POINT} <= used


def test_an_event_with_another_handling_has_an_analysis_of_it() -> None:
    for estimand in PROTOCOL.objectives.estimands:
        events = [one.event for one in estimand.intercurrent_events if one.other]
        named = {one.id.rpartition("-")[2] for one in PROTOCOL.analysis.analyses_of(estimand.endpoint)}
        assert set(events) <= named, estimand.id


def test_only_the_primary_endpoint_is_tested_for_a_decision() -> None:
    tested = {one.endpoint for one in PROTOCOL.analysis.analyses if Technique.TEST in one.techniques}
    assert tested == {"MRD6"}
