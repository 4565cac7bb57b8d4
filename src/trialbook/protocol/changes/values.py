"""Values of the protocol as a person reads them."""

from __future__ import annotations

from typing import Any

_LONG = 40
"""Characters from which on a text is a sentence to compare by its words, and no name."""


def as_text(value: Any) -> str:
    """A value as text: lists joined, a thing as its fields with what they say; empty fields are left out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list):
        scalar = all(not isinstance(one, dict | list) for one in value)
        return (", " if scalar else "; ").join(map(as_text, value))
    if isinstance(value, dict):
        return "; ".join(f"{str(key).replace('_', ' ')}: {_inner(one)}" for key, one in value.items() if not is_empty(one))
    return str(value)


def _inner(value: Any) -> str:
    text = as_text(value)
    return f"({text})" if isinstance(value, dict) or (isinstance(value, list) and ";" in text) else text


def is_empty(value: Any) -> bool:
    """Whether a field says nothing; ``no`` is said too where it is the default, so it is left out."""
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    return value is None or value is False or value in ("", [])


def is_long(text: str) -> bool:
    """Whether a text is a sentence rather than a name or a number."""
    return len(text) > _LONG
