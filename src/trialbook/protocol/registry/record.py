"""A registry record, whatever form it was read from: the same trial gives the same record."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Self

_AGE = re.compile(r"\s*(\d+)\s*(year|month|week|day|hour|minute)s?\b", re.IGNORECASE)


class RecordForm(StrEnum):
    """The form in which a record was read."""

    PAGE = "text page"
    JSON = "ClinicalTrials.gov API v2 JSON"


@dataclass(frozen=True)
class Age:
    """A limit of age: ``count`` of ``unit`` (year, month, week, day, hour or minute)."""

    count: int
    unit: str = "year"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """``18 Years``, ``6 months``; None where it is no age."""
        found = _AGE.match(text)
        return cls(int(found[1]), found[2].lower()) if found else None

    @property
    def years(self) -> Fraction | None:
        """In years; None for units that are no part of a year in whole numbers of it (weeks, days, hours, minutes)."""
        return {"year": Fraction(self.count), "month": Fraction(self.count, 12)}.get(self.unit)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'s' * (self.count != 1)}"


@dataclass(frozen=True)
class RecordIntervention:
    """An intervention; ``type`` is a term of the registry (DRUG), or empty."""

    type: str
    name: str
    description: str = ""


@dataclass(frozen=True)
class RecordArm:
    """A group; ``type`` is a term of the registry (EXPERIMENTAL); ``interventions`` as the record writes them (``Drug: X``)."""

    label: str
    type: str = ""
    description: str = ""
    interventions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """An outcome measure."""

    measure: str
    time_frame: str = ""
    description: str = ""


@dataclass(frozen=True)
class RegistryRecord:
    """What a registry says of a trial; empty or None where it says nothing.

    ``funder_type``, ``status``, ``study_type``, ``phases``, ``sex``, ``purpose``, ``allocation``, ``model`` and ``masking`` are
    terms of ClinicalTrials.gov's API, also where a page was read. A criterion is a text, with what is nested in it on lines of
    its own; ``remarks`` is what the eligibility text says beside its two lists. Dates are as the record writes them. ``text``
    holds every word of the record, and is not part of what is compared.
    """

    identifier: str
    form: RecordForm = field(compare=False)
    other_ids: tuple[str, ...] = ()
    title: str = ""
    official_title: str = ""
    acronym: str = ""
    sponsor: str = ""
    funder_type: str = ""
    status: str = ""
    study_type: str = ""
    phases: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    summary: str = ""
    description: str = ""
    enrolment: int | None = None
    enrolment_type: str = ""
    sex: str = ""
    minimum_age: Age | None = None
    maximum_age: Age | None = None
    healthy_volunteers: bool | None = None
    inclusion: tuple[str, ...] = ()
    exclusion: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    purpose: str = ""
    allocation: str = ""
    model: str = ""
    masking: str = ""
    arms: tuple[RecordArm, ...] = ()
    interventions: tuple[RecordIntervention, ...] = ()
    primary_outcomes: tuple[Outcome, ...] = ()
    secondary_outcomes: tuple[Outcome, ...] = ()
    start_date: str = ""
    primary_completion_date: str = ""
    completion_date: str = ""
    sites: int | None = None
    contacts: tuple[str, ...] = ()
    text: str = field(default="", compare=False, repr=False)
