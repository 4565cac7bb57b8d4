"""A run without its subjects: what is shown of a real export where nobody asked for more.

The results are made anew from what is allowed, and renderers get these in place of the others: they can show no cell, since they
are given none. Allowed are enumerated words (severity, stage, status), names that the study's specifications and the standard
have (form, column, dataset, variable), rules with what they say of any record, and counts.

Not allowed are a finding's id (a hash over keys: who knows the keys could tell whom it is about), record, subject, values,
message, query, answer, explanation, a reading of the study's own, and raw cells; names of files, sheets and unknown columns,
which come with the export; what reading a file noted; pictures of values; and texts of errors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from trialbook.conformance.known_issues import load_known_issues
from trialbook.conformance.told_once import published_ids
from trialbook.datasets import SdtmDataset
from trialbook.findings import Conformance, DatasetCount, Finding, Results, RuleOutcome, Severity
from trialbook.mapping import Specs
from trialbook.pages.shown_words import shown_reason
from trialbook.reports.summary import GroupCount, TableNames, count_sites
from trialbook.reports.wording import names_to_mend
from trialbook.standards import Standard

NO_TABLE = "other files"
"""In place of the name of a file or sheet that no form's specification names."""
SMALLEST_SITE = 3
"""A site is named from so many subjects on: of fewer it may be told who they are, and what one record has is perhaps no site."""
SMALL_SITES = "smaller sites, or no site known"
EXPLAINED = "explained"
OF_STUDY = "a reading of this study's, in validators/known_issues.yml"


@dataclass(frozen=True)
class Names:
    """What is named before any data are read: the columns of each form, the variables of each dataset that is made.

    ``standard``: the datasets and variables of the standard, of which rules may miss any.
    """

    forms: Mapping[str, frozenset[str]]
    datasets: Mapping[str, frozenset[str]]
    standard: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """Every one of them."""
        tables = (self.forms, self.datasets)
        return self.standard | {name for of in tables for table, columns in of.items() for name in (table, *columns)}


def aggregates(results: Results, names: Names) -> Results:
    """The results without anything of a subject; counts, the gate and the rules' outcomes are the same."""
    rules = {outcome.rule for outcome in results.rules}
    of_any = {f"--{name[2:]}" for name in names.standard}
    known, kinds = names.all | rules | of_any, TableNames(results)
    return Results(
        run=replace(results.run, inputs=(), conformance=_conformance(results.run.conformance)),
        findings=tuple(_finding(one, kinds, names) for one in results.findings if one.rule in rules),
        rules=tuple(_outcome(one, known, names) for one in results.rules),
        datasets=tuple(_dataset(one) for one in results.datasets),
        outcomes=tuple(_outcome(one, known, names) for one in results.outcomes if one.source),
    )


def subjects_by_rule(results: Results) -> dict[str, int]:
    """How many subjects each rule has findings about."""
    pairs = {(finding.rule, finding.subject) for finding in results.findings if finding.subject is not None}
    return dict(Counter(rule for rule, _ in pairs))


def large_sites(results: Results) -> list[GroupCount]:
    """The sites with at least :data:`SMALLEST_SITE` subjects; last, as one, the others and what belongs to no known site."""
    named, rest = [], Counter[str]()
    subjects = 0
    for site in count_sites(results):
        if site.name and (site.records or 0) >= SMALLEST_SITE:
            named.append(site)
        else:
            rest.update(site.counts)
            subjects += site.records or 0
    others = GroupCount(SMALL_SITES, {severity.value: rest[severity.value] for severity in Severity}, records=subjects)
    return [*named, others] if others.total or subjects else named


def forms_by_file(results: Results) -> dict[str, str]:
    """For each file that gave forms, their names: ``AE, DM``."""
    forms: dict[str, list[str]] = {}
    for table in results.datasets:
        for file in dict.fromkeys(file for file, _ in table.files):
            forms.setdefault(file, []).append(table.name)
    return {file: ", ".join(sorted(of)) for file, of in forms.items()}


def _finding(one: Finding, kinds: TableNames, names: Names) -> Finding:
    known = names.forms if kinds.kind(one) == "form" else names.datasets
    dataset = one.dataset if one.dataset in known else NO_TABLE
    variables = tuple(name for name in names_to_mend(one) if name in known.get(dataset, ()))
    explained = None if one.explanation is None else EXPLAINED
    return Finding(
        id="",
        rule=one.rule,
        cites=tuple(sorted(published_ids(one) - {one.rule})),
        severity=one.severity,
        stage=one.stage,
        dataset=dataset,
        record=None,
        subject=None,
        variables=variables,
        values={},
        message="",
        query="",
        status=one.status,
        explanation=explained,
        reading=one.reading if one.reading in (None, *_readings_of_kit()) else OF_STUDY,
    )


@cache
def _readings_of_kit() -> frozenset[str]:
    return frozenset(issue.statement for issue in load_known_issues().issues)


def _conformance(one: Conformance | None) -> Conformance | None:
    """Without where the rules were read: a path is of one machine."""
    return None if one is None else replace(one, sources=tuple(replace(source, origin="") for source in one.sources))


def _outcome(one: RuleOutcome, known: frozenset[str], names: Names) -> RuleOutcome:
    tables = [name for name in one.dataset.split(", ") if name in names.forms or name in names.datasets]
    return replace(one, reason=shown_reason(one, known), dataset=", ".join(tables), told=())


def _dataset(one: DatasetCount) -> DatasetCount:
    return replace(one, files=())


def names_of(specs: Specs, standard: Standard, datasets: Iterable[SdtmDataset]) -> Names:
    """The names of a study: of its forms by their specifications, of the datasets that mapping makes by theirs."""
    forms = {name: frozenset(spec.columns) for name, spec in specs.forms.items()}
    listed = {name for dataset in standard.datasets for name in (dataset, *(one.name for one in standard.variables(dataset)))}
    made = {one.name: frozenset(one.variables) for one in datasets}
    return Names(forms, made, frozenset(listed | {f"SUPP{dataset}" for dataset in standard.datasets}))
