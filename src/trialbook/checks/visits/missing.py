"""Planned visits of which nothing is recorded, and forms that a visit was to leave behind and did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from trialbook.checks.visits.calendar import Calendar
from trialbook.checks.visits.seen import having
from trialbook.checks.visits.subjects import Subjects, by_version
from trialbook.checks.visits.telling import Context
from trialbook.protocol.soa import ExpectedForm, Schedule


@dataclass(frozen=True)
class Stranger:
    """A group of a form's records (:class:`~trialbook.checks.visits.seen.Seen`) under the number of another subject."""

    form: str
    group: int
    number: str


@dataclass(frozen=True)
class Lack:
    """A subject (row) of whose visit (``place`` in the calendar) some activities left no record; ``uses`` are what is not there.

    ``missed``: nothing of the visit is there; ``strangers``: by form, the records under another number that seem to be those.
    """

    row: int
    place: int
    visit: str
    first: float
    last: float
    uses: tuple[ExpectedForm, ...]
    missed: bool
    strangers: Mapping[str, Stranger] = field(default_factory=dict)

    @property
    def forms(self) -> dict[str, tuple[str, ...]]:
        """The forms, each with the activities that it has no record of."""
        forms: dict[str, tuple[str, ...]] = {}
        for one in self.uses:
            forms[one.form] = (*forms.get(one.form, ()), one.activity.activity)
        return forms


@dataclass(frozen=True)
class Unmet:
    """A subject (row) of whom a form says that an activity is planned, and who has no record of it at any of ``visits``."""

    row: int
    use: ExpectedForm
    visits: tuple[str, ...]


