"""Compose a run: export, forms, SDTM datasets, rules, findings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd

from trialbook.checks.answer_rules import check_answers
from trialbook.checks.check import check_tables
from trialbook.checks.consequences import told_of, told_of_columns
from trialbook.checks.dataset_rules import dataset_rules
from trialbook.checks.export_rules import check_export
from trialbook.checks.file_rules import check_files
from trialbook.checks.judged_tables import judged_tables
from trialbook.checks.mapping_rules import check_mapping
from trialbook.checks.modules import rules_of
from trialbook.checks.places import site_places
from trialbook.checks.subject_rules import add_told, subject_rules
from trialbook.checks.tables import CheckedTable, design_table, file_table, form_table, mapped_table
from trialbook.checks.visits import check_visits
from trialbook.datasets import SYNTHETIC, FileFormat, SdtmDataset, case_standard, read_datasets, read_statement, write_datasets
from trialbook.errors import TrialbookError
from trialbook.exports import RawExport, read_export
from trialbook.findings import DatasetCount, Results, RuleOutcome, RuleStatus, RunInfo, Runner, Threshold, assemble, gate_open
from trialbook.mapping import Forms, Mapped, MappedStudy, MappingIssue, collect_forms, map_forms
from trialbook.mapping.records import merged
from trialbook.outputs import output_folder
from trialbook.protocol.trial_design import DesignDataset
from trialbook.reports import findings_frame, write_reports
from trialbook.screening import ScreenedExport, Screening, refuse_without_items, screen_export, screen_forms, screen_subjects
from trialbook.standards import ControlledTerminology, Standard, list_ct, list_standards, load_ct, load_standard
from trialbook.study import LoadedStudy, standard_keys

Progress = Callable[[str], None]
DEFAULT_STANDARD = "sdtmig-3.4"
VERSIONED = ("trialbook", "pandas", "pandera", "openpyxl", "pyreadstat")


@dataclass(frozen=True)
class Run:
    """What a run gives: ``results`` for people and programs, ``forms`` and ``datasets`` as checked tables by name."""

    results: Results
    forms: Mapping[str, CheckedTable]
    datasets: Mapping[str, CheckedTable]
    sdtm: tuple[SdtmDataset, ...]

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding; in a notebook a table that one can sort and filter."""
        return findings_frame(self.results)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The datasets' frames by name, as ``study.schema(name, tables)`` takes them."""
        return {one.name: one.frame for one in self.sdtm}

    def gate_open(self, threshold: Threshold = Threshold.ERROR) -> bool:
        """Whether the data may go on."""
        return gate_open(self.results.findings, self.results.rules, threshold)

    def write(self, folder: Path, threshold: Threshold = Threshold.ERROR) -> list[Path]:
        """Write ``findings.json``, ``report.xlsx``, ``report.html`` and ``queries.csv`` into an existing folder."""
        return write_reports(self.results, folder, threshold)


@dataclass(frozen=True)
class MappedExport:
    """SDTM datasets by name, what could not be mapped, and why a domain was not made.

    ``synthetic`` is the export's statement that its data are invented, if it makes one.
    """

    datasets: Mapping[str, SdtmDataset]
    issues: tuple[MappingIssue, ...]
    not_made: Mapping[str, str]
    synthetic: str | None


def quiet(step: str) -> None:
    """No progress shown."""


