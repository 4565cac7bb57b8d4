"""What a conformance rule states, typed: CDISC's, the kit's own and a study's are in the same format (CDISC Open Rules)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trialbook.findings.terms import Severity

FIRST_ORGANIZATION = "CDISC"
ALL = "ALL"
"""What an author writes where a scope has every class, domain, data structure or entity in it."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a published rule finds its ground: a document, a section and item of it, and its words."""

    document: str = ""
    section: str = ""
    item: str = ""
    guidance: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """One published rule that a rule answers to: who published it, for which version of which standard, under which id."""

    organization: str
    standard: str
    """As it is written, e.g. ``SDTMIG``."""
    version: str
    """As it is written, e.g. ``3.4``."""
    rule_id: str
    """The published id, e.g. ``CG0522`` or ``FB0914``; empty where a reference names none."""
    substandard: str = ""
    """For the integrated guide (TIG): the standard within it, e.g. ``SDTM``."""
    origin: str = ""
    """The document that publishes the rules."""
    origin_version: str = ""
    citations: tuple[Citation, ...] = ()

    @property
    def document(self) -> str:
        """Of the first citation; empty without one."""
        return self.citations[0].document if self.citations else ""

    @property
    def section(self) -> str:
        """Of the first citation; empty without one."""
        return self.citations[0].section if self.citations else ""

    @property
    def item(self) -> str:
        """Of the first citation; empty without one."""
        return self.citations[0].item if self.citations else ""

    @property
    def cited(self) -> str:
        """The words of the first citation; empty without one."""
        return self.citations[0].guidance if self.citations else ""

    def of(self, standard: str, version: str) -> bool:
        """Whether it is for that version of that standard, however the two are written (``sdtmig``, ``3-4``)."""
        return (standard_name(self.standard), standard_version(self.version)) == (
            standard_name(standard),
            standard_version(version),
        )


def standard_name(name: str) -> str:
    """A standard's name as it is compared: ``SDTMIG`` and ``sdtmig`` are one."""
    return name.strip().lower()


def standard_version(version: str) -> str:
    """A standard's version as it is compared: ``3-4`` and ``3.4`` are one."""
    return version.strip().replace("-", ".")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is for, of classes, domains, data structures or entities; both empty where its author says nothing of them."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)


@dataclass(frozen=True, slots=True)
class CoreRule:
    """One rule; what it says about datasets is run by CDISC's engine, from ``data``."""

    id: str
    """``Core.Id``, e.g. ``CORE-000120``."""
    published: tuple[Published, ...]
    """An entry for each reference of each standard, as they are written."""
    description: str
    message: str
    rule_type: str
    sensitivity: str
    executability: str
    status: str
    severity: Severity | None
    """Only the kit's own and a study's rules state one; CDISC's have none."""
    classes: Scope
    domains: Scope
    data_structures: Scope
    entities: Scope
    include_split: bool | None
    """Whether split datasets (QSCG, QSMM) are in scope: True has only them, False none, None says nothing."""
    use_case: str
    output_variables: tuple[str, ...]
    operators: tuple[str, ...]
    """The check operators it uses, each once."""
    operations: tuple[str, ...]
    """The operations it uses, each once."""
    match_datasets: tuple[str, ...]
    data: Mapping[str, Any] = field(hash=False, repr=False)
    """The rule as it is written, for the engine. Nobody changes it."""
    file: Path | None = field(default=None, compare=False)
    """The file that it was read from; in a zip, the zip's path and the member's."""

    def cites(self, standard: str = "sdtmig", version: str = "3.4") -> tuple[str, ...]:
        """The published ids for that standard, CDISC's first, each once."""
        ours = [one for one in self.published if one.rule_id and one.of(standard, version)]
        ours.sort(key=lambda one: one.organization != FIRST_ORGANIZATION)
        return tuple(dict.fromkeys(one.rule_id for one in ours))

    def cites_of(self, organization: str) -> tuple[str, ...]:
        """The ids that an organization has published, for whichever standard, each once."""
        return tuple(dict.fromkeys(one.rule_id for one in self.published if one.rule_id and one.organization == organization))

    def lists(self, standard: str, version: str) -> bool:
        """Whether it is published for that version of that standard."""
        return any(one.of(standard, version) for one in self.published)


@dataclass(frozen=True, slots=True)
class UnreadableRule:
    """A rule that can't be run as it is written: it is reported with the reason, never left out in silence."""

    id: str | None
    """``Core.Id``; None where that can't be read."""
    construct: str
    """What of it is not known here, or is missing: ``check operator is_valid_foo``, ``no Core.Id``."""
    why: str
    """What was found and what is expected there."""
    file: Path | None = None
    line: int | None = None
    """1-based, in ``file``; None where that is no text with lines."""
    published: tuple[Published, ...] = ()

    @property
    def place(self) -> str:
        """File and line, as far as they are known."""
        where = [str(self.file) if self.file else "", f"line {self.line}" if self.line else ""]
        return ", ".join(part for part in where if part)

    @property
    def name(self) -> str:
        """How it is called in a report: its id, else its file's name."""
        return self.id or (self.file.name if self.file else "(a rule without an id)")

    def __str__(self) -> str:
        return f"{self.place or self.name}: {self.construct}: {self.why}"

    def lists(self, standard: str, version: str) -> bool:
        """Whether it may be for that version of that standard: also where it can't be read for which it is."""
        return not self.published or any(one.of(standard, version) for one in self.published)
