"""Verdicts of eligibility on a table of subjects, or on those of a raw export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trialbook.errors import ExportError, SpecError
from trialbook.exports import RawExport
from trialbook.mapping import Forms, Specs
from trialbook.protocol import Protocol
from trialbook.screening.exports import ScreenedExport, screen_forms
from trialbook.screening.judging import Judged, judge
from trialbook.screening.result import Screening
from trialbook.screening.subjects import identifiers, read_subjects

__all__ = [
    "Judged",
    "ScreenedExport",
    "Screening",
    "identifiers",
    "judge",
    "read_subjects",
    "refuse_without_items",
    "screen_export",
    "screen_forms",
    "screen_subjects",
]


def screen_subjects(path: Path, protocol: Protocol, encodings: Sequence[str] = ()) -> Screening:
    """The verdicts, by the current version of the protocol, on the subjects of an item table in a text file.

    Raises ExportError where the file is not what the items ask for, SpecError where the protocol has no criteria.
    """
    refuse_without_criteria(protocol)
    items = read_subjects(path, protocol.eligibility, encodings)
    return Screening(identifiers(items, protocol.eligibility), judge(items, protocol))


def refuse_without_criteria(protocol: Protocol) -> None:
    """Raises SpecError where there is nothing to judge by."""
    if not protocol.eligibility.criteria:
        what, file = "the protocol has no eligibility criteria to judge by", protocol.folder / "eligibility.yml"
        raise SpecError(what, file=file, remedy="State them there.")


def refuse_without_items(specs: Specs, protocol: Protocol) -> None:
    """Raises SpecError where the subjects of no export can be judged: the study has no criteria, or no items for them."""
    refuse_without_criteria(protocol)
    if specs.items is None:
        what = "the study does not say how the items of eligibility are made from an export"
        raise SpecError(what, file=specs.folder / "eligibility.yml", remedy="State it there, or screen a table of subjects.")


def screen_export(raw: RawExport, forms: Forms, specs: Specs, protocol: Protocol) -> Screening:
    """The verdicts on the subjects of an export; raises ExportError where it has no form that names them."""
    screened = screen_forms(forms, specs, protocol)
    if screened is None:
        named = dict.fromkeys(one.form for one in specs.items.records) if specs.items else {}
        wanted = ", ".join(f"{name} ({', '.join(specs.forms[name].tables)})" for name in named)
        raise ExportError(f"names no subjects: it has no form {wanted}", file=raw.path, remedy="Give an export with it.")
    return Screening(screened.subjects, screened.judged, screened.issues, raw.synthetic)
