"""JSON as it is walked: each value knows its path, so that what has the wrong type is told with file and path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trialbook.errors import TrialbookError

# The API writes rich text as Markdown, where a sign that means itself has a backslash.
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class Node:
    """An object of a JSON file; what is absent or null is empty."""

    def __init__(self, value: dict[str, Any], path: str, file: Path | str):
        self.value, self.path, self.file = value, path, file

    def node(self, key: str) -> Node:
        """The object at ``key``; an empty one where there is none."""
        return Node(self._typed(key, dict, {}), f"{self.path}.{key}".strip("."), self.file)

    def nodes(self, key: str) -> Iterator[Node]:
        """The objects of the list at ``key``."""
        for index, item in enumerate(self._typed(key, list, [])):
            path = f"{self.path}.{key}[{index}]".strip(".")
            if not isinstance(item, dict):
                raise self.error(path, f"expected an object, found {_kind(item)}")
            yield Node(item, path, self.file)

    def text(self, key: str) -> str:
        """The text at ``key``, without Markdown's backslashes."""
        return _ESCAPED.sub(r"\1", self._typed(key, str, "")).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the list at ``key``."""
        items = self._typed(key, list, [])
        for index, item in enumerate(items):
            if not isinstance(item, str):
                raise self.error(f"{self.path}.{key}[{index}]", f"expected a text, found {_kind(item)}")
        return tuple(_ESCAPED.sub(r"\1", item).strip() for item in items)

    def count(self, key: str) -> int | None:
        """The whole number, not negative, at ``key``; None where there is none."""
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.error(f"{self.path}.{key}", f"expected a whole number, found {_kind(value)}")
        return value

    def error(self, path: str, what: str) -> TrialbookError:
        """The error to raise about the value at a path."""
        return TrialbookError(what, file=self.file, place=path, remedy="Fetch the record anew from ClinicalTrials.gov's API v2.")

    def _typed(self, key: str, kind: type, empty: Any) -> Any:
        value = self.value.get(key)
        if value is None:
            return empty
        if not isinstance(value, kind):
            path = f"{self.path}.{key}".strip(".")
            raise self.error(path, f"expected {_NAMES[kind]}, found {_kind(value)}")
        return value


_NAMES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float | str):
        shown = repr(value)
        return f"{_NAMES[type(value)]} ({shown[:40]}{'…' * (len(shown) > 40)})"
    return _NAMES.get(type(value), type(value).__name__)
