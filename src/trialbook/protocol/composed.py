"""Texts of the protocol that name a fact instead of repeating it: ``{interventions.X.regimen.dose}``.

A fact is named by its keys with points between them, from a part of the protocol on; an item of a list by its identifier.
``{a - b}`` is the difference of two numbers. ``{fact:weekly}`` gives a frequency of the CT as an adverb, and
``{fact:Capitalized}`` a text with only its first letter in upper case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
IDENTIFIERS = ("id", "armcd", "etcd", "visit", "epoch", "parameter", "name")
"""The fields by which an item of a list is named; the first that it has counts."""

_ADVERBS = {"EVERY WEEK": "weekly", "QD": "daily", "BID": "twice daily", "TID": "three times daily", "QM": "monthly"}


def _adverb(text: str) -> str:
    return _ADVERBS.get(text, text.lower())


FORMS: dict[str, Callable[[str], str]] = {"weekly": _adverb, "Capitalized": str.capitalize}


def compose(text: str, parts: Mapping[str, object]) -> str:
    """The text with each fact in place of its name; ``parts`` are the protocol's by name.

    Raises LookupError saying what leads nowhere.
    """
    if {"{", "}"} & set(PLACEHOLDER.sub("", text)):
        raise LookupError(f"has a brace without its pair: {text!r}")
    return PLACEHOLDER.sub(lambda found: _told(found[1].strip(), parts), text)


def _told(named: str, parts: Mapping[str, object]) -> str:
    path, _, form = named.rpartition(":")
    if path and form in FORMS:
        return FORMS[form](_told(path.strip(), parts))
    whole, _, less = named.partition(" - ")
    value = fact(whole.strip(), parts)
    if less:
        other = fact(less.strip(), parts)
        if not _is_number(value) or not _is_number(other):
            raise LookupError(f"{{{named}}} takes something away from what is not a number")
        value -= other
    return f"{value:g}" if _is_number(value) else str(value)


def fact(path: str, parts: Mapping[str, object]) -> Any:
    """The text or number that a path names; raises LookupError saying where it leads nowhere."""
    node: Any = parts
    for number, key in enumerate(keys := path.split(".")):
        found = _step(node, key)
        if found is None:
            before = ".".join(keys[:number]) or "the protocol"
            raise LookupError(f"{{{path}}} names nothing: {before} has no {key!r}")
        node = found
    if not isinstance(node, str) and not _is_number(node):
        raise LookupError(f"{{{path}}} is neither a text nor a number")
    return node


def _step(node: Any, key: str) -> Any:
    if isinstance(node, Mapping):
        return node.get(key)
    if isinstance(node, Sequence) and not isinstance(node, str):
        return next((item for item in node if _identifier(item) == key), None)
    if not isinstance(node, BaseModel) or key.startswith("_"):
        return None
    if key in type(node).model_fields or isinstance(getattr(type(node), key, None), property):
        return getattr(node, key)
    # A part that is a list of named things.
    lists = [value for name in type(node).model_fields if isinstance(value := getattr(node, name), tuple)]
    return next((item for items in lists for item in items if _identifier(item) == key), None)


def _identifier(item: object) -> str | None:
    return next((str(getattr(item, name)) for name in IDENTIFIERS if hasattr(item, name)), None)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
