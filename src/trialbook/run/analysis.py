"""The plan's analyses run: from an export, or SDTM datasets, to analysis datasets, results, tables and figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialbook.analysis.adam.conformance import Violation, violations
from trialbook.analysis.adam.make import make_datasets
from trialbook.analysis.execute import execute, imputations
from trialbook.analysis.results import ResultSet
from trialbook.analysis.trial import Trial
from trialbook.datasets import SYNTHETIC, SdtmDataset, read_datasets, read_statement, write_datasets
from trialbook.datasets.steady import unchanged
from trialbook.displays.display import Display, Figure
from trialbook.displays.svg_file import as_svg
from trialbook.displays.word import as_word_file
from trialbook.errors import TrialbookError
from trialbook.progress import Progress, quiet
from trialbook.protocol import Protocol
from trialbook.protocol.objectives import Strategy
from trialbook.reports import opening
from trialbook.run.about import dataset_inputs, now, versions
from trialbook.run.material import prepare
from trialbook.study import LoadedStudy
from trialbook.studymodules import namespace
from trialbook.tlf.build import build_all
from trialbook.tlf.page import page
from trialbook.tlf.report import Report

if TYPE_CHECKING:
    from trialbook.analysis.second.compare import Comparison

RESULTS_SCHEMA = 1
ChosenStrategies = Mapping[str, Mapping[str, str]]
"""By endpoint and intercurrent event, the strategy to take in place of the estimand's."""


@dataclass(frozen=True)
class Analysed:
    """What an analysis gives: the trial with its analysis datasets, and all results; ``about`` says of what and by what.

    ``violations`` are what in the datasets is against ADaM's rules. Without data (``trial`` is None) its tables and figures are
    shells.
    """

    study: LoadedStudy
    trial: Trial | None
    results: ResultSet | None
    sdtm: Mapping[str, SdtmDataset]
    about: Mapping[str, Any]
    violations: tuple[Violation, ...] = ()

    @cached_property
    def report(self) -> Report:
        """What tables and figures are made from."""
        protocol = self.trial.protocol if self.trial else self.study.protocol
        return Report(protocol, self.study.analysis_specs, self.trial, self.results)

    @cached_property
    def displays(self) -> tuple[Display, ...]:
        """The tables and figures of ``analysis_specs/displays.yml``."""
        return build_all(self.report, self.study.displays)

    @property
    def datasets(self) -> dict[str, pd.DataFrame]:
        """The analysis datasets' frames by name."""
        return {name: one.frame for name, one in self.trial.datasets.items()} if self.trial else {}

    def compare(self, progress: Progress = quiet) -> Comparison:
        """Each number computed again from the SDTM datasets by the study's second program, and held against the first.

        Raises TrialbookError where there are no results, or the study has no second program.
        """
        # These load statistical libraries that nothing else needs.
        from trialbook.analysis.second.compare import compare
        from trialbook.analysis.second.recompute import recompute
        from trialbook.analysis.second.study_program import rows, second_trial

        if self.trial is None or self.results is None:
            raise TrialbookError("there are no results to compare", remedy="Analyse an export or SDTM datasets.")
        progress("computing each number by the second path")
        protocol = self.trial.protocol
        trial = second_trial(self.study.root, namespace(protocol.id), rows(self.sdtm), protocol)
        return compare(self.results, recompute(protocol, trial, imputations(self.trial)))

    def write(self, folder: Path, comparison: Comparison | None = None) -> None:
        """Write ``adam/`` (SAS transport files), ``results.json``, ``tables.docx``, ``figures/`` (SVG) and ``report.html``.

        Of shells only what people read; ``comparison`` stands in ``results.json``, null where none was made.
        """
        if self.trial is not None and self.results is not None:
            (folder / "adam").mkdir()
            write_datasets(self.trial.datasets.values(), folder / "adam", "xpt")
            if self.trial.synthetic is not None:
                (folder / "adam" / SYNTHETIC).write_text(self.trial.synthetic + "\n", encoding="utf-8")
            text = json.dumps(results_document(self.results, self.about, comparison), ensure_ascii=False, indent=1)
            (folder / "results.json").write_text(text + "\n", encoding="utf-8")
        (folder / "figures").mkdir()
        for one in self.displays:
            if isinstance(one, Figure):
                (folder / "figures" / f"figure-{one.number}.svg").write_text(as_svg(one), encoding="utf-8")
        (folder / "tables.docx").write_bytes(as_word_file(self.displays, study=self.study.protocol.id))
        statement = self.trial.synthetic if self.trial and self.trial.synthetic else ""
        title = f"{self.study.protocol.id}: tables and figures"
        (folder / "report.html").write_text(page(title, statement, self.displays), encoding="utf-8")


