"""What was done before the subject had consented, by the consent to its own screening."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from trialbook.checks.models import value_beside
from trialbook.checks.visits.subjects import LEAST_VISITS
from trialbook.checks.visits.telling import Context, Fault, Group, fault_of, together
from trialbook.datasets.iso8601 import before
from trialbook.findings import Role
from trialbook.mapping.form_spec import ConsentSpec


def before_consent(context: Context, told: Collection[tuple[str, int]]) -> tuple[list[Fault], set[tuple[str, int]]]:
    """A fault for each subject and date before consent, and the groups of forms that they are of.

    The consent is that under the number that the record has: of one who was screened again, that to the same screening. A partial
    date is before it only where it is so by every reading. Where several dates of a subject are, consent's is doubted, once.
    """
    declared = context.specs.export.consent
    form = context.forms.found.get(declared.form) if declared else None
    if declared is None or form is None:
        return [], set()
    consents, numbers = form.given(declared.date, context.specs.export.unknown_date_parts), form.cells[form.spec.subject]
    groups: list[Group] = []
    for name, one in context.seen.items():
        if not one.form.spec.date or name == declared.form:
            continue
        consent = value_beside(consents, numbers, one.groups["NUMBER"])
        early = before(one.groups["DATE"], consent) & one.groups["ATTENDED"]
        for number in np.flatnonzero(early.to_numpy()):
            records = one.positions(int(number), 1)
            if (name, int(number)) not in told and not context.is_broken(
                name, records, [one.form.spec.date, one.form.spec.subject]
            ):
                groups.append(Group(name, int(number), {"consent": consent.iloc[number]}))
    by_number: dict[str, list[list[Group]]] = {}
    for of in together(context, groups, ("NUMBER", "DATE")):
        by_number.setdefault(str(of[0].row(context)["NUMBER"]), []).append(of)
    first = pd.Series(np.arange(len(numbers)), index=numbers)[~numbers.duplicated().to_numpy()]
    faults: list[Fault] = []
    for subject, visits in by_number.items():
        if context.is_broken(declared.form, first[[subject]].to_numpy(), [declared.date]):
            continue
        if len(visits) >= LEAST_VISITS:
            faults.append(_doubted(context, declared, int(first[subject]), visits))
        else:
            faults.extend(_early(context, declared, int(first[subject]), of) for of in visits)
    return faults, {(one.form, one.number) for one in groups}


def _early(context: Context, declared: ConsentSpec, at: int, groups: Sequence[Group]) -> Fault:
    """The fault of the records of one date; ``at``: the record of consent."""
    date, consent = groups[0].row(context)["DATE"], groups[0].facts["consent"]
    (beside,) = context.tables[declared.form].locate(np.array([at]), [declared.date], Role.COMPARED)
    query = context.questions.ask("BEFORE-CONSENT", date=date, consent=consent)
    return fault_of(context, groups, f"on {date}, informed consent on {consent}", query, mend=("date",), beside=beside)


def _doubted(context: Context, declared: ConsentSpec, at: int, visits: Sequence[Sequence[Group]]) -> Fault:
    """The fault of a consent that comes after records of several dates."""
    table, consent = context.tables[declared.form], visits[0][0].facts["consent"]
    dates = sorted({str(of[0].row(context)["DATE"]) for of in visits})
    (origins,) = table.locate(np.array([at]), [declared.date], Role.CORRECT)
    for one in (group for of in visits for group in of):
        spec, found = context.forms.found[one.form].spec, context.seen[one.form].positions(one.number, 1)
        (compared,) = context.tables[one.form].locate(found, [spec.date or ""], Role.COMPARED)
        origins = (*origins, *compared)
    return Fault(
        dataset=declared.form,
        subject=str(table.subject.iloc[at]) if table.subject is not None else "",
        key=table.key(np.array([at]))[0],
        what=f"consent is dated {consent}, and {len(dates)} dates of the subject from {dates[0]} to {dates[-1]} are earlier",
        query=context.questions.ask("LATE-CONSENT", consent=consent, first=dates[0], last=dates[-1]),
        origins=origins,
        record=at + 1,
        variables=(declared.date,),
        values={declared.date: str(table.frame[declared.date].iloc[at])},
    )
