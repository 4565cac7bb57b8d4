"""All checks of visits on one export: each rule's findings and outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from trialbook.checks.consequences import Told, cells_of, to_correct
from trialbook.checks.questions import Questions
from trialbook.checks.tables import CheckedTable
from trialbook.checks.visits.absent import MISSED, faults
from trialbook.checks.visits.consent import before_consent
from trialbook.checks.visits.missing import Lack, Unmet, lacks
from trialbook.checks.visits.screening import unfinished_screenings
from trialbook.checks.visits.seen import seen
from trialbook.checks.visits.subjects import Subjects, by_first_visit, replanned, subjects_of
from trialbook.checks.visits.telling import Context, Fault, VisitRule, findings_of
from trialbook.checks.visits.unplanned import without_day1
from trialbook.checks.visits.windows import doubtful_day1, out_of_window
from trialbook.findings import Finding, Role, RuleOutcome, Severity, SitePlace
from trialbook.mapping import Forms, MappedStudy, Specs
from trialbook.protocol import Protocol

# A missed visit, a missing form and a date outside of its window are deviations from the protocol that only the site can confirm,
# or entries that it forgot: Warnings. The data that are there may be right, so none of them closes the gate. That something was
# done before consent must not be: an Error.
CONSENT = VisitRule("TB-VISIT-CONSENT", Severity.ERROR, "Done before informed consent")
WINDOW = VisitRule("TB-VISIT-WINDOW", Severity.WARNING, "Outside of the visit's window")
DAY1 = VisitRule("TB-VISIT-DAY1", Severity.WARNING, "The subject's visits agree with each other, and not with its day 1")
MISSING = VisitRule("TB-VISIT-MISSED", Severity.WARNING, "Nothing is recorded of a planned visit")
NO_DAY1 = VisitRule("TB-VISIT-NO-DAY1", Severity.WARNING, "Visits after day 1 are recorded, and the subject has no day 1")
VISIT_RULES = (CONSENT, WINDOW, DAY1, NO_DAY1, MISSING)


def expected(form: str) -> VisitRule:
    """The rule that a form is filled at the visits where the schedule of activities has it."""
    message = f"The schedule of activities expects {form}, and there is no record of it"
    return VisitRule(f"TB-RAW-{form}-EXPECTED", Severity.WARNING, message, form)


@dataclass(frozen=True)
class VisitFindings:
    """``places``: by finding, what a site calls what is not there."""

    findings: tuple[Finding, ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()
    places: Mapping[str, SitePlace] = field(default_factory=dict)


def check_visits(
    forms: Forms,
    mapped: MappedStudy,
    tables: Mapping[str, CheckedTable],
    dm: CheckedTable | None,
    specs: Specs,
    protocol: Protocol,
    questions: Questions,
    known: Mapping[str, Sequence[Told]] | None = None,
    told: Iterable[Finding] = (),
    se: CheckedTable | None = None,
    unknown_stay: str | None = None,
) -> VisitFindings:
    """What forms tell of the planned visits, against the schedule in force for each subject; nothing in a study without either.

    ``tables`` are the forms as rules see them, ``dm`` is the mapped DM (None: it was not made); ``known``: what of the records is
    told already, by rules that stand for these; ``told``: the findings so far, whose cells to correct are not told of again;
    ``se``: the mapped SE, if it was made; ``unknown_stay``: why it can't be told from SE how long a subject was in the study.
    """
    if not protocol.visits and specs.export.consent is None:
        return VisitFindings()
    seen_of = {
        name: seen(form, specs)
        for name, form in forms.found.items()
        if (form.spec.visit or form.spec.date) and form.spec.subject not in form.missing
    }
    broken = to_correct(told)
    context = Context(protocol.id, specs, protocol, questions, forms, seen_of, tables, dm, mapped.usubjid, broken)
    known = known or {}
    done = _Done(protocol.id)
    schedule = _Schedule.of(context, mapped, se) if protocol.visits and dm is not None and "DM" in mapped.datasets else None
    elsewhere = schedule.elsewhere if schedule else set()
    early: set[tuple[str, int]] = set()
    reason = _no_consent(context)
    if reason is None:
        found, early = before_consent(context, elsewhere | _groups(context, known.get(CONSENT.id, ())))
        done.add(CONSENT, found)
    else:
        done.skip(CONSENT, reason)
    if schedule is not None:
        told_of = elsewhere | early | _groups(context, known.get(WINDOW.id, ()))
        _of_schedule(context, schedule, done, told_of, unknown_stay)
    elif protocol.visits:
        for rule in (WINDOW, DAY1, NO_DAY1, MISSING, *map(expected, _forms_of(protocol))):
            done.skip(rule, "DM is not made, so nobody's day 1 is known")
    return done.result()


@dataclass(frozen=True)
class _Schedule:
    """Whose visits are planned when, and what of them is not there.

    ``apart``: by how many days each subject's day 1 is later than its own; ``by_visit``: those who have none of their own,
    and by how many days their day 1 may be earlier; ``reasons``: by form, why it can't be judged, if so.
    """

    dm: pd.DataFrame
    subjects: Subjects
    apart: np.ndarray
    by_visit: tuple[Subjects, np.ndarray]
    reasons: Mapping[str, str | None]
    lacks: Sequence[Lack]
    unmet: Sequence[Unmet]

    @classmethod
    def of(cls, context: Context, mapped: MappedStudy, se: CheckedTable | None) -> _Schedule:
        """By the mapped DM and SE."""
        dm, reasons = mapped.datasets["DM"], {name: _not_judged(context, name) for name in _forms_of(context.protocol)}
        unsure = _unsure(context, se)
        own = subjects_of(dm, mapped.datasets.get("SE"), context.forms, context.specs, context.protocol, unsure)
        subjects, apart = replanned(own, context.protocol, context.seen)
        by_visit = by_first_visit(dm, context.forms, context.specs, context.protocol, context.seen)
        left_out = {name: reason for name, reason in reasons.items() if reason is not None}
        return cls(dm.dataset.frame, subjects, apart, by_visit, reasons, *lacks(context, subjects, left_out))

    @property
    def elsewhere(self) -> set[tuple[str, int]]:
        """The groups of forms that are told of as another subject's."""
        return {(one.form, one.group) for lack in self.lacks if not lack.missed for one in lack.strangers.values()}


