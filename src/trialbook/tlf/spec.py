"""Which tables and figures a report has (``analysis_specs/displays.yml``): number, title, and the analyses that they show."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import model_validator

from trialbook.analysis.adam.loading import FOLDER
from trialbook.analysis.adam.spec import Names
from trialbook.errors import SpecError
from trialbook.specfile import SpecFile, SpecModel, refuse_doubled


class DisplaySpec(SpecModel):
    """A table or figure: its ``kind`` says how it is made; ``analyses`` are those of the plan that it shows, its main one first.

    ``parameters``: those that are shown, or shown more of; ``axis``: what the figure's axis is called, where that is not the
    endpoint's name; ``footnotes`` come after those that the methods give.
    """

    number: str
    kind: str
    title: str
    analyses: Names
    parameters: Names = ()
    axis: str = ""
    footnotes: Names = ()

    @property
    def analysis(self) -> str:
        """The main analysis."""
        return self.analyses[0]


class DisplaysSpec(SpecModel):
    """``analysis_specs/displays.yml``, in the order of the report."""

    displays: tuple[DisplaySpec, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        refuse_doubled("display", [one.number for one in self.displays])
        return self


def load_displays(root: Path) -> DisplaysSpec:
    """Read the study's displays; raises SpecError with file and line for what does not fit."""
    path = root / FOLDER / "displays.yml"
    if not path.is_file():
        raise SpecError("the study names no tables and figures", file=path, remedy="Write analysis_specs/displays.yml.")
    return SpecFile(path).parse(DisplaysSpec)
