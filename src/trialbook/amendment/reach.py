"""What a function takes from the protocol: found in its bytecode, and in that of the functions it calls, and looked up.

A name that stands for the protocol, or for a part of it, is followed through its attributes (``protocol.study.population``) to
the value at their end; a name that stands for plain data is that data. Two protocols give a function the same where all these
are equal: then it can't tell them apart.
"""

from __future__ import annotations

import dis
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from inspect import unwrap
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from pydantic import BaseModel

from trialbook.amendment.plain import NOT_DATA, as_data
from trialbook.checks import Dataset, RawForm
from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol
from trialbook.protocol.changes.parts import parts_of
from trialbook.protocol.facts import worded
from trialbook.study import LoadedStudy

NAMES = ("protocol", "PROTOCOL")
"""What a parameter is called that takes the protocol; its value is not known where only the function is looked at."""

FOLLOWED = ("trialbook.checks", "trialbook.pages", "trialbook.screening", "trialbook.protocol", "trialbook_study_")
NOT_FOLLOWED = ("trialbook.checks.models", "trialbook.protocol.amendments", "trialbook.specfile")
ABOUT_VERSIONS = ("versions", "in_force", "amendments", "told")
"""Attributes of the protocol that say which version stands for whom, and nothing of what it says."""

BY_NAME = ("part", "file")
"""Methods of the protocol that give a part by its name."""

RUNS = ("validate", "check", "map")
"""Methods of a study that make a run: what they give depends on all of the protocol."""

SHOWS_RUN = ("trialbook.pages.runs", "latest_run")
"""The function by which pages get the run that the build has made."""

_MISSING = object()


