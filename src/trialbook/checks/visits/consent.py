"""What was done before the subject had consented, by the consent to its own screening."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from trialbook.checks.models import value_beside
from trialbook.checks.visits.telling import Context, Fault, Group, by_visit, fault_of
from trialbook.datasets.iso8601 import before
from trialbook.findings import Role


def before_consent(context: Context, told: Collection[tuple[str, int]]) -> tuple[list[Fault], set[tuple[str, int]]]:
    """A fault for each subject, visit and date before consent, and the groups of forms that they are of.

    The consent is that under the number that the record has, so of one who was screened again that to the same screening. A
    partial date is before it only where it is so by every reading.
    """
    declared = context.specs.export.consent
    form = context.forms.found.get(declared.form) if declared else None
    if declared is None or form is None:
        return [], set()
    consents = form.given(declared.date, context.specs.export.unknown_date_parts)
    numbers = form.cells[form.spec.subject]
    groups: list[Group] = []
    for name, one in context.seen.items():
        if not one.form.spec.date or name == declared.form:
            continue
        consent = value_beside(consents, numbers, one.groups["NUMBER"])
        early = before(one.groups["DATE"], consent) & one.groups["ATTENDED"]
        for number in np.flatnonzero(early.to_numpy()):
            if (name, int(number)) not in told:
                groups.append(Group(name, int(number), {"consent": consent.iloc[number]}))
    alike = by_visit(context, groups)
    first = pd.Series(np.arange(len(numbers)), index=numbers)[~numbers.duplicated().to_numpy()]
    at = first.loc[[of[0].row(context)["NUMBER"] for of in alike]].to_numpy(dtype=np.int64)
    located = context.tables[declared.form].locate(at, [declared.date], Role.COMPARED)
    faults = []
    for of, beside in zip(alike, located, strict=True):
        date, consent = of[0].row(context)["DATE"], of[0].facts["consent"]
        query = context.questions.ask("BEFORE-CONSENT", date=date, consent=consent)
        faults.append(fault_of(context, of, f"on {date}, informed consent on {consent}", query, visit=False, beside=beside))
    return faults, {(one.form, one.number) for one in groups}
