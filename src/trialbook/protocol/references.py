"""The literature that the protocol cites (``protocol/references.bib``, BibTeX)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from trialbook.errors import SpecError

if TYPE_CHECKING:
    from pybtex.database import Entry

FILE = "references.bib"


@dataclass(frozen=True)
class Reference:
    """One entry: ``key`` is what ``cites`` names, ``cited`` what a reader sees of it in a text: authors and year.

    ``text`` is the entry as a list of references has it, ``html`` with its markup.
    """

    key: str
    line: int
    cited: str
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
    cited = _cited(entries)
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
            cited[key],
            formatted.text.render(Plain()),
            formatted.text.render(Html()),
            fields.get("year", ""),
            fields.get("doi", ""),
            fields.get("url", ""),
        )
    return found


def _cited(entries: Mapping[str, Entry]) -> dict[str, str]:
    """By key, the field ``shorthand`` (as biblatex has it) or authors and year; letters part those that are the same."""
    cited = {key: _authors_and_year(key, entry) for key, entry in entries.items()}
    for label, count in Counter(cited.values()).items():
        if count > 1:
            same = [key for key, other in cited.items() if other == label]
            cited |= {key: f"{label}{letter}" for key, letter in zip(same, _letters(), strict=False)}
    return cited


def _letters() -> Iterator[str]:
    """a to z, then aa to zz, which is more than one author's year has."""
    return chain(ascii_lowercase, (first + second for first in ascii_lowercase for second in ascii_lowercase))


def _authors_and_year(key: str, entry: Entry) -> str:
    if shorthand := entry.fields.get("shorthand"):
        return str(shorthand)
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(str(part) for part in person.rich_prelast_names + person.rich_last_names) for person in people]
    if len(names) > 2 or names[1:] == ["others"]:
        names = [f"{names[0]} et al."]
    return " ".join(part for part in (" and ".join(names), entry.fields.get("year", "")) if part) or key


def _line(text: str, key: str) -> int:
    found = re.search(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*[,}})]", text)
    return text[: found.start()].count("\n") + 1 if found else 1
