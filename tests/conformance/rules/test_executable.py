"""The engine's own form of a rule, back in CDISC's: what the engine makes of it again is what it was."""

from __future__ import annotations

import copy
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conformance.rules.written import cached

from trialbook.conformance.rules import CoreRule, UnreadableRule, read_rule, read_rules
from trialbook.conformance.rules.executable import authored, is_executable
from trialbook.conformance.rules.refusal import RefusedError

CONDITION = {"name": "get_dataset", "operator": "empty", "value": {"comparator": None, "target": "AEOUT"}}
LITERAL = {"comparator": "FATAL", "target": "AEOUT", "value_is_literal": True, "negative": False, "regex": "^F"}

ENGINE = """
import json, sys
from cdisc_rules_engine.models.rule import Rule
from trialbook.conformance.rules.executable import authored
for line in sys.stdin:
    kept = Rule.from_cdisc_metadata(json.loads(line))
    print(json.dumps([kept, Rule.from_cdisc_metadata(authored(kept))]))
"""


def through_the_engine(rules: list[dict]) -> list[list[dict]]:
    """What the engine keeps of rules in either form, and what it keeps of that when it is in CDISC's form again."""
    lines = "\n".join(json.dumps(one) for one in rules)
    done = subprocess.run([sys.executable, "-c", ENGINE], input=lines, capture_output=True, text=True, timeout=300)
    if "No module named 'cdisc_rules_engine'" in done.stderr:
        pytest.skip("cdisc-rules-engine is not installed")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[{")]


KEPT = [
    cached("A"),
    cached("B", domains={"Include": ["AE"], "include_split_datasets": True}, classes=None, use_case="INDH, PROD"),
    cached(
        "C", conditions={"all": [{"any": [CONDITION, {"not": {"all": [CONDITION]}}]}], "any": [CONDITION | {"value": LITERAL}]}
    ),
    cached("D", conditions={"not": {"any": [CONDITION | {"variables": ["A"]}]}}),
    cached(
        "E", conditions="$.study[0]", rule_type="JSONata", entities={"Include": ["Study"]}, data_structures={"Include": ["ALL"]}
    ),
    cached("F", operations=[{"id": "$x", "operator": "distinct", "filter": {"DSCAT": "A"}}], grouping_variables=["USUBJID"]),
    cached(
        "G",
        datasets=[
            {"domain_name": "DM", "match_key": ["USUBJID", {"left": "A", "right": "B"}], "wildcard": "**", "join_type": "left"},
            {"domain_name": "SUPP--", "match_key": [], "wildcard": "__", "child": True},
        ],
    ),
]


def test_the_engine_makes_the_same_of_it_again(shared):
    assert [is_executable(one) for one in KEPT] == [True] * len(KEPT)
    published = [dict(one.data) for one in read_rules(shared / "core" / "rules").rules]
    made = through_the_engine([*KEPT, *published])
    assert [kept for kept, _ in made[: len(KEPT)]] == KEPT
    assert len(made) == len(KEPT) + 330
    assert [kept["core_id"] for kept, again in made if kept != again] == []


@pytest.mark.parametrize(
    ("kept", "construct"),
    [
        (cached("A", later=1), "key later"),
        (cached("A", actions=[{"name": "x", "params": ["no message"]}]), "actions"),
        (cached("A", conditions={"all": [{"operator": "empty", "extra": 1}]}), "condition key extra"),
        (cached("A", conditions={"all": CONDITION}), "all"),
        (cached("A", datasets=[{"domain_name": "DM", "later": 1}]), "datasets key later"),
        (cached("A", datasets=[{"domain_name": "DM", "match_key": [{"left": 1}]}]), "match_key"),
    ],
)
def test_what_the_engines_form_has_not_is_refused(kept, construct):
    with pytest.raises(RefusedError) as refused:
        authored(kept)
    assert refused.value.construct == construct


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_the_engines_form_it_is_read_or_told(data: st.DataObject):
    kept = copy.deepcopy(data.draw(st.sampled_from(KEPT)))
    kept[data.draw(st.sampled_from(sorted(kept)))] = data.draw(
        st.none() | st.text(max_size=3) | st.integers() | st.lists(st.none() | st.text(max_size=2)) | st.just({"all": [{}]})
    )
    assert isinstance(read_rule(kept), CoreRule | UnreadableRule)
