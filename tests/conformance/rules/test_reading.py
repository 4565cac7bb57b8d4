"""CDISC's rule format: what a rule states, typed; and of what can't be read, which construct and in which line."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.conformance.rules import Citation, CoreRule, Published, Scope, UnreadableRule, read_rule, read_rule_text
from trialbook.findings.terms import Severity

RULE = """\
Authorities:
  - Organization: FDA
    Standards:
      - Name: SDTMIG
        Version: "3.4"
        References:
          - Origin: Business Rules
            Version: "1.5"
            Rule Identifier: {Id: FB0001, Version: "1"}
  - Organization: CDISC
    Standards:
      - Name: SDTMIG
        Version: "3.4"
        References:
          - Origin: Conformance Rules
            Version: "2.0"
            Rule Identifier: {Id: CG0001, Version: "1"}
            Citations:
              - {Document: IG v3.4, Section: "6.2", Item: Assumption 4, Cited Guidance: Words.}
              - {Document: Model v2.0, Cited Guidance: More words.}
          - Origin: Conformance Rules
            Version: "2.0"
            Rule Identifier: {Id: CG0002}
      - Name: TIG
        Version: "1.0"
        Substandard: SDTM
        References: []
Check:
  all:
    - {name: AEOUT, operator: equal_to, value: FATAL}
    - any:
        - {name: AEENDTC, operator: empty}
        - not:
            all:
              - {name: $died, operator: non_empty}
              - {name: AEENDTC, operator: equal_to, value: $died}
Core:
  Id: XX-000001
  Status: Draft
  Version: "1"
Description: A fatal event ends on the day of death
Executability: Fully Executable
Match Datasets:
  - {Name: DM, Keys: [USUBJID, {Left: AESTDTC, Right: RFSTDTC}], Join Type: left}
Operations:
  - {id: $died, operator: distinct, domain: DM, name: DTHDTC, group: [USUBJID]}
Outcome:
  Message: Fatal, but it does not end on the day of death
  Output Variables: [AEOUT, AEENDTC]
Rule Type: Record Data
Scope:
  Classes: {Include: [EVENTS]}
  Domains: {Include: [AE], Exclude: [SUPP--], include_split_datasets: true}
  Use Case: INDH, PROD
