"""The outside references that check the code of the methods: what other programs and papers have, computed again here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

from markupsafe import Markup

import trialbook.analysis
from trialbook.analysis.truth.figure import Check
from trialbook.analysis.truth.truth import Compared, checks_of, compared, sources
from trialbook.pages.html import Cell, code, lines, note, nothing, table
from trialbook.protocol.analysis import Technique

WORDS = {
    "value": "estimate",
    "low": "lower limit",
    "high": "upper limit",
    "standard_error": "standard error",
    "p_value": "p value",
    "df": "degrees of freedom",
    "missing_information": "missing information",
}
"""The last part of a figure's path as people say it; others stand as they are."""
NOTHING_TO_CHECK = "No outside reference: it only counts, and the second path counts again."


def outside_references(technique: Technique) -> Markup:
    """The figures that others have for a technique's methods, beside what this code gives now: a row a check."""
    found = [(check, compared(check)) for check in checks_of(technique=technique)]
    if not found:
        return nothing(NOTHING_TO_CHECK)
    rows = [(_reference(check), *_figures(rows), _agreement(rows)) for check, rows in found]
    headers = ("Reference", "Figure", "Expected", "This code", "Agrees")
    return table(headers, rows, about="Outside references", kind="book-outside-references")


def references_summary(technique: Technique) -> str:
    """How many outside references a technique's methods have, and on how many figures they agree."""
    found = [row for check in checks_of(technique=technique) for row in compared(check)]
    if not found:
        return "Outside references: none"
    wrong = sum(row.agrees is False for row in found)
    verdict = f"{wrong} differ" if wrong else "all agree"
    return f"Outside references: {len(found)} figures, {verdict}"


def public_methods_table() -> Markup:
    """The public methods of ``trialbook.analysis``, a row each: how it is called, what it gives, how many figures check it."""
    methods = [name for name in trialbook.analysis.__all__ if inspect.isfunction(getattr(trialbook.analysis, name))]
    rows = [(_called(name), _summary(name), _checked(name)) for name in methods]
    return table(("Method", "What it gives", "Outside figures"), rows, about="Methods", kind="book-public-methods")


def _reference(check: Check) -> Cell:
    source = sources()[check.source]
    return lines([check.about, note(f"{source.name}:"), note(code(check.how))])


def _figures(rows: Iterable[Compared]) -> tuple[Cell, Cell, Cell]:
    rows = tuple(rows)
    return (
        lines(figure_words(row.figure) for row in rows),
        lines(_number(row.expected, row.check) for row in rows),
        "–" if rows[0].check.only_in_tests else lines(_number(row.found, row.check) for row in rows),
    )


def _agreement(rows: Iterable[Compared]) -> Cell:
    rows = tuple(rows)
    if rows[0].check.only_in_tests:
        return "checked in tests: the data are not free to be shipped"
    wrong = [row for row in rows if not row.agrees]
    if not wrong:
        return "agrees"
    return lines(
        Markup("<strong>{} differs by {}</strong>").format(figure_words(row.figure), f"{row.difference:.2g}") for row in wrong
    )


def figure_words(path: str) -> str:
    """A figure's path in a result as people say it: ``at(365).low`` is "at 365: lower limit", ``ratios[1].value`` "ratio 2"."""
    *before, last = path.split(".") if "(" not in path else [*path.rpartition(".")[::2]]
    names = [_placed(part) for part in before if part not in ("test", "estimate")]
    word = WORDS.get(last) or _placed(last)
    if names and word == "estimate":
        return names[-1]
    return ": ".join([*names, word])


def _placed(part: str) -> str:
    """``at(365)`` is "at 365", ``at(8, 2)`` "at 8, cause 2", ``p_values[0][3]`` "p value 1, 4"."""
    name, _, given = part.partition("(")
    if given:
        return f"{name} {given.removesuffix(')').replace(', ', ', cause ')}"
    name, *places = part.replace("]", "").split("[")
    if not places:
        return name.replace("_", " ")
    return f"{name.replace('_', ' ').removesuffix('s')} {', '.join(str(int(place) + 1) for place in places)}"


def _number(value: float, check: Check) -> str:
    text = f"{value:.10g}" if check.decimals is None else f"{value:.{check.decimals}f}"
    return text.replace("-", "−").replace("nan", "none")


def _called(name: str) -> Cell:
    signature = inspect.signature(getattr(trialbook.analysis, name))
    return code(f"{name}({', '.join(signature.parameters)})")


def _summary(name: str) -> str:
    said = (inspect.getdoc(getattr(trialbook.analysis, name)) or "").split("\n\n")[0].replace("\n", " ")
    return re.sub(r":\w+:`([^`]+)`", r"\1", said).replace("``", "")


def _checked(name: str) -> str:
    return str(sum(len(check.expected) for check in checks_of(method=name)) or "")
