"""The planned visits (``protocol/visits.yml``), as the trial design dataset TV has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecFile, SpecModel, refuse_doubled


class Visit(Sourced):
    """A planned visit: VISITNUM, VISIT and VISITDY of SDTMIG TV; ``day`` is None where an event decides when it takes place.

    ``window``: the days before and after ``day`` that still count as on time.
    """

    visitnum: float
    visit: str = Field(min_length=1)
    day: int | None = None
    window: tuple[int, int] | None = None

    @property
    def offset(self) -> int:
        """Days after day 1 on which the visit is planned: day 1 is 0, and the day before it, day -1, is -1."""
        if self.day is None:
            raise ValueError(f"{self.visit} has no planned day: an event decides when it is")
        return self.day - (self.day > 0)

    @model_validator(mode="after")
    def _day_exists(self) -> Self:
        if self.day == 0:
            raise ValueError("there is no study day 0: day 1 follows day -1")
        if self.window is not None and self.window[0] > self.window[1]:
            raise ValueError(f"the window ends before it begins ({self.window[0]} to {self.window[1]})")
        return self

    @property
    def first_day(self) -> int | None:
        """The first study day that counts as on time; None where an event decides when the visit takes place."""
        if self.day is None or self.window is None:
            return self.day
        first = self.offset + self.window[0]
        return first + (first >= 0)

    @property
    def last_day(self) -> int | None:
        """The last study day that still counts as on time; None where an event decides when the visit takes place."""
        if self.day is None or self.window is None:
            return self.day
        last = self.day + self.window[1]
        return last + (self.day < 0 <= last)


class VisitsSpec(SpecModel):
    """``protocol/visits.yml``; ``source`` is that of each visit which does not name its own."""

    source: Source | None = None
    visits: tuple[Visit, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what in ("visitnum", "visit"):
            refuse_doubled(what, [getattr(one, what) for one in self.visits])
        return self


def load_visits(folder: Path, read: Callable[[Path], SpecFile] = SpecFile) -> dict[str, Visit]:
    """The visits by name, each with its source; none where the study has no ``visits.yml``. Raises SpecError with file and line.

    ``read`` opens the file.
    """
    path = folder / "visits.yml"
    spec = read(path).parse(VisitsSpec) if path.exists() else VisitsSpec()
    return {one.visit: one.model_copy(update={"source": one.source or spec.source}) for one in spec.visits}