Sensitivity: Record
Severity: Warning
"""

LAUGHS = b"a: &a [1, 1, 1]\n" + b"".join(b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 9)) for n in b"bcdefgh")
"""A few lines in which aliases stand for millions of values."""


def read(text: str, name: str = "rule.yml") -> CoreRule | UnreadableRule:
    return read_rule_text(text.encode(), Path(name))


def test_a_rule_is_typed():
    rule = read(RULE)
    assert isinstance(rule, CoreRule)
    data = rule.data
    assert rule == CoreRule(
        id="XX-000001",
        published=(
            Published("FDA", "SDTMIG", "3.4", "FB0001", origin="Business Rules", origin_version="1.5"),
            Published(
                "CDISC",
                "SDTMIG",
                "3.4",
                "CG0001",
                origin="Conformance Rules",
                origin_version="2.0",
                citations=(Citation("IG v3.4", "6.2", "Assumption 4", "Words."), Citation("Model v2.0", guidance="More words.")),
            ),
            Published("CDISC", "SDTMIG", "3.4", "CG0002", origin="Conformance Rules", origin_version="2.0"),
            Published("CDISC", "TIG", "1.0", "", substandard="SDTM"),
        ),
        description="A fatal event ends on the day of death",
        message="Fatal, but it does not end on the day of death",
        rule_type="Record Data",
        sensitivity="Record",
        executability="Fully Executable",
        status="Draft",
        severity=Severity.WARNING,
        classes=Scope(("EVENTS",)),
        domains=Scope(("AE",), ("SUPP--",)),
        data_structures=Scope(),
        entities=Scope(),
        include_split=True,
        use_case="INDH, PROD",
        output_variables=("AEOUT", "AEENDTC"),
        operators=("equal_to", "empty", "non_empty"),
        operations=("distinct",),
        match_datasets=("DM",),
        data=data,
        file=Path("rule.yml"),
    )
    assert data["Operations"] == [{"id": "$died", "operator": "distinct", "domain": "DM", "name": "DTHDTC", "group": ["USUBJID"]}]


def test_published_ids_are_cdiscs_first():
    rule = read(RULE)
    assert isinstance(rule, CoreRule)
    assert rule.cites() == ("CG0001", "CG0002", "FB0001")
    assert rule.cites("SDTMIG", "3-4") == ("CG0001", "CG0002", "FB0001")
    assert rule.cites("tig", "1-0") == ()
    assert rule.cites_of("FDA") == ("FB0001",)
    assert [rule.lists(*one) for one in (("sdtmig", "3.4"), ("sdtmig", "3.3"), ("TIG", "1-0"))] == [True, False, True]
    assert [(one.document, one.section, one.item, one.cited) for one in rule.published[:2]] == [
        ("", "", "", ""),
        ("IG v3.4", "6.2", "Assumption 4", "Words."),
    ]


def test_the_library_writes_keys_with_underscores():
    spaced, library = read(RULE), read(re.sub(r"(Rule|Match|Join|Output|Use|Cited) (?=\w+:)", r"\1_", RULE))
    assert isinstance(spaced, CoreRule)
    assert isinstance(library, CoreRule)
    for name in ("rule_type", "match_datasets", "output_variables", "use_case", "published", "operators"):
        assert getattr(library, name) == getattr(spaced, name)


def test_json_holds_the_same_rule():
    rule = read(RULE)
    assert isinstance(rule, CoreRule)
    assert read(json.dumps(rule.data, indent=1), "rule.json") == rule


@pytest.mark.parametrize(
    ("found", "instead", "construct", "why", "line"),
    [
        ("operator: empty}", "operator: is_valid_foo}", "check operator is_valid_foo", "is not known to the engine", 32),
        ("operator: empty}", "operator: emty}", "check operator emty", "is not known to the engine; did you mean empty?", 32),
        ("operator: empty}", "operator: 5}", "check operator", "found 5, expected a name", 32),
        ("operator: empty}", "operater: empty}", "check without an operator", "found only name, operater", 32),
        ("operator: empty}", "operator: empty, witin: X}", "check parameter witin", "did you mean within?", 32),
        (
            "{name: AEENDTC, operator: empty}",
            "{operator: empty}",
            "check operator empty",
            "its name is nothing, expected a variable",
            32,
        ),
        (
            "{name: AEENDTC, operator: empty}",
            "{any: [], all: []}",
            "check with all and any",
            "the engine takes one of them here",
            32,
        ),
        ("{name: AEENDTC, operator: empty}", "{any: []}", "check any", "has no condition", 32),
        ("{name: AEENDTC, operator: empty}", "{}", "Check", "has none of all, any and not", 32),
        ("{name: AEENDTC, operator: empty}", "AEENDTC", "check", "found 'AEENDTC', expected keys with values", 32),
        ("    - any:", "    - name: X\n      any:", "check key name", "stands beside any; a condition has either", 31),
        (
            "        - not:\n            all:",
            "        - not:\n            each:",
            "check not",
            "expected all or any within it",
            33,
        ),
        ("Rule Type: Record Data", "Rule Type: Record", "Rule Type Record", "is not known to the engine", 50),
        ("Rule Type: Record Data\n", "", "no Rule Type", "expected one of Dataset Contents Check", 1),
        ("Sensitivity: Record", "Sensitivity: Records", "Sensitivity Records", "did you mean Record?", 55),
        ("Sensitivity: Record\n", "", "no Sensitivity", "expected one of Dataset, Group, Record, Study", 1),
        ("Sensitivity: Record", "Sensitivity: Group", "Sensitivity Group", "has no Grouping_Variables", 55),
        ("Severity: Warning", "Severity: Fatal", "Severity Fatal", "is not known", 56),
        ("  Id: XX-000001\n", "", "no Core.Id", "a rule is known by its id", 37),
        ("  Id: XX-000001", "  Id: {}", "Core.Id", "found keys with values, expected a text", 38),
        ("operator: distinct", "operator: distnct", "operation distnct", "did you mean distinct?", 46),
        ("operator: distinct", "operator: distinct, grp: [A]", "operation parameter grp", "is not known to the engine", 46),
        ("{id: $died, ", "{", "operation distinct", "has no id", 46),
        ("Join Type: left", "Join Type: outer", "Join Type outer", "is not known to the engine", 44),
        ("Join Type: left", "Joined: left", "Match Datasets key Joined", "is not known to the engine", 44),
        ("{Name: DM, ", "{", "Match Datasets", "an entry has no Name", 44),
        ("[USUBJID, {Left", "[5, {Left", "Match Datasets Keys", "found 5, expected a variable", 44),
        ("  Domains: {Include: [AE]", "  Domains: {Include: AE", "Domains Include", "found 'AE', expected a list", 53),
        ("  Domains: {Include", "  Domains: {Includes", "Scope Domains Includes", "did you mean Include?", 53),
        ("include_split_datasets: true", "include_split_datasets: maybe", "include_split_datasets", "expected true or false", 53),
        ("  Use Case", "  Subclasses", "Scope key Subclasses", "is not known to the engine", 54),
        ("Match Datasets:", "Match Dataset:", "key Match Dataset", "did you mean Match Datasets?", 43),
        (
            "  Message: Fatal, but it does not end on the day of death\n",
            "",
            "no Outcome.Message",
            "a finding would say nothing",
            47,
        ),
        ("  Output Variables", "  Output Variable", "Outcome key Output Variable", "did you mean Output Variables?", 49),
        ('Version: "3.4"', "Versions: 3", "Standards", "an entry has no Name or no Version", 4),
        ("  Status: Draft", "  Status: Draft\n  Status: Draft", "key Status", "is there twice; keep one of the two", 40),
        ("Check:\n", "Check: [\n", "not YAML", "did not find expected node content", 30),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(found: str, instead: str, construct: str, why: str, line: int):
    assert RULE.count(found) >= 1
    refused = read(RULE.replace(found, instead, 1))
    assert isinstance(refused, UnreadableRule)
    assert (refused.construct, refused.line) == (construct, line)
    assert why in refused.why
    assert refused.place == f"rule.yml, line {line}"


@pytest.mark.parametrize(
    ("content", "construct", "why"),
    [
        (b"", "no rule", "the file is empty"),
        (b"# nothing but a comment\n", "no rule", "the file is empty"),
        (b"- a\n- b\n", "no rule", "found a list, expected keys with values"),
        (b"1: a\n", "no rule", "found the key 1, expected a name"),
        (b"title: A study\n", "no rule", "has neither Core nor Check, so it is no rule in CDISC's format"),
        (b"Core:\n\tId: X\n", "not YAML", "found character that cannot start any token"),
        (b"Core: {Id: X}\n---\nCore: {Id: Y}\n", "not YAML", "but found another document"),
        (b"Core: !!python/object/apply:os.system [ls]\n", "not YAML", "could not determine a constructor"),
        (b"Core: {Id: 2024-02-31}\n", "not YAML", "holds a value that does not exist (day is out of range for month)"),
        (b"Core: \xff\n", "encoding", "is not UTF-8 text"),
        (LAUGHS, "not YAML", "stands for more than 100,000 values"),
        (b"Check: &a\n  all: [*a]\n", "not YAML", "stands for more than 100,000 values"),
        (b"Core: " + b"[" * 5000 + b"]" * 5000, "not YAML", "exceeded maximum nesting depth"),
        (b"Core: " + b"x" * 1_000_001, "file", "has 1,000,007 bytes; no rule has more than 1,000,000"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_told(content: bytes, construct: str, why: str):
    refused = read_rule_text(content, Path("rule.yml"))
    assert isinstance(refused, UnreadableRule)
    assert (refused.id, refused.construct) == (None, construct)
    assert why in refused.why


@pytest.mark.parametrize(
    ("content", "construct", "why", "line"),
    [
        ('{"Core": {"Id": "X",}}', "not JSON", "Expecting property name enclosed in double quotes", 1),
        ('{"Core": {"Id": "X"},\n "Core": 1}', "key Core", "is there twice", None),
        ('{"Core": {"Id": "X"},\n "Chek": 1}', "key Chek", "did you mean Check?", 2),
        ("[" * 100_000, "not JSON", "is nested too deeply", None),
    ],
)
def test_json_that_cannot_be_read_is_told(content: str, construct: str, why: str, line: int | None):
    refused = read(content, "rule.json")
    assert isinstance(refused, UnreadableRule)
    assert (refused.construct, refused.line) == (construct, line)
    assert why in refused.why


def test_a_rule_that_cannot_be_read_keeps_its_id_and_standards():
    refused = read(RULE.replace("operator: empty}", "operator: is_valid_foo}"))
    assert isinstance(refused, UnreadableRule)
    assert refused.name == "XX-000001"
    assert [refused.lists("sdtmig", version) for version in ("3.4", "3.3")] == [True, False]
    assert str(refused) == "rule.yml, line 32: check operator is_valid_foo: is not known to the engine"


def test_a_rule_without_a_file_is_told_without_a_place():
    refused = read_rule({"Core": {"Id": "X"}})
    assert isinstance(refused, UnreadableRule)
    assert (refused.place, str(refused).partition(":")[0]) == ("", "X")


def test_a_check_in_a_query_language_has_no_operators():
    text = re.sub(r"Check:\n(?: .*\n)+", "Check: $.study[0]\n", RULE).replace("Record Data", "JSONata")
    rule = read(text)
    assert isinstance(rule, CoreRule)
    assert rule.operators == ()
    refused = read(text.replace("JSONata", "Record Data"))
    assert isinstance(refused, UnreadableRule)
    assert (refused.construct, refused.line) == ("Check", 28)


def test_a_check_nested_too_deeply_is_told():
    check: dict = {"name": "AEOUT", "operator": "empty"}
    for _ in range(200):
        check = {"all": [check]}
    data = yaml.safe_load(RULE) | {"Check": check}
    for refused in (read_rule(data), read(json.dumps(data), "rule.json")):
        assert isinstance(refused, UnreadableRule)
        assert (refused.id, refused.construct, refused.why) == ("XX-000001", "Check", "is nested too deeply")


PARSED = yaml.safe_load(RULE)
WORDS = st.sampled_from(["all", "any", "not", "operator"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_rule_it_is_read_or_told(data: st.DataObject):
    rule = copy.deepcopy(PARSED)
    node: Any = rule
    for _ in range(data.draw(st.integers(0, 6))):
        key = data.draw(st.sampled_from(sorted(node, key=str) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key]:
            break
        node = node[key]
    key = data.draw(st.sampled_from(sorted(node, key=str) if isinstance(node, dict) else range(len(node))))
    node[key] = data.draw(ANYTHING)
    found = read_rule(rule)
    assert isinstance(found, CoreRule | UnreadableRule)
    if isinstance(found, UnreadableRule):
        assert found.construct
        assert found.why
