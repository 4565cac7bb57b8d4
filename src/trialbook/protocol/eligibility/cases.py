"""The boundary cases of the criteria (``protocol/eligibility_cases.csv``): a test, and a page to read."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.errors import SpecError
from trialbook.protocol.eligibility.items import expected as expected_values
from trialbook.protocol.eligibility.items import takes

if TYPE_CHECKING:
    from trialbook.protocol.eligibility.judge import Eligibility

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


@dataclass(frozen=True)
class Outcome:
    """What the criteria say of a case."""

    case: Case
    found: bool | None
    missing: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        """Whether that is what the case says."""
        return (self.found, self.missing) == (self.case.expected, self.case.missing)


def load_cases(path: Path, eligibility: Eligibility) -> tuple[Case, ...]:
    """The file's cases, with names and values held against items and settings. Raises SpecError with the line.

    Those of a criterion that is not there are left out: a criterion may be taken out, and :func:`cases_of_none` tells of them.
    """
    return tuple(_case(line, row, path, eligibility) for line, row in _rows(path) if row[0] in eligibility.criteria)


def cases_of_none(path: Path, eligibility: Eligibility) -> list[tuple[int, str]]:
    """The lines of the cases whose criterion is not there, and what they call it."""
    return [(line, row[0]) for line, row in _rows(path) if row[0] not in eligibility.criteria]


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


def outcomes(cases: Sequence[Case], eligibility: Eligibility) -> list[Outcome]:
    """Every case judged, in their order."""
    found: dict[int, Outcome] = {}
    for reading in dict.fromkeys(tuple(case.reading.items()) for case in cases):
        alike = [(at, case) for at, case in enumerate(cases) if tuple(case.reading.items()) == reading]
        subjects = pd.DataFrame([eligibility.spec.eligible_subject | dict(case.items) for _, case in alike], dtype="str").fillna(
            ""
        )
        verdicts = eligibility.with_settings(dict(reading)).judge(subjects)
        for row, (at, case) in enumerate(alike):
            truth = verdicts.criteria[case.criterion].iloc[row]
            missing = verdicts.missing.iloc[row].get(case.criterion, ())
            found[at] = Outcome(case, None if pd.isna(truth) else bool(truth), missing)
    return [found[at] for at in range(len(cases))]


def _case(line: int, row: list[str], path: Path, eligibility: Eligibility) -> Case:
    def wrong(what: str) -> SpecError:
        return SpecError(what, file=path, place=f"line {line}")

    if len(row) != len(COLUMNS):
        raise wrong(f"has {len(row)} cells; there are {len(COLUMNS)} columns")
    cells = dict(zip(COLUMNS, row, strict=True))
    criterion, items, reading = cells["criterion"], _pairs(cells["items"], wrong), _pairs(cells["reading"], wrong)
    missing = tuple(cells["missing"].split())
    for name in (*items, *missing):
        if name not in eligibility.items:
            raise wrong(f"{name} is no item")
    for name, value in items.items():
        if value and not takes(eligibility.items[name], value):
            raise wrong(f"{name} is {value!r}; expected {expected_values(eligibility.items[name])}")
    for name, value in reading.items():
        if name not in eligibility.settings or value not in eligibility.settings[name].choices:
            raise wrong(f"{name} = {value} is no choice of a setting")
    if cells["expected"] not in _TRUTH:
        raise wrong(f"expected is {cells['expected']!r}; it is one of {', '.join(_TRUTH)}")
    truth = _TRUTH[cells["expected"]]
    if (truth is None) != bool(missing):
        raise wrong("missing has the items that would decide the criterion where unknown is expected, and only there")
    in_order = tuple(name for name in eligibility.items if name in missing)
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
