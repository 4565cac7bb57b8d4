"""Raw forms to SDTM datasets, by the specifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from trialbook.datasets import SdtmDataset, Variable
from trialbook.datasets.dataset import VariableType
from trialbook.mapping.algorithms import fill
from trialbook.mapping.collected import not_collected
from trialbook.mapping.domain_spec import FILLED_LATER, Algorithm, DomainSpec, Records
from trialbook.mapping.form_spec import FormSpec
from trialbook.mapping.forms import Form, Forms
from trialbook.mapping.later import fill_later
from trialbook.mapping.long_text import QualifierText, split_qualifiers, split_variables
from trialbook.mapping.making import Making
from trialbook.mapping.mapped import Mapped, MappedStudy
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.provenance import Cells, Provenance, Source
from trialbook.mapping.records import MappingIssue, RawRecords, merged, raw_records
from trialbook.mapping.specs import Specs
from trialbook.mapping.supp import supplemental
from trialbook.mapping.variable_order import in_order
from trialbook.protocol import TrialDesign, Visit
from trialbook.standards import Standard


def map_forms(
    forms: Forms,
    specs: Specs,
    standard: Standard,
    study_id: str,
    visits: Mapping[str, Visit] | None = None,
    judged: Mapping[str, Form] | None = None,
    design: TrialDesign | None = None,
) -> MappedStudy:
    """Map every domain that has at least one of its forms; ``visits`` are the protocol's by name, ``design`` is its own.

    ``judged``: the forms of :data:`JUDGED`, where the export was judged; without them a domain has no records of theirs.

    Raises :class:`SpecError` for a domain that the standard does not have, and for a derivation that fails.
    """
    everything = every_form(forms, specs) | dict(judged or {})
    datasets: dict[str, Mapped] = {}
    issues: list[MappingIssue] = []
    not_made: dict[str, str] = {}
    for name, domain in specs.domains.items():
        if name not in standard.datasets:
            raise specs.files[f"domains/{name}"].error(["domain"], f"{standard.name} has no domain {name}")
        kinds = [records for records in domain.records if records.form in forms.found or records.form in (judged or {})]
        if not kinds:
            wanted = ", ".join(dict.fromkeys(records.form for records in domain.records))
            not_made[name] = f"the export has none of its forms ({wanted})"
            continue
        plan = (visits or {}, design or TrialDesign())
        for mapped in _map_domain(domain, kinds, everything, specs, standard, study_id, datasets, plan, issues):
            datasets[mapped.dataset.name] = mapped
    return MappedStudy(datasets, merged(issues), not_made, _subjects(everything, forms, specs))


def every_form(forms: Forms, specs: Specs) -> dict[str, Form]:
    """Each form that a specification may name, without records where the export lacks it."""
    return {**forms.found, **{name: _without_records(spec) for name, spec in specs.sources.items() if name not in forms.found}}


def _without_records(spec: FormSpec) -> Form:
    nothing = np.array([], dtype=np.int64)
    return Form(spec, pd.DataFrame(columns=list(spec.columns), dtype="str"), (), nothing, nothing)


def _map_domain(
    domain: DomainSpec,
    kinds: Sequence[Records],
    forms: Mapping[str, Form],
    specs: Specs,
    standard: Standard,
    study_id: str,
    datasets: Mapping[str, Mapped],
    plan: tuple[Mapping[str, Visit], TrialDesign],
    issues: list[MappingIssue],
) -> list[Mapped]:
    parts = [raw_records(domain.domain, kind, forms, specs) for kind in kinds]
    wanted = [specs.algorithms(domain, kind) for kind in kinds]
    later = {name: ways[0] for ways_of in wanted for name, ways in ways_of.items() if ways[0].operation in FILLED_LATER}
    names = [name for name in dict.fromkeys(name for ways in wanted for name in ways) if name not in later]
    columns, sources = fill_all(parts, [{n: w for n, w in ways.items() if n in names} for ways in wanted], names, specs, forms)
    frame = pd.DataFrame({"STUDYID": study_id, "DOMAIN": domain.domain, **columns}, index=range(sum(map(len, parts))))
    provenance = Provenance(*rows_behind(parts), sources)
    no_number = _numbers(frame, domain.domain, standard)
    making = Making(domain, frame, sources, datasets, specs, *plan)
    fill_later(making, later)
    keys = domain.keys or standard.datasets[domain.domain].keys
    keys = tuple(key for key in keys if key in frame)
    by = tuple(name for name in domain.order or keys if name in frame)
    order = frame.sort_values(list(by), kind="stable").index.to_numpy() if by else frame.index.to_numpy()
    frame = frame.take(order).reset_index(drop=True)
    provenance = provenance.take(order)
    for name, algorithm in later.items():
        if algorithm.derive_seq is not None:
            _derive_seq(frame, name, algorithm.derive_seq, by)
    dataset = _dataset(domain.domain, frame, standard)
    for name, lost in no_number.items():
        message = f"The value collected for {name} is not a number"
        reported = _declared_as_numbers(sources[name], parts) if name in sources else np.zeros(len(lost), dtype=bool)
        records = np.flatnonzero((lost & ~reported)[order])
        issues.append(MappingIssue("NUMBER", domain.domain, domain.domain, (name,), records, message))
    issues.extend(replace(issue, records=np.flatnonzero(np.isin(order, issue.records))) for issue in making.issues)
    qualifiers: dict[str, QualifierText] = {}
    if domain.supp:
        of_kinds = [domain.qualifiers(kind) for kind in kinds]
        values, value_sources = fill_all(parts, of_kinds, list(domain.supp), specs, forms)
        for name, one in domain.supp.items():
            value, source = values[name].take(order).reset_index(drop=True), value_sources[name]
            source = Source(source.ways, source.choice[order])
            qualifiers[name] = QualifierText(one.label, one.origin, one.evaluator, value, source)
    whole = dataset.frame
    if "USUBJID" in whole and (domain.domain == "DM" or f"{domain.domain}SEQ" in whole):
        taken = {*dataset.variables, *domain.supp}
        ways_of = {name: ways for kind in wanted for name, ways in kind.items()}
        dataset, continued = split_variables(dataset, provenance.sources, ways_of, taken)
        qualifiers = continued | split_qualifiers(qualifiers, taken)
    unsplit = {key: whole[key] for key in keys if not whole[key].equals(dataset.frame[key])}
    unknown = {**_unknown(parts, frame), **not_collected(parts, wanted, forms), **_without_elements(later, datasets)}
    made = [Mapped(dataset, provenance, keys, unknown, unsplit)]
    supp = supplemental(domain.domain, dataset, qualifiers, provenance, standard)
    if supp is not None:
        nobody = {name: why for name, why in unknown.items() if name == "USUBJID"}
        made.append(Mapped(*supp, keys=standard.datasets["SUPPQUAL"].keys, not_collected=nobody))
    for part in parts:
        issues.extend(part.issues)
    return made


def _unknown(parts: Sequence[RawRecords], frame: pd.DataFrame) -> dict[str, str]:
    """Variables that are empty throughout because each condition asks for a form that is not in the export, and why."""
    asked = {name: issue.message for part in parts for issue in part.issues if issue.kind == "ABSENT" for name in issue.variables}
    return {name: message for name, message in asked.items() if name in frame and (frame[name].astype("str") == "").all()}


def _without_elements(later: Mapping[str, Algorithm], datasets: Mapping[str, Mapped]) -> dict[str, str]:
    """The variables of which nothing is known where the export gives no SE."""
    if "SE" in datasets:
        return {}
    return {name: "SE could not be made" for name, algorithm in later.items() if algorithm.derive_epoch}


def fill_all(
    parts: Sequence[RawRecords],
    wanted: Sequence[Mapping[str, tuple[Algorithm, ...]]],
    names: Sequence[str],
    specs: Specs,
    forms: Mapping[str, Form],
) -> tuple[dict[str, pd.Series], dict[str, Source]]:
    """Each variable over all kinds of records, one after the other."""
    columns: dict[str, pd.Series] = {}
    sources: dict[str, Source] = {}
    for name in names:
        values, choices = [], []
        ways: list[Cells] = []
        for part, algorithms in zip(parts, wanted, strict=True):
            if name in algorithms:
                value, source = fill(part, name, algorithms[name], specs, forms)
                values.append(value)
                choices.append(np.where(source.choice >= 0, source.choice + len(ways), -1))
                ways.extend(source.ways)
            else:
                values.append(pd.Series("", index=range(len(part)), dtype="str"))
                choices.append(np.full(len(part), -1))
        columns[name] = pd.concat(values, ignore_index=True).astype("str")
        sources[name] = Source(tuple(ways), np.concatenate(choices))
    return columns, sources


def rows_behind(parts: Sequence[RawRecords]) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """The form of each alias, and for each record of all parts its position there, -1 where it has none."""
    forms = {alias: form.name for part in parts for alias, form in part.forms.items()}
    rows = {
        alias: np.concatenate([part.rows.get(alias, np.full(len(part), -1)) for part in parts]).astype(np.int64)
        for alias in forms
    }
    return forms, rows


def _numbers(frame: pd.DataFrame, domain: str, standard: Standard) -> dict[str, np.ndarray]:
    """Make the Num variables numbers, before anything is sorted by them; for each where its text is not a number and is lost."""
    lost = {}
    for name in frame.columns:
        found = standard.variable(domain, name) or standard.model_variable(domain, name)
        if found and found.type == "Num" and frame[name].dtype != "float64":
            numbers = read_numbers(frame[name])
            lost[name] = (numbers.isna() & (frame[name] != "")).to_numpy(dtype=bool)
            frame[name] = numbers
    return lost


def _declared_as_numbers(source: Source, parts: Sequence[RawRecords]) -> np.ndarray:
    """Where a value comes from columns that their forms declare as numbers: the forms' own rules report what is none."""
    forms = {alias: form for part in parts for alias, form in part.forms.items()}
    types = [{forms[alias].spec.columns[column].type for alias, column in cells} for cells in source.ways]
    declared = [bool(kinds) and kinds <= {"integer", "number"} for kinds in types]
    return np.array([*declared, False])[source.choice]


