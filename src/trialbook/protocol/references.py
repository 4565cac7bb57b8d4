"""The literature that the protocol cites (``protocol/references.bib``, BibTeX)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from trialbook.errors import SpecError

FILE = "references.bib"


@dataclass(frozen=True)
class Reference:
    """One entry: ``key`` is what ``cites`` names, ``text`` the entry as a list of references has it, ``html`` with its markup."""

    key: str
    line: int
    text: str
    html: str
    year: str = ""
    doi: str = ""
    url: str = ""


def load_references(folder: Path) -> dict[str, Reference]:
    """The entries of ``references.bib`` by key, in the order of the file; none where the file is not there.

    Raises :class:`SpecError` with file and line where it is no BibTeX, has a key twice or an entry without a needed field.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    # Takes a third of a second, and only pages and lint ask for it.
    from pybtex.backends.html import Backend as Html
    from pybtex.backends.plaintext import Backend as Plain
    from pybtex.database import Entry
    from pybtex.database.input.bibtex import Parser, UndefinedMacro
    from pybtex.exceptions import PybtexError
    from pybtex.scanner import PybtexSyntaxError
    from pybtex.style.formatting.unsrt import Style

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError("is not UTF-8 text", file=path, remedy="Save the file as UTF-8.") from None
    try:
        entries: dict[str, Entry] = dict(Parser().parse_string(text).entries)
    except PybtexSyntaxError as error:
        line = getattr(error, "lineno", None) or 1
        what = f"{error.args[0]} is not defined" if isinstance(error, UndefinedMacro) else error.args[0]
        raise SpecError(f"is not valid BibTeX: {what}", file=path, place=f"line {line}") from None
    except PybtexError as error:
        raise SpecError(f"is not valid BibTeX: {error}", file=path, place="line 1") from None
    style, found = Style(), {}
    for key, entry in entries.items():
        line = _line(text, key)
        try:
            (formatted,) = style.format_entries([entry])
        except (PybtexError, AttributeError, KeyError) as error:
            what = f"the entry {key} can't be written out: {error}"
            raise SpecError(what, file=path, place=f"line {line}") from None
        fields = entry.fields
        if not fields.get("title"):
            raise SpecError(f"the entry {key} has no title", file=path, place=f"line {line}")
        found[key] = Reference(
            key,
            line,
            formatted.text.render(Plain()),
            formatted.text.render(Html()),
            fields.get("year", ""),
            fields.get("doi", ""),
            fields.get("url", ""),
        )
    return found


def _line(text: str, key: str) -> int:
    found = re.search(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*[,}})]", text)
    return text[: found.start()].count("\n") + 1 if found else 1
