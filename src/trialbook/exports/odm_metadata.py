"""What an ODM file says about its forms, item groups and items."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

# OpenClinica's OIDs: I_, the form in up to five characters, the item.
_OPENCLINICA = re.compile(r"^[A-Z]{1,2}_[^_]*_(.+)$")
_LAST_PART = re.compile(r"[.:/]([^.:/]+)$")

Column = tuple[str, str]
"""An item in a form: the OIDs of its item group and of itself."""


@dataclass
class Definition:
    """A FormDef, ItemGroupDef, ItemDef or StudyEventDef; ``refs`` are the OIDs of the groups or items in it, in order."""

    name: str = ""
    repeating: bool = False
    variables: tuple[str, ...] = ()
    refs: dict[str, None] = field(default_factory=dict)


@dataclass
class Metadata:
    """Definitions by OID; of one that stands several times (amendments) the names are the last one's, the parts all of them."""

    forms: dict[str, Definition] = field(default_factory=dict)
    groups: dict[str, Definition] = field(default_factory=dict)
    items: dict[str, Definition] = field(default_factory=dict)
    events: dict[str, Definition] = field(default_factory=dict)


def further_names(oid: str, definitions: Mapping[str, Definition]) -> tuple[str, ...]:
    """What a form or item group may be called beside its OID: its name, and the last part of its OID."""
    name = definitions[oid].name if oid in definitions else ""
    return tuple(other for other in dict.fromkeys((name, *_last_parts(oid))) if other and other != oid)


def column_headers(columns: Iterable[Column], items: Mapping[str, Definition], known: Collection[str]) -> dict[Column, str]:
    """One header a column of a table, no two alike (in any case).

    An item may be called by its OID, its name, its SAS or SDS variable name, or the last part of its OID, and by the first of
    these that is in ``known`` (lower case) it is called. Where two items could be called the same, the one that is so by an
    earlier of these is; between equals neither is. One that has no known name goes by its name where no other has it, else by its
    OID, with the group's OID before it where the item stands in several groups.
    """
    columns = list(columns)
    found: dict[Column, str] = {}
    taken: set[str] = set()
    names = {column: _names(column[1], items.get(column[1])) for column in columns}
    for rank in range(5):
        claims: dict[str, list[Column]] = {}
        for column in columns:
            if column not in found:
                for name in names[column][rank]:
                    if name.casefold() in known and name.casefold() not in taken:
                        claims.setdefault(name.casefold(), []).append(column)
        for name, claiming in claims.items():
            if len(claiming) == 1 and claiming[0] not in found:
                (column,) = claiming
                found[column] = next(own for own in names[column][rank] if own.casefold() == name)
                taken.add(name)
            elif len(claiming) > 1:
                taken.add(name)
    for candidates in (lambda c: names[c][1], lambda c: (c[1],), lambda c: (f"{c[0]}/{c[1]}",)):
        counts: dict[str, int] = {}
        for column in columns:
            if column not in found:
                for name in candidates(column):
                    counts[name.casefold()] = counts.get(name.casefold(), 0) + 1
        for column in columns:
            if column not in found:
                for name in candidates(column):
                    if counts[name.casefold()] == 1 and name.casefold() not in taken:
                        found[column] = name
        taken.update(name.casefold() for name in found.values())
    for column in columns:  # what a group's and an item's OID together call is another's name: no sound file gets here
        number = 2
        while column not in found:
            name = f"{column[0]}/{column[1]} ({number})"
            if name.casefold() not in taken:
                found[column] = name
                taken.add(name.casefold())
            number += 1
    return {column: found[column] for column in columns}


def _names(oid: str, item: Definition | None) -> tuple[tuple[str, ...], ...]:
    """What an item may be called, by precedence: OID, name, SAS name, SDS name, last part of the OID."""
    name = " ".join(item.name.split()) if item else ""
    sas, sds = (item.variables if item and item.variables else ("", ""))[:2]
    single = tuple((one,) if one else () for one in (oid.strip(), name, sas, sds))
    return (*single, _last_parts(oid))


def _last_parts(oid: str) -> tuple[str, ...]:
    found = (pattern.search(oid) for pattern in (_LAST_PART, _OPENCLINICA))
    return tuple(dict.fromkeys(match.group(1) for match in found if match))
