"""Dates of planned visits against their windows, and day 1 where the visits agree with each other and not with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from trialbook.checks.visits.calendar import Calendar
from trialbook.checks.visits.subjects import Subjects, by_version
from trialbook.checks.visits.telling import Context, Fault, Group, fault_of, together, written
from trialbook.findings import Role


def out_of_window(context: Context, subjects: Subjects, told: Collection[tuple[str, int]]) -> Iterator[Fault]:
    """A fault for each subject, visit and date outside of the visit's window; ``told``: groups of forms told of already.

    A record of a subject who was not there has no date of a visit. Visits that an event decides on have no window.
    """
    groups: list[Group] = []
    rows: dict[tuple[str, int], int] = {}
    for name, mine in by_version(subjects):
        calendar = Calendar(context.protocol.version(name).schedule.dated)
        for form, one in context.seen.items():
            if not one.form.spec.visit or not one.form.spec.date or not calendar.visits:
                continue
            placed = calendar.place(one, subjects, mine)
            for at in placed[placed["ATTENDED"] & (placed["OFF"].fillna(0) != 0)].itertuples():
                if (form, at.G) in told:
                    continue
                planned, first, last = (
                    written(subjects.day1[at.S] + edge[at.V]) for edge in (calendar.planned, calendar.first, calendar.last)
                )
                off = int(at.OFF)
                facts = {
                    "planned": planned,
                    "first": first,
                    "last": last,
                    "off": f"{abs(off)} {'days' if abs(off) > 1 else 'day'}",
                }
                facts["side"] = "before" if off < 0 else "after"
                groups.append(Group(form, int(at.G), facts))
                rows[form, int(at.G)] = int(at.S)
    alike = together(context, groups, ("NUMBER", "VISIT", "DATE"))
    located = context.day1(subjects, [rows[of[0].form, of[0].number] for of in alike], Role.COMPARED)
    for of, beside in zip(alike, located, strict=True):
        row, found = of[0].row(context), of[0].facts
        names = {name: found[name] for name in ("planned", "first", "last")}
        query = context.questions.ask("OUT-OF-WINDOW", visit=row["VISIT"], date=row["DATE"][:10], **names)
        what = (
            f"{row['VISIT']} on {row['DATE'][:10]}, {found['off']} {found['side']} its window "
            f"({found['first']} to {found['last']}, planned {found['planned']})"
        )
        yield fault_of(context, of, what, query, visit=True, beside=beside)


def doubtful_day1(context: Context, subjects: Subjects, apart: np.ndarray) -> Iterator[Fault]:
    """A fault for each subject whose visits put day 1 elsewhere: by ``apart`` days; ``subjects`` have it where they put it."""
    rows = np.flatnonzero(apart)
    for row, origins in zip(rows, context.day1(subjects, rows.tolist(), Role.CORRECT), strict=True):
        entry = subjects.table.iloc[row]
        own = written(entry["DAY1"] - apart[row])
        query = context.questions.ask("DAY-1", date=own, planned=written(entry["DAY1"]))
        what = f"{own}, by its visits about {written(entry['DAY1'])}"
        yield Fault(entry["FORM"], entry["USUBJID"], (entry["NUMBER"],), what, query, origins)
