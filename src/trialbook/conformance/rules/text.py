"""A rule's file as data: YAML or JSON, read fast, with its lines found again only where something is to be said about one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from trialbook.conformance.rules.refusal import Location, RefusedError

LARGEST_RULE = 1_000_000
"""Bytes of a rule's file: the longest published one has 40,000."""
MOST_VALUES = 100_000
"""Values in a rule, counting what an alias repeats: a few lines of YAML can be made to stand for billions."""
NOT_YAML = "not YAML"


def parse_rule(content: bytes, *, is_json: bool = False) -> Any:
    """What a file holds; RefusedError says why it can't be taken, with the line."""
    if len(content) > LARGEST_RULE:
        raise RefusedError("file", f"has {len(content):,} bytes; no rule has more than {LARGEST_RULE:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RefusedError("encoding", "is not UTF-8 text; save the file as UTF-8", line=line) from None
    try:
        data = _json(text) if is_json else _yaml(text)
    except RecursionError:
        raise RefusedError("not JSON" if is_json else NOT_YAML, "is nested too deeply") from None
    if not is_json and "*" in text:
        refuse_endless(data)
    return data


def line_of(content: bytes, location: Location) -> int | None:
    """1-based line of the key or item at ``location``, or of its nearest parent; None where the text has none."""
    import yaml

    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    if node is None:
        return None
    line = node.start_mark.line
    for key in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((name, value) for name, value in node.value if name.value == key), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line
        else:
            break
    return line + 1


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RefusedError(NOT_YAML, str(error.problem or error.context), line=mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        raise RefusedError(NOT_YAML, str(error).splitlines()[0]) from None
    except (ValueError, OverflowError) as error:  # what looks like a date, and is in no calendar
        raise RefusedError(NOT_YAML, f"holds a value that does not exist ({error})") from None


@cache
def _loader() -> Any:
    """PyYAML's safe loader, the fast one where it is built, that refuses a key that is there twice."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[str] = set()
            for key, _ in node.value:
                if not isinstance(key.value, str):
                    continue
                if key.value in seen:
                    raise RefusedError(f"key {key.value}", "is there twice; keep one of the two", line=key.start_mark.line + 1)
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    return Loader


def _json(text: str) -> Any:
    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise RefusedError(f"key {key}", "is there twice; keep one of the two")
            found[key] = value
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise RefusedError("not JSON", error.msg, line=error.lineno) from None
    except ValueError as error:  # a number with more digits than Python reads
        raise RefusedError("not JSON", str(error)) from None


def refuse_endless(data: object, most: int = MOST_VALUES) -> None:
    """Refuse data that holds itself, or that aliases blow up: whoever walks through it would not come back."""
    sizes: dict[int, int] = {}

    def size(value: object) -> int:
        if not isinstance(value, dict | list | tuple | set):
            return 1
        if id(value) not in sizes:
            sizes[id(value)] = most + 1  # while it is being counted: found again, it holds itself
            below = (*value.keys(), *value.values()) if isinstance(value, dict) else value
            sizes[id(value)] = 1 + sum(size(one) for one in below)
        return sizes[id(value)]

    if size(data) > most:
        raise RefusedError(NOT_YAML, f"stands for more than {most:,} values")
