"""Every statement of the protocol with its source, whatever part it stands in.

A statement is a model that inherits :class:`~trialbook.protocol.source.Sourced`; in a file with ``sources`` (``study.yml``) it is
each single fact. What does not name its source has that of the statement it stands in, else of its file; one inside another that
says nothing of its own shares its words too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, get_type_hints

from pydantic import BaseModel

from trialbook.protocol.composed import PLACEHOLDER
from trialbook.protocol.eligibility import EligibilitySpec
from trialbook.protocol.protocol import Protocol
from trialbook.protocol.schedule import VisitsSpec
from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import Complaint, LintSeverity, SpecFile

Place = tuple[str | int, ...]
ABOUT = frozenset((*Sourced.model_fields, "sources"))
"""The keys that say something of a statement and are no part of it."""
CODES = frozenset(("id", "armcd", "etcd", "parameter"))
"""The keys by which the protocol itself names a statement."""
_WRITTEN: dict[str, type[BaseModel]] = {"visits": VisitsSpec, "eligibility": EligibilitySpec}
"""How a file is written, where the protocol makes something else of it."""


@dataclass(frozen=True)
class Statement:
    """What the protocol says at ``place`` of the file ``<part>.yml``, ``line``.

    ``text`` is its own words, ``numbers`` what it states beside them; ``quote`` the words of the record that it paraphrases, its
    own or those of the statement it stands in. ``composed``: its text names facts of other parts, which are statements of those.
    """

    part: str
    place: Place
    line: int
    text: str
    numbers: tuple[float, ...] = ()
    source: Source | None = None
    quote: str = ""
    cites: tuple[str, ...] = ()
    note: str = ""
    composed: bool = False

    @property
    def file(self) -> str:
        """The file's name in ``protocol/``."""
        return f"{self.part}.yml"

    @property
    def dotted(self) -> str:
        """The place as it is written in messages."""
        return ".".join(map(str, self.place))


def statements(protocol: Protocol) -> tuple[Statement, ...]:
    """Every statement of every part, as the files have them: texts that name facts are not composed."""
    return tuple(one for part, model in _parts(protocol) for one in _Walk(part, protocol.file(part)).start(model))


def lint_sources(protocol: Protocol) -> Iterable[Complaint]:
    """Statements without a source, and keys of ``sources`` that name no statement."""
    root = protocol.folder.parent
    for one in statements(protocol):
        if one.source is None:
            text = "has no source: record, literature or assumption, here or at the top of the file"
            yield protocol.file(one.part).complaint(root, LintSeverity.ERROR, one.place, text)
    for part, model in _parts(protocol):
        told = {_without_positions(one) for one, _ in _leaves(model)}
        for key in getattr(model, "sources", {}):
            if not any(place == key or place.startswith(f"{key}.") for place in told):
                yield protocol.file(part).complaint(
                    root, LintSeverity.ERROR, ["sources", key], "names nothing that the file states"
                )


def _parts(protocol: Protocol) -> Iterator[tuple[str, BaseModel]]:
    """The parts that have a file, by its name, in the order in which the protocol declares them."""
    for name, declared in vars(type(protocol)).items():
        if not isinstance(declared, cached_property) or not (protocol.folder / f"{name}.yml").exists():
            continue
        model = _WRITTEN.get(name) or get_type_hints(declared.func).get("return")
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield name, protocol.part(name, model)


@dataclass(frozen=True)
class _Told:
    """What is told of the source above a place; ``words``: those that a statement inside shares."""

    source: Source | None = None
    words: str = ""
    cites: tuple[str, ...] = ()


class _Walk:
    """One file."""

    def __init__(self, part: str, file: SpecFile):
        self.part, self.file = part, file

    def start(self, model: BaseModel) -> Iterator[Statement]:
        top = _Told(getattr(model, "source", None))
        sources = getattr(model, "sources", None)
        if isinstance(sources, Mapping):
            yield from self._each_fact(model, sources, top)
        else:
            yield from self._inside(model, (), top)

    def _each_fact(self, model: BaseModel, sources: Mapping[str, Sourced], top: _Told) -> Iterator[Statement]:
        for place, value in _leaves(model):
            # What stands there by default, the writer did not state.
            if not self._is_written(place):
                continue
            key = _without_positions(place)
            known = [name for name in sources if key == name or key.startswith(f"{name}.")]
            about = sources[max(known, key=len)] if known else Sourced()
            number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            yield self._statement(place, "" if isinstance(value, bool) else f"{value:g}" if number else str(value), about, top)

    def _inside(self, model: BaseModel, place: Place, above: _Told) -> Iterator[Statement]:
        if isinstance(model, Sourced):
            own = self._own(model, place, above)
            yield own
            above = _Told(own.source, own.quote or own.text, own.cites)
        for name in type(model).model_fields:
            if name not in ABOUT:
                yield from self._value(getattr(model, name), (*place, self._key(model, name)), above)

    def _value(self, value: Any, place: Place, above: _Told) -> Iterator[Statement]:
        if isinstance(value, BaseModel):
            yield from self._inside(value, place, above)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                yield from self._value(item, (*place, key), above)
        elif isinstance(value, tuple | list):
            for index, item in enumerate(value):
                yield from self._value(item, (*place, index), above)

    def _own(self, model: Sourced, place: Place, above: _Told) -> Statement:
        """A model as a statement: its text is the field of that name, else the longest of its texts."""
        said = {name: getattr(model, name) for name in type(model).model_fields if name not in ABOUT and name not in CODES}
        texts = [value for value in said.values() if isinstance(value, str) and not isinstance(value, Enum)]
        text = said["text"] if isinstance(said.get("text"), str) else max(texts, key=len, default="")
        numbers = [float(one) for value in said.values() for one in _numbers(value)]
        one = self._statement(place, text, model, above, tuple(numbers))
        # Inside a statement of the record that says nothing of its own source, the words are the outer statement's.
        shares = model.source is None and not model.quote and above.words
        composed = any(PLACEHOLDER.search(value) for value in texts)
        quote = above.words if shares else one.quote
        return Statement(**{**vars(one), "quote": quote, "composed": composed})

    def _statement(self, place: Place, text: str, about: Sourced, above: _Told, numbers: tuple[float, ...] = ()) -> Statement:
        source = about.source or above.source
        cites = about.cites or (above.cites if about.source is None else ())
        return Statement(self.part, place, self.file.line(place), text, numbers, source, about.quote, cites, about.note)

    def _is_written(self, place: Place) -> bool:
        node: Any = self.file.data
        for key in place:
            try:
                node = node[key]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def _key(self, model: BaseModel, name: str) -> str:
        """The key as the file has it."""
        alias = type(model).model_fields[name].alias
        return alias if isinstance(alias, str) else name


def _leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """The single values of a model that state something, with their places."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if place or name not in ABOUT:
                yield from _leaves(getattr(value, name), (*place, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*place, key))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*place, index))
    elif value is not None and value != "":
        yield place, value


def _numbers(value: Any) -> Iterator[float | Decimal]:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _numbers(item)


def _without_positions(place: Place) -> str:
    return ".".join(str(key) for key in place if not isinstance(key, int))