def analyse_export(study: LoadedStudy, export: Path, strategies: ChosenStrategies, progress: Progress = quiet) -> Analysed:
    """Read and map an export, and analyse what it gives."""
    _refuse_early(study, strategies)
    material = prepare(study, export, progress)
    about = {"started": material.info.started, "inputs": list(material.info.inputs)}
    return _analysed(study, material.datasets, material.mapped.not_made, material.info.synthetic, strategies, about, progress)


def analyse_datasets(study: LoadedStudy, path: Path, strategies: ChosenStrategies, progress: Progress = quiet) -> Analysed:
    """Analyse SDTM datasets that exist already."""
    _refuse_early(study, strategies)
    started = now()
    progress("reading the datasets")
    with unchanged(path):
        datasets = read_datasets(path, study.specs.export.encodings)
        inputs = dataset_inputs(path, datasets)
    there = {one.name for one in datasets}
    absent = {name: "it is not among the datasets" for name in study.specs.domains if name not in there}
    about = {"started": started, "inputs": list(inputs)}
    return _analysed(study, datasets, absent, read_statement(path), strategies, about, progress)


def shells(study: LoadedStudy) -> Analysed:
    """The tables and figures without data."""
    return Analysed(study, None, None, {}, {"study": study.protocol.id, "started": now(), "versions": versions()})


def with_strategies(protocol: Protocol, chosen: ChosenStrategies) -> Protocol:
    """The protocol with other strategies in its estimands, by endpoint and intercurrent event.

    Raises TrialbookError for an endpoint without an estimand, an event that it does not handle, and what is no strategy.
    """
    if not chosen:
        return protocol
    objectives = protocol.objectives
    estimands = list(objectives.estimands)
    for endpoint, events in chosen.items():
        places = [place for place, one in enumerate(estimands) if one.endpoint == endpoint]
        if not places:
            known = ", ".join(dict.fromkeys(one.endpoint for one in estimands))
            raise TrialbookError(f"--strategy: no estimand is of the endpoint {endpoint!r}", remedy=f"Name one of {known}.")
        handled = {one.event: one for one in estimands[places[0]].intercurrent_events}
        for event, strategy in events.items():
            if event not in handled:
                raise TrialbookError(
                    f"--strategy: {endpoint} knows no event {event!r}", remedy=f"Name one of {', '.join(handled)}."
                )
            if strategy not in list(Strategy):
                raise TrialbookError(f"--strategy: {strategy!r} is none", remedy=f"Take one of {', '.join(Strategy)}.")
            handled[event] = handled[event].model_copy(update={"strategy": Strategy(strategy)})
        changed = {"intercurrent_events": tuple(handled.values())}
        estimands[places[0]] = estimands[places[0]].model_copy(update=changed)
    other = copy(protocol)
    other.__dict__["objectives"] = objectives.model_copy(update={"estimands": tuple(estimands)})
    return other


def results_document(results: ResultSet, about: Mapping[str, Any], comparison: Comparison | None = None) -> dict[str, Any]:
    """``results.json``: a number that can't be told is null, with its reason; of a comparison every number that disagrees."""
    listed = [one.key._asdict() | {"value": _number(one.value), "reason": one.reason or None} for one in results.results]
    compared = None
    if comparison is not None:
        disagreeing = [
            one.key._asdict() | {"first": _number(one.first), "second": _number(one.second)} for one in comparison.disagreeing
        ]
        compared = {"tolerance": comparison.tolerance, "counts": comparison.counts, "disagreeing": disagreeing}
    return {"schema": RESULTS_SCHEMA, **about, "comparison": compared, "results": listed}


def _number(value: float) -> float | None:
    return None if isnan(value) else value


def _refuse_early(study: LoadedStudy, strategies: ChosenStrategies) -> None:
    """What can't be analysed whatever the data are: told before they are read."""
    _ = study.analysis_specs
    with_strategies(study.protocol, strategies)


def _analysed(
    study: LoadedStudy,
    datasets: tuple[SdtmDataset, ...],
    absent: Mapping[str, str],
    synthetic: str | None,
    strategies: ChosenStrategies,
    about: Mapping[str, Any],
    progress: Progress,
) -> Analysed:
    protocol = with_strategies(study.protocol, strategies)
    sdtm = {one.name: one for one in datasets}
    progress("making the analysis datasets")
    frames = {name: one.frame for name, one in sdtm.items()}
    made = make_datasets(study.analysis_specs, frames, protocol, absent)
    against = violations(made, study.analysis_specs.datasets, frames)
    trial = Trial(protocol, study.analysis_specs, made, opening(synthetic) if synthetic else None)
    progress("analysing")
    results = execute(trial)
    told = {
        "study": protocol.id,
        **about,
        "synthetic": synthetic,
        "versions": versions(),
        "strategies": {endpoint: dict(events) for endpoint, events in strategies.items()},
        "not_made": dict(absent),
        "sets": {one.id: trial.size(one.id) for one in protocol.analysis.sets},
        "notices": {name: list(one.notices) for name, one in made.items() if one.notices},
        "violations": [str(one) for one in against],
    }
    return Analysed(study, trial, results, sdtm, told, against)
