"""What lint says: complaints about the specifications, each with its file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from trialbook.mapping.specs import Specs


class LintSeverity(StrEnum):
    """An Error is against the standard; a Warning may be meant so."""

    ERROR = "Error"
    WARNING = "Warning"


@dataclass(frozen=True)
class Complaint:
    """``file`` is its path from the study's folder, ``place`` the dotted keys of what stands at ``line``."""

    severity: LintSeverity
    file: str
    line: int
    place: str
    text: str


def complaint(specs: Specs, severity: LintSeverity, file: str, location: Sequence[str | int], text: str) -> Complaint:
    """A complaint about what stands at ``location`` in one of ``specs.files``."""
    spec = specs.files[file]
    path = spec.path.relative_to(specs.folder.parent).as_posix()
    return Complaint(severity, path, spec.line(location), ".".join(map(str, location)), text)
