"""An export analysed for the book: what pages may show of it, in a file."""

from __future__ import annotations

from pathlib import Path

from trialbook.analysis.execute import responses, times
from trialbook.displays.html import as_html
from trialbook.pages.shown_analysis import Sample, ShownAnalysis, ShownDisplay, ShownNumber
from trialbook.protocol.objectives import Kind
from trialbook.run import Study
from trialbook.run.analysis import Analysed, shells


def make_shown_analysis(root: Path, export: Path, results: bool, target: Path) -> None:
    """Analyse ``export`` by the study at ``root``, and write to the file ``target`` what pages may show of it.

    Of a real export that is shells, unless ``results`` asks for more. Raises TrialbookError where it can't be analysed.
    """
    shown = analyse_shown(root, export, results)
    target.parent.mkdir(parents=True, exist_ok=True)
    shown.write(target)


def analyse_shown(root: Path, export: Path, results: bool) -> ShownAnalysis:
    """The same without a file."""
    study = Study(root)
    analysed = study.analyse(export)
    if analysed.trial is None or (analysed.about["synthetic"] is None and not results):
        return _shown(study, shells(study))
    return _shown(study, analysed)


def _shown(study: Study, analysed: Analysed) -> ShownAnalysis:
    compared = analysed.compare() if analysed.trial else None
    second = {one.key: one for one in compared.compared} if compared else {}
    numbers = [
        ShownNumber(*one.key, one.value, one.reason, second[one.key].second, second[one.key].agrees)
        for one in (analysed.results.results if analysed.results else ())
    ]
    specs = {one.number: one for one in study.displays.displays}
    displays = [
        ShownDisplay(one.number, one.kind, one.title, specs[one.number].analyses, str(as_html(one))) for one in analysed.displays
    ]
    only_second = len([one for one in compared.compared if one.missing == "first"]) if compared else 0
    records = {name: len(one.frame) for name, one in analysed.trial.datasets.items()} if analysed.trial else {}
    return ShownAnalysis(
        study.protocol.id,
        analysed.about.get("synthetic"),
        analysed.trial is None,
        analysed.about["versions"],
        records,
        tuple(displays),
        tuple(numbers),
        only_second,
        _samples(study, analysed),
    )


def _samples(study: Study, analysed: Analysed) -> dict[str, Sample]:
    """The numbers that the methods of each analysis take, without a sign of whose they are."""
    trial = analysed.trial
    found: dict[str, Sample] = {}
    for analysis in study.protocol.analysis.analyses if trial else ():
        assert trial is not None
        kind = study.protocol.objectives.endpoint(analysis.endpoint).kind if analysis.endpoint else Kind.DESCRIPTIVE
        if kind is Kind.BINARY:
            of = responses(trial, analysis)
            responders, subjects, other_responders, others = of.tables()
            found[analysis.id] = Sample(
                strata=tuple(of.strata),
                treated_responders=tuple(responders),
                treated_subjects=tuple(subjects),
                control_responders=tuple(other_responders),
                control_subjects=tuple(others),
            )
        elif kind is not Kind.DESCRIPTIVE:
            observed = times(trial, analysis)
            # In the order of the numbers, which is not that of the subjects.
            rows = sorted(zip(observed.time, observed.cause, observed.treated, observed.strata, strict=True))
            time, cause, treated, strata = zip(*rows, strict=True) if rows else ((), (), (), ())
            found[analysis.id] = Sample(
                strata=tuple(map(str, strata)),
                time=tuple(map(float, time)),
                cause=tuple(map(int, cause)),
                treated=tuple(map(int, treated)),
            )
    return found
