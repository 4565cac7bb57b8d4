"""A comparison in the format that is asked for, and a file of it written whole or not at all."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from trialbook.amendment.difference import compare
from trialbook.amendment.payload import as_json
from trialbook.amendment.text import as_text, plain
from trialbook.errors import TrialbookError

FORMATS = ("text", "json", "docx")
_COLOURS = {"title": "1", "-": "31", "+": "32", "note": "2"}


def rendered(old: str, new: str, root: Path | None, format: str, to_file: bool) -> bytes | str:
    """The comparison of ``old`` and ``new`` in a format; raises TrialbookError for one that is not known, before comparing."""
    if format not in FORMATS:
        raise TrialbookError(f"--format takes {', '.join(FORMATS)}; found {format!r}", remedy="Give one of them.")
    if format == "docx" and not to_file:
        raise TrialbookError("a Word file is written to a file", remedy="Name it with --out FILE.")
    found = compare(old, new, root)
    if format == "docx":
        # Who reads on the terminal does not wait for it to be imported.
        from trialbook.amendment.word_file import as_word_file

        return as_word_file(found)
    if format == "json":
        return as_json(found)
    return as_text(found, plain if to_file or not sys.stdout.isatty() else coloured)


def coloured(text: str, what: str) -> str:
    """A text in the colour of what it is, for a terminal."""
    return f"\x1b[{_COLOURS[what]}m{text}\x1b[0m"


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file, in one step; folders above it are made. Raises TrialbookError where that can't be, and nothing changed."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.is_dir():
            raise TrialbookError("is a folder; a file was to be written there", file=path, remedy="Name a file.")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace"))
        beside.replace(path)
    except OSError as error:
        raise TrialbookError(f"can't be written: {error.strerror}", file=path, remedy="Name a place you may write to.") from None
    finally:
        beside.unlink(missing_ok=True)
