"""Why a rule can't be read: which construct, what about it, and the keys that lead to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

Location = tuple[str | int, ...]
"""The keys and positions that lead to a value, from the rule's top."""


class RefusedError(Exception):
    """Raised within the reading of a rule, which becomes an UnreadableRule; ``place`` is a line where that is known already."""

    def __init__(self, construct: str, why: str, location: Location = (), line: int | None = None):
        super().__init__(construct, why)
        self.construct, self.why, self.location, self.line = construct, why, location, line


def plain_key(key: object) -> str:
    """A key as CDISC's format writes it: its Library writes ``Rule_Type`` for ``Rule Type``."""
    return str(key).replace("_", " ")


def entry(of: Mapping[str, Any], key: str, at: Location) -> tuple[Any, Location]:
    """The value of a key, however its spaces are written, and where it stands; None where it is not there."""
    if key not in of and (other := key.replace(" ", "_")) in of:
        return of[other], (*at, other)
    return of.get(key), (*at, key)


def mapping_at(value: object, what: str, at: Location) -> Mapping[str, Any]:
    """A mapping with names for keys; nothing at all is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RefusedError(what, f"found {shown(value)}, expected keys with values", at)
    for key in value:
        if not isinstance(key, str):
            raise RefusedError(what, f"found the key {shown(key)}, expected a name", at)
    return value


def list_at(value: object, what: str, at: Location) -> Sequence[Any]:
    """A list; nothing at all is an empty one."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RefusedError(what, f"found {shown(value)}, expected a list", at)
    return value


def names_at(value: object, what: str, at: Location) -> tuple[str, ...]:
    """A list of names; nothing at all is an empty one."""
    found = list_at(value, what, at)
    for position, name in enumerate(found):
        if not isinstance(name, str):
            raise RefusedError(what, f"found {shown(name)}, expected a name", (*at, position))
    return tuple(found)


def text_at(value: object, what: str, at: Location) -> str:
    """A text in one piece; a number is taken as it is written, nothing at all is an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RefusedError(what, f"found {shown(value)}, expected a text", at)
    return str(value).strip()


def known(name: object, among: Collection[str], what: str, at: Location) -> str:
    """``name``, which must be one of those the engine knows; the construct is called ``what`` and the name."""
    if isinstance(name, str) and name in among:
        return name
    if not isinstance(name, str):
        raise RefusedError(what, f"found {shown(name)}, expected a name", at)
    raise RefusedError(f"{what} {name}", f"is not known to the engine{_nearest(name, among)}", at)


def refuse_unknown_keys(of: Mapping[str, Any], among: Collection[str], what: str, at: Location, *, spaced: bool = True) -> None:
    """Refuse a key that the engine would pass over, and so run another rule than was written."""
    for key in of:
        if (plain_key(key) if spaced else key) not in among:
            raise RefusedError(f"{what} {key}", f"is not known to the engine{_nearest(key, among)}", (*at, key))


def _nearest(name: str, among: Collection[str]) -> str:
    near = get_close_matches(name, sorted(among), 1)
    return f"; did you mean {near[0]}?" if near else ""


def shown(value: object) -> str:
    """A value as a message shows it: short."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "keys with values"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
