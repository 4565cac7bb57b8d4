"""The study's identity and the facts of its registry record (``protocol/study.yml``)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecFile, SpecModel


class Arm(SpecModel):
    """An arm as the registry describes it; ``armcd`` is the study's ARMCD."""

    armcd: str = Field(max_length=20)
    arm: str
    type: str = ""
    description: str = ""
    intervention: str = ""


class Population(SpecModel):
    """Who may take part, in the record's words; ages in whole years, both included."""

    condition: str
    minimum_age: int | None = None
    maximum_age: int | None = None
    sex: str = "All"
    healthy_volunteers: bool = False


class Design(SpecModel):
    """How the trial is built."""

    study_type: str = "Interventional"
    phase: str = ""
    primary_purpose: str = ""
    allocation: str = ""
    intervention_model: str = ""
    masking: str = ""
    planned_subjects: int | None = Field(default=None, gt=0)
    sites: int | None = Field(default=None, gt=0)


class StudyProtocol(SpecModel):
    """``protocol/study.yml``: ``id`` is STUDYID; ``standard`` and ``ct`` name the versions that the study's data follow.

    ``basis`` says in words where the facts come from, and ``record`` is the registry record itself: a file, its path from the
    protocol's folder, and ``record_sha256`` the hash of its text as it was read. ``source`` is that of every fact here but
    those in ``sources``, which names them by their dotted keys (of lists without the position: ``arms.armcd``). ``languages``
    are those that sites are asked in, the forms' own first.
    """

    id: str = Field(min_length=1)
    title: str
    basis: str
    record: str = ""
    record_sha256: str = ""
    source: Source = Source.ASSUMPTION
    sources: dict[str, Sourced] = {}
    standard: str = "sdtmig-3.4"
    ct: str = "sdtmct-2025-03-28"
    languages: tuple[str, ...] = ("en",)
    other_ids: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    sponsor: str = ""
    funder_type: str = ""
    contact: str = ""
    status: str = ""
    summary: str = ""
    design: Design = Design()
    population: Population
    arms: tuple[Arm, ...] = ()


def load_study(folder: Path) -> StudyProtocol:
    """Read ``study.yml`` in ``folder``; raises :class:`~trialbook.errors.SpecError` with file and line."""
    return SpecFile(folder / "study.yml").parse(StudyProtocol)
