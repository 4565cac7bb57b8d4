"""What a rule does: its check tree, its operations, the datasets it matches; what of them the engine does not know is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialbook.conformance.rules.constructs import constructs
from trialbook.conformance.rules.refusal import (
    Location,
    RefusedError,
    entry,
    known,
    list_at,
    mapping_at,
    names_at,
    refuse_unknown_keys,
    shown,
    text_at,
)

DEEPEST_CHECK = 100
"""Keys and positions that lead to a condition: published rules have up to a dozen."""
COMBINED = ("all", "any", "not")
WRITTEN_AS_TEXT = "JSONata"
"""The rule type whose check is a text in a query language of its own."""


def check_operators(check: object, rule_type: str, at: Location) -> tuple[str, ...]:
    """The operators of a check tree, each once; a check in a query language has none."""
    if isinstance(check, str):
        if rule_type != WRITTEN_AS_TEXT:
            raise RefusedError("Check", f"found a text, which only a rule of type {WRITTEN_AS_TEXT} has", at)
        if not check.strip():
            raise RefusedError("Check", "is empty", at)
        return ()
    if check is None:
        raise RefusedError("no Check", "the rule says nothing that could be checked", at[:-1])
    return tuple(dict.fromkeys(_operators(check, at, top=True)))


def _operators(node: object, at: Location, *, top: bool = False) -> Iterator[str]:
    if len(at) > DEEPEST_CHECK:
        raise RefusedError("Check", "is nested too deeply", at)
    condition = mapping_at(node, "check", at)
    combined = [key for key in COMBINED if key in condition]
    if not combined:
        if top or not condition:
            raise RefusedError("Check", "has none of all, any and not", at)
        yield _operator(condition, at)
        return
    for key in condition:
        if key not in COMBINED:
            raise RefusedError(f"check key {key}", f"stands beside {combined[0]}; a condition has either", (*at, key))
    # The engine takes one of several only at the top, and passes over the rest elsewhere.
    if len(combined) > 1 and not top:
        raise RefusedError(f"check with {' and '.join(combined)}", "the engine takes one of them here", (*at, combined[1]))
    for key in combined:
        below = condition[key]
        if key == "not":
            if not isinstance(below, Mapping) or not any(other in below for other in COMBINED):
                raise RefusedError("check not", f"found {shown(below)}, expected all or any within it", (*at, key))
            yield from _operators(below, (*at, key), top=True)
            continue
        items = list_at(below, f"check {key}", (*at, key))
        if not items:
            raise RefusedError(f"check {key}", "has no condition", (*at, key))
        for position, item in enumerate(items):
            yield from _operators(item, (*at, key, position))


def _operator(condition: Mapping[str, Any], at: Location) -> str:
    listed = constructs()
    if "operator" not in condition:
        raise RefusedError("check without an operator", f"found only {', '.join(condition)}", at)
    operator = known(condition["operator"], listed.check_operators, "check operator", (*at, "operator"))
    refuse_unknown_keys(condition, listed.condition_keys, "check parameter", at, spaced=False)
    if not isinstance(condition.get("name"), str):
        raise RefusedError(f"check operator {operator}", f"its name is {shown(condition.get('name'))}, expected a variable", at)
    return operator


def operation_names(operations: object, at: Location) -> tuple[str, ...]:
    """The operations that a rule uses, each once."""
    listed, names = constructs(), []
    for position, operation in enumerate(list_at(operations, "Operations", at)):
        here = (*at, position)
        one = mapping_at(operation, "operation", here)
        names.append(known(one.get("operator"), listed.operations, "operation", (*here, "operator")))
        refuse_unknown_keys(one, listed.operation_keys, "operation parameter", here, spaced=False)
        if not text_at(one.get("id"), "operation id", (*here, "id")):
            raise RefusedError(f"operation {names[-1]}", "has no id, by which a check names its result", here)
    return tuple(dict.fromkeys(names))


def matched_names(matches: object, at: Location) -> tuple[str, ...]:
    """The datasets that a rule joins to the one it checks."""
    listed, names = constructs(), []
    for position, match in enumerate(list_at(matches, "Match Datasets", at)):
        here = (*at, position)
        one = mapping_at(match, "Match Datasets", here)
        refuse_unknown_keys(one, listed.match_keys, "Match Datasets key", here)
        name, there = entry(one, "Name", here)
        names.append(text_at(name, "Match Datasets Name", there))
        if not names[-1]:
            raise RefusedError("Match Datasets", "an entry has no Name", here)
        join, there = entry(one, "Join Type", here)
        if join is not None:
            known(join, listed.join_types, "Join Type", there)
        keys, there = entry(one, "Keys", here)
        for key in list_at(keys, "Match Datasets Keys", there):
            if isinstance(key, Mapping):
                names_at([key.get("Left", key.get("left")), key.get("Right", key.get("right"))], "Match Datasets Keys", there)
            elif not isinstance(key, str):
                raise RefusedError("Match Datasets Keys", f"found {shown(key)}, expected a variable", there)
    return tuple(names)
