"""Whether a rule applies to a study's datasets, as the engine would decide by its scope; and if not, why."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from tests.conformance.rules.written import rule

from trialbook.conformance.rules import CoreRule, read_rule, read_rules
from trialbook.conformance.rules.applying import ScopedDataset, applies_to, scope_class, scope_words, why_not
from trialbook.standards import load_standard

DATASETS = (
    ScopedDataset("DM", "DM", "SPECIAL PURPOSE"),
    ScopedDataset("AE", "AE", "EVENTS"),
    ScopedDataset("DS", "DS", "EVENTS"),
    ScopedDataset("LB", "LB", "FINDINGS"),
    ScopedDataset("FA", "FA", "FINDINGS ABOUT"),
    ScopedDataset("QSCG", "QS", "FINDINGS"),
    ScopedDataset("SUPPAE", "SUPPAE", "RELATIONSHIP"),
    ScopedDataset("APMH", "APMH"),
    ScopedDataset("XX", "XX"),
)


def scoped(**scope: Any) -> CoreRule:
    made = read_rule(rule("A") | {"Scope": {key.replace("_", " "): value for key, value in scope.items()}})
    assert isinstance(made, CoreRule)
    return made


CASES = [
    ({}, "DM AE DS LB FA QSCG SUPPAE APMH XX", "all"),
    ({"Domains": {"Include": ["ALL"]}, "Classes": {"Include": ["ALL"]}}, "DM AE DS LB FA QSCG SUPPAE APMH XX", "all"),
    ({"Domains": {"Include": ["AE", "QS"]}}, "AE QSCG", "AE, QS"),
    ({"Domains": {"Include": ["ALL"], "Exclude": ["DS"]}, "Classes": {"Include": ["EVENTS"]}}, "AE", "EVENTS but DS"),
    ({"Domains": {"Exclude": ["QS", "SUPP--", "AP--", "XX"]}}, "DM AE DS LB FA", "all but QS, SUPP--, AP--, XX"),
    ({"Domains": {"Include": ["SUPP--"]}, "Classes": {"Include": ["RELATIONSHIP"]}}, "SUPPAE", "SUPP--"),
    ({"Domains": {"Include": ["AP--"]}}, "APMH", "AP--"),
    ({"Domains": {"include_split_datasets": True}}, "QSCG", "all"),
    ({"Domains": {"Include": ["AE"], "include_split_datasets": True}}, "AE QSCG", "AE"),
    ({"Domains": {"Include": ["AE", "QS"], "include_split_datasets": False}}, "AE", "AE, QS"),
    ({"Classes": {"Include": ["FINDINGS"]}}, "LB FA QSCG", "FINDINGS"),
    ({"Classes": {"Include": ["FINDINGS ABOUT"]}}, "FA", "FINDINGS ABOUT"),
    ({"Classes": {"Exclude": ["FINDINGS", "RELATIONSHIP"]}}, "DM AE DS APMH XX", "all but FINDINGS, RELATIONSHIP"),
    ({"Domains": {"Include": ["CM"]}}, "", "CM"),
    ({"Classes": {"Include": ["TRIAL DESIGN"]}}, "", "TRIAL DESIGN"),
]


@pytest.mark.parametrize(("scope", "datasets", "words"), CASES)
def test_a_scope_takes_datasets_and_leaves_others(scope, datasets, words):
    assert applies_to(scoped(**scope), DATASETS) == tuple(datasets.split())
    assert scope_words(scoped(**scope)) == words


@pytest.mark.parametrize(
    ("scope", "standard", "reason"),
    [
        ({"Domains": {"Include": ["AE"]}}, "3.4", None),
        ({"Domains": {"Include": ["AE"]}}, "3-4", None),
        ({"Domains": {"Include": ["AE"]}}, "3.3", "not for SDTMIG 3.3: SDTMIG 3.4"),
        ({"Domains": {"Include": ["CM", "MH"]}}, "3.4", "the study has no CM, MH"),
        ({"Domains": {"Include": list("ABCDEFGH")}}, "3.4", "the study has no A, B, C, D, E, F and 2 more"),
        ({"Domains": {"Exclude": ["ALL"]}}, "3.4", "the study has no dataset in its scope"),
        ({"Classes": {"Include": ["TRIAL DESIGN"]}}, "3.4", "the study has no dataset of TRIAL DESIGN"),
        (
            {"Classes": {"Include": ["EVENTS"]}, "Domains": {"Exclude": ["AE", "DS"]}},
            "3.4",
            "the study has no dataset of EVENTS but AE, DS",
        ),
        ({"Entities": {"Include": ["StudyVersion"]}}, "3.4", "not for datasets, but for StudyVersion"),
        ({"Data_Structures": {"Include": ["BASIC DATA STRUCTURE"]}}, "3.4", "only for BASIC DATA STRUCTURE"),
    ],
)
def test_why_a_rule_does_not_apply(scope, standard, reason):
    assert why_not(scoped(**scope), "sdtmig", standard, DATASETS) == reason


def test_a_study_without_datasets_has_none_that_is_not_of_a_class():
    ae = ScopedDataset("AE", "AE", "EVENTS")
    made = scoped(Classes={"Exclude": ["EVENTS"]})
    assert why_not(made, "sdtmig", "3.4", [ae]) == "the study has no dataset that is not of EVENTS"


def test_rules_for_other_than_datasets_are_called_by_what_they_are_for():
    assert scope_words(scoped(Entities={"Include": ["StudyVersion"]})) == "StudyVersion"
    assert scope_words(scoped(Data_Structures={"Include": ["BASIC DATA STRUCTURE"]})) == "BASIC DATA STRUCTURE"


def test_classes_are_written_as_rules_write_them():
    classes = {scope_class(one.class_) for one in load_standard().datasets.values()}
    assert classes == {
        "SPECIAL PURPOSE",
        "INTERVENTIONS",
        "EVENTS",
        "FINDINGS",
        "FINDINGS ABOUT",
        "TRIAL DESIGN",
        "STUDY REFERENCE",
        "RELATIONSHIP",
    }


ENGINE = """
import json, sys
from types import SimpleNamespace
from cdisc_rules_engine.models.rule import Rule
from cdisc_rules_engine.models.sdtm_dataset_metadata import SDTMDatasetMetadata
from cdisc_rules_engine.utilities.rule_processor import RuleProcessor

