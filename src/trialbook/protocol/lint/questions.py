"""Whether questions and settings name each other, and the parameters that a question names are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trialbook.protocol.facts import leaves
from trialbook.protocol.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity

IDENTIFIERS = ("id", "name", "visit", "parameter")
"""The keys by which an item of a list is named."""


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
