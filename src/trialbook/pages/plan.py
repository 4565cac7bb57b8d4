"""The statistical analysis plan: estimands side by side, the analyses of each endpoint, and the methods that they use."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, code, heading, lines, link, note, nothing, table
from trialbook.pages.links import fact_place, page_link
from trialbook.pages.mathematics import mathematical
from trialbook.pages.methods import NAMES, described
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark, words
from trialbook.protocol.analysis import Technique
from trialbook.protocol.objectives import Endpoint, Estimand


def estimands_matrix() -> Markup:
    """The estimands side by side: the five attributes of ICH E9(R1), a row each, and what is missing data."""
    objectives, analysis = study().protocol.objectives, study().protocol.analysis
    if not objectives.estimands:
        return nothing("Estimands: none stated.")
    estimands = objectives.estimands
    rows: list[tuple[str, list[Cell]]] = [
        ("Treatment", [words(one.treatment) for one in estimands]),
        ("Population", [words(one.population) for one in estimands]),
        ("Analysis set", [_sets(one) for one in estimands]),
        ("Variable", [words(one.variable) for one in estimands]),
    ]
    for event in objectives.intercurrent_events:
        rows.append((f"If: {event.name[0].lower()}{event.name[1:]}", [_handled(one, event.id) for one in estimands]))
    rows += [
        ("Summary", [words(one.summary) for one in estimands]),
        ("Missing data", [lines(_missing(one)) for one in estimands]),
        ("Source", [source_mark(one, objectives.source) for one in estimands]),
    ]
    known = {one.id for one in analysis.sets}
    if not known:
        rows = [row for row in rows if row[0] != "Analysis set"]
    heads = ["Attribute", *(page_link(objectives.endpoint(one.endpoint).name, "objectives", one.id) for one in estimands)]
    body = Markup("").join(_row(name, cells) for name, cells in rows)
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(one) for one in heads)
    return Markup(
        '<div class="book-scroll" role="region" tabindex="0" aria-label="Estimands"><table class="book-table book-estimands">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(head, body)


def analyses_tables() -> Markup:
    """The analyses of each endpoint, under its name: main, sensitivity and supplementary ones, with the methods they use."""
    objectives = study().protocol.objectives
    pieces = [_of_endpoint(one) for one in objectives.endpoints if study().protocol.analysis.analyses_of(one.id)]
    return Markup("").join(pieces) or nothing("Analyses: none stated.")


def methods_section() -> Markup:
    """Each method that an analysis uses, with its formulas, under its name."""
    protocol = study().protocol
    used = {technique for one in protocol.analysis.analyses for technique in one.techniques}
    pieces = [_method(one) for one in Technique if one in used]
    return Markup("").join(pieces) or nothing("Methods: none stated.")


def missing_table() -> Markup:
    """What may be missing for each estimand, how the main analysis takes it, and which analyses doubt that."""
    protocol = study().protocol
    objectives = protocol.objectives
    rows = []
    for one in objectives.estimands:
        for missing in one.missing:
            endpoint = objectives.endpoint(one.endpoint)
            rows.append((endpoint.name, words(missing.what), words(missing.handling), missing.other or NOTHING))
    headers = ("Endpoint", "What is missing", "Main analysis", "Sensitivity analyses")
    return table(headers, rows, about="Missing data")


def level_sentence() -> Markup:
    """The level of the test and of the intervals, and what is done about several tests, in a sentence each."""
    testing = study().protocol.analysis.testing
    confidence = f"{100 * testing.confidence:g} %"
    said = [
        f"The level is {testing.alpha:g}, {testing.sides}-sided; intervals have the confidence level {confidence}.",
        f"{words(testing.multiplicity).rstrip('.')}." if testing.multiplicity else "",
    ]
    mark = source_mark(testing, study().protocol.analysis.source)
    return Markup("<p>{} {}</p>").format(" ".join(filter(None, said)), mark)


def _row(name: str, cells: list[Cell]) -> Markup:
    """A row of the matrix; what all estimands share spans them."""
    head = Markup('<th scope="row">{}</th>').format(name)
    if len(cells) > 1 and len(set(map(str, cells))) == 1:
        return Markup('<tr>{}<td colspan="{}">{}</td></tr>').format(head, len(cells), cells[0])
    return Markup("<tr>{}{}</tr>").format(head, Markup("").join(Markup("<td>{}</td>").format(cell or NOTHING) for cell in cells))


def _sets(one: Estimand) -> Cell:
    analysis = study().protocol.analysis
    names = {held.id: held.name for held in analysis.sets}
    further = ", ".join(names.get(name, name) for name in one.other_sets)
    return lines([names.get(one.set, one.set), *([note(f"sensitivity: {further}")] if further else [])])


def _handled(one: Estimand, event: str) -> Cell:
    for handling in one.intercurrent_events:
        if handling.event == event:
            other = [note(f"sensitivity: {words(handling.other)}")] if handling.other else []
            said = Markup("{} <em>({})</em>").format(words(handling.text), handling.strategy)
            return lines([said, *other])
    return NOTHING


def _missing(one: Estimand) -> Iterable[Markup]:
    for missing in one.missing:
        other = f"; sensitivity: {missing.other}" if missing.other else ""
        yield Markup("{}{}").format(words(missing.what), note(f"{words(missing.handling)}{other}"))


def _of_endpoint(endpoint: Endpoint) -> Markup:
    analysis = study().protocol.analysis
    names = {held.id: held.name for held in analysis.sets}
    rows = [
        (
            lines([Markup("<b>{}</b>").format(str(one.role).capitalize()), note(fact_place(code(one.id), "analysis", one.id))]),
            words(one.text),
            names.get(one.set, one.set),
            lines(link(NAMES[technique], "method", technique) for technique in one.techniques),
            source_mark(one, analysis.source),
        )
        for one in analysis.analyses_of(endpoint.id)
    ]
    headers = ("Analysis", "What is done", "Set", "Methods", "Source")
    shown = table(headers, rows, about=f"Analyses of {endpoint.name}", kind="book-analyses")
    return heading(3, f"{endpoint.name} ({endpoint.level})", "analyses", endpoint.id) + shown


def described_method(technique: Technique) -> Markup:
    """A technique in words and formulas, in the variant that the plan names."""
    analysis = study().protocol.analysis
    test = analysis.sample_size.method if analysis.sample_size else None
    return mathematical(described(technique, analysis.estimation, test))


def _method(technique: Technique) -> Markup:
    text = described_method(technique)
    return heading(3, NAMES[technique], "method", technique) + text
