"""A registry record held against the protocol, field by field, and the protocol's statements against the record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.protocol.eligibility import EligibilitySpec, Kind
from trialbook.protocol.objectives import Level
from trialbook.protocol.protocol import Protocol
from trialbook.protocol.registry.compare_arms import compare_arms
from trialbook.protocol.registry.compare_facts import compare_facts
from trialbook.protocol.registry.compare_lists import compare_criteria, compare_outcomes
from trialbook.protocol.registry.compare_statements import compare_statements, without_told
from trialbook.protocol.registry.difference import Difference, Severity, Spot
from trialbook.protocol.registry.read import read_record
from trialbook.protocol.registry.record import RegistryRecord
from trialbook.protocol.registry.words import plain


@dataclass(frozen=True)
class Comparison:
    """A record and how the protocol differs from it, the gravest differences first."""

    file: Path
    record: RegistryRecord
    differences: tuple[Difference, ...]

    @property
    def failed(self) -> bool:
        """Whether a difference is an Error."""
        return any(one.severity is Severity.ERROR for one in self.differences)


def check_registry(protocol: Protocol, file: Path | None = None) -> Comparison:
    """The protocol against the record in ``file``, else in the file that ``study.yml`` names under ``record``.

    Raises TrialbookError where there is no record, or what is there is none.
    """
    if file is None:
        if not protocol.study.record:
            raise TrialbookError(
                "names no registry record",
                file=protocol.folder / "study.yml",
                remedy="Write  record: FILE  there (its path from the folder protocol/), or name the record with --record FILE.",
            )
        file = protocol.folder / protocol.study.record
        return _compared(protocol, file, tuple(_altered(protocol, file)))
    return _compared(protocol, file, ())


def _compared(protocol: Protocol, file: Path, of_the_copy: tuple[Difference, ...]) -> Comparison:
    record = read_record(file, protocol.id)
    return Comparison(file, record, (*of_the_copy, *compare(record, protocol)))


def _altered(protocol: Protocol, file: Path) -> Iterator[Difference]:
    """Whether the study's copy of the record is still the text that was read: an edit of both would show no difference."""
    expected = protocol.study.record_sha256
    if not expected or not file.is_file():
        return
    found = hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    if found != expected:
        text = "the study's copy has changed since it was read; if it was read anew, write its hash here"
        spot = Spot(protocol, "study", ("record_sha256",))
        yield spot.differs("record", Severity.ERROR, f"sha256 {found}", f"sha256 {expected}", text)


def compare(record: RegistryRecord, protocol: Protocol) -> tuple[Difference, ...]:
    """Every difference, Errors first; what one field tells is not told again of the statement at its place."""
    found = list(_fields(record, protocol))
    found += without_told(compare_statements(record, protocol), found)
    order = list(Severity)
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def _fields(record: RegistryRecord, protocol: Protocol) -> Iterator[Difference]:
    yield from compare_facts(record, protocol)
    yield from compare_arms(record, protocol)
    yield from _criteria(record, protocol)
    yield from _outcomes(record, protocol)


def _criteria(record: RegistryRecord, protocol: Protocol) -> Iterator[Difference]:
    whole = Spot(protocol, "eligibility", ("criteria",))
    # As it is written: what the criteria's logic says wrongly is another matter.
    criteria = list(enumerate(protocol.part("eligibility", EligibilitySpec).criteria))
    for kind in Kind:
        said = [(one.id, one.text, whole.inner(index, "text")) for index, one in criteria if one.kind is kind]
        yield from compare_criteria(kind, record.inclusion if kind is Kind.INCLUSION else record.exclusion, said, whole)


def _outcomes(record: RegistryRecord, protocol: Protocol) -> Iterator[Difference]:
    whole, text = Spot(protocol, "objectives", ("endpoints",)), plain(record.text)
    endpoints = list(enumerate(protocol.objectives.endpoints))
    for level, stated in ((Level.PRIMARY, record.primary_outcomes), (Level.SECONDARY, record.secondary_outcomes)):
        said = [(one.id, one.words, whole.inner(index)) for index, one in endpoints if one.level is level]
        yield from compare_outcomes(level, stated, said, whole, text)
