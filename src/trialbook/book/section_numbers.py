"""Section numbers: the first numbered part of the book has numbers, the pages of the parts after it letters.

Sphinx numbers each part from 1 again, so that "2.1" would name several places of one document.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def unletter_parts(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give Sphinx the numbers as it knows them from the last build, or it takes all lettered pages for changed."""
    env.toc_secnumbers = getattr(env, "trialbook_numbers", env.toc_secnumbers)
    return []


def letter_parts(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Turn the first number of every section after the first numbered part into a letter; returns the pages that changed."""
    before: dict[str, Any] = getattr(env, "trialbook_letters", {})
    env.trialbook_numbers = dict(env.toc_secnumbers)  # type: ignore[attr-defined]
    root = env.config.root_doc
    toctrees = [node for node in env.tocs[root].findall(addnodes.toctree) if node.get("numbered")] if root in env.tocs else []
    later = [page for node in toctrees[1:] for page in node["includefiles"] if page in env.toc_secnumbers]
    numbers: dict[str, dict[str, Any]] = dict(env.toc_secnumbers)  # Sphinx joins a number's parts by points, whatever they are
    for at, page in enumerate(later):
        letter = _letter(at)
        numbers[page] = {anchor: _lettered(letter, number) for anchor, number in numbers[page].items()}
        for node in (*env.tocs[page].findall(nodes.reference), env.titles[page]):
            if node.get("secnumber"):
                node["secnumber"] = _lettered(letter, node["secnumber"])
    env.toc_secnumbers = numbers
    env.trialbook_letters = {page: numbers[page] for page in later}  # type: ignore[attr-defined]
    return [page for page in later if before.get(page) != numbers[page]]


def _lettered(letter: str, number: Sequence[Any]) -> tuple[Any, ...]:
    return (letter, *number[1:]) if number else ()


def _letter(at: int) -> str:
    """A to Z, then AA, AB and so on."""
    return chr(ord("A") + at) if at < 26 else _letter(at // 26 - 1) + _letter(at % 26)
