"""The number of subjects: what the record states, a reconstruction that gives it, and how little it takes to change that."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, facts, lines, note, table
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark
from trialbook.protocol.reconstruction import LABEL, Reconstruction

METHODS = {
    "fisher": "Fisher's exact test",
    "pooled": "z test, pooled variance",
    "unpooled": "z test, unpooled variance",
    "fleiss_cc": "z test, continuity-corrected (Fleiss)",
    "arcsine": "arcsine transformation (Cohen's h)",
}


def sample_size_table() -> Markup:
    """The planned number, the assumptions that give it, and what they give."""
    found = study().protocol.sample_size()
    if found is None:
        return Markup("<p>The protocol states no assumptions.</p>")
    a, t = found.assumptions, found.testing
    arms = found.evaluable
    pairs: list[tuple[str, Cell]] = [
        ("Planned by the record", lines([_number(found.planned), note("The record gives no basis for it")])),
        ("Basis", Markup("<strong>{}</strong> {}").format(LABEL.capitalize(), source_mark(a, study().protocol.analysis.source))),
        ("Test", f"{METHODS[a.method]}, {t.sides}-sided, level {t.alpha:g}"),
        ("Proportions", f"{_percent(a.p_control)} in control, {_percent(a.p_treatment)} with treatment"),
        ("Power asked for", _percent(a.power)),
        ("Allocation", f"{a.allocation:g} : 1"),
        ("Dropout", _percent(a.dropout)),
        ("Needed with an outcome", f"{arms[0]} and {arms[1]}" if arms else NOTHING),
        ("To randomize", lines([_number(found.randomized), note(_agreement(found))])),
        ("Power of the planned number", _percent(found.power(), 2)),
    ]
    return facts(pairs, about="Sample size")


def power_by_rates_table() -> Markup:
    """The power of the planned number under other proportions."""
    found = _reconstruction()
    if found is None:
        return Markup("")
    grid = found.power_by_rates()
    headers = ("Control", *(f"+{_percent(difference)}" for difference in grid.columns))
    rows = [
        (_percent(low), *(NOTHING if value != value else _percent(value) for value in row)) for low, *row in grid.itertuples()
    ]
    return table(headers, rows, about="Power by proportions", kind="book-grid")


def power_by_dropout_table() -> Markup:
    """The power of the planned number when outcomes are missing."""
    found = _reconstruction()
    if found is None:
        return Markup("")
    rows = [
        (_percent(row.dropout), f"{row.control} and {row.treatment}", _percent(row.power, 1))
        for row in found.power_by_dropout().itertuples()
    ]
    return table(
        ("Outcome missing", "Remaining, control and treatment", "Power"), rows, about="Power by dropout", kind="book-grid"
    )


def scenarios_table() -> Markup:
    """The other assumptions of the grid that give the planned number as well."""
    found = _reconstruction()
    if found is None:
        return Markup("")
    rows = [
        (
            METHODS[str(row.method)],
            f"{_percent(row.p_control)} and {_percent(row.p_treatment)}",
            _percent(row.power),
            f"{_percent(row.dropout)}{f', {row.inflation}' if row.dropout else ''}",
            str(row.n_arm),
        )
        for row in found.scenarios().itertuples()
    ]
    headers = ("Test", "Control and treatment", "Power", "Dropout", "Control arm with an outcome")
    return table(headers, rows, about="Scenarios that give the planned number", kind="book-grid")


def events_table() -> Markup:
    """What the planned number can tell of the survival endpoint by a log-rank test."""
    found = _reconstruction()
    events = found.events() if found else None
    if found is None or events is None or found.assumptions.events is None:
        return Markup("")
    assumed = found.assumptions.events
    rates = f"hazard ratio {assumed.hazard_ratio:g}, events in control {_percent(assumed.p_control)}"
    pairs: list[tuple[str, Cell]] = [
        ("Endpoint", study().protocol.objectives.endpoint(assumed.endpoint).name),
        ("Assumed", lines([rates, source_mark(assumed, study().protocol.analysis.source)])),
        ("Events needed", f"{events.schoenfeld:.1f} (Schoenfeld), {events.freedman:.1f} (Freedman)"),
        ("Subjects needed for them", f"{events.subjects}"),
        ("Events expected among those planned", f"{events.expected:.1f}"),
        ("Power with them", _percent(events.power, 1)),
    ]
    return facts(pairs, about="Events")


def _reconstruction() -> Reconstruction | None:
    found = study().protocol.sample_size()
    return found if found is not None and found.planned is not None else None


def _agreement(found: Reconstruction) -> str:
    if found.planned is None:
        return "Nothing is planned to compare with"
    return "It agrees with the planned number" if found.agrees else f"It does not agree with the planned number, {found.planned}"


def _number(value: int | None) -> Cell:
    return NOTHING if value is None else str(value)


def _percent(value: float, digits: int = 0) -> str:
    return f"{100 * value:.{digits}f} %"