def _unsure(context: Context, se: CheckedTable | None) -> set[str]:
    """The subjects whose elements begin or end by a cell that another finding asks to correct."""
    dates = [name for name in ("SESTDTC", "SEENDTC") if se is not None and name in se.frame]
    if se is None or not dates or not context.broken:
        return set()
    located = se.locate(np.arange(len(se.frame)), dates, Role.COMPARED)
    at = [any(cell in context.broken for origin in of for cell in cells_of(origin)) for of in located]
    return set(se.frame["USUBJID"][np.array(at, dtype=bool)])


def _of_schedule(
    context: Context, schedule: _Schedule, done: _Done, told_of: set[tuple[str, int]], unknown_stay: str | None
) -> None:
    """The rules that need to know which visits are planned for whom.

    That nothing is there of a visit says nothing of who may have left before it.
    """
    subjects = schedule.subjects
    done.add(DAY1, doubtful_day1(context, subjects, schedule.apart))
    if len(subjects):
        done.add(NO_DAY1, without_day1(context, schedule.dm, told_of))
    else:
        done.skip(NO_DAY1, "nobody has a day 1")
    done.add(
        WINDOW,
        [
            *out_of_window(context, subjects, told_of),
            *out_of_window(context, schedule.by_visit[0], told_of, schedule.by_visit[1]),
        ],
    )
    found = faults(context, subjects, schedule.lacks, schedule.unmet)
    left_out = {name: reason for name, reason in schedule.reasons.items() if reason is not None}
    for name, more in unfinished_screenings(context, subjects, left_out).items():
        found.setdefault(name, []).extend(more)
    missed = found.pop(MISSED)
    if unknown_stay is None:
        done.add(MISSING, missed)
    else:
        done.skip(MISSING, unknown_stay)
    for name, reason in schedule.reasons.items():
        if reason is None:
            done.add(expected(name), found.get(name, ()))
        else:
            done.skip(expected(name), reason)


def _forms_of(protocol: Protocol) -> tuple[str, ...]:
    """The forms that some version of the schedule expects."""
    schedules = [protocol.version(name).schedule for name in protocol.versions]
    return tuple(
        dict.fromkeys(one.form for each in schedules for visit in each.dated for one in each.expected_forms(visit.visit))
    )


def _no_consent(context: Context) -> str | None:
    declared = context.specs.export.consent
    if declared is None:
        return "sdtm_specs/export.yml does not say where the informed consent is recorded"
    form = context.forms.found.get(declared.form)
    if form is None:
        return f"the form {declared.form} is not in the export"
    return f"{declared.form} has no {declared.date} in the export" if declared.date in form.missing else None


def _not_judged(context: Context, name: str) -> str | None:
    """Why it can't be told whether a form was filled; None where it can."""
    if name not in context.specs.forms:
        return f"there is no form {name} in sdtm_specs/forms"
    form = context.forms.found.get(name)
    if form is None:
        return f"the form {name} is not in the export"
    if form.frame.empty:
        return f"the form {name} has no records in the export"
    lacking = [column for column in (form.spec.subject, form.spec.visit) if column in form.missing]
    return f"{name} has no {lacking[0]} in the export" if lacking else None


def _groups(context: Context, known: Iterable[Told]) -> set[tuple[str, int]]:
    """The groups of forms in which a record is told of."""
    return {
        (one.form, int(group))
        for one in known
        if one.form in context.seen
        for group in np.unique(context.seen[one.form].of_record[one.positions])
    }


class _Done:
    """What the rules gave so far."""

    def __init__(self, study: str):
        self._study = study
        self._made: list[tuple[list[Finding], RuleOutcome, dict[str, SitePlace]]] = []

    def add(self, rule: VisitRule, found: Iterable[Fault]) -> None:
        """A rule that ran."""
        self._made.append(findings_of(self._study, rule, found))

    def skip(self, rule: VisitRule, reason: str) -> None:
        """A rule that could not run."""
        self._made.append(findings_of(self._study, rule, (), reason))

    def result(self) -> VisitFindings:
        """All together."""
        places = {id: place for *_, of_rule in self._made for id, place in of_rule.items()}
        findings = tuple(one for of_rule, *_ in self._made for one in of_rule)
        return VisitFindings(findings, tuple(outcome for _, outcome, _ in self._made), places)
