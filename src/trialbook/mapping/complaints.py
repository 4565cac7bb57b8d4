"""Complaints of lint about one of the specifications, with its file and line."""

from __future__ import annotations

from collections.abc import Sequence

from trialbook.mapping.specs import Specs
from trialbook.specfile import Complaint, LintSeverity

__all__ = ["Complaint", "LintSeverity", "complaint"]


def complaint(specs: Specs, severity: LintSeverity, file: str, location: Sequence[str | int], text: str) -> Complaint:
    """A complaint about what stands at ``location`` in one of ``specs.files``."""
    return specs.files[file].complaint(specs.folder.parent, severity, location, text)
