"""What there is to check: an export read, screened and mapped, with the trial design datasets beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from trialbook.datasets import SdtmDataset
from trialbook.exports import RawExport, read_export
from trialbook.findings import RunInfo
from trialbook.mapping import Forms, Mapped, MappedStudy, collect_forms, map_forms
from trialbook.mapping.records import merged
from trialbook.progress import Progress
from trialbook.protocol.trial_design import DesignDataset
from trialbook.run.about import day_exported, notes_by_file, now, records_by_file, versions
from trialbook.screening import ScreenedExport, screen_forms
from trialbook.study import LoadedStudy


@dataclass(frozen=True)
class Material:
    """An export in each of its states; ``screened`` is None where the study does not say how items are made of its forms."""

    info: RunInfo
    raw: RawExport
    forms: Forms
    screened: ScreenedExport | None
    mapped: MappedStudy
    design: tuple[DesignDataset, ...]

    @property
    def made(self) -> tuple[Mapped | DesignDataset, ...]:
        """Every dataset: those mapped from forms, then those that the protocol alone gives."""
        return (*self.mapped.datasets.values(), *self.design)

    @property
    def datasets(self) -> tuple[SdtmDataset, ...]:
        """The same, without where their values come from."""
        return tuple(one.dataset for one in self.made)


def read_forms(study: LoadedStudy, export: Path, progress: Progress, skip_unreadable: bool = False) -> tuple[RawExport, Forms]:
    """The export, and what of it are the study's forms."""
    specs = study.specs
    progress("reading the export")
    headers = {header for spec in specs.forms.values() for header in spec.headers}
    raw = read_export(export, specs.export.encodings, specs.export.ignore, headers, skip_unreadable)
    return raw, collect_forms(raw, specs.forms)


def prepare(
    study: LoadedStudy, export: Path, progress: Progress, skip_unreadable: bool = False, exported: date | None = None
) -> Material:
    """Read, screen and map an export; ``exported`` is the day of the export for who knows it better than the export does."""
    started, specs, protocol = now(), study.specs, study.protocol
    raw, forms = read_forms(study, export, progress, skip_unreadable)
    progress("mapping to SDTM")
    screened = screen_forms(forms, specs, protocol)
    judged = screened.forms if screened is not None else {}
    mapped = map_forms(forms, specs, study.standard, protocol.id, study.visits, judged, protocol.design)
    if screened is not None:
        mapped = replace(mapped, issues=merged((*mapped.issues, *screened.issues)))
    records, notes = records_by_file(forms), notes_by_file(forms)
    inputs = tuple(asdict(one) | {"rows": records.get(one.file, 0), "notes": notes.get(one.file, [])} for one in raw.inputs)
    made_on = day_exported(raw, exported, started)
    info = RunInfo(protocol.id, started, study.standard.name, study.ct.name, versions(), inputs, raw.synthetic, made_on)
    return Material(info, raw, forms, screened, mapped, study.trial_design(mapped))
