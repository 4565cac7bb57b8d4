"""The schedule: visits with their windows, the schedule of activities, epochs, elements and the arms' paths, interventions."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, code, facts, lines, note, table
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark
from trialbook.protocol.activities import Activity
from trialbook.protocol.design import Step
from trialbook.protocol.interventions import Intervention
from trialbook.protocol.schedule import Visit
from trialbook.protocol.source import Source


def visits_table() -> Markup:
    """The planned visits: number, study day, window."""
    rows = [
        (f"{one.visitnum:g}", one.visit, _day(one.day), _window(one), source_mark(one))
        for one in study().protocol.visits.values()
    ]
    return table(("VISITNUM", "Visit", "Study day", "On time", "Source"), rows, about="Visits")


def activities_table() -> Markup:
    """The schedule of activities: what is done at which visit, and the forms that record it."""
    schedule, activities = study().protocol.schedule, study().protocol.activities
    marks = schedule.table()
    rows = []
    for one in activities.activities:
        about = [one.activity, *_limits(one), source_mark(one, activities.source)]
        cells = marks.loc[one.activity]
        calendar = next((mark for mark in cells if len(mark) > 1), "")
        done = [Markup('<span class="book-mark">{}</span>').format("×" if mark else "") for mark in cells]
        rows.append((lines([*about, *([note(calendar)] if calendar else [])]), *done, _forms(one)))
    return table(("Activity", *(_short(name) for name in marks.columns), "Forms"), rows, about="Schedule", kind="book-soa")


def paths_table() -> Markup:
    """The arms' ways through the elements, with the epoch of each."""
    design = study().protocol.design
    elements = {one.etcd: one for one in design.elements}
    rows = [
        (code(arm.armcd), f"{order}", lines([elements[step.etcd].element, note(code(step.etcd))]), step.epoch, _ways(step))
        for arm in design.arms
        for order, step in enumerate(arm.path, 1)
    ]
    return table(("ARMCD", "Order", "Element", "Epoch", "Then"), rows, about="Arms' paths")


def elements_table() -> Markup:
    """The elements: how each starts and ends, and how long it is planned to last."""
    design = study().protocol.design
    rows = [
        (code(one.etcd), one.element, one.starts, one.ends, one.duration or NOTHING, source_mark(one, design.source))
        for one in design.elements
    ]
    return table(("ETCD", "Element", "Starts", "Ends", "Duration", "Source"), rows, about="Elements")


def interventions_tables() -> Markup:
    """What the arms are given: regimen, planned doses, the steps of the dose and the counts at which it is changed."""
    interventions = study().protocol.interventions
    pieces = [_intervention(one, one.source or interventions.source) for one in interventions.interventions]
    return Markup("").join(pieces) or Markup("<p>None.</p>")


def _intervention(one: Intervention, above: Source) -> Markup:
    regimen, plan, reductions = one.regimen, one.plan, one.reductions
    given = f"{regimen.dose:g} {regimen.unit}, {one.frequency.lower()}, {regimen.route.lower()}"
    planned = f"{plan.planned_doses} planned, the last on day {one.last_planned_day}"
    steps = " → ".join(f"{step:g}" for step in one.steps)
    pairs: list[tuple[str, Cell]] = [
        ("Name", lines([one.name, source_mark(one, above)])),
        ("Substance", lines([one.substance.inn.capitalize(), source_mark(one.substance, above)])),
        ("Arms", ", ".join(one.arms)),
        ("Regimen", lines([given, source_mark(regimen, above)])),
        ("Doses", lines([planned, source_mark(plan, above)])),
        ("Steps of the dose", lines([f"{steps} {regimen.unit}", source_mark(reductions, above)])),
    ]
    told = facts(pairs, about=one.name)
    if not one.modification.thresholds:
        return told
    listed = [(row, "in force") for row in one.modification.thresholds]
    listed += [(row, "another table in use") for row in one.modification.alternatives]
    rows = [(row.test, f"< {row.reduce_below:g}", f"< {row.stop_below:g}", row.unit, status) for row, status in listed]
    thresholds = table(("Test", "Reduce at", "Stop at", "Unit", "Status"), rows, about="Thresholds")
    return Markup("").join([told, thresholds, note(source_mark(one.modification, above))])


def _day(day: int | None) -> Cell:
    return NOTHING if day is None else str(day)


def _window(one: Visit) -> Cell:
    if one.window is None:
        return NOTHING
    if one.day is None:
        return f"{-one.window[0]} days before to {one.window[1]} after the event"
    return f"day {one.first_day} to {one.last_day}" if one.window != (0, 0) else f"day {one.day}"


def _limits(one: Activity) -> list[Markup]:
    words = [one.subjects.who] if one.subjects else []
    words += [word for word, holds in (("optional", one.optional), ("where it happened", one.by_event)) if holds]
    return [note("; ".join(words))] if words else []


def _forms(one: Activity) -> Cell:
    return Markup(", ").join(code(name) for name in dict.fromkeys(form.form for form in one.forms)) or NOTHING


def _short(visit: str) -> str:
    """A narrow heading: each word on a line of its own."""
    return visit.capitalize().replace("/", " / ")


def _ways(step: Step) -> Cell:
    return lines(text for text in (step.branch, step.transition) if text)
