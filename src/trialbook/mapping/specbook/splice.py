"""A YAML file with some values changed and everything else as it stands: comments, quotes, order, line breaks.

The text is cut where a changed value stands and joined again; ruamel.yaml only says where that is. Its own way of writing a file
back would also break lines, indent and quote anew what nobody has touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from trialbook.mapping.specbook.cells import flow, key_text
from trialbook.specfile import plain_data


class CannotSpliceError(Exception):
    """The change can't be made without touching what is not to change."""


@dataclass
class _Node:
    """A value where it stands: ``start`` and ``end`` in the text; ``keys`` are those of a mapping, ``items`` its values."""

    kind: str
    start: int
    end: int = 0
    column: int = 0
    in_flow: bool = False
    anchor: str = ""
    keys: list[_Node] = field(default_factory=list)
    items: list[_Node] = field(default_factory=list)


def splice(text: str, new: dict[str, Any]) -> str:
    """``text`` with the data of ``new``; raises CannotSpliceError where that can't be done by replacing values alone."""
    from ruamel.yaml import YAML

    old = plain_data(YAML(typ="rt").load(text))
    work = _Splicing(text)
    work.change(_tree(text), old, new)
    result = work.result()
    try:
        if plain_data(YAML(typ="rt").load(result)) == new:
            return result
    except Exception as error:
        raise CannotSpliceError from error
    raise CannotSpliceError


def document(data: dict[str, Any]) -> str:
    """A new file: one line a key, and one line each for what a mapping or list at the top holds."""
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and value:
            lines += [f"{key_text(key)}:", *(f"  {key_text(name)}: {flow(item)}" for name, item in value.items())]
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            lines += [f"{key_text(key)}:", *(f"  - {flow(item)}" for item in value)]
        else:
            lines.append(f"{key_text(key)}: {flow(value)}")
    return "".join(f"{line}\n" for line in lines)


def _tree(text: str) -> _Node:
    from ruamel.yaml import YAML
    from ruamel.yaml.events import (
        AliasEvent,
        CollectionEndEvent,
        DocumentEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceStartEvent,
    )

    stack: list[_Node] = [_Node("sequence", 0)]

    def add(node: _Node) -> None:
        parent = stack[-1]
        into = parent.keys if parent.kind == "mapping" and len(parent.keys) == len(parent.items) else parent.items
        into.append(node)

    for event in YAML(typ="safe", pure=True).parse(text):
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, ScalarEvent | AliasEvent):
            kind = "scalar" if isinstance(event, ScalarEvent) else "alias"
            if kind == "scalar" and event.style in ("|", ">"):
                end = start + len(text[start:end].rstrip())
            add(_Node(kind, start, end, event.start_mark.column, anchor=event.anchor or ""))
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
            node = _Node(kind, start, end, event.start_mark.column, bool(event.flow_style), event.anchor or "")
            add(node)
            stack.append(node)
        elif isinstance(event, CollectionEndEvent):
            node = stack.pop()
            node.end = end if node.in_flow else max((part.end for part in (*node.keys, *node.items)), default=node.end)
            if node.kind == "mapping" and not node.in_flow and node.keys:
                node.column = node.keys[0].column
        elif isinstance(event, DocumentEndEvent):
            break
    return stack[0].items[0]


