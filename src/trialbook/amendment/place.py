"""A place that a change of the protocol touches, and what it takes from the protocol before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trialbook.protocol.changes.values import as_text, is_empty


class PlaceKind(StrEnum):
    """What kinds of places there are, in the order in which they are told."""

    CRITERIA = "criteria"
    VISITS = "visits"
    SAP = "sap"
    STATEMENTS = "statements"
    RULES = "rules"
    DATASETS = "datasets"
    PAGES = "pages"


KIND_TITLES = {
    PlaceKind.CRITERIA: "Criteria",
    PlaceKind.VISITS: "Visits",
    PlaceKind.SAP: "SAP parameters and sample size",
    PlaceKind.STATEMENTS: "Statements that take a fact from elsewhere",
    PlaceKind.RULES: "Checks",
    PlaceKind.DATASETS: "Datasets",
    PlaceKind.PAGES: "Pages of the book",
}


MOST_WHOLE = 3
"""Things in a list up to which it is shown whole."""


@dataclass(frozen=True)
class Taken:
    """What a place takes: its name there, and its value before and after; None where it takes nothing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Place:
    """``id``: a criterion, a visit, a rule, a dataset, a page's file; ``takes``: the differences that touch it."""

    kind: PlaceKind
    id: str
    title: str
    takes: tuple[Taken, ...] = ()
    note: str = ""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Taken, ...]:
    """The names under which two sides have different data, as texts; a difference seen by several names is told once."""
    found: list[Taken] = []
    for name in dict.fromkeys([*before, *after]):
        old, new = (
            None if is_empty(side.get(name)) and side.get(name) is not False else side.get(name) for side in (before, after)
        )
        if old != new:
            taken = Taken(name, *_texts(old, new))
            if (taken.before, taken.after) not in ((one.before, one.after) for one in found):
                found.append(taken)
    return tuple(found)


def _texts(old: Any, new: Any) -> tuple[str | None, str | None]:
    """Two values as texts; of things with fields and of lists only what differs, or a reader would have to look for it."""
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new) == 1:
        old, new = old[0], new[0]
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
        pairs = [(key, *_texts(old.get(key), new.get(key))) for key in keys]
        return _joined((key, left) for key, left, _ in pairs), _joined((key, right) for key, _, right in pairs)
    if (
        isinstance(old, list)
        and isinstance(new, list)
        and (_is_long(old, new) or any(isinstance(one, dict) for one in old + new))
    ):
        gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
        if not gone and not come:
            return _order(old), _order(new)
        if len(gone) == len(come) == 1:
            return _texts(gone[0], come[0])
        return as_text(gone) or None, as_text(come) or None
    return (None if old is None else as_text(old)), (None if new is None else as_text(new))


def _order(listed: list[Any]) -> str:
    """Things in a list by what identifies each, where only their order tells two lists apart."""
    names = [one.get("id", one.get("name")) if isinstance(one, dict) else one for one in listed]
    return as_text([name for name in names if name is not None]) or f"{len(listed)} in this order"


def _is_long(old: list[Any], new: list[Any]) -> bool:
    """Whether lists are too long to be compared by eye, and differ in more than their order."""
    return max(len(old), len(new)) > MOST_WHOLE and sorted(map(str, old)) != sorted(map(str, new))


def _joined(pairs: Any) -> str | None:
    return "; ".join(f"{key.replace('_', ' ')}: {text}" for key, text in pairs if text is not None) or None
