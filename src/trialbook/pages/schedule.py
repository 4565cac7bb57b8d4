"""The schedule: visits with their windows, the schedule of activities, epochs, elements and the arms' paths, interventions."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, code, facts, lines, note, nothing, table
from trialbook.pages.links import fact_place
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark, words
from trialbook.protocol.activities import Activity
from trialbook.protocol.design import Step
from trialbook.protocol.interventions import Intervention
from trialbook.protocol.schedule import Visit
from trialbook.protocol.source import Source, Sourced
from trialbook.protocol.trial_design import has_design
from trialbook.protocol.trial_design.entries import entries
from trialbook.protocol.trial_design.summary import parameter_names


def visits_table() -> Markup:
    """The planned visits: number, study day, window."""
    rows = [
        (f"{one.visitnum:g}", fact_place(one.visit, "visits", one.visit), _day(one.day), _window(one), source_mark(one))
        for one in study().protocol.visits.values()
    ]
    return table(("VISITNUM", "Visit", "Study day", "On time", "Source"), rows, about="Visits", kind="book-visits")


def activities_table() -> Markup:
    """The schedule of activities: what is done at which visit, and the forms that record it; the first row has the study days."""
    schedule, activities = study().protocol.schedule, study().protocol.activities
    marks, empty = schedule.table(), Markup("<span></span>")
    rows: list[tuple[Cell, ...]] = []
    for one in activities.activities:
        cells = marks.loc[one.activity]
        calendar = next((mark for mark in cells if len(mark) > 1), "")
        name = fact_place(one.activity, "activities", one.id)
        about = lines([name, *_limits(one), *([note(calendar)] if calendar else []), *_forms(one)])
        # The source of most is said once, under the table.
        own = one if one.source is not activities.source else one.model_copy(update={"source": None})
        rows.append((about + source_mark(own), *("×" if mark else empty for mark in cells)))
    if rows:
        rows.insert(0, ("Study day", *(_day(one.day) for one in schedule.visits.values())))
    headers = ("Activity", *(_upright(name) for name in marks.columns))
    shown = table(headers, rows, about="Schedule of activities", kind="book-soa")
    common = source_mark(Sourced.model_construct(source=activities.source))
    return shown + note(Markup("What has no mark of its own: {}").format(common)) if rows else shown


def paths_table() -> Markup:
    """The arms' ways through the elements, with the epoch of each."""
    design = study().protocol.design
    elements = {one.etcd: one for one in design.elements}
    rows = [
        (
            code(arm.armcd),
            f"{order}",
            lines([elements[step.etcd].element, note(code(step.etcd))]),
            step.epoch,
            _ways(step),
            source_mark(step, arm.source or design.source),
        )
        for arm in design.arms
        for order, step in enumerate(arm.path, 1)
    ]
    return table(("ARMCD", "Order", "Element", "Epoch", "Then", "Source"), rows, about="Arms' paths")


def elements_table() -> Markup:
    """The elements: how each starts and ends, and how long it is planned to last."""
    design = study().protocol.design
    rows = [
        (
            fact_place(code(one.etcd), "design", one.etcd),
            one.element,
            one.starts,
            one.ends,
            one.duration or NOTHING,
            source_mark(one, design.source),
        )
        for one in design.elements
    ]
    return table(("ETCD", "Element", "Starts", "Ends", "Duration", "Source"), rows, about="Elements", kind="book-elements")


def summary_table() -> Markup:
    """The trial summary as TS has it: each parameter with its value, or why there is none."""
    one, seen, rows = study(), set(), []
    names = parameter_names(one.ct)
    for entry in entries(one.protocol, one.standard) if has_design(one.protocol) else ():
        name: Cell = code(entry.parameter)
        if entry.parameter not in seen:
            name = fact_place(name, "design", entry.parameter)
        seen.add(entry.parameter)
        label = names.get(entry.parameter) or entry.label
        about = Sourced.model_construct(source=entry.source, note=entry.note)
        value = entry.value or Markup('<span class="book-none">none</span>{}').format(note(code(entry.null_flavor)))
        rows.append((lines([name, note(label)]), value, source_mark(about)))
    return table(("Parameter", "Value", "Source"), rows, about="Trial summary", kind="book-summary")


