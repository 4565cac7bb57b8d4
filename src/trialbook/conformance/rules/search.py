"""Rules found by words, as a person looks for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialbook.conformance.rules.applying import ScopedDataset, applies_to
from trialbook.conformance.rules.rule import CoreRule


def search(rules: Iterable[CoreRule], words: Sequence[str], dataset: ScopedDataset | None = None) -> list[CoreRule]:
    """The rules in which every word stands, whatever its case; with ``dataset``, only those that apply to it."""
    wanted = [word.casefold() for word in words]
    found = []
    for rule in rules:
        if dataset is not None and not applies_to(rule, [dataset]):
            continue
        text = searched_text(rule)
        if all(word in text for word in wanted):
            found.append(rule)
    return found


def searched_text(rule: CoreRule) -> str:
    """What a search looks through: ids, texts, type, scope, variables, operators."""
    parts = [
        rule.id,
        *(one.rule_id for one in rule.published),
        *(f"{one.organization} {one.standard} {one.version}" for one in rule.published),
        rule.description,
        rule.message,
        rule.rule_type,
        *(name for scope in (rule.classes, rule.domains, rule.data_structures, rule.entities) for name in scope.include),
        *rule.output_variables,
        *rule.operators,
        *rule.operations,
        *rule.match_datasets,
    ]
    return "\n".join(parts).casefold()
