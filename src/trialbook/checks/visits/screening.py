"""What the visits before day 1 left behind of those who never had one: who failed screening was screened all the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trialbook.checks.visits.absent import title_of
from trialbook.checks.visits.seen import having
from trialbook.checks.visits.subjects import Subjects
from trialbook.checks.visits.telling import Context, Fault
from trialbook.findings import Role, SitePlace
from trialbook.mapping.consents import versions_in_force
from trialbook.protocol.soa import ExpectedForm, Schedule

LEAST_OTHERS = 3


def unfinished_screenings(context: Context, subjects: Subjects, reasons: Mapping[str, str]) -> dict[str, list[Fault]]:
    """By form a fault for a number under which somebody consented and has no day 1: of a visit that took place, by what other
    forms have of it, the form has no record, and it has one of every other subject of that kind, of at least LEAST_OTHERS.

    How far a screening goes that fails, no schedule says: what the others have does. Forms with a reason for not being judged are
    left out, and so is what depends on the arm.
    """
    declared = context.specs.export.consent
    consents = context.forms.found.get(declared.form) if declared else None
    if declared is None or consents is None or consents.spec.subject in consents.missing:
        return {}
    numbers, usubjid = consents.cells[consents.spec.subject], context.usubjid.get(declared.form)
    known = (numbers != "") & ~numbers.duplicated(keep=False) & ~numbers.isin(subjects.table["NUMBER"])
    if usubjid is not None:
        known &= usubjid.reset_index(drop=True) != ""
    at = np.flatnonzero(known.to_numpy(dtype=bool))
    versions = versions_in_force(context.protocol, context.specs, consents.frame, numbers.iloc[at])
    absent: dict[tuple[str, str], list[Fault]] = {}
    took = 0
    for name in versions.unique():
        schedule = context.protocol.version(str(name)).schedule
        for position in at[(versions == name).to_numpy()]:
            uses = _absent(context, schedule, str(numbers.iloc[position]), reasons)
            took += uses is not None
            for use in uses or ():
                fault = _fault(context, declared.form, declared.date, int(position), use)
                absent.setdefault((use.form, use.visit.visit), []).append(fault)
    made: dict[str, list[Fault]] = {}
    for (form, _), faults in absent.items():
        if len(faults) == 1 and took > LEAST_OTHERS:
            made.setdefault(form, []).extend(faults)
    return made


def _absent(context: Context, schedule: Schedule, number: str, reasons: Mapping[str, str]) -> list[ExpectedForm] | None:
    """What is not there of the visits before day 1, each form once; None where no such visit took place."""
    absent: dict[str, ExpectedForm] | None = None
    for visit in schedule.dated:
        uses = [one for one in schedule.expected_forms(visit.visit) if _is_judged(context, one, reasons)]
        if visit.offset >= 0 or not any(_took_place(context, use, number) for use in uses if not use.activity.remote):
            continue
        absent = absent or {}
        for use in uses:
            if _concerned(context, use, number) and not _is_there(context, use, number):
                absent.setdefault(use.form, use)
    return None if absent is None else list(absent.values())


def _is_judged(context: Context, use: ExpectedForm, reasons: Mapping[str, str]) -> bool:
    form = context.forms.found.get(use.form)
    first = next(iter(use.recorded.visits or use.activity.visits))
    return form is not None and use.form not in reasons and (form.spec.visit is not None or first == use.visit.visit)


def _took_place(context: Context, use: ExpectedForm, number: str) -> bool:
    if use.form not in context.seen or context.forms.found[use.form].spec.visit is None:
        return False
    groups = context.seen[use.form].groups
    return bool(((groups["NUMBER"] == number) & (groups["VISIT"] == use.visit.visit) & groups["ATTENDED"]).any())


def _concerned(context: Context, use: ExpectedForm, number: str) -> bool:
    whom = use.activity.subjects
    if whom is None:
        return True
    form = context.forms.found.get(whom.form) if not whom.arms else None
    if form is None:
        return False
    return bool((form.cells[form.spec.subject][having(form, context.specs, whom.where)] == number).any())


def _is_there(context: Context, use: ExpectedForm, number: str) -> bool:
    """Whether a record may be the one: of the subject or of nobody, of the visit or of none."""
    form, records = context.forms.found[use.form], use.recorded.records
    holds = pd.Series(having(form, context.specs, records, unknown=True), index=form.cells.index)
    own = form.cells[form.spec.subject] == number
    if form.spec.visit is None:
        return bool((own & holds).any()) or context.has_strays(use.form)
    own |= context.strays(use.form)
    seen = context.seen[use.form]
    visits = pd.Series(seen.groups["VISIT"].to_numpy()[seen.of_record], index=form.cells.index)
    return bool((own & holds & visits.isin([use.visit.visit, ""])).any())


def _fault(context: Context, form: str, date: str, at: int, use: ExpectedForm) -> Fault:
    table, spec = context.tables[form], context.specs.forms[use.form]
    (consent,) = table.locate(np.array([at]), [date], Role.COMPARED)
    number = str(context.forms.found[form].cells[context.forms.found[form].spec.subject].iloc[at])
    kind = "MISSING-AT-VISIT" if spec.visit else "MISSING-RECORD"
    visit = use.visit.visit
    return Fault(
        dataset=use.form,
        subject=str(table.subject.iloc[at]) if table.subject is not None else "",
        key=(number, visit),
        what=f"{visit}, which took place ({use.activity.activity})",
        query=context.questions.ask(kind, form=title_of(context, use.form), visit=visit),
        origins=(*context.tables[use.form].files, *consent),
        place=SitePlace(use.form, visit if spec.visit else "", spec.by_site, {}),
    )
