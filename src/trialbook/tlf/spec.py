"""Which tables and figures a report has (``analysis_specs/displays.yml``): number, title, and the analyses that they show."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from trialbook.analysis.adam.loading import FOLDER
from trialbook.analysis.adam.spec import Names
from trialbook.errors import SpecError
from trialbook.specfile import SpecFile, SpecModel, refuse_doubled


class DescribedVariable(SpecModel):
    """How a variable is told: its ``label`` where that is not the dataset's, and the words for its ``values``.

    ``decimals`` are those of its range; means and quartiles have one more, standard deviations two.
    """

    label: str = ""
    values: dict[str, str] = {}
    decimals: int = Field(default=0, ge=0, le=6)


class DisplaySpec(SpecModel):
    """A table or figure: its ``kind`` says how it is made; ``analyses`` are those of the plan that it shows, its main one first.

    ``parameters``: those that are shown, or shown more of; ``axis``: what the figure's axis is called, where that is not the
    endpoint's name; ``variables``: how those are told that are not told by the dataset's label, in whole numbers; ``footnotes``
    come after those that the methods give.
    """

    number: str
    kind: str
    title: str
    analyses: Names
    parameters: Names = ()
    axis: str = ""
    variables: dict[str, DescribedVariable] = {}
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
