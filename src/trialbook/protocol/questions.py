"""What the record leaves open (``protocol/questions.yml``), and how this study reads it until it is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from trialbook.protocol.facts import leaves
from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import Complaint, LintSeverity, SpecModel

if TYPE_CHECKING:
    from trialbook.protocol.protocol import Protocol


IDENTIFIERS = ("id", "name", "visit", "parameter")
"""The keys by which an item of a list is named."""


class Said(Sourced):
    """Words of the record."""

    source: Source | None = Source.RECORD


class Question(Sourced):
    """One thing that a regulatory writer would ask.

    ``says``: the record's words, none where it is silent; ``reading``: what is assumed; ``parameters``: where that is decided, as
    the file's name and the identifiers below it with points between; ``impact``: what changes with the answer; ``section``: ICH
    M11's number; ``open``: false where the record, read well, answers it.
    """

    number: int = Field(gt=0)
    question: str
    says: tuple[Said, ...] = ()
    reading: str
    parameters: tuple[str, ...] = ()
    impact: str
    section: str = Field(pattern=r"^\d+(\.\d+)*$")
    open: bool = True


class Questions(SpecModel):
    """``protocol/questions.yml``; ``source`` is that of each question which does not name its own."""

    source: Source = Source.ASSUMPTION
    questions: tuple[Question, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        numbers = [one.number for one in self.questions]
        twice = [number for number in dict.fromkeys(numbers) if numbers.count(number) > 1]
        if twice:
            raise ValueError(f"the question {twice[0]} is there twice")
        return self


def lint_questions(protocol: Protocol) -> Iterable[Complaint]:
    """Parameters that a question names and are not there, and questions that a setting names and are not there."""
    root = protocol.folder.parent
    numbers = {one.number for one in protocol.questions.questions}
    for name in sorted(file.stem for file in protocol.folder.glob("*.yml")) if numbers else ():
        for location, value in leaves(protocol.file(name).data) if name != "questions" else ():
            if location and location[-1] == "question" and value not in numbers:
                yield protocol.file(name).complaint(root, LintSeverity.ERROR, location, f"there is no question {value}")
    for index, one in enumerate(protocol.questions.questions):
        for number, path in enumerate(one.parameters):
            missing = _missing(protocol, path)
            if missing:
                place: list[str | int] = ["questions", index, "parameters", number]
                yield protocol.file("questions").complaint(root, LintSeverity.ERROR, place, missing)


def _missing(protocol: Protocol, path: str) -> str:
    """What of a path is not there; empty where it leads to something."""
    name, *keys = path.split(".")
    if not (protocol.folder / f"{name}.yml").exists():
        return f"{path} names nothing: there is no {name}.yml"
    node: Any = protocol.file(name).data
    for number, key in enumerate(keys):
        node = _step(node, key)
        if node is None:
            return f"{path} names nothing: {'.'.join([name, *keys[:number]])} has no {key}"
    return ""


def _step(node: Any, key: str) -> Any:
    """The value of a key, or the item of that identifier in the list or in one of the lists of a mapping."""
    if isinstance(node, Mapping):
        if key in node:
            return node[key]
        lists = [value for value in node.values() if isinstance(value, Sequence) and not isinstance(value, str)]
        return next((found for one in lists if (found := _step(one, key)) is not None), None)
    if isinstance(node, Sequence) and not isinstance(node, str):
        return next((one for one in node if isinstance(one, Mapping) and key in [one.get(name) for name in IDENTIFIERS]), None)
    return None
