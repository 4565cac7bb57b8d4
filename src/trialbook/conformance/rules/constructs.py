"""What the pinned engine knows of CDISC's rule format: ``constructs.yml``, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("constructs.yml")


@dataclass(frozen=True, slots=True)
class Constructs:
    """Names that a rule may use, where it may use them."""

    engine: str
    """The version of the engine that they are of."""
    rule_types: frozenset[str]
    sensitivities: frozenset[str]
    join_types: frozenset[str]
    rule_keys: frozenset[str]
    scope_keys: frozenset[str]
    outcome_keys: frozenset[str]
    match_keys: frozenset[str]
    check_operators: frozenset[str]
    condition_keys: frozenset[str]
    operations: frozenset[str]
    operation_keys: frozenset[str]


@cache
def constructs() -> Constructs:
    """What the pinned engine knows."""
    import yaml

    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    named = {key: frozenset(_flat(value)) for key, value in data.items() if key != "engine"}
    return Constructs(engine=data["engine"], **named)


def _flat(value: list[str] | Mapping[str, list[str]]) -> list[str]:
    return [name for group in value.values() for name in group] if isinstance(value, Mapping) else value
