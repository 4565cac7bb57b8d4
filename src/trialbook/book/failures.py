"""What went wrong when the executed pages were rendered, from what Jupyter Book said: one message that names page and line."""

from __future__ import annotations

import re
from pathlib import Path

from trialbook.errors import TrialbookError

SHOWN = 10
HEADER_REMEDY = "Begin the page with a header that says `file_format: mystnb` and names the kernel `python3`."

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NAMED = re.compile(r"^(?:[\w.]+\.)?(?P<error>[A-Za-z_]\w*(?:Error|Exception|Interrupt|Exit|Warning): .*)$", re.MULTILINE)
_WARNING = re.compile(
    r"^(?:(?P<page>/[^\n]*?|[A-Za-z]:[^\n]*?)(?::(?P<line>\d+))?: )?(?:WARNING|ERROR|CRITICAL): (?P<what>[^\n]*)$", re.MULTILINE
)
_UNEXECUTED = re.compile(r"^(?P<page>\S[^\n]*): has code cells that were not executed$", re.MULTILINE)
_READING = re.compile(r"reading sources\.\.\. \[[ \d]+%\] (?P<page>\S+)")
_QUOTED = re.compile(r"['\"]([^'\"]+)['\"]")
_TYPE = re.compile(r" \[[\w.]+\]\s*$")


def explain_failure(said: str, code: int, root: Path, log: Path) -> TrialbookError | None:
    """The user's error for what a build said and its exit code; None for a build without fault.

    A warning is a fault: a cross-reference that leads nowhere is one to Sphinx.
    """
    said = _COLOURS.sub("", said)
    remedy = f"The whole log is {log}"
    if unexecuted := _UNEXECUTED.search(said):
        return TrialbookError("has code cells that were not executed", file=unexecuted["page"], remedy=HEADER_REMEDY)
    if warnings := list(dict.fromkeys(_warning(found, root) for found in _WARNING.finditer(said))):
        more = [f"and {len(warnings) - SHOWN} more"] if len(warnings) > SHOWN else []
        return TrialbookError("the book's pages have faults:\n" + "\n".join([*warnings[:SHOWN], *more]), remedy=remedy)
    if code:
        return _breakdown(said, root, remedy)
    return None


def _breakdown(said: str, root: Path, remedy: str) -> TrialbookError:
    """Jupyter Book itself broke off: its first cause, and the page it was reading."""
    reading, causes = list(_READING.finditer(said)), list(_NAMED.finditer(said))
    what = causes[0]["error"] if causes else "it does not say why"
    page = f"{reading[-1]['page']}.md" if reading else root
    return TrialbookError(f"Jupyter Book could not build the book: {what}", file=page, remedy=remedy)


def _warning(found: re.Match[str], root: Path) -> str:
    what = _TYPE.sub("", found["what"])
    if not found["page"]:
        return what
    line = f", line {_line(Path(found['page']), int(found['line']), what)}" if found["line"] else ""
    return f"{_page(found['page'], root)}{line}: {what}"


def _line(page: Path, said: int, what: str) -> int:
    """The line that has what the warning quotes, nearest to the one that it names.

    MyST-NB names the first line of a paragraph, and counts one too many before a page's first cell.
    """
    quoted = _QUOTED.findall(what)
    if not quoted or not page.is_file():
        return said
    lines = page.read_text(encoding="utf-8", errors="replace").splitlines()
    having = [number for number, text in enumerate(lines, start=1) if quoted[-1] in text]
    return min(having, key=lambda number: abs(number - said), default=said)


def _page(path: str, root: Path) -> str:
    page = Path(path)
    return page.relative_to(root).as_posix() if page.is_relative_to(root) else path
