"""The synopsis: the facts of ``protocol/study.yml``, and of what it leaves open, that it does."""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup
from pydantic import BaseModel

from trialbook.pages.html import Cell, code, facts, lines, listing, note, table
from trialbook.pages.session import study
from trialbook.protocol.objectives import Level
from trialbook.protocol.study import Population

NAMES = {"id": "Study identifier", "other_ids": "Other identifiers", "ct": "Controlled terminology", "standard": "Data standard"}
OPEN = Markup('<span class="book-none">not stated in the record</span>')
_APART = {
    "identification": ("source", "sources", "record", "summary", "design", "population", "arms"),
    "design": (),
    "population": ("minimum_age", "maximum_age"),
}


def synopsis_table(part: Literal["identification", "design", "population"]) -> Markup:
    """One part of the record as names and values, in the order of the file."""
    protocol = study().protocol.study
    model: BaseModel = protocol if part == "identification" else getattr(protocol, part)
    pairs = [(_name(name), _value(value)) for name, value in model if name not in _APART[part]]
    if isinstance(model, Population):
        pairs.insert(1, ("Age", ages(model)))
    return facts(pairs, about=part.capitalize())


def ages(population: Population) -> Cell:
    """The ages in words; both limits are included."""
    low, high = population.minimum_age, population.maximum_age
    if low is not None and high is not None:
        return f"{low} to {high} years, both included"
    if low is not None:
        return f"{low} years or older"
    return f"{high} years or younger" if high is not None else OPEN


def arms_table() -> Markup:
    """The arms: code, name, type, and what is done, as the record describes it."""
    rows = [
        (code(arm.armcd), arm.arm, arm.type, lines([arm.description, *([note(arm.intervention)] if arm.intervention else [])]))
        for arm in study().protocol.study.arms
    ]
    return table(("ARMCD", "Arm", "Type", "Description"), rows, about="Arms") if rows else _open()


def criteria_list(kind: Literal["inclusion", "exclusion"]) -> Markup:
    """The criteria in the record's words, numbered as the record orders them."""
    criteria = study().protocol.eligibility.of_kind(kind)
    return _list(tuple(one.text for one in criteria), ordered=True)


def endpoints_list(kind: Literal["primary", "secondary"]) -> Markup:
    """The endpoints in the record's words."""
    return _list(tuple(one.words for one in study().protocol.objectives.of(Level(kind))))


def _list(items: tuple[str, ...], *, ordered: bool = False) -> Markup:
    return listing(items, ordered=ordered) if items else _open()


def _open() -> Markup:
    return Markup("<p>{}</p>").format(OPEN)


def _name(field: str) -> str:
    return NAMES.get(field, field.replace("_", " ").capitalize())


def _value(value: object) -> Cell:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or value == "" or value == ():
        return OPEN
    return lines(str(item) for item in value) if isinstance(value, tuple) else str(value)
