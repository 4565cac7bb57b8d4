"""The parts of a protocol as plain data: what its files say, read as the protocol reads them."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trialbook.errors import SpecError
from trialbook.protocol.amendments import VERSIONS
from trialbook.protocol.design import TrialDesign
from trialbook.protocol.protocol import Protocol
from trialbook.specfile import SpecFile, plain_data

APART = "amendments"
READ = (".yml", ".bib")
"""The endings of files that are parts by their names alone: ``references.bib`` is the part ``references``."""


def parts_of(protocol: Protocol, as_written: Collection[str] = ()) -> dict[str, Any]:
    """What each file of the folder says, by its name (and its folder, if it stands in one), without the ending where it is YAML.

    YAML is as the protocol's models have it, so that a value left to its default is that value; a bibliography is its entries, a
    table its rows, and any other text its lines. Of the parts ``as_written`` the YAML is as it stands there.
    """
    parts = {}
    for path in sorted(protocol.folder.rglob("*")):
        name = path.relative_to(protocol.folder)
        hidden = any(one.startswith((".", "__")) for one in name.parts)
        if path.is_file() and not hidden and name.parts[0] != VERSIONS:
            part = (name.with_suffix("") if path.suffix in READ else name).as_posix()
            if part != APART:
                parts[part] = _said(protocol, path, part, part in as_written)
    return parts


def not_of_the_models(protocol: Protocol) -> dict[str, SpecError]:
    """The parts that the models can't read, with what is wrong: those of an older version may be written for older models."""
    found = {}
    for path in sorted(protocol.folder.glob("*.yml")):
        try:
            _modelled(protocol, path.stem)
        except SpecError as error:
            found[path.stem] = error
    return found


def _said(protocol: Protocol, path: Path, part: str, as_written: bool) -> Any:
    if path.suffix == ".yml":
        modelled = None if as_written else _modelled(protocol, part)
        if isinstance(modelled, BaseModel):
            return modelled.model_dump(mode="json")
        if isinstance(modelled, dict):
            return [one.model_dump(mode="json") for one in modelled.values()]
        return plain_data(SpecFile(path).data) or {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError("is not UTF-8 text", file=path, remedy="Save the file as UTF-8.") from None
    if path.suffix == ".bib":
        return _entries(path, text)
    if path.suffix == ".csv":
        return list(csv.DictReader(text.splitlines()))
    return text.splitlines()


def _modelled(protocol: Protocol, part: str) -> Any:
    """The part as the protocol's models have it; a design as it is written, since there its texts have others' facts in them."""
    if part == "design":
        return protocol.file(part).parse(TrialDesign)
    found = getattr(protocol, part) if part.isidentifier() and hasattr(type(protocol), part) else None
    return getattr(found, "spec", found)


def _entries(path: Path, text: str) -> list[dict[str, Any]]:
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    try:
        entries = parse_string(text, "bibtex").entries
    except PybtexError as error:
        raise SpecError(f"is no bibliography that can be read: {error}", file=path) from None
    found = []
    for key, entry in entries.items():
        people = {role: "; ".join(map(str, persons)) for role, persons in entry.persons.items()}
        found.append({"id": key, "type": entry.type, **people, **entry.fields})
    return found
