"""Facts of any part of a protocol by name, and texts that name them in braces (:mod:`trialbook.protocol.composed`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from trialbook.protocol.composed import PLACEHOLDER, compose, fact
from trialbook.protocol.protocol import Protocol

PARTS = ("study", "visits", "interventions", "objectives", "analysis", "eligibility")
"""The parts whose facts can be named; those of ``eligibility`` are the values of its settings."""


class Facts(Mapping[str, object]):
    """The parts of a protocol by name; each is read when it is first named."""

    def __init__(self, protocol: Protocol):
        self.protocol = protocol

    def __getitem__(self, name: str) -> object:
        if name not in PARTS:
            raise KeyError(name)
        if name == "eligibility":
            values = self.protocol.eligibility.values
            return {key: float(value) if isinstance(value, Decimal) else value for key, value in values.items()}
        return getattr(self.protocol, name)

    def __iter__(self) -> Iterator[str]:
        return iter(PARTS)

    def __len__(self) -> int:
        return len(PARTS)


def fact_of(protocol: Protocol, path: str) -> Any:
    """The text or number that a path names, such as ``visits.MONTH 1.day``; LookupError where it leads nowhere."""
    return fact(path, Facts(protocol))


def setting_value(protocol: Protocol, name: str) -> bool | int | float | str:
    """The value of a setting, also where it is another part's; KeyError, or LookupError where ``from`` leads nowhere."""
    setting = protocol.analysis.setting(name)
    found: bool | int | float | str = fact_of(protocol, setting.from_) if setting.value is None else setting.value
    return found


def worded(protocol: Protocol, text: str) -> str:
    """The text with the facts that it names; one that leads nowhere stays as it is written, and lint complains of it."""

    def told(named: str) -> str:
        try:
            return compose(named, Facts(protocol))
        except LookupError:
            return named

    return PLACEHOLDER.sub(lambda found: told(found[0]), text)


def leaves(node: object, location: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Every value in the data of a YAML file that is no list and no mapping, with the keys that lead to it."""
    if isinstance(node, Mapping):
        for key, inner in node.items():
            yield from leaves(inner, (*location, str(key)))
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for index, inner in enumerate(node):
            yield from leaves(inner, (*location, index))
    else:
        yield location, node
