"""YAML files of a study as typed objects; every complaint names the file and the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from trialbook.errors import SpecError

ModelT = TypeVar("ModelT", bound=BaseModel)


class SpecModel(BaseModel):
    """Base of everything read from YAML: unknown keys are errors (a typing mistake must not be ignored)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def doubled(names: Sequence[object]) -> list[object]:
    """What is more than once among names, in their order."""
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def refuse_doubled(what: str, names: Sequence[object]) -> None:
    """Raise ValueError, for a model's validator, where one of the names of ``what`` is there twice."""
    for name in doubled(names):
        raise ValueError(f"the {what} {name} is there twice" if what else f"{name} is there twice")


class LintSeverity(StrEnum):
    """An Error is against the standard, or against another statement of the study; a Warning may be meant so."""

    ERROR = "Error"
    WARNING = "Warning"


@dataclass(frozen=True)
class Complaint:
    """What lint says: ``file`` is its path from the study's folder, ``place`` the dotted keys of what stands at ``line``."""

    severity: LintSeverity
    file: str
    line: int
    place: str
    text: str


class SpecFile:
    """One parsed YAML file that still knows the line of each key."""

    def __init__(self, path: Path):
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        self.path = path
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise SpecError("the file does not exist", file=path) from None
        except OSError as error:
            raise SpecError(f"can't be read: {error.strerror}", file=path) from None
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise SpecError("is not UTF-8 text", file=path, place=f"line {line}", remedy="Save the file as UTF-8.") from None
        try:
            self.data: Any = _parsed(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else None
            problem = str(error.problem).splitlines()[0]
            raise SpecError(f"is not valid YAML: {problem}", file=path, place=place, remedy=_remedy(problem)) from None
        except YAMLError as error:
            raise SpecError(f"is not valid YAML: {str(error).splitlines()[0]}", file=path) from None
        except ValueError as error:  # what looks like a date, and is in no calendar
            at = next((number for number, line in enumerate(text.splitlines(), 1) if _no_day(line)), None)
            place = f"line {at}" if at else None
            raise SpecError(f"holds a date that does not exist ({error})", file=path, place=place) from None

    def line(self, location: Sequence[str | int]) -> int:
        """1-based line of the key or item at ``location``, or of its nearest parent that has one."""
        node, line = self.data, 1
        for key in location:
            marks: Any = getattr(node, "lc", None)
            try:
                if isinstance(key, int):
                    line, node = marks.item(key)[0] + 1, node[key]
                else:
                    line, node = marks.key(key)[0] + 1, node[key]
            except (AttributeError, KeyError, IndexError, TypeError):
                return line
        return line

    def error(self, location: Sequence[str | int], what: str, remedy: str | None = None) -> SpecError:
        """The error to raise about the value at ``location``."""
        dotted = ".".join(str(part) for part in location)
        return SpecError(
            f"{dotted}: {what}" if dotted else what, file=self.path, place=f"line {self.line(location)}", remedy=remedy
        )

    def complaint(self, root: Path, severity: LintSeverity, location: Sequence[str | int], text: str) -> Complaint:
        """A complaint about what stands at ``location``; ``root`` is the study's folder."""
        path = self.path.relative_to(root).as_posix()
        return Complaint(severity, path, self.line(location), ".".join(map(str, location)), text)

    def parse(self, model: type[ModelT]) -> ModelT:
        """The whole file as ``model``; raises :class:`SpecError` naming every value that does not fit, with its line."""
        if not isinstance(self.data, dict):
            raise SpecError("is empty or not a mapping of keys to values", file=self.path, place="line 1")
        try:
            return model.model_validate(plain_data(self.data))
        except ValidationError as error:
            raise self._explain(error) from None

    def _explain(self, error: ValidationError) -> SpecError:
        problems = []
        for item in _told_once(error):
            problems.append(self.error(self._location(item["loc"]), _say(item)))
        if len(problems) == 1:
            return problems[0]
        rest = "\n".join(f"{problem}" for problem in problems[1:])
        first = problems[0]
        return SpecError(f"{first.what}\n{rest}", file=first.file, place=first.place)

    def _location(self, found: Sequence[str | int]) -> list[str | int]:
        """Pydantic puts the names of union branches into a location; they are no keys of the file."""
        node: Any = self.data
        location: list[str | int] = []
        for position, key in enumerate(found):
            if (isinstance(node, dict) and key in node) or (isinstance(node, list) and isinstance(key, int)):
                location.append(key)
                node = cast(Any, node)[key]
            elif position == len(found) - 1 and key != "[key]":
                location.append(key)
        return location


def _no_day(line: str) -> bool:
    for found in re.findall(r"\b\d{4}-\d\d-\d\d\b", line):
        try:
            date.fromisoformat(found)
        except ValueError:
            return True
    return False


def _remedy(problem: str) -> str | None:
    """What to look for in a file that is not valid YAML: the place that is told is where it could not be read further."""
    if "\\t" in problem:
        return "Indent with spaces: YAML takes no tabs."
    if "duplicate key" in problem:
        return "Keep one of the two."
    if problem.startswith(("expected", "found unexpected", "mapping values")):
        return "Look there and above: a quotation mark that is not closed, a text with a colon that has none, an indentation."
    return None


# Two versions of a study are alike in most files, and a study's modules read files that the study has read. Nobody changes data.
@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="rt").load(text)


def _told_once(error: ValidationError) -> list[Any]:
    """Without the complaint that a list is too short because its items, which are complained about themselves, fell out."""
    items = error.errors()
    places = [item["loc"] for item in items]
    return [
        item
        for item in items
        if item["type"] != "too_short"
        or not any(len(place) > len(item["loc"]) and place[: len(item["loc"])] == item["loc"] for place in places)
    ]


def _say(item: Any) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        return "is not a key known here"
    if item["type"] == "missing":
        return "is missing"
    found = item.get("input")
    return f"{message} (found {found!r})" if isinstance(found, str | int | float | bool) else message


def plain_data(node: Any) -> Any:
    """Ruamel's annotated containers as plain ones; scalars lose their annotations."""
    if isinstance(node, dict):
        return {_scalar(key): plain_data(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain_data(item) for item in node]
    return _scalar(node)


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return bool(value)
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