def interventions_tables() -> Markup:
    """What the arms are given: substance, regimen, planned doses."""
    interventions = study().protocol.interventions
    pieces = [_intervention(one, one.source or interventions.source) for one in interventions.interventions]
    return Markup("").join(pieces) or nothing("Interventions: none stated.")


def thresholds_tables() -> Markup:
    """The steps of each intervention's dose, and the counts at which it is changed."""
    interventions = study().protocol.interventions
    pieces = [_thresholds(one, one.source or interventions.source) for one in interventions.interventions]
    return Markup("").join(pieces) or nothing("Changes of the dose: none stated.")


def _intervention(one: Intervention, above: Source) -> Markup:
    regimen, plan = one.regimen, one.plan
    given = [
        f"{regimen.dose:g} {regimen.unit}",
        one.frequency.lower(),
        *filter(None, [regimen.route.lower(), regimen.form.lower()]),
    ]
    lasting = f", for {regimen.months:g} months" if regimen.months else ""
    planned = f"{plan.planned_doses} planned, the last on day {one.last_planned_day}"
    dates = [f"The first within {_days(plan.first_within)} of day 1"] if plan.first_within else []
    dates += [f"None more than {_days(plan.most_days_early)} before it is planned"] if plan.most_days_early else []
    dates += [f"Two at least {_days(plan.least_days_between)} apart"]
    pairs: list[tuple[Cell, Cell]] = [
        (fact_place("Name", "interventions", one.id), lines([one.name, source_mark(one, above)])),
        ("Substance", lines([one.substance.inn.capitalize(), source_mark(one.substance, above)])),
        ("Arms", Markup(", ").join(map(code, one.arms))),
        ("Regimen", lines([", ".join(given) + lasting, source_mark(regimen, above)])),
        ("Doses", lines([planned, *map(note, dates), source_mark(plan, above)])),
    ]
    return facts(pairs, about=one.name)


def _thresholds(one: Intervention, above: Source) -> Markup:
    steps = " → ".join(f"{step:g}" for step in one.steps)
    doses = lines([f"{steps} {one.regimen.unit}", source_mark(one.reductions, above)])
    told = facts([("Steps of the dose", doses)], about=f"Steps of {one.name}")
    if not one.modification.thresholds:
        return told
    listed = [(row, "in force") for row in one.modification.thresholds]
    listed += [(row, "not in force") for row in one.modification.alternatives]
    rows = [
        (
            code(row.test),
            f"below {row.reduce_below:g}",
            f"below {row.stop_below:g}",
            row.unit,
            lines([status, *([note(words(row.note))] if row.note else [])]),
        )
        for row, status in listed
    ]
    headers = ("Test", "Dose reduced", "Treatment stopped", "Unit", "Status")
    thresholds = table(headers, rows, about=f"Thresholds of {one.name}")
    return Markup("").join([told, thresholds, note(source_mark(one.modification, above))])


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def _day(day: int | None) -> Cell:
    return NOTHING if day is None else str(day)


def _window(one: Visit) -> Cell:
    if one.window is None:
        return NOTHING
    if one.day is None:
        return f"{_days(-one.window[0])} before to {_days(one.window[1])} after the event"
    return f"day {one.first_day} to {one.last_day}" if one.window != (0, 0) else f"day {one.day}"


def _limits(one: Activity) -> list[Markup]:
    said = [one.subjects.who] if one.subjects else []
    said += [word for word, holds in (("optional", one.optional), ("recorded where it happened", one.by_event)) if holds]
    return [note("; ".join(said))] if said else []


def _forms(one: Activity) -> list[Markup]:
    names = Markup(", ").join(code(name) for name in dict.fromkeys(form.form for form in one.forms))
    return [note(Markup("on {}").format(names))] if names else []


def _upright(visit: str) -> Markup:
    """A heading that takes no more room than what stands under it."""
    return Markup('<span class="book-upright">{}</span>').format(visit.capitalize().replace("/", " / "))


def _ways(step: Step) -> Cell:
    return lines(text for text in (step.branch, step.transition) if text)