class Study(LoadedStudy):
    """A study as one thing that can be run: ``Study(".").validate("exports/").findings``."""

    def map(self, export: Path | str, progress: Progress = quiet) -> MappedExport:
        """Raw export to SDTM datasets, without checks."""
        _, _, _, mapped, run = self._mapped(Path(export), progress)
        datasets = {name: one.dataset for name, one in mapped.datasets.items()}
        datasets |= {one.dataset.name: one.dataset for one in self.trial_design(mapped)}
        return MappedExport(datasets, mapped.issues, mapped.not_made, run.synthetic)

    def validate(self, export: Path | str, core: bool = True, progress: Progress = quiet, skip_unreadable: bool = False) -> Run:
        """Raw export to findings: every rule on forms, mapping and datasets.

        ``core`` asks for CDISC's conformance rules too. With ``skip_unreadable`` a file that can't be read is a Reject instead of
        the end of the run. Raises :class:`~trialbook.errors.TrialbookError` where the export can't be read or a specification
        is broken.
        """
        raw, forms, screened, mapped, info = self._mapped(Path(export), progress, skip_unreadable)
        study = self.protocol.id
        form_tables = {name: form_table(form, mapped.usubjid.get(name)) for name, form in forms.found.items()}
        sources = form_tables | judged_tables(screened, form_tables)
        data_tables = {name: mapped_table(one, sources) for name, one in mapped.datasets.items()}
        design = self.trial_design(mapped)
        data_tables |= {one.dataset.name: design_table(one) for one in design}
        progress("checking the forms")
        batches = [check_export(forms, self.specs.forms, form_tables, study, raw.unreadable)]
        absent = {name: f"the form {name} is not in the export" for name in forms.absent}
        subjects = subject_rules(forms.found, mapped.usubjid, self.specs, self.questions)
        of_subjects = {name: (one.rule,) for name, one in subjects.items()}
        rules = {name: (*self.form_rules(name), *of_subjects.get(name, ())) for name in self.specs.forms}
        batches.append(check_tables(form_tables, rules, absent, study, told_of_columns(forms.found)))
        told = add_told(told_of(batches[-1][0], rules), batches[-1][0], subjects)
        dm, protocol = data_tables.get("DM"), self.protocol
        visits = check_visits(forms, mapped, form_tables, dm, self.specs, protocol, self.questions, told)
        batches.append((visits.findings, visits.outcomes))
        batches.append(check_answers(screened, forms.found, form_tables, self.specs, study, self.questions))
        batches.append(check_mapping(mapped.issues, mapped.not_made, data_tables, form_tables, study, self.questions))
        progress("checking the datasets")
        made: tuple[Mapped | DesignDataset, ...] = (*mapped.datasets.values(), *design)
        rules = {one.dataset.name: self.dataset_rules(one.dataset, one.keys) for one in made}
        rules |= {name: rules_of(models) for name, models in self.models.datasets.items() if name not in rules}
        batches.append(check_tables(data_tables, rules, mapped.not_made, study, told))
        batches.append(([], core_outcomes(core)))
        counts = [*_counts(form_tables), *_counts(data_tables)]
        results = assemble(info, batches, counts, _sites(data_tables))
        results = replace(results, places={**site_places(results.findings, forms.found), **visits.places})
        return Run(results, form_tables, data_tables, tuple(one.dataset for one in made))

    def screen(
        self, subjects: Path | str | None = None, *, export: Path | str | None = None, progress: Progress = quiet
    ) -> Screening:
        """Who is eligible: the subjects of an item table (``screen("subjects.csv")``), or of a raw export (``export=``).

        Raises :class:`~trialbook.errors.TrialbookError` where neither or both are given, or the one can't be judged as it is.
        """
        if (subjects is None) == (export is None):
            what = "screen takes the subjects as a table or as a raw export: found " + ("neither" if subjects is None else "both")
            raise TrialbookError(what, remedy="Give SUBJECTS.csv or --export EXPORT.")
        if subjects is not None:
            progress("reading the subjects")
            return screen_subjects(Path(subjects), self.protocol, self.specs.export.encodings)
        refuse_without_items(self.specs, self.protocol)
        raw, forms = self._forms(Path(str(export)), progress)
        progress("judging the subjects")
        return screen_export(raw, forms, self.specs, self.protocol)

    def check(self, datasets: Path | str, core: bool = True, progress: Progress = quiet) -> Run:
        """SDTM datasets that exist already to findings, with the standard's rules and the study's own."""
        return check_datasets(Path(datasets), self.standard, self.ct, self, core, progress)

    def _mapped(
        self, export: Path, progress: Progress, skip_unreadable: bool = False
    ) -> tuple[RawExport, Forms, ScreenedExport | None, MappedStudy, RunInfo]:
        started, specs = _now(), self.specs
        raw, forms = self._forms(export, progress, skip_unreadable)
        progress("mapping to SDTM")
        screened = screen_forms(forms, specs, self.protocol)
        judged = screened.forms if screened is not None else {}
        mapped = map_forms(forms, specs, self.standard, self.protocol.id, self.visits, judged, self.protocol.design)
        if screened is not None:
            mapped = replace(mapped, issues=merged((*mapped.issues, *screened.issues)))
        records = _records_by_file(forms)
        inputs = tuple(asdict(one) | {"rows": records.get(one.file, 0)} for one in raw.inputs)
        info = RunInfo(self.protocol.id, started, self.standard.name, self.ct.name, versions(), inputs, raw.synthetic)
        return raw, forms, screened, mapped, info

    def _forms(self, export: Path, progress: Progress, skip_unreadable: bool = False) -> tuple[RawExport, Forms]:
        specs = self.specs
        progress("reading the export")
        headers = {header for spec in specs.forms.values() for header in spec.headers}
        raw = read_export(export, specs.export.encodings, specs.export.ignore, headers, skip_unreadable)
        return raw, collect_forms(raw, specs.forms)


