"""The methods held against the outside figures: each check is computed afresh when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import nan
from pathlib import Path
from typing import Any

import trialbook.analysis
from trialbook.analysis.truth.data_sets import data_set
from trialbook.analysis.truth.figure import Call, Check, Figures, Source, Sources
from trialbook.analysis.truth.taken import taken
from trialbook.protocol.analysis import Technique
from trialbook.specfile import SpecFile, refuse_doubled

FIGURES = Path(__file__).parent / "figures"
SOURCES = Path(__file__).parent / "sources.yml"


@dataclass(frozen=True)
class Compared:
    """A figure of an outside source and what the method gives now; NaN for a check that tests alone can make.

    ``figure`` is its path in the result.
    """

    check: Check
    figure: str
    found: float

    @property
    def expected(self) -> float:
        """The outside figure."""
        return self.check.expected[self.figure]

    @property
    def difference(self) -> float:
        """What was found less what was expected."""
        return self.found - self.expected

    @property
    def agrees(self) -> bool | None:
        """Whether they are the same within the check's tolerance; None for a check that tests alone can make."""
        return None if self.check.only_in_tests else self.check.agrees(self.figure, self.found)


@cache
def checks() -> tuple[Check, ...]:
    """All checks, in the order of the files' names; SpecError where a file is wrong, ValueError for an id or source that is."""
    found = tuple(one for path in sorted(FIGURES.glob("*.yml")) for one in SpecFile(path).parse(Figures).checks)
    refuse_doubled("check", [one.id for one in found])
    unknown = {one.source for one in found} - sources().keys()
    if unknown:
        raise ValueError(f"sources.yml does not have {', '.join(sorted(unknown))}")
    return found


@cache
def sources() -> Mapping[str, Source]:
    """The sources by their ids."""
    return SpecFile(SOURCES).parse(Sources).sources


def checks_of(*, technique: Technique | None = None, method: str = "") -> tuple[Check, ...]:
    """The checks of a technique of the plan, or of a public method, which may also be one whose result another is given."""
    return tuple(
        one for one in checks() if (technique is None or technique in one.techniques) and (not method or method in _methods(one))
    )


def compared(check: Check) -> tuple[Compared, ...]:
    """A check, made now: a row a figure."""
    result = None if check.only_in_tests else called(check, check.data)
    return tuple(Compared(check, path, nan if check.only_in_tests else taken(result, path)) for path in check.expected)


def called(call: Call, data: str) -> Any:
    """The result of a method for what a check gives it, of a data set."""
    given = {
        name: called(value, data) if isinstance(value, Call) else tuple(value) if isinstance(value, list) else value
        for name, value in call.arguments.items()
    }
    if call.columns:
        rows = data_set(data)
        for column, value in call.where.items():
            rows = rows[rows[column] == value]
        given |= {name: rows[column] if isinstance(column, str) else rows[list(column)] for name, column in call.columns.items()}
    return getattr(trialbook.analysis, call.method)(**given)


def _methods(call: Call) -> set[str]:
    inner = (_methods(value) for value in call.arguments.values() if isinstance(value, Call))
    return {call.method}.union(*inner)
