"""The number of subjects: what the record states, a reconstruction that gives it, and how little it takes to change that."""

from __future__ import annotations

import math

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, facts, lines, note, nothing, table
from trialbook.pages.links import fact_place, page_link
from trialbook.pages.objectives import METHODS
from trialbook.pages.session import study
from trialbook.pages.sources import fact_source, source_mark
from trialbook.protocol.reconstruction import LABEL, Reconstruction
from trialbook.protocol.sample_size import Inflation, Method

SHORT = {"fisher": "Fisher", "pooled": "z, pooled", "unpooled": "z, unpooled", "fleiss_cc": "z, corrected", "arcsine": "arcsine"}
"""The names of the tests in a table of many rows."""
INFLATIONS = {Inflation.DIV: "n / (1 − d)", Inflation.MULT: "n × (1 + d)"}
NO_ASSUMPTIONS = "The protocol states no assumptions that give a number of subjects."


def sample_size_table() -> Markup:
    """The planned number, the assumptions that give it, and what they give."""
    found = study().protocol.sample_size()
    if found is None:
        return nothing(NO_ASSUMPTIONS)
    a, t = found.assumptions, found.testing
    arms = found.evaluable
    pairs: list[tuple[Cell, Cell]] = [
        ("Planned", lines([_number(found.planned), source_mark(fact_source("design", "planned_subjects"))])),
        (
            fact_place("Basis", "analysis", "sample_size"),
            Markup("<strong>{}</strong> {}").format(LABEL.capitalize(), source_mark(a, study().protocol.analysis.source)),
        ),
        ("Test", f"{METHODS[a.method]}, {t.sides}-sided, level {t.alpha:g}"),
        ("Proportions", f"{percent(a.p_control)} in control, {percent(a.p_treatment)} with treatment"),
        ("Power asked for", percent(a.power)),
        ("Allocation", f"{a.allocation:g} : 1"),
        ("Dropout", f"{percent(a.dropout)}{f', {INFLATIONS[a.inflation]}' if a.dropout else ''}"),
        ("Needed with an outcome", f"{arms[0]} and {arms[1]}" if arms else NOTHING),
        ("To randomize", lines([_number(found.randomized), note(_agreement(found))])),
        ("Power of the planned number", percent(found.power(), 2)),
    ]
    return facts(pairs, about="Sample size")


def power_by_rates_table() -> Markup:
    """The power of the planned number under other proportions; that under the assumed ones stands out."""
    found = reconstruction()
    if found is None:
        return nothing(NO_ASSUMPTIONS)
    grid, assumed = found.power_by_rates(), found.assumptions

    def cell(low: float, difference: float, value: float) -> Cell:
        told = NOTHING if value != value else percent(value)
        is_assumed = math.isclose(low, assumed.p_control) and math.isclose(low + difference, assumed.p_treatment)
        return Markup("<strong>{}</strong>").format(told) if is_assumed else told

    headers = ("Control", *(f"+{100 * difference:.0f} points" for difference in grid.columns))
    rows = [
        (percent(low), *(cell(low, difference, value) for difference, value in zip(grid.columns, row, strict=True)))
        for low, *row in grid.itertuples()
    ]
    return table(headers, rows, about="Power by proportions", kind="book-grid")


def power_by_dropout_table() -> Markup:
    """The power of the planned number when outcomes are missing."""
    found = reconstruction()
    if found is None:
        return nothing(NO_ASSUMPTIONS)
    rows = [
        (percent(row.dropout), f"{row.control} and {row.treatment}", percent(row.power, 1))
        for row in found.power_by_dropout().itertuples()
    ]
    headers = ("Outcome missing", "Remaining, control and treatment", "Power")
    steps = (
        note("The power of an exact test goes up and down in steps.") if found.assumptions.method is Method.FISHER else Markup("")
    )
    return table(headers, rows, about="Power by dropout", kind="book-grid") + steps


def scenarios_table() -> Markup:
    """Every combination of the grid's assumptions that gives the planned number, and how many there are."""
    found = reconstruction()
    if found is None:
        return nothing(NO_ASSUMPTIONS)
    rows = [
        (
            SHORT[str(row.method)],
            f"{percent(row.p_control)} and {percent(row.p_treatment)}",
            percent(row.power),
            percent(row.dropout),
            INFLATIONS[Inflation(str(row.inflation))] if row.dropout else NOTHING,
            str(row.n_arm),
        )
        for row in found.scenarios().itertuples()
    ]
    headers = ("Test", "Control and treatment", "Power", "Dropout d", "To randomize", "n in control")
    told = Markup("<p>{} combinations of these assumptions give {}.</p>").format(len(rows), found.planned)
    return told + table(headers, rows, about="Scenarios that give the planned number", kind="book-grid")


def events_table() -> Markup:
    """What the planned number can tell of the survival endpoint by a log-rank test."""
    found = reconstruction()
    events = found.events() if found else None
    if found is None or events is None or found.assumptions.events is None:
        return nothing("The protocol states no assumptions about events.")
    assumed = found.assumptions.events
    rates = f"hazard ratio {assumed.hazard_ratio:g}, events in control {percent(assumed.p_control)}"
    pairs: list[tuple[str, Cell]] = [
        ("Endpoint", page_link(study().protocol.objectives.endpoint(assumed.endpoint).name, "objectives", assumed.endpoint)),
        ("Assumed", lines([rates, source_mark(assumed, found.assumptions.source or study().protocol.analysis.source)])),
        ("Events needed", f"{events.schoenfeld:.1f} (Schoenfeld), {events.freedman:.1f} (Freedman)"),
        ("Subjects needed for them", f"{events.subjects}"),
        ("Events expected among those planned", f"{events.expected:.1f}"),
        ("Power with them", percent(events.power, 1)),
    ]
    return facts(pairs, about="Events")


def reconstruction() -> Reconstruction | None:
    """The reconstruction, where the protocol states assumptions and plans a number."""
    found = study().protocol.sample_size()
    return found if found is not None and found.planned is not None else None


def _agreement(found: Reconstruction) -> str:
    if found.planned is None:
        return "Nothing is planned to compare with"
    return "It agrees with the planned number" if found.agrees else f"It does not agree with the planned number, {found.planned}"


def _number(value: int | None) -> Cell:
    return NOTHING if value is None else str(value)


def percent(value: float, digits: int = 0) -> str:
    """A fraction as a percentage."""
    return f"{100 * value:.{digits}f} %"
