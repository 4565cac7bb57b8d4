"""What differs between the registry record and the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trialbook.protocol.protocol import Protocol
from trialbook.protocol.registry.words import loose, plain


class Severity(StrEnum):
    """Error: the trial is another; Warning: what changes while it runs, or how it is told; Notice: spelling alone."""

    ERROR = "Error"
    WARNING = "Warning"
    NOTICE = "Notice"


@dataclass(frozen=True)
class Difference:
    """``field`` in words; what the record and the protocol say, empty where one says nothing; where the protocol says it.

    ``file`` is its name in ``protocol/``, ``place`` the dotted keys there.
    """

    field: str
    severity: Severity
    record: str
    protocol: str
    file: str
    line: int
    place: str
    text: str


class Spot:
    """A place of the protocol at which differences are told."""

    def __init__(self, protocol: Protocol, part: str, place: Sequence[str | int]):
        self.protocol, self.part, self.place = protocol, part, tuple(place)

    def inner(self, *keys: str | int) -> Spot:
        """A place within this one."""
        return Spot(self.protocol, self.part, (*self.place, *keys))

    def differs(self, field: str, severity: Severity, record: str, protocol: str, text: str) -> Difference:
        """The difference told at this place."""
        there = (self.protocol.folder / f"{self.part}.yml").exists()
        line = self.protocol.file(self.part).line(self.place) if there else 1
        return Difference(field, severity, record, protocol, f"{self.part}.yml", line, ".".join(map(str, self.place)), text)


def texts_differ(spot: Spot, field: str, severity: Severity, record: str, protocol: str) -> Iterable[Difference]:
    """Whether two texts say the same: one other in case and punctuation alone is a Notice; what one side lacks is told so."""
    if plain(record) == plain(protocol):
        return
    if not record or not protocol:
        text = "the record does not state it" if protocol else "the protocol does not state it"
        yield spot.differs(field, severity, record, protocol, text)
    elif loose(record) == loose(protocol):
        yield spot.differs(field, Severity.NOTICE, record, protocol, "is spelled differently")
    else:
        yield spot.differs(field, severity, record, protocol, "differs")
