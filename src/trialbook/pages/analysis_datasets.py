"""The analysis datasets as they are specified: from which records, and how each variable is derived."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from trialbook.analysis.adam.dataset import describe, variables_of
from trialbook.analysis.adam.spec import Algorithm, AnalysisDatasetSpec, VariableSpec
from trialbook.pages.html import NOTHING, Cell, code, heading, lines, link, listing, note, nothing, placed, table
from trialbook.pages.session import study
from trialbook.pages.shown_analysis import ShownAnalysis
from trialbook.protocol.facts import setting_value

_STRUCTURES = {"ADSL": "Subject-level (ADSL)", "BDS": "Basic data structure (BDS)", "OCCDS": "Occurrence data structure (OCCDS)"}


def analysis_datasets_table(analysis: ShownAnalysis) -> Markup:
    """The datasets with their structure, keys and numbers of records."""
    rows = [
        (
            link(code(name), "analysis-dataset", name),
            spec.label,
            _STRUCTURES[spec.structure],
            Markup(", ").join(map(code, spec.keys)),
            f"{analysis.records[name]:,}" if name in analysis.records else NOTHING,
        )
        for name, spec in study().analysis_specs.datasets.items()
    ]
    headers = ("Dataset", "Label", "Structure (ADaMIG 1.3)", "Key", "Records")
    return table(headers, rows, about="Analysis datasets", kind="book-datasets")


def analysis_dataset_specification(name: str) -> Markup:
    """One dataset: its records, and each variable with its derivation."""
    spec = study().analysis_specs.datasets[name]
    rows = [_variable(spec, variable, made) for variable, made in variables_of(spec).items() if not made.temporary]
    helpers = [_variable(spec, variable, made, known=False) for variable, made in variables_of(spec).items() if made.temporary]
    headers = ("Variable", "Type", "Derivation")
    pieces = [
        heading(3, f"{name}: {spec.label}", "analysis-dataset", name),
        listing(_records(spec)),
        table(headers, rows, about=f"Variables of {name}", kind="book-variables"),
    ]
    if helpers:
        pieces += [note("Made on the way and not kept:"), table(headers, helpers, about=f"Helping variables of {name}")]
    return Markup("").join(pieces)


def endpoints_tables() -> Markup:
    """The dated events with their sources, and what the times and responses are made of."""
    endpoints = study().analysis_specs.endpoints
    events = [
        (
            code(name) if number else placed(code(name), "event", name),
            code(one.dataset),
            one.text,
            code(one.date),
            code(one.where) if one.where else NOTHING,
        )
        for name, sources in endpoints.events.items()
        for number, one in enumerate(sources)
    ]
    made: list[tuple[Cell, ...]] = [
        (
            code(name),
            one.label,
            Markup(", ").join(_event(each) for each in one.events),
            Markup(", ").join(map(_event, one.censored_at)),
        )
        for name, one in endpoints.times.items()
    ]
    answers: list[tuple[Cell, ...]] = [
        (code(name), one.label, lines([code(one.where), code(one.yes)]), one.visit) for name, one in endpoints.responders.items()
    ]
    return Markup("").join(
        (
            table(("Event", "Dataset", "What", "Date", "Records"), events, about="Dated events"),
            table(("Parameter", "Label", "Events", "Observed to the last"), made, about="Times to events"),
            table(("Parameter", "Label", "The record that counts, and its response", "Visit"), answers, about="Responses"),
        )
    )


def _event(name: str) -> Markup:
    return link(code(name), "event", name)


def _records(spec: AnalysisDatasetSpec) -> Iterator[Cell]:
    for one in spec.records:
        where = Markup(" for which {}").format(code(one.where)) if one.where else Markup("")
        value = Markup("; the value is {}").format(code(one.value)) if one.value else Markup("")
        made = Markup("; {}").format(Markup(", ").join(code(name) for name in one.variables)) if one.variables else Markup("")
        yield Markup("Records of {}{}{}{}").format(code(one.dataset), where, value, made)
    if not spec.records:
        yield nothing("Its records are the parameters of the endpoints, below.")


def _variable(spec: AnalysisDatasetSpec, name: str, variable: VariableSpec, known: bool = True) -> tuple[Cell, ...]:
    label, type_ = "", ""
    if known:
        described = describe(spec, name, variable)
        label, type_ = described.label, f"{described.type}{f' ({described.format})' if described.format else ''}"
    said = [_algorithm(one) for one in variable.algorithms]
    told = lines([*said, *([note(variable.note)] if variable.note else [])])
    return lines([placed(code(name), "analysis-variable", spec.dataset, name), *([note(label)] if label else [])]), type_, told


def _algorithm(one: Algorithm) -> Cell:
    """The operation as it is written, with what its constants are now."""
    value = getattr(one, one.operation)
    said = Markup("{} {}").format(one.operation, code(_written(value)))
    if one.condition_add:
        said += Markup(" where {}").format(code(one.condition_add))
    settings = [
        setting.id for setting in study().protocol.analysis.settings if setting.id in f"{_written(value)} {one.condition_add}"
    ]
    for name in settings:
        said += Markup(" ({} = {})").format(code(name), setting_value(study().protocol, name))
    return said


def _written(value: object) -> str:
    """A specification's value in one line, as YAML has it in braces."""
    from pydantic import BaseModel

    if isinstance(value, BaseModel):
        given = value.model_dump(by_alias=True, exclude_defaults=True)
        return "{" + ", ".join(f"{key}: {_written(each)}" for key, each in given.items()) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]" if len(value) != 1 else _written(value[0])
    return str(value)