class Reach:
    """Collects what functions take from the protocol of one study: ``found`` has the data by the names that lead to it."""

    def __init__(self, study: LoadedStudy, stands_for: Mapping[Any, Any] | None = None):
        self.study = study
        self.stands_for = dict(stands_for or {})
        self.found: dict[str, list[Any]] = {}
        self.runs = False
        self._seen: set[tuple[CodeType, Any]] = set()

    def of(self, function: Any, bound: Any = None) -> None:
        """Take in a function, a method or a partial; ``bound`` is what its first parameter is, where that is known."""
        function = unwrap(function) if hasattr(function, "__wrapped__") else function
        if (getattr(function, "__module__", ""), getattr(function, "__name__", "")) == SHOWS_RUN:
            self.runs = True
            return
        if isinstance(function, partial):
            for value in (*function.args[:1], *function.keywords.values()):
                self._data("", value)
            self.of(function.func, function.args[0] if function.args else bound)
        elif isinstance(function, MethodType):
            self.of(function.__func__, function.__self__)
        elif isinstance(function, FunctionType) and self._is_followed(function):
            closed = dict(zip(function.__code__.co_freevars, map(_inside, function.__closure__ or ()), strict=True))
            first = function.__code__.co_varnames[:1]
            local = dict(zip(first, [bound], strict=False)) if bound is not None else {}
            protocols = {name: self.study.protocol for name, kind in function.__annotations__.items() if _is_protocol(kind)}
            self.code(function.__code__, function.__globals__, closed | protocols | local)

    def code(self, code: CodeType, names: Mapping[str, Any], local: Mapping[str, Any]) -> None:
        """Take in a piece of bytecode and those within it; ``names`` and ``local`` say what its names stand for."""
        bound = local.get(code.co_varnames[0]) if code.co_varnames else None
        key = (code, bound if isinstance(bound, type) else None)
        if key in self._seen:
            return
        self._seen.add(key)
        known = dict(local)
        instructions = _instructions(code)
        at = 0
        while at < len(instructions):
            start = self._start(instructions[at], names, known)
            if start is _MISSING:
                at += 1
                continue
            at = self._follow(instructions, at, start, names, known)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self.code(constant, names, known)

    def _start(self, one: dis.Instruction, names: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
        """What an instruction puts there that is worth following; nothing where it only goes on."""
        if one.opname in ("LOAD_GLOBAL", "LOAD_NAME") and not one.argval.startswith("__"):
            return known.get(one.argval, names.get(one.argval, self._parameter(one.argval)))
        if one.opname in ("LOAD_FAST", "LOAD_DEREF", "LOAD_FAST_CHECK", "LOAD_CLOSURE"):
            return known.get(one.argval, self._parameter(one.argval))
        if one.opname == "LOAD_ATTR" and one.argval == "protocol":
            return self.study.protocol
        return _MISSING

    def _parameter(self, name: str) -> Any:
        return self.study.protocol if name in NAMES else _MISSING

    def _follow(
        self, instructions: Sequence[dis.Instruction], at: int, value: Any, names: Mapping[str, Any], known: dict[str, Any]
    ) -> int:
        """Go from a value along the attributes that are taken of it; returns where the instructions go on."""
        if isinstance(value, Protocol) and at and instructions[at - 1].argval == "getattr":
            self._any_part()
        label, at = str(instructions[at].argval), at + 1
        while at < len(instructions):
            one = instructions[at]
            following = instructions[at + 1] if at + 1 < len(instructions) else None
            if one.opname == "LOAD_ATTR":
                if isinstance(value, LoadedStudy) and one.argval in RUNS:
                    self.runs = True
                    return at + 1
                if isinstance(value, Protocol) and one.argval == "version":
                    at = _after_call(instructions, at)
                    continue
                if isinstance(value, Protocol) and one.argval in ABOUT_VERSIONS:
                    return at + 1
                taken = _attribute(value, one.argval)
                if isinstance(value, Protocol) and one.argval in BY_NAME:
                    self._any_part()
                    return at + 1
                if isinstance(value, Protocol) and isinstance(taken, MethodType):
                    self.of(taken)
                    return at + 1
                if taken is _MISSING or (callable(taken) and not isinstance(value, type | ModuleType)):
                    break
                name, at = str(one.argval), at + 1
            elif following is not None and following.opname == "BINARY_SUBSCR" and (key := _key(one, names, known)) is not None:
                taken = _item(value, key)
                if taken is _MISSING:
                    break
                name, at = str(key), at + 2
            elif one.opname == "CALL" and one.argval == 0 and (taken := self._given_by(value)) is not _MISSING:
                name, at = "", at + 1
            else:
                break
            owner, value = value, taken
            label = _label(label, owner, name)
            if isinstance(owner, type) and issubclass(owner, RawForm | Dataset) and isinstance(value, FunctionType | MethodType):
                self.of(getattr(value, "__func__", value), owner)
                return at
        if at < len(instructions) and instructions[at].opname in ("STORE_FAST", "STORE_DEREF") and _of_protocol(value):
            known[instructions[at].argval] = value
            return at + 1
        self._data(label, value)
        return at

    def _given_by(self, function: Any) -> Any:
        """What a function gives when it is called without arguments: what stands for it, or the protocol where it says so."""
        if isinstance(function, FunctionType) and function in self.stands_for:
            return self.stands_for[function]
        says = getattr(unwrap(function), "__annotations__", {}) if callable(function) else {}
        return self.study.protocol if _is_protocol(says.get("return")) else _MISSING

    def _any_part(self) -> None:
        """Which part the protocol is asked for is known to the running code only: it may be any."""
        if "the protocol" not in self.found:
            self.found["the protocol"] = [parts_of(self.study.protocol)]

    def _data(self, label: str, value: Any) -> None:
        if isinstance(value, FunctionType | MethodType | partial) or hasattr(value, "__wrapped__"):
            self.of(value)
            return
        data = _worded(as_data(value), self.study.protocol)
        if data is not NOT_DATA and data not in self.found.setdefault(label, []):
            self.found[label].append(data)

    def _is_followed(self, function: FunctionType) -> bool:
        module = function.__module__ or ""
        return module.startswith(FOLLOWED) and not module.startswith(NOT_FOLLOWED)


def _label(label: str, owner: Any, name: str) -> str:
    """The way to a value by the protocol's own names; ``protocol.`` and what led there says nothing to a reader."""
    if isinstance(owner, Protocol):
        return name
    if not name:
        return label
    return f"{label}.{name}"


# Rules call the same functions, and both sides of a comparison have the same rules.
@lru_cache(maxsize=4096)
def _instructions(code: CodeType) -> tuple[dis.Instruction, ...]:
    """The instructions of a piece of bytecode that do something."""
    return tuple(one for one in dis.get_instructions(code) if one.opname not in ("CACHE", "PUSH_NULL", "NOP", "RESUME"))


def _after_call(instructions: Sequence[dis.Instruction], at: int) -> int:
    """The place after the call of what is taken here, past its arguments."""
    while at < len(instructions) and instructions[at].opname not in ("CALL", "CALL_FUNCTION_EX"):
        at += 1
    return at + 1


def _worded(data: Any, protocol: Protocol) -> Any:
    """Data with the facts that its texts name: a page that shows such a text shows the fact."""
    if isinstance(data, str):
        return worded(protocol, data) if "{" in data else data
    if isinstance(data, list):
        return [_worded(one, protocol) for one in data]
    return {key: _worded(one, protocol) for key, one in data.items()} if isinstance(data, dict) else data


def _of_protocol(value: Any) -> bool:
    return isinstance(value, BaseModel | LoadedStudy) or type(value).__module__.startswith("trialbook.protocol")


def _attribute(value: Any, name: str) -> Any:
    if not (_of_protocol(value) or isinstance(value, ModuleType | type)):
        return _MISSING
    try:
        return getattr(value, name)
    except TrialbookError:
        raise
    except Exception:  # a property that this protocol gives no value for: the function that asks for it gets none either
        return _MISSING


def _item(value: Any, key: Any) -> Any:
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return _MISSING


def _key(one: dis.Instruction, names: Mapping[str, Any], known: Mapping[str, Any]) -> str | int | None:
    """The key in brackets: written there, or a name that stands for it."""
    found = one.argval if one.opname == "LOAD_CONST" else None
    if one.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST"):
        found = known.get(one.argval, names.get(one.argval))
    return found if isinstance(found, str | int) else None


def _inside(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that its function has not filled yet
        return _MISSING


def _is_protocol(annotation: Any) -> bool:
    """Whether an annotation, which is text in modules that put it off, names the protocol."""
    return annotation is Protocol or annotation == Protocol.__name__
