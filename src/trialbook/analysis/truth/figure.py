"""A check as it stands in ``figures/*.yml``: a method, what it is given, and the figures that an outside source has for it."""

from __future__ import annotations

from enum import StrEnum
from math import isnan
from typing import Any, Self

from pydantic import Field, model_validator

from trialbook.protocol.analysis import Technique
from trialbook.specfile import SpecModel, refuse_doubled

CLOSE = 1e-9
"""How near to an outside figure that is not rounded a method's must be, if the check does not say otherwise."""


class Kind(StrEnum):
    """What an outside source is; ``by hand`` are exact figures whose computation the check tells."""

    PROGRAM = "program"
    PAPER = "paper"
    BY_HAND = "by hand"


class Source(SpecModel):
    """Where figures are from: a program with its version, a paper; ``name`` is what the book shows."""

    kind: Kind
    name: str


class Call(SpecModel):
    """A public method and what it is given.

    ``columns``: arguments that are columns of the check's data set (several make a frame), of the rows that have the values of
    ``where``. ``arguments``: all others as values, or as a call whose result they are.
    """

    method: str
    where: dict[str, bool | int | float | str] = {}
    columns: dict[str, str | tuple[str, ...]] = {}
    arguments: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _inner_calls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        arguments = {
            name: Call.model_validate(value) if isinstance(value, dict) else value
            for name, value in (given.get("arguments") or {}).items()
        }
        return {**given, "arguments": arguments}


class Check(Call):
    """A method held against the figures of a source.

    ``about``: what is computed, for a reader; ``data``: the data set; ``techniques``: those of a plan that it checks; ``source``:
    its id; ``how``: the call of that program, the place in the paper, the computation by hand. ``expected``: figures by what of
    the result is compared (see ``taken.taken``). ``tolerance`` is absolute; ``decimals``: how many the source prints.

    ``only_in_tests``: the data are not free to be shipped, so that tests alone make the check, where they are; what the method is
    given is not stated then.
    """

    id: str
    about: str
    data: str = ""
    techniques: tuple[Technique, ...] = ()
    source: str
    how: str
    expected: dict[str, float] = Field(min_length=1)
    tolerance: float = Field(default=CLOSE, gt=0)
    decimals: int | None = None
    only_in_tests: bool = False

    @property
    def closeness(self) -> float:
        """The largest difference at which a figure agrees: the tolerance, or half a unit of the last digit that is printed."""
        return self.tolerance if self.decimals is None else 0.5 * 10.0**-self.decimals + CLOSE

    def agrees(self, figure: str, found: float) -> bool:
        """Whether what was found is the expected figure; NaN agrees with NaN."""
        expected = self.expected[figure]
        if isnan(expected) or isnan(found):
            return isnan(expected) and isnan(found)
        return expected == found or abs(found - expected) <= self.closeness

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.only_in_tests and (self.data or self.columns or self.arguments):
            raise ValueError("what is checked only in tests is given nothing here")
        if self.columns and not self.data:
            raise ValueError("columns are of a data set: data names none")
        return self


class Figures(SpecModel):
    """A file of checks."""

    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        refuse_doubled("check", [one.id for one in self.checks])
        return self


class Sources(SpecModel):
    """The sources by their ids."""

    sources: dict[str, Source]
