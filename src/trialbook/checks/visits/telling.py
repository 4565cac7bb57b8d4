"""Faults of visits as findings: the records of one subject and date are told of once, whatever forms they stand in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.checks.consequences import Cell, cells_of
from trialbook.checks.questions import Questions
from trialbook.checks.tables import CheckedTable
from trialbook.checks.unknown_subjects import shared_numbers, unknown_numbers
from trialbook.checks.visits.seen import Seen
from trialbook.checks.visits.subjects import Subjects
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, SitePlace, Stage, finding_ids
from trialbook.mapping import Forms, Specs
from trialbook.protocol import Protocol

MOST_RECORDS = 50
"""Of so many records of a form, at most, a finding names the cells; its message says how many there are."""

DATE_AND_VISIT = ("date", "visit")


@dataclass(frozen=True)
class Context:
    """What every check of visits looks at; ``tables``: the forms as rules see them, ``dm``: the mapped DM, if it was made;
    ``usubjid``: for each form the USUBJID of its records, ``""`` for one whose subject nobody knows; ``broken``: the cells that
    other findings ask to correct."""

    study: str
    specs: Specs
    protocol: Protocol
    questions: Questions
    forms: Forms
    seen: Mapping[str, Seen]
    tables: Mapping[str, CheckedTable]
    dm: CheckedTable | None
    usubjid: Mapping[str, pd.Series]
    broken: Collection[Cell] = frozenset()

    def day1(self, subjects: Subjects, rows: Sequence[int], role: Role) -> list[tuple[Origin, ...]]:
        """The raw cells that say when day 1 of some subjects was."""
        assert self.dm is not None, "without DM nobody has a day 1"
        return self.dm.locate(subjects.table["AT"].to_numpy()[list(rows)], ["RFSTDTC"], role)

    def strays(self, form: str) -> np.ndarray:
        """Which records of a form may be anybody's: those without a subject, or of one that nobody and no other form knows."""
        cells = self.forms.found[form].cells
        if form not in self.usubjid:
            return np.full(len(cells), False)
        numbers = cells[self.specs.forms[form].subject]
        return (self.usubjid[form] == "").to_numpy(dtype=bool) & ~numbers.isin(self._of_several_forms).to_numpy(dtype=bool)

    def has_strays(self, form: str) -> bool:
        """Whether as many such records have one number as may be all that a form has of a subject: half of the usual count."""
        strays, numbers = self.strays(form), self.forms.found[form].cells[self.specs.forms[form].subject]
        usual = numbers[~strays].value_counts().median() if not strays.all() else 1
        return bool((numbers[strays].value_counts() * 2 >= usual).any())

    @cached_property
    def _of_several_forms(self) -> set[str]:
        return shared_numbers(unknown_numbers(self.forms.found, self.usubjid, self.specs))

    def is_broken(self, form: str, positions: np.ndarray, columns: Sequence[str | None]) -> bool:
        """Whether one of some cells of a form's records is to be corrected by another finding."""
        names = [name for name in columns if name is not None]
        located = self.tables[form].locate(positions, names, Role.CORRECT)
        return any(cell in self.broken for of_record in located for origin in of_record for cell in cells_of(origin))


@dataclass(frozen=True)
class VisitRule:
    """A rule about visits; ``about`` is the form that it is about, or ``""``."""

    id: str
    severity: Severity
    message: str
    about: str = ""


@dataclass(frozen=True)
class Fault:
    """What a rule found; ``key`` tells it from others of the rule and form, and ``content`` from those of the same key."""

    dataset: str
    subject: str
    key: tuple[str, ...]
    what: str
    query: str
    origins: tuple[Origin, ...]
    content: str = ""
    record: int | None = None
    variables: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    place: SitePlace | None = None


