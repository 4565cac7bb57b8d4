"""Dates of planned visits against their windows, and day 1 where the visits agree with each other and not with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from trialbook.checks.consequences import cells_of
from trialbook.checks.visits.calendar import Calendar
from trialbook.checks.visits.subjects import Subjects, by_version
from trialbook.checks.visits.telling import DATE_AND_VISIT, MOST_RECORDS, Context, Fault, Group, fault_of, together, written
from trialbook.findings import Role

DATE, VISIT, EITHER = ("date",), ("visit",), DATE_AND_VISIT
"""Of a date and a visit that disagree, what is to be corrected."""


def out_of_window(
    context: Context, subjects: Subjects, told: Collection[tuple[str, int]], earlier: np.ndarray | None = None
) -> Iterator[Fault]:
    """A fault for each subject, visit and date outside of the visit's window; ``told``: groups of forms told of already.

    ``earlier``: by how many days each subject's day 1 may be earlier than it is said to be; no visit is too early by so few.

    A record of a subject who was not there has no date of a visit. Visits that an event decides on have no window. Where another
    finding asks to correct the date, the visit or the subject of the records, nothing is said.
    """
    groups: list[Group] = []
    facts_of: dict[tuple[str, int], tuple[int, int, tuple[str, ...]]] = {}
    for name, mine in by_version(subjects):
        calendar = Calendar(context.protocol.version(name).schedule.dated)
        if not calendar.visits:
            continue
        placed = {
            form: calendar.place(one, subjects, mine)
            for form, one in context.seen.items()
            if one.form.spec.visit and one.form.spec.date
        }
        held = {key for of in placed.values() for key in _held(of)}
        for form, of in placed.items():
            spec = context.forms.found[form].spec
            for at in of[of["ATTENDED"] & (of["OFF"].fillna(0) != 0)].itertuples():
                if earlier is not None and 0 > at.OFF >= -earlier[at.S]:
                    continue
                records = context.seen[form].positions(at.G, MOST_RECORDS)
                if (form, at.G) in told or context.is_broken(form, records, [spec.date, spec.visit, spec.subject]):
                    continue
                planned, first, last = (
                    written(subjects.day1[at.S] + edge[at.V]) for edge in (calendar.planned, calendar.first, calendar.last)
                )
                off = int(at.OFF)
                others = [
                    visit.visit for place, visit in enumerate(calendar.visits) if (at.S, at.DAY, place) in held and place != at.V
                ]
                facts = {
                    "planned": planned,
                    "first": first,
                    "last": last,
                    "off": f"{abs(off)} {'days' if abs(off) > 1 else 'day'}",
                    "others": f", the day of {', '.join(others)}" if others else "",
                }
                facts["side"] = "before" if off < 0 else "after"
                groups.append(Group(form, int(at.G), facts))
                facts_of[form, int(at.G)] = int(at.S), int(at.V), VISIT if others else DATE if at.WITHIN < 0 else EITHER
    alike = together(context, groups, ("NUMBER", "VISIT", "DATE"))
    alike.sort(key=lambda of: facts_of[of[0].form, of[0].number][:2])
    located = context.day1(subjects, [facts_of[of[0].form, of[0].number][0] for of in alike], Role.COMPARED)
    for of, beside in zip(alike, located, strict=True):
        row, found = of[0].row(context), of[0].facts
        names = {name: found[name] for name in ("planned", "first", "last")}
        query = context.questions.ask("OUT-OF-WINDOW", visit=row["VISIT"], date=row["DATE"][:10], **names)
        what = (
            f"{row['VISIT']} on {row['DATE'][:10]}{found['others']}, {found['off']} {found['side']} its window "
            f"({found['first']} to {found['last']}, planned {found['planned']})"
        )
        *_, mend = facts_of[of[0].form, of[0].number]
        compare = [kind for kind in DATE_AND_VISIT if kind not in mend]
        yield fault_of(context, of, what, query, mend=mend, compare=compare, beside=beside)


def _held(placed: pd.DataFrame) -> Iterator[tuple[int, float, int]]:
    """The visits that took place within their windows, each as subject, day and place of the visit."""
    sure = placed[placed["ATTENDED"] & (placed["OFF"] == 0)]
    yield from zip(sure["S"].tolist(), sure["DAY"].tolist(), sure["V"].tolist(), strict=True)


def doubtful_day1(context: Context, subjects: Subjects, apart: np.ndarray) -> Iterator[Fault]:
    """A fault for each subject whose visits put day 1 elsewhere: by ``apart`` days; ``subjects`` have it where they put it."""
    rows = np.flatnonzero(apart)
    for row, origins in zip(rows, context.day1(subjects, rows.tolist(), Role.CORRECT), strict=True):
        if any(cell in context.broken for origin in origins for cell in cells_of(origin)):
            continue
        entry = subjects.table.iloc[row]
        own = written(entry["DAY1"] - apart[row])
        query = context.questions.ask("DAY-1", date=own, planned=written(entry["DAY1"]))
        what = f"{own}, by its visits about {written(entry['DAY1'])}"
        yield Fault(entry["FORM"], entry["USUBJID"], (entry["NUMBER"],), what, query, origins)
