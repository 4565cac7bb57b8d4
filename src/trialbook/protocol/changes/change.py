"""A change of the protocol: one statement that is new, gone, another, or at another place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What became of a statement; one that only stands at another place in its list has MOVED."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Step:
    """A step on the way to a statement: the key of a field, or the identity of one of several alike (``is_one``)."""

    name: str
    is_one: bool = False


@dataclass(frozen=True)
class Change:
    """``part`` is the file without its ending, ``path`` leads to the statement in it: by identities, never by places in a list.

    ``before`` and ``after`` are what stood and what stands there, None where nothing did; of MOVED the places, from 1.
    """

    kind: Kind
    part: str
    path: tuple[Step, ...]
    title: str
    before: str | None
    after: str | None

    @property
    def id(self) -> str:
        """The dotted keys and identities, part first (``interventions.PEGIFN.regimen.dose``)."""
        names = [step.name for step in self.path]
        return ".".join([self.part, *(names[1:] if names[:1] == [self.part] and len(names) > 1 else names)])