def findings_of(
    study: str, rule: VisitRule, faults: Iterable[Fault], skipped: str | None = None
) -> tuple[list[Finding], RuleOutcome, dict[str, SitePlace]]:
    """The findings of a rule, its outcome, and the place of each finding that has its own; ``skipped``: why it did not run."""
    faults = list(faults)
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for index, one in enumerate(faults):
        alike.setdefault((one.dataset, one.variables), []).append(index)
    ids: dict[int, str] = {}
    for (dataset, variables), at in alike.items():
        keys, contents = [faults[index].key for index in at], [faults[index].content for index in at]
        ids.update(zip(at, finding_ids(study, rule.id, dataset, variables, keys, contents), strict=True))
    findings = [
        Finding(
            id=ids[index],
            rule=rule.id,
            cites=(),
            severity=rule.severity,
            stage=Stage.RAW,
            dataset=one.dataset,
            record=one.record,
            subject=one.subject or None,
            variables=one.variables,
            values=one.values,
            message=f"{rule.message}: {one.what}",
            query=one.query,
            origins=one.origins,
        )
        for index, one in enumerate(faults)
    ]
    status = RuleStatus.SKIPPED if skipped else RuleStatus.ISSUE_REPORTED if findings else RuleStatus.SUCCESS
    outcome = RuleOutcome(rule.id, Runner.PANDERA, status, skipped, len(findings), rule.severity, rule.message, rule.about)
    return findings, outcome, {ids[index]: one.place for index, one in enumerate(faults) if one.place is not None}


@dataclass(frozen=True)
class Group:
    """A group of a form's records (:class:`Seen`), with what a check says of it."""

    form: str
    number: int
    facts: Mapping[str, str]

    def row(self, context: Context) -> pd.Series:
        """NUMBER, VISIT, DATE, DAY, ATTENDED, AT."""
        return context.seen[self.form].groups.iloc[self.number]


def together(context: Context, groups: Iterable[Group], by: Sequence[str]) -> list[list[Group]]:
    """The groups that are alike in some columns, whatever their forms."""
    alike: dict[tuple[str, ...], list[Group]] = {}
    for one in groups:
        row = one.row(context)
        alike.setdefault(tuple(row[name] for name in by), []).append(one)
    return list(alike.values())


def fault_of(
    context: Context,
    groups: Sequence[Group],
    what: str,
    query: str,
    *,
    mend: Sequence[str],
    compare: Sequence[str] = (),
    beside: Sequence[Origin] = (),
) -> Fault:
    """The fault of records of one subject and date.

    ``mend``: of ``date`` and ``visit``, those to be corrected, ``compare``: those that they are compared with; ``beside``: what
    else they disagree with.
    """
    first = groups[0]
    row, table = first.row(context), context.tables[first.form]
    origins: list[Origin] = []
    for role, kinds in ((Role.CORRECT, mend), (Role.COMPARED, compare)):
        for one in groups if kinds else ():
            records_of = context.seen[one.form].positions(one.number, MOST_RECORDS)
            for of_record in context.tables[one.form].locate(records_of, _cells(context, one.form, kinds), role):
                origins.extend(of_record)
    records = {one.form: int((context.seen[one.form].of_record == one.number).sum()) for one in groups}
    forms = ", ".join(f"{name} ({count:,} records)" if count > 1 else name for name, count in records.items())
    at = int(row["AT"])
    variables = _cells(context, first.form, DATE_AND_VISIT)
    return Fault(
        dataset=first.form,
        subject=str(table.subject.iloc[at]) if table.subject is not None else "",
        key=(str(row["NUMBER"]), str(row["VISIT"])),
        what=f"{what}; {forms}",
        query=query,
        origins=(*origins, *beside),
        content=str(row["DATE"]),
        record=at + 1,
        variables=variables,
        values={name: str(table.frame[name].iloc[at]) for name in variables},
    )


def _cells(context: Context, form: str, kinds: Sequence[str]) -> tuple[str, ...]:
    """The columns of a form with the date and the visit, as far as it has them."""
    spec = context.forms.found[form].spec
    named = {"date": spec.date, "visit": spec.visit}
    return tuple(name for kind in kinds if (name := named[kind]) is not None)


def written(day: float) -> str:
    """A day since 1970 as ISO 8601."""
    return str(np.datetime64(int(day), "D"))
