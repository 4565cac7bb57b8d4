"""The folder ``protocol/`` as one object; each part is read when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import pandas as pd

from trialbook.errors import SpecError
from trialbook.protocol.activities import Activities
from trialbook.protocol.amendments import Amendments, folder_of_versions
from trialbook.protocol.analysis import Analysis
from trialbook.protocol.design import FACTS_OF_DESIGN, TrialDesign, load_design
from trialbook.protocol.eligibility import Eligibility, load_eligibility
from trialbook.protocol.glossary import Glossary
from trialbook.protocol.interventions import Interventions
from trialbook.protocol.objectives import Objectives
from trialbook.protocol.questions import Questions
from trialbook.protocol.reconstruction import Reconstruction, reconstruct
from trialbook.protocol.references import Reference, load_references
from trialbook.protocol.schedule import Visit, load_visits
from trialbook.protocol.sections import Sections
from trialbook.protocol.soa import Schedule
from trialbook.protocol.study import StudyProtocol
from trialbook.specfile import ModelT, SpecFile


class Protocol:
    """What the trial is. A part whose file is not there is empty; what a file says wrongly is a SpecError with file and line."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: dict[str, SpecFile] = {}
        self._before: dict[str, Protocol] = {}

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
    def activities(self) -> Activities:
        """``activities.yml``: what is done at which visit, and on which forms it is recorded."""
        return self.part("activities", Activities)

    @cached_property
    def schedule(self) -> Schedule:
        """Visits and activities as one: the table, and the forms expected at each visit."""
        return Schedule(self.visits, self.activities, self.interventions)

    @cached_property
    def interventions(self) -> Interventions:
        """``interventions.yml``: what the arms are given, with dose steps and thresholds."""
        return self.part("interventions", Interventions)

    @cached_property
    def eligibility(self) -> Eligibility:
        """``eligibility.yml``: who may take part, and the verdict on subjects."""
        there = (self.folder / "eligibility.yml").exists()
        return load_eligibility(self.file("eligibility") if there else None, self.study)

    @cached_property
    def design(self) -> TrialDesign:
        """``design.yml``: epochs, elements, the arms' paths, the trial summary; its texts composed."""
        if not (self.folder / "design.yml").exists():
            return TrialDesign()
        return load_design(self.file("design"), {name: getattr(self, name) for name in FACTS_OF_DESIGN})

    @cached_property
    def objectives(self) -> Objectives:
        """``objectives.yml``: objectives, endpoints and estimands."""
        return self.part("objectives", Objectives)

    @cached_property
    def analysis(self) -> Analysis:
        """``analysis.yml``: analysis sets, methods and settings of the analysis, assumptions of the sample size."""
        return self.part("analysis", Analysis)

    def sample_size(self) -> Reconstruction | None:
        """What those assumptions say of the planned number of subjects; None where there are none."""
        return reconstruct(self.analysis, self.study.design.planned_subjects)

    @cached_property
    def sections(self) -> Sections:
        """``sections.yml``: the sentences of the protocol by ICH M11's sections."""
        return self.part("sections", Sections)

    @cached_property
    def glossary(self) -> Glossary:
        """``glossary.yml``: terms and abbreviations."""
        return self.part("glossary", Glossary)

    @cached_property
    def questions(self) -> Questions:
        """``questions.yml``: what the record leaves open."""
        return self.part("questions", Questions)

    @cached_property
    def references(self) -> dict[str, Reference]:
        """``references.bib``: the literature by key."""
        return load_references(self.folder)

    @cached_property
    def amendments(self) -> Amendments:
        """``amendments.yml``: what made each version of the protocol."""
        return self.part("amendments", Amendments)

    @property
    def versions(self) -> tuple[str, ...]:
        """The names of the protocol's versions, oldest first; the last is this one."""
        return self.amendments.versions

    def version(self, name: str) -> Protocol:
        """The protocol as it was in a version; raises SpecError where no such version is named, or its folder is not there."""
        if name == self.versions[-1]:
            return self
        if name not in self.versions:
            raise SpecError(f"there is no version {name!r} (there is {', '.join(self.versions)})", file=self.folder)
        if name not in self._before:
            folder = folder_of_versions(self.folder) / name
            if not (folder / "study.yml").is_file():
                what = f"the version {name} is not there, which an amendment has replaced"
                remedy = "Put the protocol as it was in that version there: a copy of its whole folder."
                raise SpecError(what, file=folder, remedy=remedy)
            self._before[name] = Protocol(folder)
        return self._before[name]

    def in_force(self, icf_version: pd.Series, consented: pd.Series) -> pd.Series:
        """The name of the version that each subject consented to; text, index of ``icf_version``.

        It is the version that carries the subject's informed consent form (``icf_version``, as the site wrote it). Where no
        version names that form, it is the last one that was in effect on the day of consent (``consented``, ISO 8601; of a
        partial date the earliest day that it can mean); where that is not known either, the first. Both are taken row by row.
        """
        return self.amendments.in_force(icf_version, consented)

    def told(self, words: Callable[[Protocol], str]) -> str:
        """What ``words`` says of the protocol; where versions differ in it, what it says of each: ``a (1.0); b (2.0)``."""
        said = {name: words(self.version(name)) for name in self.versions}
        if len(set(said.values())) == 1:
            return next(iter(said.values()))
        return "; ".join(f"{text} ({name})" for name, text in said.items())

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