asked = json.load(sys.stdin)
service = SimpleNamespace(
    get_variables_metadata=lambda **_: SimpleNamespace(data=SimpleNamespace(variable_name=None)),
    get_dataset_class=lambda variables, metadata: asked["classes"][metadata.name] or None,
)
processor = RuleProcessor(service, None)
answers = []
for data in asked["rules"]:
    rule, applying = Rule.from_cdisc_metadata(data), []
    for name, domain in asked["domains"].items():
        first = {"RDOMAIN": "AE"} if name.startswith("SUPP") else {"DOMAIN": domain}
        dataset = SDTMDatasetMetadata(name=name, first_record=first)
        if processor.rule_applies_to_domain(dataset, rule) and processor.rule_applies_to_class(rule, dataset):
            applying.append(name)
    answers.append(applying)
print(json.dumps(answers))
"""


def test_the_engine_decides_the_same_by_the_scope_alone(shared):
    published = read_rules(shared / "core" / "rules").rules
    rules = [*published, *(scoped(**scope) for scope, _, _ in CASES)]
    standard = load_standard()
    # No dataset is called SUPPQUAL: the standard has it for all of supplemental qualifiers.
    more = [ScopedDataset(name, name, scope_class(one.class_)) for name, one in standard.datasets.items() if name != "SUPPQUAL"]
    datasets = {one.name: one for one in (*more, *DATASETS)}
    asked = {
        "rules": [dict(one.data) for one in rules],
        "domains": {one.name: one.domain for one in datasets.values()},
        "classes": {one.name: one.class_ for one in datasets.values()},
    }
    done = subprocess.run([sys.executable, "-c", ENGINE], input=json.dumps(asked), capture_output=True, text=True, timeout=300)
    if "No module named 'cdisc_rules_engine'" in done.stderr:
        pytest.skip("cdisc-rules-engine is not installed")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    different = [
        (one.id, one.data["Scope"], set(applies_to(one, datasets.values())) ^ set(answer))
        for one, answer in zip(rules, answers, strict=True)
        if set(applies_to(one, datasets.values())) != set(answer)
    ]
    assert different == []


def test_a_part_of_a_domain_is_split_and_others_are_not():
    named = [("QSCG", "QS"), ("LB", "LB"), ("SUPPAE", "SUPPAE"), ("APMHX", "APMH")]
    assert [ScopedDataset(*one).is_split for one in named] == [True, False, False, False]
