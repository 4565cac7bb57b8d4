"""What the trial asks and how it will be answered: objectives, endpoints, estimands, analysis sets, settings of the analysis."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, code, facts, lines, note, nothing, table, target
from trialbook.pages.links import fact_place, page_link, question_link
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark, words
from trialbook.protocol.facts import setting_value
from trialbook.protocol.objectives import Estimand, Level
from trialbook.protocol.source import Sourced

METHODS = {
    "fisher": "Fisher's exact test",
    "pooled": "z test, pooled variance",
    "unpooled": "z test, unpooled variance",
    "fleiss_cc": "z test, continuity-corrected (Fleiss)",
    "arcsine": "arcsine transformation (Cohen's h)",
    "wilson": "Wilson",
    "clopper_pearson": "Clopper-Pearson",
    "miettinen_nurminen": "Miettinen-Nurminen",
    "newcombe": "Newcombe",
    "wald": "Wald",
    "efron": "Efron",
    "breslow": "Breslow",
}
"""Names of statistical methods as papers have them."""


def objectives_table(level: str = "") -> Markup:
    """The objectives with the endpoints that answer them; with ``level`` those of that rank."""
    objectives = study().protocol.objectives
    rows = [
        (
            fact_place(str(one.level), "objectives", one.id),
            words(one.text),
            lines(objectives.endpoint(name).name for name in one.endpoints),
            source_mark(one, objectives.source),
        )
        for one in objectives.objectives
        if not level or one.level is Level(level)
    ]
    about = _ranked("Objectives", level)
    return table(("Level", "Objective", "Endpoints", "Source"), rows, about=about, kind="book-objectives")


def endpoints_table(level: str = "") -> Markup:
    """The endpoints and what this study defines of them; with ``level`` those of that rank."""
    objectives = study().protocol.objectives
    rows = []
    for one in objectives.of(Level(level)) if level else objectives.endpoints:
        defined: list[Cell] = []
        if one.definition:
            defined = [words(one.definition.text), source_mark(one.definition, one.source or objectives.source)]
        name = fact_place(code(one.id), "objectives", one.id)
        rows.append((name, str(one.level), lines([one.name, source_mark(one, objectives.source)]), lines(defined)))
    return table(("Id", "Level", "Endpoint", "Definition"), rows, about=_ranked("Endpoints", level), kind="book-endpoints")


def intercurrent_events_table() -> Markup:
    """The events after randomization that the estimands say how to handle."""
    objectives = study().protocol.objectives
    rows = [
        (fact_place(code(one.id), "objectives", one.id), one.name, source_mark(one, objectives.source))
        for one in objectives.intercurrent_events
    ]
    return table(("Id", "Event", "Source"), rows, about="Intercurrent events")


def estimands_tables(level: str = "") -> Markup:
    """Each estimand by the five attributes of ICH E9(R1), with what is missing data rather than an intercurrent event.

    With ``level`` those whose endpoint has that rank.
    """
    objectives = study().protocol.objectives
    titled = Markup('<p class="m11-caption" id="{}">Estimand {}: {}</p>{}')
    return Markup("").join(
        titled.format(target("objectives", one.id), one.id, objectives.endpoint(one.endpoint).name, _estimand(one))
        for one in objectives.estimands
        if not level or objectives.endpoint(one.endpoint).level is Level(level)
    ) or nothing(f"{_ranked('Estimands', level)}: none stated.")


def estimands_overview() -> Markup:
    """Each objective with its endpoints and, where there are estimands, the variable and the number that answer it."""
    objectives = study().protocol.objectives
    rows: list[tuple[Cell, ...]] = []
    for objective in objectives.objectives:
        asked = objective.text
        for name in objective.endpoints:
            endpoint = objectives.endpoint(name)
            estimands = objectives.estimands_of(name)
            rows.append(
                (
                    lines([words(asked), note(str(objective.level))]) if asked else Markup("<span></span>"),
                    lines([page_link(endpoint.name, "objectives", name), *_mark_alone(endpoint)]),
                    lines(words(one.variable) for one in estimands),
                    lines([*(words(one.summary) for one in estimands), *(_mark_alone(estimands[0]) if estimands else [])]),
                )
            )
            asked = ""
    headers = ("Objective", "Endpoint", "Variable of the estimand", "Population-level summary")
    return table(headers, rows, about="Objectives and estimands", kind="book-overview")


def analysis_sets_table() -> Markup:
    """Whose data the analyses take."""
    analysis = study().protocol.analysis
    rows = [
        (
            fact_place(code(one.id), "analysis", one.id),
            one.name,
            words(one.definition),
            source_mark(one, analysis.source),
        )
        for one in analysis.sets
    ]
    return table(("Id", "Set", "Definition", "Source"), rows, about="Analysis sets")


def analysis_settings_table() -> Markup:
    """The decisions of the plan: level, methods, settings."""
    protocol = study().protocol
    analysis = protocol.analysis
    testing, estimation = analysis.testing, analysis.estimation
    rows: list[tuple[Cell, Cell, Cell]] = [
        (
            fact_place("Level of the primary test", "analysis", "testing"),
            f"{testing.alpha:g}, {testing.sides}-sided",
            source_mark(testing, analysis.source),
        ),
        *([("Several tests", words(testing.multiplicity), NOTHING)] if testing.multiplicity else []),
        (
            fact_place("Interval of a proportion", "analysis", "estimation"),
            _told(estimation.proportion),
            source_mark(estimation, analysis.source),
        ),
        ("Interval of a difference of proportions", _told(estimation.difference), NOTHING),
        ("Interval of a survival estimate", _told(estimation.survival), NOTHING),
        ("Ties", _told(estimation.ties), NOTHING),
    ]
    for one in analysis.settings:
        value = f"{_told(setting_value(protocol, one.id))} {one.unit}".strip()
        options = [note(f"of {', '.join(map(_told, one.options))}")] if one.options else []
        asked = [question_link(one.question)] if one.question else []
        source = lines([source_mark(one, analysis.source), *asked])
        name = note(fact_place(code(one.id), "analysis", one.id))
        rows.append((lines([words(one.text), name]), lines([words(value), *options]), source))
    return table(("Decision", "Value", "Source"), rows, about="Settings of the analysis", kind="book-decisions")


def _estimand(one: Estimand) -> Markup:
    protocol = study().protocol
    objectives, analysis = protocol.objectives, protocol.analysis
    sets = [analysis.set(name).name for name in (one.set, *one.other_sets)]
    pairs: list[tuple[str, Cell]] = [
        ("Endpoint", page_link(code(one.endpoint), "objectives", one.endpoint)),
        ("Treatment", words(one.treatment)),
        (
            "Population",
            lines([words(one.population), note(f"Analysis set: {sets[0]}; further: {', '.join(sets[1:]) or 'none'}")]),
        ),
        ("Variable", words(one.variable)),
        ("Intercurrent events", lines(_handled(one))),
        ("Population-level summary", words(one.summary)),
        ("Missing data", lines(_missing(one))),
        ("Source", source_mark(one, objectives.source)),
    ]
    return facts(pairs, about=f"Estimand {one.id}")


def _handled(one: Estimand) -> Iterable[Markup]:
    events = {event.id: event.name for event in study().protocol.objectives.intercurrent_events}
    for handling in one.intercurrent_events:
        other = f"; sensitivity: {handling.other}" if handling.other else ""
        said = f"{words(handling.text)}{other}"
        yield Markup("{}: <em>{}</em>{}").format(events[handling.event], handling.strategy, note(said))


def _missing(one: Estimand) -> Iterable[Markup]:
    for missing in one.missing:
        other = f"; sensitivity: {missing.other}" if missing.other else ""
        yield Markup("{}{}").format(words(missing.what), note(f"{words(missing.handling)}{other}"))


def _mark_alone(one: Sourced) -> list[Markup]:
    return [source_mark(Sourced.model_construct(source=one.source), study().protocol.objectives.source)]


def _ranked(name: str, level: str) -> str:
    return f"{level.capitalize()} {name.lower()}" if level else name


def _told(value: object) -> str:
    text = f"{value}"
    return METHODS.get(text, text.replace("_", " "))
