"""What a run states of its conformance rules, and the readings that its findings carry."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from trialbook.conformance.choice import LEFT_OUT, ChosenRules, choose_rules
from trialbook.conformance.rules import own_rules, read_rules
from trialbook.conformance.statement import NOT_WANTED, state_rules
from trialbook.findings import Conformance, RuleSource, Threshold, findings_json, json_schema
from trialbook.run import Study
from trialbook.standards import load_standard

RULE = """Core: {{Id: {id}, Version: "1"}}
Authorities:
  - Organization: CDISC
    Standards:
      - Name: SDTMIG
        Version: "{version}"
        References:
          - Origin: Rules
            Version: "1"
            Rule Identifier: {{Id: CG9999, Version: "1"}}
            Citations: [{{Document: SDTMIG}}]
Description: The topic of an event is the event
Executability: Fully Executable
Rule Type: Record Data
Sensitivity: Record
Scope: {{Classes: {{Include: [EVENTS]}}, Domains: {{Include: [AE]}}}}
Check: {{all: [{{name: AETERM, operator: {operator}, value: [Other, Else]}}]}}
Outcome: {{Message: AETERM says nothing, Output Variables: [AETERM]}}
"""
KNOWN = """known_issues:
  - id: other-is-meant
    rules: [CG9999]
    when: {value_matches: {--TERM: Oth.*}}
    reading: An event may be of any kind.
    document: SDTMIG v3.4
    section: "6.2"
    reason: This study collects it so.
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Rules of which one is for the standard, one for another, and one can't be read."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for id, version, operator in (
        ("CORE-900001", "3.4", "is_contained_by"),
        ("CORE-900002", "3.3", "is_contained_by"),
        ("CORE-900003", "3.4", "is_blue"),
    ):
        (folder / f"{id}.yml").write_text(RULE.format(id=id, version=version, operator=operator), encoding="utf-8")
    return folder


def test_rules_are_stated_by_whose_they_are(rules: Path) -> None:
    standard, own, given = load_standard("sdtmig-3.4"), own_rules(), read_rules(rules)
    kit = RuleSource("trialbook", "trialbook", len(own), 0, own.sha256)
    assert state_rules(choose_rules(rules), standard) == Conformance(
        (kit, RuleSource("CDISC", str(rules), 1, 1, given.sha256)), None
    )
    assert state_rules(choose_rules("off"), standard) == Conformance((kit,), NOT_WANTED)
    assert state_rules(ChosenRules(own, given, None, missing="not there"), standard) == Conformance(
        (kit, RuleSource("study", str(rules), 1, 1, given.sha256)), "not there"
    )
    assert choose_rules(None).missing == LEFT_OUT
    assert state_rules(choose_rules(None), standard) is None


def test_a_finding_of_a_run_carries_its_reading_and_a_rule_whose_it_is(tiny_study: Path, tmp_path: Path, rules: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "dm.csv").write_text("SUBJECT,SITE,SEX,CONSENT,DEATH\n001,S1,Female,2024-01-10,\n", encoding="utf-8")
    ae = "SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END\n001,Other,Mild,No,,2024-01-15,\n001,Else,Mild,No,,2024-01-16,\n"
    (export / "ae.csv").write_text(ae, encoding="utf-8")
    (tiny_study / "validators" / "known_issues.yml").write_text(KNOWN, encoding="utf-8")
    results = Study(tiny_study).validate(export, core=rules).results
    assert {one.values["AETERM"]: (one.severity.value, one.reading) for one in results.findings if one.rule == "CORE-900001"} == {
        "Other": ("Error", "An event may be of any kind. (SDTMIG v3.4, 6.2) This study collects it so."),
        "Else": ("Error", None),
    }
    assert {(one.rule, one.source, one.cites, one.status.value) for one in results.rules if one.rule.startswith("CORE-")} == {
        ("CORE-900001", "CDISC", ("CG9999",), "ISSUE REPORTED"),
        ("CORE-900002", "CDISC", (), "SKIPPED"),
        ("CORE-900003", "CDISC", (), "EXECUTION ERROR"),
    }
    assert {one.source for one in results.rules if one.rule.startswith("TB-CG")} == {"trialbook"}
    assert {one.source for one in results.rules if one.runner.value != "core"} == {""}
    assert [one.name for one in results.run.conformance.sources] == ["trialbook", "CDISC"]
    jsonschema.validate(json.loads(findings_json(results, Threshold.ERROR)), json_schema())
