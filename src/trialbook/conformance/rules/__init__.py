"""CDISC's conformance rules as data: read, typed, searched; nothing here runs one."""

from __future__ import annotations

from trialbook.conformance.rules.reading import read_rule, read_rule_text
from trialbook.conformance.rules.rule import Citation, CoreRule, Published, Scope, UnreadableRule
from trialbook.conformance.rules.ruleset import RuleSet
from trialbook.conformance.rules.sources import own_rules, read_rules

__all__ = [
    "Citation",
    "CoreRule",
    "Published",
    "RuleSet",
    "Scope",
    "UnreadableRule",
    "own_rules",
    "read_rule",
    "read_rule_text",
    "read_rules",
]
