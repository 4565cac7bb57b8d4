"""What is not there, told: at the forms that lack it, or at the number under which it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from trialbook.checks.visits.missing import Lack, Stranger, Unmet
from trialbook.checks.visits.subjects import Subjects
from trialbook.checks.visits.telling import MOST_RECORDS, Context, Fault, written
from trialbook.findings import Origin, Role, SitePlace

MISSED = ""


def faults(context: Context, subjects: Subjects, found: Sequence[Lack], unmet: Sequence[Unmet]) -> dict[str, list[Fault]]:
    """The lacks as faults: by form, and under MISSED those of whole visits; each in the order of the visits."""
    made: dict[str, list[Fault]] = {MISSED: []}
    located = context.day1(subjects, [one.row for one in found] + [one.row for one in unmet], Role.COMPARED)
    for lack, origins in zip(found, located, strict=False):
        if lack.missed:
            made[MISSED].append(_missed(context, subjects, lack, origins))
            continue
        for form, activities in lack.forms.items():
            if form in lack.strangers:
                fault = _under_another(context, subjects, lack, activities, lack.strangers[form], origins)
            else:
                fault = _lacking(context, subjects, lack, form, activities, origins)
            made.setdefault(form, []).append(fault)
    for one, origins in zip(unmet, located[len(found) :], strict=True):
        made.setdefault(one.use.form, []).extend(_unmet(context, subjects, one, origins))
    return made


def _named(subjects: Subjects, row: int) -> tuple[str, str]:
    return str(subjects.table["USUBJID"].iloc[row]), str(subjects.table["NUMBER"].iloc[row])


def _span(lack: Lack) -> dict[str, str]:
    return {"visit": lack.visit, "first": written(lack.first), "last": written(lack.last)}


def _when(lack: Lack) -> str:
    return f"{lack.visit}, planned from {written(lack.first)} to {written(lack.last)}"


def title_of(context: Context, form: str) -> str:
    """A form by its name and title."""
    spec = context.specs.forms[form]
    return f"{form} ({spec.title})" if spec.title else form


def _missed(context: Context, subjects: Subjects, lack: Lack, day1: Sequence[Origin]) -> Fault:
    subject, number = _named(subjects, lack.row)
    query = context.questions.ask("MISSED-VISIT", **_span(lack), forms=list(lack.forms))
    by_site = any(context.specs.forms[form].by_site for form in lack.forms)
    files = tuple(origin for form in lack.forms for origin in context.tables[form].files)
    return Fault(
        dataset=str(subjects.table["FORM"].iloc[lack.row]),
        subject=subject,
        key=(number, lack.visit),
        what=f"{_when(lack)}: {', '.join(lack.forms)}",
        query=query,
        origins=(*dict.fromkeys(files), *day1),
        place=SitePlace(", ".join(lack.forms), lack.visit, by_site, {}),
    )


def _lacking(
    context: Context, subjects: Subjects, lack: Lack, form: str, activities: Sequence[str], day1: Sequence[Origin]
) -> Fault:
    subject, number = _named(subjects, lack.row)
    spec = context.specs.forms[form]
    query = context.questions.ask("MISSING-FORM" if spec.visit else "MISSING-RECORD", **_span(lack), form=title_of(context, form))
    return Fault(
        dataset=form,
        subject=subject,
        key=(number, lack.visit),
        what=f"{_when(lack)} ({'; '.join(activities)})" if spec.visit else "; ".join(activities),
        query=query,
        origins=(*context.tables[form].files, *day1),
        place=SitePlace(form, lack.visit if spec.visit else "", spec.by_site, {}),
    )


def _under_another(
    context: Context, subjects: Subjects, lack: Lack, activities: Sequence[str], stranger: Stranger, day1: Sequence[Origin]
) -> Fault:
    """A record under another number seems to be what is not there: its number is to be corrected, or a record to be entered."""
    subject, number = _named(subjects, lack.row)
    form, seen, table = stranger.form, context.seen[stranger.form], context.tables[stranger.form]
    spec, at = context.specs.forms[form], int(seen.groups["AT"].iloc[stranger.group])
    records = seen.positions(stranger.group, MOST_RECORDS)
    origins = [origin for of in table.locate(records, [spec.subject], Role.CORRECT) for origin in of]
    compared = [str(name) for name in (spec.visit, spec.date)]
    origins += [origin for of in table.locate(records, compared, Role.COMPARED) for origin in of]
    date = str(seen.groups["DATE"].iloc[stranger.group])
    asked = {"form": title_of(context, form), "subject": number, "other": stranger.number, "date": date}
    return Fault(
        dataset=form,
        subject=subject,
        key=(number, lack.visit),
        what=f"{_when(lack)} ({'; '.join(activities)}); that of {date} stands under {stranger.number}, of whom none is due",
        query=context.questions.ask("OTHER-SUBJECT", **_span(lack), **asked),
        origins=(*origins, *table.files, *day1),
        record=at + 1,
        variables=(spec.subject, *compared),
        values={name: str(table.frame[name].iloc[at]) for name in (spec.subject, *compared)},
    )


def _unmet(context: Context, subjects: Subjects, one: Unmet, day1: Sequence[Origin]) -> Iterator[Fault]:
    """Either the answer by which the activity is planned is wrong, or all of its records are missing."""
    subject, number = _named(subjects, one.row)
    whom, form = one.use.activity.subjects, one.use.form
    assert whom is not None, "what is unmet has a condition"
    answers = context.forms.found[whom.form]
    table, spec, columns = context.tables[whom.form], context.specs.forms[form], list(whom.where)
    at = np.flatnonzero((answers.cells[answers.spec.subject] == number).to_numpy(dtype=bool))[:1]
    if context.is_broken(whom.form, at, columns):
        return
    origins = [origin for of in table.locate(at, columns, Role.CORRECT) for origin in of]
    said = ", ".join(f"{name} {table.frame[name].iloc[at[0]]}" for name in columns)
    visits = list(one.visits)
    query = context.questions.ask(
        "UNMET", form=title_of(context, form), visits=visits, other=title_of(context, whom.form), said=said
    )
    yield Fault(
        dataset=form,
        subject=subject,
        key=(number, one.use.activity.id),
        what=f"{', '.join(visits)} ({one.use.activity.activity}), planned as {whom.form} has {said}",
        query=query,
        origins=(*origins, *context.tables[form].files, *day1),
        place=SitePlace(form, "", spec.by_site, {}),
    )
