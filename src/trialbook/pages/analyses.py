"""The planned analyses as the protocol tells of them: by the level of their endpoint and by what they are to the estimand."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.pages.html import lines, table
from trialbook.pages.links import page_link
from trialbook.pages.methods import NAMES
from trialbook.pages.objectives import METHODS
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark, words
from trialbook.protocol.analysis import PlannedAnalysis, Role, Technique
from trialbook.protocol.objectives import Kind, Level


def planned_analyses(level: str, role: str = "main", *, descriptive: bool = False) -> Markup:
    """The analyses of a role for the endpoints of a level: those only described where ``descriptive``, else the others."""
    objectives, analysis = study().protocol.objectives, study().protocol.analysis
    names = {one.id: one.name for one in analysis.sets}
    rows = [
        (
            page_link(endpoint.name, "objectives", endpoint.id),
            lines([words(one.text), *_methods(one)]),
            page_link(names.get(one.set, one.set), "analysis", one.set),
            source_mark(one, analysis.source),
        )
        for endpoint in objectives.of(Level(level))
        if (endpoint.kind is Kind.DESCRIPTIVE) == descriptive
        for one in analysis.analyses_of(endpoint.id)
        if one.role is Role(role)
    ]
    headers = ("Endpoint", "Analysis", "Set", "Source")
    about = f"{role.capitalize()} analyses, {level} objective{', descriptive' if descriptive else ''}"
    return table(headers, rows, about=about, kind="book-planned")


def _methods(one: PlannedAnalysis) -> list[Markup]:
    """The methods by name, each a link to its description; the test of two proportions by its own name."""
    size = study().protocol.analysis.sample_size
    test = METHODS.get(size.method, "") if size else ""
    named = [page_link(test if test and each is Technique.TEST else NAMES[each], "method", each) for each in one.techniques]
    return [Markup('<div class="book-note">{}</div>').format(Markup(" · ").join(named))] if named else []
