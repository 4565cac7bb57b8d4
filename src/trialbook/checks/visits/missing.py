"""Planned visits of which nothing is recorded, and forms that a visit was to leave behind and did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from trialbook.checks.visits.calendar import Calendar
from trialbook.checks.visits.seen import having
from trialbook.checks.visits.subjects import Subjects, by_version
from trialbook.checks.visits.telling import Context, Fault, written
from trialbook.findings import Role, SitePlace
from trialbook.protocol.soa import ExpectedForm, Schedule

MISSED = ""


@dataclass(frozen=True)
class Lack:
    """A subject (row) of whose visit ``forms`` have no record of some activities; ``missed``: nothing of the visit is there."""

    row: int
    visit: str
    first: float
    last: float
    forms: Mapping[str, tuple[str, ...]]
    missed: bool


def lacks(context: Context, subjects: Subjects, reasons: Mapping[str, str]) -> Iterator[Lack]:
    """Every lack, by version of the protocol and visit; forms with a reason for not being judged are left out.

    A form is expected where the visit took place, or its window is over and the subject was seen after it; in both cases
    while the subject was in one of the epochs in which the activity is planned. What takes place at a visit that an event decides
    on is not judged: that depends on the event.
    """
    for name, mine in by_version(subjects):
        yield from _Version(context, subjects, context.protocol.version(name).schedule, mine, reasons).lacks()


@dataclass
class _Version:
    """The subjects of one version of the protocol; arrays have a row a subject, a column a visit of the calendar."""

    context: Context
    subjects: Subjects
    schedule: Schedule
    mine: np.ndarray
    reasons: Mapping[str, str]
    _whom: dict[str, np.ndarray] = field(default_factory=dict)
    _there: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.calendar = Calendar(self.schedule.dated)
        self.placed = {
            form: self.calendar.place(one, self.subjects, self.mine)
            for form, one in self.context.seen.items()
            if self.context.forms.found[form].spec.visit and form not in self.reasons
        }
        expected = [one for visit in self.schedule.dated for one in self.schedule.expected_forms(visit.visit)]
        in_person = {one.form for one in expected if not one.activity.remote}
        self.took = np.full((len(self.subjects), len(self.calendar.visits)), np.inf)
        self.seen_last = np.full(len(self.subjects), -np.inf)
        for form, groups in self.placed.items():
            sure = groups[groups["AGREES"] & groups["ATTENDED"]]
            np.maximum.at(self.seen_last, sure["S"].to_numpy(), sure["DAY"].to_numpy())
            if form in in_person:
                np.minimum.at(self.took, (sure["S"].to_numpy(), sure["V"].to_numpy()), sure["DAY"].to_numpy())
        self.of_version = np.isin(np.arange(len(self.subjects)), self.mine)

    def lacks(self) -> Iterator[Lack]:
        for place, visit in enumerate(self.calendar.visits):
            uses = [one for one in self.schedule.expected_forms(visit.visit) if self._is_judged(one)]
            wanted = [self._wanted(one, place) for one in uses]
            absent = [want & ~self._is_there(one, place) for one, want in zip(uses, wanted, strict=True)]
            in_person = [number for number, one in enumerate(uses) if not one.activity.remote]
            some = self._any(wanted[number] for number in in_person)
            missed = some & ~self._any(wanted[number] & ~absent[number] for number in in_person) & np.isinf(self.took[:, place])
            for row in np.flatnonzero(self._any(absent)):
                forms: dict[str, tuple[str, ...]] = {}
                for one, lacking in zip(uses, absent, strict=True):
                    if lacking[row]:
                        forms[one.form] = (*forms.get(one.form, ()), one.activity.activity)
                first, last = (self.subjects.day1[row] + edge[place] for edge in (self.calendar.first, self.calendar.last))
                yield Lack(int(row), visit.visit, first, last, forms, bool(missed[row]))

    def _any(self, masks: Iterable[np.ndarray]) -> np.ndarray:
        """Whom one of the masks names, nobody without masks."""
        named = np.full(len(self.subjects), False)
        for mask in masks:
            named |= mask
        return named

    def _is_judged(self, use: ExpectedForm) -> bool:
        """A form without visits is expected once, at the first visit of its activity."""
        form = self.context.forms.found.get(use.form)
        if form is None or use.form in self.reasons:
            return False
        first = next(iter(use.recorded.visits or use.activity.visits))
        return form.spec.visit is not None or first == use.visit.visit

    def _wanted(self, use: ExpectedForm, place: int) -> np.ndarray:
        day1, took = self.subjects.day1, self.took[:, place]
        planned, last = day1 + self.calendar.planned[place], day1 + self.calendar.last[place]
        enters, leaves = self.subjects.stay(use.epochs)
        is_over = (last < self.seen_last) & (last < leaves) & (last < self.subjects.exits)
        took_place = np.isfinite(took) & (leaves >= np.minimum(planned, took))
        return self.of_version & self._concerned(use) & (enters <= last) & (is_over | took_place)

    def _concerned(self, use: ExpectedForm) -> np.ndarray:
        """For whom the activity is planned; of whom a form without records would have to say so, it is not."""
        if use.activity.id not in self._whom:
            self._whom[use.activity.id] = self._subjects_of(use)
        return self._whom[use.activity.id]

    def _subjects_of(self, use: ExpectedForm) -> np.ndarray:
        whom, table = use.activity.subjects, self.subjects.table
        concerned = np.full(len(table), True)
        if whom is not None and whom.arms:
            concerned &= table["ARMCD"].isin(list(whom.arms)).to_numpy()
        if whom is not None and whom.form:
            form = self.context.forms.found.get(whom.form)
            if form is None:
                return np.full(len(table), False)
            numbers = form.cells[form.spec.subject][having(form, self.context.specs, whom.where)]
            concerned &= table["NUMBER"].isin(numbers).to_numpy()
        return concerned

    def _is_there(self, use: ExpectedForm, place: int) -> np.ndarray:
        """Who has a record of it that names the visit, or lies in its window whatever visit it names."""
        return self._records(use)[:, place]

    def _records(self, use: ExpectedForm) -> np.ndarray:
        key = (use.form, tuple(use.recorded.records.items()))
        if key not in self._there:
            there = np.full((len(self.subjects), len(self.calendar.visits)), False)
            form = self.context.forms.found[use.form]
            if form.spec.visit is None:
                numbers = form.cells[form.spec.subject][having(form, self.context.specs, use.recorded.records)]
                there |= self.subjects.table["NUMBER"].isin(numbers).to_numpy()[:, None]
            else:
                groups = self.placed[use.form]
                groups = groups[groups["G"].isin(self.context.seen[use.form].holding(self.context.specs, use.recorded.records))]
                for of in ("V", "WITHIN"):
                    known = groups[groups[of] >= 0]
                    there[known["S"].to_numpy(), known[of].to_numpy()] = True
                there |= self._strays(use.form)
            self._there[key] = there
        return self._there[key]

    def _strays(self, form: str) -> np.ndarray:
        """Whose record of a visit may be one that has no subject, or one that nobody knows: that is told of already."""
        one, visits = self.context.seen[form], {visit.visit: at for at, visit in enumerate(self.calendar.visits)}
        known = self.context.usubjid.get(form)
        groups = one.groups[(known.iloc[one.groups["AT"]] == "").to_numpy()] if known is not None else one.groups.iloc[:0]
        there = np.full((len(self.subjects), len(visits)), False)
        for visit, day in groups[groups["VISIT"].isin(list(visits))][["VISIT", "DAY"]].drop_duplicates().itertuples(index=False):
            at = visits[visit]
            since = day - self.subjects.day1
            there[:, at] |= np.isnan(since) | ((since >= self.calendar.first[at]) & (since <= self.calendar.last[at]))
        return there


def faults(context: Context, subjects: Subjects, found: list[Lack]) -> dict[str, list[Fault]]:
    """The lacks as faults: by form, and under MISSED those of whole visits."""
    made: dict[str, list[Fault]] = {MISSED: []}
    located = context.day1(subjects, [one.row for one in found], Role.COMPARED)
    for lack, origins in zip(found, located, strict=True):
        subject, number = (str(subjects.table[name].iloc[lack.row]) for name in ("USUBJID", "NUMBER"))
        span = {"visit": lack.visit, "first": written(lack.first), "last": written(lack.last)}
        when = f"{lack.visit}, planned from {span['first']} to {span['last']}"
        if lack.missed:
            query = context.questions.ask("MISSED-VISIT", **span, forms=list(lack.forms))
            by_site = any(context.specs.forms[form].by_site for form in lack.forms)
            place = SitePlace(", ".join(lack.forms), lack.visit, by_site, {})
            what = f"{when}: {', '.join(lack.forms)}"
            source = str(subjects.table["FORM"].iloc[lack.row])
            made[MISSED].append(Fault(source, subject, (number, lack.visit), what, query, origins, place=place))
            continue
        for form, activities in lack.forms.items():
            spec = context.specs.forms[form]
            kind = "MISSING-FORM" if spec.visit else "MISSING-RECORD"
            query = context.questions.ask(kind, **span, form=f"{form} ({spec.title})" if spec.title else form)
            place = SitePlace(form, lack.visit if spec.visit else "", spec.by_site, {})
            what = f"{when} ({'; '.join(activities)})" if spec.visit else "; ".join(activities)
            made.setdefault(form, []).append(Fault(form, subject, (number, lack.visit), what, query, origins, place=place))
    return made
