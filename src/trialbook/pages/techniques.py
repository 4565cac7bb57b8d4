"""Each technique of an analysis: its method, its code, its numbers by both paths, and the outside reference of its code."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from math import isnan

from markupsafe import Markup

import trialbook.analysis
from trialbook.analysis.execute import DESCRIPTIONS
from trialbook.analysis.techniques.methods_of import METHODS
from trialbook.analysis.techniques.responses import RESPONSE_TECHNIQUES
from trialbook.analysis.techniques.times import TIME_TECHNIQUES
from trialbook.pages.html import Cell, code, heading, table
from trialbook.pages.m11 import folded
from trialbook.pages.methods import NAMES
from trialbook.pages.plan import described_method
from trialbook.pages.session import study
from trialbook.pages.shown_analysis import ShownAnalysis, ShownNumber
from trialbook.pages.truth import outside_references, references_summary
from trialbook.protocol.analysis import Technique

LONGEST = 60
"""So many numbers of a technique are listed; of more, only those on which the two paths differ."""


def technique_sections(analysis: ShownAnalysis, *names: str) -> Markup:
    """The techniques of some analyses of the plan, each once, in the plan's order.

    Raises TrialbookError for an analysis that the plan does not have.
    """
    planned = {one.id: one for one in study().protocol.analysis.analyses}
    used: dict[Technique, list[str]] = {}
    for name in names:
        for technique in planned[name].techniques:
            used.setdefault(technique, []).append(name)
    return Markup("").join(_section(analysis, technique, where) for technique, where in used.items())


def _section(analysis: ShownAnalysis, technique: Technique, names: list[str]) -> Markup:
    numbers = [one for name in names for one in analysis.of(name, technique)]
    pieces = [
        heading(4, NAMES[technique], "computed", technique, names[0]),
        described_method(technique),
        folded("Code", Markup("").join(_code(technique))),
        _numbers(numbers),
        folded(references_summary(technique), outside_references(technique)),
    ]
    return Markup("").join(pieces)


def _code(technique: Technique) -> Iterable[Markup]:
    """The method and what of the datasets it is given, as they stand in the kit."""
    called: list[Callable[..., object]] = []
    for known in (RESPONSE_TECHNIQUES, TIME_TECHNIQUES, DESCRIPTIONS):
        called += [known[technique]] if technique in known else []
    if technique in METHODS:
        called.append(getattr(trialbook.analysis, METHODS[technique]))
    return [source(function) for function in called]


def source(function: Callable[..., object]) -> Markup:
    """The source of a function, coloured, under the name of its module."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    shown = Markup(highlight(inspect.getsource(function), PythonLexer(), HtmlFormatter(nowrap=True)))
    return Markup('<p>{}</p><div class="highlight"><pre>{}</pre></div>').format(code(function.__module__), shown)


def _numbers(numbers: list[ShownNumber]) -> Markup:
    if not numbers:
        return Markup("")
    wrong = [one for one in numbers if not one.agrees]
    verdict = f"differ on {len(wrong):,}" if wrong else "agree"
    title = f"Numbers: {len(numbers):,}, on which the two paths {verdict}"
    if len(numbers) > LONGEST:
        numbers = wrong[:LONGEST]
    if not numbers:
        return Markup("<p>{}.</p>").format(title)
    rows = [(code(one.analysis), *_named(one), shown(one.value), shown(one.second), _agreement(one)) for one in numbers]
    headers = ("Analysis", "Statistic", "Group", "Of", "Number", "Second path", "")
    return folded(title, table(headers, rows, about="Numbers by both paths", kind="book-both-paths"))


def _named(one: ShownNumber) -> tuple[Cell, Cell, Cell]:
    return one.statistic, one.group, one.level


def _agreement(one: ShownNumber) -> Cell:
    return "agrees" if one.agrees else Markup("<strong>differs</strong>")


def shown(value: float) -> str:
    """A number to seven digits; a dash for none."""
    return "–" if isnan(value) else f"{value:.7g}".replace("-", "−")
