"""Rules that come from one place: which of them can be run, which can't, and what they are by their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from trialbook.conformance.rules.rule import CoreRule, UnreadableRule


@dataclass(frozen=True)
class RuleSet:
    """The rules of one source, by id; nothing of the source is left out: what can't be read is in ``unreadable``."""

    rules: tuple[CoreRule, ...]
    unreadable: tuple[UnreadableRule, ...]
    origin: str
    """Where they come from, as a person reads it."""

    @cached_property
    def sha256(self) -> str:
        """The hash of what the rules state: equal rules have equal hashes, whatever file they come from."""
        told = hashlib.sha256()
        for rule in self.rules:
            told.update(json.dumps(rule.data, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
        for line in sorted(f"{one.id}: {one.construct}" for one in self.unreadable):
            told.update(line.encode("utf-8", "surrogatepass"))
        return told.hexdigest()

    def __len__(self) -> int:
        return len(self.rules)

    def for_standard(self, standard: str, version: str) -> RuleSet:
        """Those published for a version of a standard (``sdtmig``, ``3.4``); what can't be read stays where it may be for it."""
        return replace(
            self,
            rules=tuple(rule for rule in self.rules if rule.lists(standard, version)),
            unreadable=tuple(one for one in self.unreadable if one.lists(standard, version)),
        )

    def rule(self, identity: str) -> CoreRule | None:
        """The rule of that id; None where there is none that can be read."""
        return self._by_id.get(identity)

    @cached_property
    def _by_id(self) -> dict[str, CoreRule]:
        return {rule.id: rule for rule in self.rules}


def rule_set(read: Iterable[CoreRule | UnreadableRule], origin: str) -> RuleSet:
    """The rules as a set; of two with one id the first is taken, and the second told."""
    rules: dict[str, CoreRule] = {}
    unreadable: list[UnreadableRule] = []
    for one in read:
        if isinstance(one, UnreadableRule):
            unreadable.append(one)
        elif one.id in rules:
            first = rules[one.id].file
            why = f"{one.id} stands in {first or 'the same source'} already; a run can tell only one apart"
            unreadable.append(UnreadableRule(one.id, "two rules of one id", why, one.file, None, one.published))
        else:
            rules[one.id] = one
    return RuleSet(tuple(rules[identity] for identity in sorted(rules)), tuple(unreadable), origin)
