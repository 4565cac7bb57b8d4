"""Visits after day 1 of subjects who have none: nobody is told when they were planned, so no other rule judges them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.checks.visits.telling import Context, Fault
from trialbook.findings import Role


def without_day1(context: Context, dm: pd.DataFrame) -> Iterator[Fault]:
    """A fault for each subject of ``dm`` with neither RFSTDTC nor ARMCD, and records of visits that are planned after day 1.

    A day 1 that is entered and can't be read is told of by its own rule.
    """
    filled = [dm[name] != "" for name in ("RFSTDTC", "ARMCD") if name in dm]
    without = set(dm["USUBJID"]) - {subject for of in filled for subject in dm["USUBJID"][of]}
    schedules = [context.protocol.version(name).schedule for name in context.protocol.versions]
    later = [one.visit for each in schedules for one in sorted(each.dated, key=lambda visit: visit.offset) if one.offset > 0]
    found: dict[str, list[tuple[str, int, str]]] = {}
    for form, one in context.seen.items():
        if not one.form.spec.visit or form not in context.usubjid:
            continue
        subjects = context.usubjid[form].to_numpy()[one.groups["AT"].to_numpy()]
        late = one.groups["VISIT"].isin(later).to_numpy() & one.groups["ATTENDED"].to_numpy()
        for group in np.flatnonzero(late & np.isin(subjects, list(without))):
            row = one.groups.iloc[group]
            found.setdefault(str(subjects[group]), []).append((form, int(row["AT"]), str(row["VISIT"])))
    for subject, records in found.items():
        visits = [name for name in dict.fromkeys(later) if name in {visit for *_, visit in records}]
        forms = list(dict.fromkeys(form for form, *_ in records))
        form, at, _ = records[0]
        spec, table = context.forms.found[form].spec, context.tables[form]
        cells = [name for name in (spec.subject, spec.visit) if name]
        number = str(context.forms.found[form].cells[spec.subject].iloc[at])
        yield Fault(
            dataset=form,
            subject=subject,
            key=(number,),
            what=f"{', '.join(visits)}; {', '.join(forms)}",
            query=context.questions.ask("NO-DAY-1", subject=number, visits=visits, forms=forms),
            origins=table.locate(np.array([at]), cells, Role.CORRECT)[0],
            record=at + 1,
            variables=tuple(cells),
            values={name: str(table.frame[name].iloc[at]) for name in cells},
        )
