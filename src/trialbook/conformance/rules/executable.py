"""The form in which the engine keeps rules in its cache, back in CDISC's own: one form is enough for all who read rules.

What the engine makes of the result is again what was in the cache (``Rule.from_cdisc_metadata``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialbook.conformance.rules.refusal import Location, RefusedError, list_at, mapping_at, refuse_unknown_keys, shown

_SAME = {
    "description": "Description",
    "authorities": "Authorities",
    "sensitivity": "Sensitivity",
    "rule_type": "Rule Type",
    "operations": "Operations",
    "grouping_variables": "Grouping_Variables",
}
_SCOPE = {
    "classes": "Classes",
    "domains": "Domains",
    "data_structures": "Data Structures",
    "entities": "Entities",
    "use_case": "Use Case",
}
_MATCH = {"domain_name": "Name", "wildcard": "Wildcard", "join_type": "Join Type", "child": "Child"}
# Said again by the authorities, or the same in every rule.
_REPEATED = {"author", "reference", "standards", "category", "authority"}
_MADE_HERE = {"core_id", "status", "executability", "conditions", "actions", "output_variables", "datasets"}
_KEYS = {*_SAME, *_SCOPE, *_REPEATED, *_MADE_HERE}
_ANY_DATASET = "**"
"""The wildcard of a match that its author gave none."""


def is_executable(data: Mapping[str, Any]) -> bool:
    """Whether a rule is in the engine's own form."""
    return "core_id" in data and "Core" not in data


def authored(data: Mapping[str, Any]) -> dict[str, Any]:
    """The rule in CDISC's form; RefusedError for what the engine's form has not."""
    refuse_unknown_keys(data, _KEYS, "key", (), spaced=False)
    action = mapping_at(next(iter(list_at(data.get("actions"), "actions", ("actions",))), None), "actions", ("actions",))
    message = mapping_at(action.get("params"), "actions", ("actions",)).get("message")
    rule: dict[str, Any] = {"Core": {"Id": data["core_id"], "Status": data.get("status") or None}}
    rule |= {name: data[key] for key, name in _SAME.items() if data.get(key) is not None}
    executability = data.get("executability")
    rule["Executability"] = executability.title() if isinstance(executability, str) else executability
    rule["Scope"] = {name: data[key] for key, name in _SCOPE.items() if data.get(key) is not None}
    rule["Check"] = _check(data.get("conditions"), ("conditions",))
    rule["Outcome"] = {"Message": message}
    if data.get("output_variables") is not None:
        rule["Outcome"]["Output Variables"] = data["output_variables"]
    if data.get("datasets"):
        rule["Match Datasets"] = [_match(one) for one in list_at(data["datasets"], "datasets", ("datasets",))]
    return rule


def _check(node: object, at: Location) -> Any:
    if node is None or isinstance(node, str):
        return node
    found = mapping_at(node, "conditions", at)
    if not {"all", "any", "not"} & set(found):
        return _condition(found, at)
    return {
        key: _check(below, (*at, key)) if key == "not" else [_check(one, (*at, key)) for one in list_at(below, key, at)]
        for key, below in found.items()
    }


def _condition(found: Mapping[str, Any], at: Location) -> dict[str, Any]:
    refuse_unknown_keys(found, {"name", "operator", "value", "variables"}, "condition key", at, spaced=False)
    given = dict(mapping_at(found.get("value"), "conditions", at))
    condition: dict[str, Any] = {"name": given.pop("target", None), "operator": found.get("operator")}
    comparator = given.pop("comparator", None)
    if comparator is not None:
        condition["value"] = comparator
    if "variables" in found:
        condition["variables"] = found["variables"]
    return condition | given


def _match(found: object) -> dict[str, Any]:
    match = mapping_at(found, "datasets", ("datasets",))
    refuse_unknown_keys(match, {*_MATCH, "match_key"}, "datasets key", ("datasets",), spaced=False)
    keys = [_key(key) for key in list_at(match.get("match_key"), "match_key", ("datasets",))]
    named = {name: match[key] for key, name in _MATCH.items() if match.get(key) is not None}
    if named.get("Wildcard") == _ANY_DATASET:
        del named["Wildcard"]
    return named | ({"Keys": keys} if keys else {})


def _key(key: object) -> object:
    if not isinstance(key, Mapping):
        return key
    if set(key) != {"left", "right"}:
        raise RefusedError("match_key", f"found {shown(key)}, expected left and right", ("datasets",))
    return {"Left": key["left"], "Right": key["right"]}
