"""What is known from earlier runs, brought to the findings of this one: statuses, answers of sites, explanations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trialbook.checks.tables import CheckedTable
from trialbook.errors import TrialbookError
from trialbook.findings import Coverage, PreviousRun, Results, follow, read_previous
from trialbook.findings.explanations import Explanations, load_explanations
from trialbook.findings.terms import DATASET, FORM
from trialbook.reports.answers import Answers, read_answers
from trialbook.reports.queries import queries_of
from trialbook.reports.wording import counted
from trialbook.run.material import Material
from trialbook.run.stale import with_stale
from trialbook.study import LoadedStudy

Tables = Mapping[str, CheckedTable]
NO_EXPLANATIONS = Explanations()


@dataclass(frozen=True)
class Known:
    """What a run is told from outside of its export: an earlier run, sites' answers, the study's explanations."""

    previous: PreviousRun | None = None
    answers: Answers | None = None
    explanations: Explanations = NO_EXPLANATIONS


def read_known(study: LoadedStudy, previous: Path | str | None = None, answers: Path | str | None = None) -> Known:
    """Read before anything else: what can't be read costs no run."""
    return Known(
        None if previous is None else read_previous(Path(previous), study.protocol.id),
        None if answers is None else read_answers(Path(answers), study.encodings),
        load_explanations(study.root),
    )


def bring_to_life(results: Results, known: Known, coverage: Coverage, datasets: Tables) -> Results:
    """The results with all that is known of them.

    An explanation is stale only where forms were checked: datasets may come from elsewhere, and lack the fault that it explains.
    """
    dm = datasets.get("DM")
    subjects = [] if dm is None or dm.subject is None else dm.subject
    results = replace(results, subjects=tuple(sorted({str(one) for one in subjects if one})))
    if coverage.whole:
        results = with_stale(results, known.explanations, _followed(results, known, coverage), coverage, known.previous)
    results = _followed(results, known, replace(coverage, outcomes=results.outcomes))
    explained, _ = known.explanations.attach(results.findings)
    return _answered(replace(results, findings=explained), known)


def _followed(results: Results, known: Known, coverage: Coverage) -> Results:
    return results if known.previous is None else follow(results, known.previous, coverage)


def _answered(results: Results, known: Known) -> Results:
    """The results with the sites' answers, those that earlier runs knew too, and the state of every question.

    An answer to what neither this run nor an earlier one knows is kept. Raises :class:`~trialbook.errors.TrialbookError` where
    that is so of all: the file belongs to something else.
    """
    given = known.answers.by_id if known.answers else {}
    answers = {**(known.previous.answers if known.previous else {}), **given}
    asked = known.previous.queries if known.previous else {}

    def with_answer(entry: Mapping[str, Any]) -> dict[str, Any]:
        return {**entry, "answer": answers.get(str(entry["id"]))}

    results = replace(
        results,
        findings=tuple(replace(one, answer=answers[one.id]) if one.id in answers else one for one in results.findings),
        resolved=tuple(map(with_answer, results.resolved)),
        not_assessed=tuple(map(with_answer, results.not_assessed)),
    )
    there = {one.id for one in results.findings} | {str(one["id"]) for one in (*results.resolved, *results.not_assessed)}
    stray = {id: answer for id, answer in answers.items() if id not in there and id not in asked}
    if known.answers and given and stray.keys() >= given.keys():
        of_previous = "" if known.previous else " Give --previous too, the findings.json of the run that asked."
        remedy = f"Give the queries.csv of a run of this study.{of_previous}"
        what = f"none of its {counted(len(given), 'answer')} is to a question that this run, or the one before, knows"
        raise TrialbookError(what, file=known.answers.file, remedy=remedy)
    strays = tuple({"id": id, "answer": answer} for id, answer in sorted(stray.items()))
    asked = {id: replace(one, answer=answers.get(id, one.answer)) for id, one in asked.items()}
    return replace(results, queries=queries_of(results, asked), stray_answers=strays)


def coverage_of_export(results: Results, material: Material, forms: Tables, datasets: Tables) -> Coverage:
    """What a validation looked at."""
    specs = {name: form.spec for name, form in material.forms.found.items()}
    absent = {(FORM, name): f"the form {name} is not in the export" for name in material.forms.absent}
    absent |= {(DATASET, name): f"{name} was not made: {reason}" for name, reason in material.mapped.not_made.items()}
    lacking: set[tuple[str, str, str | None]] = set()
    for name, form in material.forms.found.items():
        lacking |= {(name, column, None) for column in form.missing}
        lacking |= {(name, column, table.file) for table, column in form.lacking}
    return Coverage(
        outcomes=results.outcomes,
        tables={
            **{(FORM, name): tuple((origin.file, origin.sheet) for origin in table.files) for name, table in forms.items()},
            **{(DATASET, name): () for name in datasets},
        },
        absent=absent,
        files=frozenset(one.file for one in material.raw.inputs),
        unreadable=frozenset(one.file for one in material.raw.unreadable),
        headers={name: spec.headers for name, spec in specs.items()},
        lacking=frozenset(lacking),
        subject_columns={name: spec.subject for name, spec in specs.items()},
        subjects=subjects_of({**{f"form {name}": table for name, table in forms.items()}, **datasets}),
    )


def coverage_of_datasets(results: Results, datasets: Tables) -> Coverage:
    """What a check of datasets that exist already looked at."""
    return Coverage(results.outcomes, {(DATASET, name): () for name in datasets}, {}, subjects=subjects_of(datasets), whole=False)


def subjects_of(tables: Tables) -> frozenset[str]:
    """Everyone of whom some table has a record."""
    return frozenset(str(one) for table in tables.values() if table.subject is not None for one in table.subject.unique() if one)
