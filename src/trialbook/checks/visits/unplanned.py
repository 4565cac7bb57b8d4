"""Visits after day 1 of subjects who have none: nobody is told when they were planned, so no other rule judges them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from trialbook.checks.visits.telling import Context, Fault
from trialbook.findings import Role
from trialbook.mapping.references import resolve


def without_day1(context: Context, dm: pd.DataFrame, told: Collection[tuple[str, int]] = ()) -> Iterator[Fault]:
    """A fault for each subject of ``dm`` with neither RFSTDTC nor ARMCD, and records of visits that are planned after day 1.

    Of several visits, the record that gives day 1 is missing; a single one may stand under a wrong number. A day 1 that is
    entered and can't be read, and a record that gives one under a number that nobody knows, are told of by their own rules.
    ``told``: groups of forms told of already.
    """
    filled = [dm[name] != "" for name in ("RFSTDTC", "ARMCD") if name in dm]
    without = set(dm["USUBJID"]) - {subject for of in filled for subject in dm["USUBJID"][of]}
    schedules = [context.protocol.version(name).schedule for name in context.protocol.versions]
    later = [one.visit for each in schedules for one in sorted(each.dated, key=lambda visit: visit.offset) if one.offset > 0]
    found: dict[str, list[tuple[str, int, str, str]]] = {}
    for form, one in context.seen.items():
        if not one.form.spec.visit or form not in context.usubjid:
            continue
        subjects = context.usubjid[form].to_numpy()[one.groups["AT"].to_numpy()]
        late = one.groups["VISIT"].isin(later).to_numpy() & one.groups["ATTENDED"].to_numpy()
        for group in np.flatnonzero(late & np.isin(subjects, list(without))):
            row = one.groups.iloc[group]
            records = one.positions(int(group), 1)
            if (form, group) not in told and not context.is_broken(form, records, [one.form.spec.subject]):
                found.setdefault(str(subjects[group]), []).append((form, int(row["AT"]), str(row["VISIT"]), str(row["DATE"])))
    sources = _sources(context)
    if any(context.has_strays(form) for form in sources):
        return
    for subject, records_of in found.items():
        visits = [name for name in dict.fromkeys(later) if name in {visit for *_, visit, _ in records_of}]
        forms = list(dict.fromkeys(form for form, *_ in records_of))
        form, at, *_ = records_of[0]
        spec, table = context.forms.found[form].spec, context.tables[form]
        cells = [name for name in (spec.subject, spec.visit) if name]
        number = str(context.forms.found[form].cells[spec.subject].iloc[at])
        alone = len({(visit, date) for *_, visit, date in records_of}) == 1
        (shown,) = table.locate(np.array([at]), cells, Role.CORRECT if alone or not sources else Role.COMPARED)
        files = () if alone else tuple(origin for name in sources for origin in context.tables[name].files)
        yield Fault(
            dataset=form,
            subject=subject,
            key=(number,),
            what=f"{', '.join(visits)}; {', '.join(forms)}",
            query=context.questions.ask("NO-DAY-1", subject=number, visits=visits, forms=forms),
            origins=(*files, *shown),
            record=at + 1,
            variables=tuple(cells),
            values={name: str(table.frame[name].iloc[at]) for name in cells},
        )


def _sources(context: Context) -> list[str]:
    """The forms of the export, but for DM's own, that RFSTDTC is taken from."""
    domain = context.specs.domains["DM"]
    found: dict[str, None] = {}
    for records in domain.records:
        known = {alias: context.specs.sources[join.form] for alias, join in records.join.items()}
        known[records.form] = context.specs.sources[records.form]
        ways = context.specs.algorithms(domain, records).get("RFSTDTC", ())
        names = [resolve(name, known) for way in ways for name in way.columns]
        forms = (known[name[0]].form for name in names if name is not None)
        found.update(dict.fromkeys(form for form in forms if form != records.form and form in context.tables))
    return list(found)