def check_standard_only(datasets: Path | str, core: bool = True, progress: Progress = quiet) -> Run:
    """SDTM datasets to findings by the standard alone: no study is needed.

    A folder of CDISC's test data names its standard in ``.env``; one that is not installed is SKIPPED under its name.
    """
    path = Path(datasets)
    named = case_standard(path)
    name = "-".join(named) if named else DEFAULT_STANDARD
    if name not in list_standards():
        read = read_datasets(path)
        reason = f"the standard {name} is not installed (there is {', '.join(list_standards())})"
        skipped = RuleOutcome(name, Runner.PANDERA, RuleStatus.SKIPPED, reason, 0, None, f"The rules of {name}")
        info = RunInfo("", _now(), name, list_ct()[-1], versions(), dataset_inputs(path, read))
        return Run(assemble(info, [([], [skipped])], [], {}), {}, {}, read)
    return check_datasets(path, load_standard(name), load_ct(list_ct()[-1], None), None, core, progress)


def check_datasets(
    path: Path, standard: Standard, ct: ControlledTerminology, study: Study | None, core: bool, progress: Progress
) -> Run:
    """Read dataset files and run the rules on them; ``study`` adds its own rules."""
    started = _now()
    progress("reading the datasets")
    datasets = read_datasets(path, study.specs.export.encodings if study else ())
    tables, rules = {}, {}
    for one in datasets:
        keys = study.keys(one.domain) if study else standard_keys(standard, one.domain)
        tables[one.name] = file_table(one, keys)
        rules[one.name] = study.dataset_rules(one, keys) if study else dataset_rules(one, standard, ct, keys)
    if study:
        there = {one.domain for one in datasets} | set(rules)
        rules |= {name: rules_of(models) for name, models in study.models.datasets.items() if name not in there}
    progress("checking the datasets")
    identity = study.protocol.id if study else ""
    batches = [check_files(datasets, identity), check_tables(tables, rules, {}, identity), ([], core_outcomes(core))]
    inputs = dataset_inputs(path, datasets)
    info = RunInfo(identity, started, standard.name, ct.name, versions(), inputs, read_statement(path))
    results = assemble(info, batches, _counts(tables), _sites(tables))
    return Run(results, {}, tables, datasets)


def core_outcomes(wanted: bool) -> list[RuleOutcome]:
    """CDISC's conformance rules are not run by this version: where they were wanted, the report says so."""
    if not wanted:
        return []
    reason = "this version of trialbook does not run CDISC's conformance rules yet; the kit's and the study's own rules ran"
    message = "CDISC's conformance rules (CORE)"
    return [RuleOutcome("CORE", Runner.CORE, RuleStatus.SKIPPED, reason, 0, None, message)]


def versions() -> dict[str, str]:
    """The versions of what decides a result."""
    return {name: metadata.version(name) for name in VERSIONED}


def dataset_inputs(path: Path, datasets: tuple[SdtmDataset, ...]) -> tuple[Mapping[str, Any], ...]:
    """The dataset files as ``findings.json`` lists its inputs."""
    folder = path if path.is_dir() else path.parent
    inputs = []
    for one in datasets:
        file = folder / (one.file or one.name)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        inputs.append({"file": one.file or one.name, "sha256": sha256, "encoding": one.encoding, "rows": len(one.frame)})
    return tuple(inputs)


def _records_by_file(forms: Forms) -> Counter[str]:
    """How many records each file gives: what lies under its header, a second header of labels left out."""
    records: Counter[str] = Counter()
    for form in forms.found.values():
        for index, table in enumerate(form.tables):
            records[table.file] += int((form.table == index).sum())
    for table in forms.unmatched:
        records[table.file] += len(table.frame)
    return records


def _counts(tables: Mapping[str, CheckedTable]) -> list[DatasetCount]:
    return [DatasetCount(table.name, table.label, table.stage, len(table.frame)) for table in tables.values()]


def _sites(tables: Mapping[str, CheckedTable]) -> dict[str, str]:
    """SITEID of each subject by DM."""
    dm = tables.get("DM")
    if dm is None or "SITEID" not in dm.frame or "USUBJID" not in dm.frame:
        return {}
    return dict(zip(dm.frame["USUBJID"], dm.frame["SITEID"], strict=True))


def write_sdtm(datasets: Iterable[SdtmDataset], out: Path, format: str, synthetic: str | None) -> None:
    """Write datasets into the folder ``out``, whole or not at all; ``format`` is xpt, json, parquet or csv.

    A statement that the data are invented goes with them.
    """
    formats = get_args(FileFormat)
    if format not in formats:
        raise TrialbookError(f"--format takes {', '.join(formats)}; found {format!r}", remedy="Give one of them.")
    with output_folder(out) as folder:
        write_datasets(datasets, folder, cast(FileFormat, format))
        if synthetic is not None:
            (folder / SYNTHETIC).write_text(synthetic + "\n", encoding="utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