class _Splicing:
    """Collects replacements ``(start, end, text)`` in one text; they don't overlap."""

    def __init__(self, text: str):
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.cuts: list[tuple[int, int, str]] = []
        self.anchors: dict[str, Any] = {}

    def result(self) -> str:
        parts, at = [], 0
        for start, end, text in sorted(self.cuts, key=lambda cut: cut[:2]):
            if start < at:
                raise CannotSpliceError
            parts += [self.text[at:start], text]
            at = end
        return "".join([*parts, self.text[at:]])

    def change(self, node: _Node, old: Any, new: Any) -> None:
        """Let what stands at ``node`` become ``new``."""
        if node.kind == "alias":
            # It means what its anchor means now, which may have changed, too.
            if node.anchor not in self.anchors or self.anchors[node.anchor] != new:
                self.cuts.append((node.start, node.end, flow(new)))
            return
        if node.anchor:
            self.anchors[node.anchor] = new
        if node.kind == "mapping" and isinstance(new, dict) and new and len(old) == len(node.keys):
            self._mapping(node, old, new)
        elif node.kind == "sequence" and isinstance(new, list) and new and old:
            self._sequence(node, old, new)
        elif old != new:
            self._replace(node, new)

    def _replace(self, node: _Node, new: Any) -> None:
        start = node.start
        if node.anchor and self.text.startswith(f"&{node.anchor}", start):
            start += len(node.anchor) + 1
            while start < node.end and self.text[start] in " \t":
                start += 1
        if start >= node.end:  # an empty value: it stands behind a colon or a dash
            self.cuts.append((start, start, f" {flow(new)}"))
        else:
            self.cuts.append((start, node.end, flow(new)))

    def _mapping(self, node: _Node, old: dict[str, Any], new: dict[str, Any]) -> None:
        names = list(old)
        if any(self.text[key.start : key.end] == "<<" for key in node.keys):
            raise CannotSpliceError
        kept = [name for name in names if name in new]
        if not kept:
            self._replace(node, new)
            return
        gone = [index for index, name in enumerate(names) if name not in new]
        self._delete(node, gone, [key.start for key in node.keys])
        for index, name in enumerate(names):
            if name in new:
                self.change(node.items[index], old[name], new[name])
        after = kept[0]
        added: dict[int, list[str]] = {}
        for name in new:
            if name in old:
                after = name
            else:
                added.setdefault(names.index(after), []).append(f"{key_text(name)}: {flow(new[name])}")
        self._insert(node, added, "")

    def _sequence(self, node: _Node, old: list[Any], new: list[Any]) -> None:
        matcher = SequenceMatcher(None, list(map(repr, old)), list(map(repr, new)), autojunk=False)
        gone: list[int] = []
        added: dict[int, list[str]] = {}
        for _, i1, i2, j1, j2 in matcher.get_opcodes():
            both = min(i2 - i1, j2 - j1)
            for index in range(both):
                self.change(node.items[i1 + index], old[i1 + index], new[j1 + index])
            gone += range(i1 + both, i2)
            if j1 + both < j2:
                if i1 + both == 0:
                    self._insert_first(node, [flow(item) for item in new[j1 + both : j2]])
                else:
                    added.setdefault(i1 + both - 1, []).extend(flow(item) for item in new[j1 + both : j2])
        self._delete(node, gone, [self._dash(node, item) for item in node.items])
        self._insert(node, added, "- ")

    def _dash(self, node: _Node, item: _Node) -> int:
        return item.start if node.in_flow else self.text.rindex("-", 0, max(item.start, 1))

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - 1 if self.text[end - 1 : end] == "\r" else end

    def _insert(self, node: _Node, added: dict[int, list[str]], dash: str) -> None:
        for index, texts in added.items():
            end = node.items[index].end
            if node.in_flow:
                self.cuts.append((end, end, "".join(f", {text}" for text in texts)))
            else:
                at, indent = self._line_end(end), " " * node.column
                self.cuts.append((at, at, "".join(f"{self.newline}{indent}{dash}{text}" for text in texts)))

    def _insert_first(self, node: _Node, texts: Iterable[str]) -> None:
        if not node.in_flow:
            at = self._dash(node, node.items[0])
            self.cuts.append((at, at, "".join(f"- {text}{self.newline}{' ' * node.column}" for text in texts)))
        else:
            at = node.items[0].start
            self.cuts.append((at, at, "".join(f"{text}, " for text in texts)))

    def _delete(self, node: _Node, gone: list[int], starts: list[int]) -> None:
        for run in _runs(gone):
            first, last = run[0], run[-1]
            end = node.items[last].end
            if node.in_flow:
                if last + 1 < len(starts):
                    self.cuts.append((starts[first], starts[last + 1], ""))
                elif first:
                    self.cuts.append((node.items[first - 1].end, end, ""))
                else:
                    raise CannotSpliceError
                continue
            line = self._line_start(starts[first])
            if not self.text[line : starts[first]].strip():
                after = self.text.find("\n", end)
                self.cuts.append((line, len(self.text) if after < 0 else after + 1, ""))
            elif last + 1 < len(starts):  # behind the dash of an item: the next takes its place
                self.cuts.append((starts[first], starts[last + 1], ""))
            else:
                raise CannotSpliceError


def _runs(numbers: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
