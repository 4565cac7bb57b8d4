"""The results of a site: what the cells of its executed notebooks say, as text that can be compared."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

_TIME = re.compile(r"<time[^>]*>.*?</time>", re.DOTALL)
_UNSEEN = re.compile(r"<(script|style)[^>]*>.*?</\1>", re.DOTALL)
_BREAK = re.compile(r"</?(?:tr|p|div|li|h\d|table|summary|details|text|title|desc|figcaption|caption|td|th|dt|dd|br)\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")

SHOWN = 3
"""Differences told of one cell."""


@dataclass(frozen=True)
class Difference:
    """A result that differs: the page, the number of the code cell, what it said and what it says."""

    page: str
    cell: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.page}, cell {self.cell}: {_shown(self.before)} → {_shown(self.after)}"


Results = Mapping[str, tuple[tuple[str, ...], ...]]
"""By page, of each code cell the lines that it shows."""


def read_results(folder: Path) -> Results:
    """The results in a folder of executed notebooks, dates and run times left out."""
    found = {}
    for file in sorted(folder.rglob("*.ipynb")):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        page = file.relative_to(folder).with_suffix("").as_posix()
        found[page] = tuple(tuple(_cell_lines(cell)) for cell in cells if cell["cell_type"] == "code")
    return found


def text_lines(markup: str) -> list[str]:
    """What a person reads in a piece of HTML, a line a block; what stands in ``<time>`` is left out."""
    seen = " ".join(_UNSEEN.sub("", _TIME.sub("", markup)).split())
    bare = _TAG.sub("", _BREAK.sub("\n", seen))
    return [line for line in (" ".join(html.unescape(part).split()) for part in bare.split("\n")) if line]


def differences(before: Results, after: Results) -> list[Difference]:
    """Every cell whose result differs, and every page that one of the two does not have."""
    found: list[Difference] = []
    for page in dict.fromkeys([*before, *after]):
        if page not in after or page not in before:
            found.append(
                Difference(page, 0, "no such page" if page not in before else "a page", "a page" if page in after else "gone")
            )
            continue
        old, new = before[page], after[page]
        for at in range(max(len(old), len(new))):
            one, other = old[at] if at < len(old) else (), new[at] if at < len(new) else ()
            if one != other:
                found += [Difference(page, at + 1, *pair) for pair in _changed(one, other)[:SHOWN]]
    return found


def _changed(before: tuple[str, ...], after: tuple[str, ...]) -> list[tuple[str, str]]:
    """The lines that differ, side by side."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(" / ".join(before[a:b]), " / ".join(after[c:d])) for kind, a, b, c, d in blocks if kind != "equal"]


def _cell_lines(cell: Mapping[str, object]) -> Iterator[str]:
    outputs: list[dict[str, object]] = cell.get("outputs") or []  # type: ignore[assignment]
    for output in outputs:
        data: dict[str, object] = output.get("data") or {}  # type: ignore[assignment]
        if "text/html" in data:
            yield from text_lines(_joined(data["text/html"]))
        elif data:
            for kind in sorted(data):
                yield from _joined(data[kind]).splitlines()
        elif "text" in output:
            yield from _joined(output["text"]).splitlines()


def _joined(text: object) -> str:
    """A notebook holds a text whole or in lines."""
    return "".join(text) if isinstance(text, list) else str(text)


def _shown(text: str, width: int = 160) -> str:
    if not text:
        return "nothing"
    return f"“{text[: width - 1]}…”" if len(text) > width else f"“{text}”"
