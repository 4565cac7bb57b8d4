"""Findings held against the list of what was broken, cell by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialbook.findings import Finding, Origin, Role

Cell = tuple[str, str | None, int | str | None, str | None]
ById = dict[str, Finding]


@dataclass(frozen=True)
class Found:
    """A defect (an entry of ``defects.json``), the findings that name its cell, and those of them that name it to be mended.

    A record that was removed has no cell. Findings on its subject tell of it that name a cell of its file, and name it to be
    mended where they name the file as the place in which a record is missing. ``only`` are those of ``mending`` that name nothing
    else to be mended than what is broken.
    """

    entry: Mapping[str, Any]
    naming: tuple[Finding, ...]
    mending: tuple[Finding, ...]
    only: tuple[Finding, ...]


@dataclass(frozen=True)
class Judged:
    """Every defect with what tells of it; ``right`` are the findings that tell of any, ``wrong`` those that tell of none."""

    found: tuple[Found, ...]
    right: tuple[Finding, ...]
    wrong: tuple[Finding, ...]


def compare(entries: Sequence[Mapping[str, Any]], findings: Iterable[Finding], subjects: Mapping[str, str]) -> Judged:
    """Each entry of ``defects.json`` with the findings that name it; ``subjects`` gives the USUBJID by a subject's number."""
    findings = tuple(findings)
    naming: defaultdict[Cell, ById] = defaultdict(dict)
    mending: defaultdict[Cell, ById] = defaultdict(dict)
    of_file: defaultdict[tuple[str | None, str, str | None], ById] = defaultdict(dict)
    lacking: defaultdict[tuple[str | None, str, str | None], ById] = defaultdict(dict)
    for finding in findings:
        for origin in finding.origins:
            place = (finding.subject, origin.file, origin.sheet)
            of_file[place][finding.id] = finding
            if origin.role is Role.CORRECT and origin.row is None and origin.path is None:
                lacking[place][finding.id] = finding
            for cell in _cells(origin):
                naming[cell][finding.id] = finding
                if origin.role is Role.CORRECT:
                    mending[cell][finding.id] = finding
    broken = _Broken(entries, subjects)
    found = []
    for entry in entries:
        row = entry.get("path") or entry["row"]
        if row is None:
            file = (subjects.get(entry["subject"], entry["subject"]), entry["file"], entry["sheet"])
            about, exact = of_file[file], lacking[file]
        else:
            record = (entry["file"], entry["sheet"], row)
            about, exact = _of(naming, record, entry["column"]), _of(mending, record, entry["column"])
        only = tuple(one for one in exact.values() if broken.holds_all(one))
        found.append(Found(entry, tuple(about.values()), tuple(exact.values()), only))
    right = {finding.id for one in found for finding in one.naming}
    return Judged(
        tuple(found),
        tuple(one for one in findings if one.id in right),
        tuple(one for one in findings if one.id not in right),
    )


class _Broken:
    """Every place that is broken: cells, records as a whole, and the files in which a subject's records are missing."""

    def __init__(self, entries: Iterable[Mapping[str, Any]], subjects: Mapping[str, str]):
        self.cells: set[Cell] = set()
        self.records: set[Cell] = set()
        self.missing: set[tuple[str | None, str, str | None]] = set()
        for entry in entries:
            row = entry.get("path") or entry["row"]
            if row is None:
                self.missing.add((subjects.get(entry["subject"], entry["subject"]), entry["file"], entry["sheet"]))
                continue
            self.records.add((entry["file"], entry["sheet"], row, None))
            if entry["column"] is None:
                self.cells.add((entry["file"], entry["sheet"], row, "*"))
            else:
                self.cells.add((entry["file"], entry["sheet"], row, entry["column"]))

    def holds_all(self, finding: Finding) -> bool:
        """Whether each place that a finding names to be mended is broken."""
        return all(self._holds(origin, finding.subject) for origin in finding.origins if origin.role is Role.CORRECT)

    def _holds(self, origin: Origin, subject: str | None) -> bool:
        if origin.row is None and origin.path is None:
            return (subject, origin.file, origin.sheet) in self.missing
        whole, *cells = _cells(origin)
        return whole in self.cells or all(cell in self.cells or cell in self.records for cell in cells)


def _cells(origin: Origin) -> Iterator[Cell]:
    """The cells that an origin names; a column of None is the whole record, and ``*`` any cell of it."""
    place = (origin.file, origin.sheet, origin.path or origin.row)
    yield (*place, "*")
    yield from ((*place, column) for column in origin.columns or (None,))


def _of(table: Mapping[Cell, ById], place: tuple[str, str | None, int | str], column: str | None) -> ById:
    """The findings on a cell, or on the record it is in; on any cell of a record that is broken as a whole."""
    columns = ("*",) if column is None else (column, None)
    return {id: one for name in columns for id, one in table.get((*place, name), {}).items()}
