"""The synopsis: the facts of ``protocol/study.yml`` with criteria and endpoints, and of what is left open, that it is.

A fact has its source beside it where that is not the registry record.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from markupsafe import Markup, escape
from pydantic import BaseModel

from trialbook.pages.html import NOTHING, Cell, code, facts, lines, listing, note, table
from trialbook.pages.links import page_link
from trialbook.pages.session import study
from trialbook.pages.sources import fact_source, mark_beside, source_mark
from trialbook.protocol.objectives import Level
from trialbook.protocol.source import Source, Sourced
from trialbook.protocol.study import Population

NAMES = {"id": "Study identifier", "other_ids": "Other identifiers", "ct": "Controlled terminology", "standard": "Data standard"}
OPEN = Markup('<span class="book-none">not stated in the record</span>')
_APART = {
    "identification": ("source", "sources", "record", "record_sha256", "summary", "design", "population", "arms"),
    "design": (),
    "population": ("minimum_age", "maximum_age"),
}


def synopsis_table(part: Literal["identification", "design", "population"]) -> Markup:
    """One part of the record as names and values, in the order of the file."""
    protocol = study().protocol.study
    model: BaseModel = protocol if part == "identification" else getattr(protocol, part)
    above = () if part == "identification" else (part,)
    pairs = [
        (_name(name), _with_source(_value(value), fact_source(*above, name))) for name, value in model if name not in _APART[part]
    ]
    if isinstance(model, Population):
        pairs.insert(1, ("Age", _with_source(ages(model), fact_source(part, "minimum_age"))))
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
        (
            code(arm.armcd),
            arm.arm,
            arm.type,
            lines([arm.description or NOTHING, *([note(arm.intervention)] if arm.intervention else [])]),
        )
        for arm in study().protocol.study.arms
    ]
    if not rows:
        return _open()
    codes = fact_source("arms", "armcd")
    told = note(Markup("ARMCD {}").format(source_mark(codes))) if codes.source is not Source.RECORD else Markup("")
    return table(("ARMCD", "Arm", "Type", "Description"), rows, about="Arms") + told


def criteria_list(kind: Literal["inclusion", "exclusion"]) -> Markup:
    """The criteria in the record's words, in its order; each leads to the logic that decides it."""
    eligibility = study().protocol.eligibility
    key = Markup('<span class="book-key">{}</span>')
    return _list(
        [key.format(page_link(one.id, "eligibility", one.id)), escape(one.text), *_mark(one, eligibility.spec.source)]
        for one in eligibility.of_kind(kind)
    )


def endpoints_list(kind: Literal["primary", "secondary"]) -> Markup:
    """The endpoints in the record's words; each leads to what this study defines of it."""
    objectives = study().protocol.objectives
    return _list(
        [page_link(one.words, "objectives", one.id), *_mark(one, objectives.source)] for one in objectives.of(Level(kind))
    )


def _mark(one: Sourced, above: Source) -> list[Markup]:
    """The source alone: what else is to be said of it, its own page says."""
    return mark_beside(Sourced.model_construct(source=one.source), above)


def _with_source(value: Cell, about: Sourced) -> Cell:
    marks = mark_beside(about) if value != OPEN else []
    return Markup(" ").join([escape(value), *marks]) if marks else value


def _list(items: Iterable[list[Markup]]) -> Markup:
    made = [Markup(" ").join(parts) for parts in items]
    return Markup('<div class="book-plain">{}</div>').format(listing(made)) if made else _open()


def _open() -> Markup:
    return Markup("<p>{}</p>").format(OPEN)


def _name(field: str) -> str:
    return NAMES.get(field, field.replace("_", " ").capitalize())


def _value(value: object) -> Cell:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or value == "" or value == ():
        return OPEN
    return ", ".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
