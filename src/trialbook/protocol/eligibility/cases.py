"""The boundary cases of the criteria (``protocol/eligibility_cases.csv``): a test, and a page to read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trialbook.errors import SpecError
from trialbook.protocol.eligibility.items import expected as expected_values
from trialbook.protocol.eligibility.items import takes
from trialbook.protocol.eligibility.spec import EligibilitySpec

COLUMNS = ("criterion", "case", "items", "reading", "expected", "missing")
_TRUTH: dict[str, bool | None] = {"true": True, "false": False, "unknown": None}


@dataclass(frozen=True)
class Case:
    """One boundary case: a subject who differs in ``items`` from the eligible one, judged under other settings where it says so.

    ``expected``: the criterion's truth, None for unknown; then ``missing`` are the items that would decide it. ``line`` is
    its place in the file.
    """

    line: int
    criterion: str
    case: str
    items: Mapping[str, str]
    reading: Mapping[str, str]
    expected: bool | None
    missing: tuple[str, ...] = ()


def load_cases(path: Path, spec: EligibilitySpec) -> tuple[Case, ...]:
    """The file's cases, with names and values held against items and settings. Raises SpecError with the line.

    Those of a criterion that is not there are left out: a criterion may be taken out, and :func:`cases_of_none` tells of them.
    """
    known = {one.id for one in spec.criteria}
    return tuple(_case(line, row, path, spec) for line, row in _rows(path) if row[0] in known)


def cases_of_none(path: Path, spec: EligibilitySpec) -> list[tuple[int, str]]:
    """The lines of the cases whose criterion is not there, and what they call it."""
    known = {one.id for one in spec.criteria}
    return [(line, row[0]) for line, row in _rows(path) if row[0] not in known]


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            lines = [(reader.line_num, row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SpecError(f"can't be read: {error}", file=path) from None
    if not lines or tuple(lines[0][1]) != COLUMNS:
        raise SpecError(f"the header is not {','.join(COLUMNS)}", file=path, place="line 1")
    return lines[1:]


def _case(line: int, row: list[str], path: Path, spec: EligibilitySpec) -> Case:
    known_items = {one.name: one for one in spec.items}
    choices = {one.name: one.choices for one in spec.settings}

    def wrong(what: str) -> SpecError:
        return SpecError(what, file=path, place=f"line {line}")

    if len(row) != len(COLUMNS):
        raise wrong(f"has {len(row)} cells; there are {len(COLUMNS)} columns")
    cells = dict(zip(COLUMNS, row, strict=True))
    criterion, items, reading = cells["criterion"], _pairs(cells["items"], wrong), _pairs(cells["reading"], wrong)
    missing = tuple(cells["missing"].split())
    for name in (*items, *missing):
        if name not in known_items:
            raise wrong(f"{name} is no item")
    for name, value in items.items():
        if value and not takes(known_items[name], value):
            raise wrong(f"{name} is {value!r}; expected {expected_values(known_items[name])}")
    for name, value in reading.items():
        if value not in choices.get(name, {}):
            raise wrong(f"{name} = {value} is no choice of a setting")
    if cells["expected"] not in _TRUTH:
        raise wrong(f"expected is {cells['expected']!r}; it is one of {', '.join(_TRUTH)}")
    truth = _TRUTH[cells["expected"]]
    if (truth is None) != bool(missing):
        raise wrong("missing has the items that would decide the criterion where unknown is expected, and only there")
    in_order = tuple(name for name in known_items if name in missing)
    return Case(line, criterion, cells["case"], items, reading, truth, in_order)


def _pairs(text: str, wrong: object) -> dict[str, str]:
    """``age = 17; alt =`` as a dict."""
    found: dict[str, str] = {}
    for pair in filter(str.strip, text.split(";")):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or name in found:
            assert callable(wrong)
            raise wrong(f"{pair.strip()!r} is not a name, = and a value, each name once")
        found[name] = value
    return found