def _derive_seq(frame: pd.DataFrame, name: str, by: tuple[str, ...], keys: tuple[str, ...]) -> None:
    """--SEQ numbers each subject's records from 1, in the order of ``by`` (default: the order in which they stand)."""
    ordered = frame.sort_values([column for column in by or keys if column in frame], kind="stable") if by or keys else frame
    frame[name] = (ordered.groupby("USUBJID", sort=False).cumcount() + 1).astype("float64").reindex(frame.index)


def _dataset(name: str, frame: pd.DataFrame, standard: Standard) -> SdtmDataset:
    """The frame in the standard's order, with its labels and types."""
    listed = {variable.name: variable for variable in standard.variables(name)}
    ordered = in_order(name, frame.columns, standard)
    variables = {}
    for column in ordered:
        found = listed.get(column) or standard.model_variable(name, column)
        kind: VariableType = "Num" if frame[column].dtype == "float64" else "Char"
        variables[column] = Variable(column, found.label if found else "", kind)
    return SdtmDataset(name, standard.datasets[name].label, frame[ordered], variables)


def _subjects(everything: Mapping[str, Form], forms: Forms, specs: Specs) -> dict[str, pd.Series]:
    """USUBJID of each form's records by the common specification; forms from which it can't be derived are left out."""
    subjects: dict[str, pd.Series] = {}
    algorithms = specs.common.variables.get("USUBJID")
    for name, form in forms.found.items() if algorithms else ():
        part = raw_records("", Records(form=name), everything, specs)
        needed = [column for algorithm in algorithms or () for column in algorithm.columns]
        if all(column in form.spec.columns for column in needed):
            subjects[name] = fill(part, "USUBJID", algorithms or (), specs, everything)[0]
    return subjects
