"""The folder ``protocol/`` as one object; each part is read when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from trialbook.protocol.interventions import Interventions
from trialbook.protocol.schedule import Visit, load_visits
from trialbook.protocol.study import StudyProtocol
from trialbook.specfile import ModelT, SpecFile


class Protocol:
    """What the trial is. A part whose file is not there is empty; what a file says wrongly is a SpecError with file and line."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: dict[str, SpecFile] = {}

    @cached_property
    def study(self) -> StudyProtocol:
        """``study.yml``: identity, sponsor, design, population, arms."""
        return self.file("study").parse(StudyProtocol)

    @property
    def id(self) -> str:
        """STUDYID."""
        return self.study.id

    @cached_property
    def visits(self) -> dict[str, Visit]:
        """``visits.yml``: the planned visits by name."""
        return load_visits(self.folder, self._read)

    @cached_property
    def interventions(self) -> Interventions:
        """``interventions.yml``: what the arms are given, with dose steps and thresholds."""
        return self.part("interventions", Interventions)

    def file(self, name: str) -> SpecFile:
        """A YAML file of the folder, which still knows the lines of its keys."""
        return self._read(self.folder / f"{name}.yml")

    def part(self, name: str, model: type[ModelT]) -> ModelT:
        """The file ``<name>.yml`` as ``model``; the model without anything where the file is not there."""
        return self.file(name).parse(model) if (self.folder / f"{name}.yml").exists() else model()

    def _read(self, path: Path) -> SpecFile:
        if path.stem not in self.files:
            self.files[path.stem] = SpecFile(path)
        return self.files[path.stem]