def lacks(context: Context, subjects: Subjects, reasons: Mapping[str, str]) -> tuple[list[Lack], list[Unmet]]:
    """Every lack, by subject and visit; forms with a reason for not being judged are left out.

    A form is expected where the visit took place, or its window is over and the subject was seen after it; in both cases
    while the subject was in one of the epochs in which the activity is planned. What takes place at a visit that an event decides
    on is not judged: that depends on the event.
    """
    found: list[Lack] = []
    unmet: list[Unmet] = []
    for name, mine in by_version(subjects):
        version = _Version(context, subjects, context.protocol.version(name).schedule, mine, reasons)
        unmet += version.unmet()
        found += version.with_strangers(list(version.lacks(unmet)))
    return sorted(found, key=lambda one: (one.row, one.place)), sorted(unmet, key=lambda one: one.row)


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

    @cached_property
    def judged(self) -> list[list[tuple[ExpectedForm, np.ndarray, np.ndarray]]]:
        """By visit, what it is to leave behind, of whom, and of whom it is not there."""
        found = []
        for place, visit in enumerate(self.calendar.visits):
            uses = [one for one in self.schedule.expected_forms(visit.visit) if self._is_judged(one)]
            wanted = [self._wanted(one, place) for one in uses]
            found.append([(one, want, want & ~self._is_there(one, place)) for one, want in zip(uses, wanted, strict=True)])
        return found

    def unmet(self) -> Iterator[Unmet]:
        """What another form's answer has planned, and several visits lack, and none has: it may be the answer that is wrong."""
        of_activity: dict[tuple[str, str], list[tuple[ExpectedForm, np.ndarray, np.ndarray]]] = {}
        for of_visit in self.judged:
            for use, wanted, absent in of_visit:
                if use.activity.subjects is not None and use.activity.subjects.form:
                    of_activity.setdefault((use.activity.id, use.form), []).append((use, wanted, absent))
        for uses in of_activity.values():
            wanted, absent = (np.array([one[at] for one in uses]) for at in (1, 2))
            for row in np.flatnonzero((wanted.sum(axis=0) > 1) & (wanted == absent).all(axis=0)):
                visits = tuple(use.visit.visit for (use, *_), of in zip(uses, absent, strict=True) if of[row])
                yield Unmet(int(row), uses[0][0], visits)

    def lacks(self, unmet: Collection[Unmet]) -> Iterator[Lack]:
        """What is not there, but for what is unmet throughout."""
        throughout = {(one.row, one.use.activity.id, one.use.form) for one in unmet}
        for place, visit in enumerate(self.calendar.visits):
            of_visit = self.judged[place]
            in_person = [one for one in of_visit if not one[0].activity.remote]
            some = self._any(wanted for _, wanted, _ in in_person)
            missed = some & ~self._any(wanted & ~absent for _, wanted, absent in in_person) & np.isinf(self.took[:, place])
            for row in np.flatnonzero(self._any(absent for *_, absent in of_visit) & ~self._is_unsure(place)):
                uses = tuple(use for use, _, absent in of_visit if absent[row])
                if not missed[row]:
                    uses = tuple(use for use in uses if (row, use.activity.id, use.form) not in throughout)
                if uses:
                    first, last = (self.subjects.day1[row] + edge[place] for edge in (self.calendar.first, self.calendar.last))
                    yield Lack(int(row), place, visit.visit, first, last, uses, bool(missed[row]))

    def _is_unsure(self, place: int) -> np.ndarray:
        """Who was not seen at this visit nor at a later one, and may have left before: the date of that is told of elsewhere."""
        return self.subjects.unsure & np.isinf(self.took[:, place:]).all(axis=1)

    def with_strangers(self, found: Sequence[Lack]) -> list[Lack]:
        """The lacks with the records that seem to be what is not there, each under another number (:class:`Stranger`).

        Of the subject under whose number a record stands it is not planned, or has it another record beside it in the window;
        its date is in the visit's window of the subject who lacks it. Nothing is guessed where several fit.
        """
        fits: dict[tuple[int, str], list[Stranger]] = {}
        for at, lack in enumerate(found):
            for use in lack.uses:
                if self.context.forms.found[use.form].spec.visit and self.context.forms.found[use.form].spec.date:
                    fits.setdefault((at, use.form), []).extend(self._strangers(lack, use))
        taken = Counter((one.form, one.group) for of in fits.values() for one in set(of))
        chosen: dict[int, dict[str, Stranger]] = {}
        for (at, form), of in fits.items():
            if len(set(of)) == 1 and taken[form, of[0].group] == 1:
                chosen.setdefault(at, {})[form] = of[0]
        return [replace(one, strangers=chosen.get(at, {})) for at, one in enumerate(found)]

    def _strangers(self, lack: Lack, use: ExpectedForm) -> Iterator[Stranger]:
        seen, planned = self.context.seen[use.form], self.calendar.visits[lack.place].offset
        groups = seen.groups
        dated = (groups["DAY"] >= lack.first) & (groups["DAY"] <= lack.last) & groups["ATTENDED"]
        own = groups["NUMBER"] == self.subjects.table["NUMBER"].iloc[lack.row]
        holding = seen.holding(self.context.specs, use.recorded.records)
        at_visit = (groups["VISIT"] == lack.visit) & groups.index.isin(holding)
        for group in np.flatnonzero(at_visit & dated & ~own):
            number = str(groups["NUMBER"].iloc[group])
            (row,) = self.subjects.rows(groups["NUMBER"].iloc[[group]])
            known = self.context.usubjid[use.form].iloc[groups["AT"].iloc[group]] if use.form in self.context.usubjid else ""
            if row < 0:
                surplus = planned >= 0 and known != ""
            else:
                others = groups[at_visit & (groups["NUMBER"] == number)].drop(index=group)
                since = others["DAY"] - self.subjects.day1[row]
                within = (since >= self.calendar.first[lack.place]) & (since <= self.calendar.last[lack.place])
                surplus = not self._concerned(use)[row] or bool(within.any())
            if surplus:
                yield Stranger(use.form, int(group), number)

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
                numbers = form.cells[form.spec.subject][having(form, self.context.specs, use.recorded.records, unknown=True)]
                there |= self.subjects.table["NUMBER"].isin(numbers).to_numpy()[:, None]
                there |= self.context.has_strays(use.form)
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
        groups = one.groups[self.context.strays(form)[one.groups["AT"].to_numpy()]]
        there = np.full((len(self.subjects), len(visits)), False)
        for visit, day in groups[groups["VISIT"].isin(list(visits))][["VISIT", "DAY"]].drop_duplicates().itertuples(index=False):
            at = visits[visit]
            since = day - self.subjects.day1
            there[:, at] |= np.isnan(since) | ((since >= self.calendar.first[at]) & (since <= self.calendar.last[at]))
        return there
