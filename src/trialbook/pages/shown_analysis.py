"""What pages may show of the analyses, and the file that holds it: written by the build, read by each page without the data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from math import isnan, nan
from pathlib import Path
from typing import Any, Self

from markupsafe import Markup

from trialbook.errors import TrialbookError

SCHEMA = 1


@dataclass(frozen=True)
class ShownNumber:
    """A result as :class:`trialbook.analysis.results.Key` names it, and the second path's number beside it; NaN where none is."""

    analysis: str
    technique: str
    statistic: str
    group: str
    level: str
    value: float
    reason: str
    second: float
    agrees: bool


@dataclass(frozen=True)
class ShownDisplay:
    """A table or figure as a piece of a page, by its number; ``analyses`` are those of the plan that it shows."""

    number: str
    kind: str
    title: str
    analyses: tuple[str, ...]
    html: str


@dataclass(frozen=True)
class Sample:
    """What the methods of one analysis are given.

    Of a response, counts with one number a stratum (``strata``); of a time to an event, one number a subject, in no order of
    subjects: ``time`` in days, ``cause`` (1 the event, 2 a competing one, 0 censored), ``treated`` and ``strata``.
    """

    strata: tuple[str, ...] = ()
    treated_responders: tuple[int, ...] = ()
    treated_subjects: tuple[int, ...] = ()
    control_responders: tuple[int, ...] = ()
    control_subjects: tuple[int, ...] = ()
    time: tuple[float, ...] = ()
    cause: tuple[int, ...] = ()
    treated: tuple[int, ...] = ()

    @property
    def tables(self) -> tuple[tuple[int, ...], ...]:
        """Responders and subjects of the arm that is treated, then of control, one number a stratum each."""
        return self.treated_responders, self.treated_subjects, self.control_responders, self.control_subjects

    @property
    def table(self) -> tuple[int, int, int, int]:
        """The same over all strata."""
        one, two, three, four = map(sum, self.tables)
        return one, two, three, four

    @property
    def event(self) -> tuple[bool, ...]:
        """Whether the event happened."""
        return tuple(cause == 1 for cause in self.cause)


@dataclass(frozen=True)
class ShownAnalysis:
    """Everything that pages may show of the analyses; without results (``shells``) their tables and figures are empty.

    ``records`` of each analysis dataset; ``only_second``: how many numbers the second path has alone; ``samples`` by analysis.
    """

    study: str
    synthetic: str | None
    shells: bool
    versions: Mapping[str, str]
    records: Mapping[str, int]
    displays: tuple[ShownDisplay, ...]
    numbers: tuple[ShownNumber, ...]
    only_second: int
    samples: Mapping[str, Sample]

    def display(self, number: str) -> Markup:
        """A table or figure by its number; raises TrialbookError naming those that there are."""
        for one in self.displays:
            if one.number == number:
                return Markup(one.html)
        known = ", ".join(one.number for one in self.displays)
        raise TrialbookError(f"there is no table or figure {number!r}", remedy=f"Name one of {known}.")

    def of(self, analysis: str, technique: str = "") -> Iterator[ShownNumber]:
        """The numbers of an analysis, and of one of its techniques."""
        return (one for one in self.numbers if one.analysis == analysis and technique in ("", one.technique))

    @property
    def disagreeing(self) -> tuple[ShownNumber, ...]:
        """The numbers on which the two paths disagree."""
        return tuple(one for one in self.numbers if not one.agrees)

    def sample(self, analysis: str) -> Sample:
        """What the methods of an analysis are given; TrialbookError where there are none, as in shells."""
        if analysis not in self.samples:
            remedy = "Show results: of a real export they are shown only with TRIALBOOK_RESULTS=1."
            raise TrialbookError(f"there are no data of the analysis {analysis!r} here", remedy=remedy)
        return self.samples[analysis]

    def write(self, file: Path) -> None:
        """Write it as JSON in UTF-8."""
        shown = {"schema": SCHEMA, **{one.name: getattr(self, one.name) for one in fields(self)}}
        shown["displays"] = [asdict(one) for one in self.displays]
        shown["numbers"] = [[_plain(value) for value in asdict(one).values()] for one in self.numbers]
        shown["samples"] = {name: asdict(one) for name, one in self.samples.items()}
        file.write_text(json.dumps(shown, ensure_ascii=False, allow_nan=False), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read it; raises TrialbookError for a file that is none."""
        try:
            data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if data.pop("schema") != SCHEMA:
                raise ValueError("it is of another version of trialbook")
            data["displays"] = tuple(ShownDisplay(**one | {"analyses": tuple(one["analyses"])}) for one in data["displays"])
            data["numbers"] = tuple(_number(one) for one in data["numbers"])
            data["samples"] = {
                name: Sample(**{key: tuple(value) for key, value in one.items()}) for name, one in data["samples"].items()
            }
            return cls(**data)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise TrialbookError(f"can't be read as the analyses for pages: {error}", file=file, remedy="Build again.") from None


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and isnan(value) else value


def _number(row: list[Any]) -> ShownNumber:
    analysis, technique, statistic, group, level, value, reason, second, agrees = row
    numbers = [nan if one is None else one for one in (value, second)]
    return ShownNumber(analysis, technique, statistic, group, level, numbers[0], reason, numbers[1], agrees)
