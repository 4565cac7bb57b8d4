"""The parts of a workbook and how they hang together: its sheets, shared strings and styles.

Source: ECMA-376 part 2, 9.3 (relationships), and part 1, 18.2 (workbook). Parts are found by their relationships, as Excel finds
them; names of parts are compared whatever their case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from trialbook.exports.archive import Archive
from trialbook.exports.xml_stream import MalformedSheetError, elements, local

_USUAL = "xl/workbook.xml"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its name, the part of the zip that holds it, and whether it is hidden, however deeply."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Parts:
    """The sheets that are tables (no charts), the parts of shared strings and styles, and whether dates count from 1904."""

    sheets: tuple[Sheet, ...]
    strings: str | None
    styles: str | None
    epoch_1904: bool


def workbook_parts(archive: Archive) -> Parts:
    """Raises MalformedSheetError and ParseError for a zip that is no sound workbook, and one that lacks a sheet it lists."""
    parts = {name.lower(): name for name in archive.names}
    of_package = _relations(archive, parts, "")
    main = next((target for kind, target in of_package.values() if kind == "officeDocument"), _USUAL)
    if main.lower() not in parts:
        raise MalformedSheetError(f"it has no part {main}")
    relations = _relations(archive, parts, main)
    sheets, lost, epoch_1904 = [], [], False
    with archive.stream(parts[main.lower()]) as stream:
        for _, element in elements(stream, 1):
            tag = local(element.tag)
            if tag == "workbookPr":
                epoch_1904 = element.get("date1904") in ("1", "true", "on")
            for sheet in element if tag == "sheets" else ():
                attributes = {local(name): value for name, value in sheet.attrib.items()}
                kind, target = relations.get(attributes.get("id", ""), ("worksheet", ""))
                name = attributes.get("name", "")
                if kind == "worksheet" and target.lower() in parts:
                    sheets.append(Sheet(name, parts[target.lower()], attributes.get("state", "visible") != "visible"))
                elif kind == "worksheet":
                    lost.append(name)
    if lost:
        raise MalformedSheetError(f"it lacks the sheets it lists: {', '.join(lost)}")
    return Parts(
        tuple(sheets), _part(parts, relations, main, "sharedStrings"), _part(parts, relations, main, "styles"), epoch_1904
    )


def _relations(archive: Archive, parts: Mapping[str, str], part: str) -> dict[str, tuple[str, str]]:
    """By id the last word of each relationship's type, and the part it leads to; of the package itself for the part ``""``."""
    folder = dirname(part)
    listed = parts.get(join(folder, "_rels", f"{part.rpartition('/')[2]}.rels").lower())
    if listed is None:
        return {}
    found = {}
    with archive.stream(listed) as stream:
        for _, element in elements(stream, 1):
            target = element.get("Target", "")
            path = normpath(join("/", folder, target)).lstrip("/")
            found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], path)
    return found


def _part(parts: Mapping[str, str], relations: Mapping[str, tuple[str, str]], main: str, kind: str) -> str | None:
    """The part of a kind by its relationship, else by its usual name: some programs write no relationship."""
    named = next((target for found, target in relations.values() if found == kind), join(dirname(main), f"{kind}.xml"))
    return parts.get(named.lower())
