"""The pages of the book that a change touches: those whose cells take something else from the protocol."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from trialbook.amendment.place import Place, PlaceKind, differences
from trialbook.amendment.reach import Reach
from trialbook.pages import session
from trialbook.run import Study

_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"^#\s+(.+)$", re.MULTILINE)
SHOWS_SECTION = "section"
"""The function of a page that shows the section of a number."""
RUN_NOTE = "shows a run, in which the touched checks and datasets take part"


def touched_pages(book: Path, old: Study, new: Study, run_differs: bool) -> list[Place]:
    """A place for each page in the folder ``book``, whose files are named from the folder above it.

    ``run_differs``: checks or mapped datasets are touched, and so is a page that shows a run.
    """
    places = []
    for page in sorted(book.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        sides = [_taken(text, study) for study in (old, new)]
        takes = differences(sides[0].found, sides[1].found)
        runs = sides[1].runs and run_differs
        if takes or runs:
            title = _TITLE.search(_CELL.sub("", text))
            name = page.relative_to(book.parent).as_posix()
            note = RUN_NOTE if runs else ""
            places.append(Place(PlaceKind.PAGES, name, title.group(1).strip() if title else page.stem, takes, note))
    return places


def _taken(text: str, study: Study) -> Reach:
    reach = Reach(study, {session.study: study})
    names: dict[str, Any] = {}
    for cell in cells_of(text):
        tree = ast.parse(cell)
        for node in tree.body:
            # What can't be imported here is no part of trialbook, and knows nothing of the protocol.
            with contextlib.suppress(ImportError):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    exec(compile(ast.Module([node], []), "<page>", "exec"), names)
        reach.code(compile(tree, "<page>", "exec"), names, {})
    _only_shown(text, reach)
    return reach


def _only_shown(text: str, reach: Reach) -> None:
    """Of sections.yml only what the page shows by number: what a function does with its argument, its code does not tell."""
    calls = [node for cell in cells_of(text) for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)]
    asked = [call.args[:1] for call in calls if isinstance(call.func, ast.Name) and call.func.id == SHOWS_SECTION]
    numbers = [one[0].value for one in asked if one and isinstance(one[0], ast.Constant)]
    if asked and len(numbers) == len(asked):
        reach.found = {
            name: [_of_numbers(one, numbers) for one in found] if name == "sections" else found
            for name, found in reach.found.items()
        }


def _of_numbers(sections: Any, numbers: Collection[Any]) -> Any:
    if not isinstance(sections, dict) or "sections" not in sections:
        return sections
    return sections | {"sections": [one for one in sections["sections"] if one["number"] in numbers]}


def cells_of(text: str) -> Iterator[str]:
    """The code of a page's cells that are Python, without their options; of magic and shell commands nothing is known."""
    for found in _CELL.finditer(text):
        lines = _OPTIONS.sub("", found.group(1)).splitlines()
        code = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
        try:
            ast.parse(code)
        except SyntaxError:
            continue
        yield code
