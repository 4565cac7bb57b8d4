"""Links between pages: from a criterion to the question it answers, from a question to the settings that decide it."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from trialbook.errors import TrialbookError
from trialbook.pages.html import Cell, code, placed, target
from trialbook.pages.inputs import book_files
from trialbook.pages.session import study

PAGES = {
    "study": "index",
    "objectives": "objectives",
    "analysis": "sap",
    "method": "sap",
    "design": "design",
    "interventions": "intervention",
    "visits": "protocol-summary",
    "activities": "protocol-summary",
    "eligibility": "eligibility",
    "questions": "open-questions",
    "references": "references",
    "glossary": "glossary",
}
"""The page of the book that shows a part of the protocol, which is a file of ``protocol/``; or a method of its analysis."""
OTHER_PAGES = {("analysis", "sample_size"): "sample-size"}
"""What of a part another page shows."""
SECTION_PAGES = {
    "1": "protocol-summary",
    "2": "introduction",
    "3": "objectives",
    "4": "design",
    "5": "population",
    "6": "intervention",
    "7": "discontinuation",
    "8": "assessments",
    "9": "adverse-events",
    "10": "statistics",
    "11": "oversight",
    "12": "supporting-details",
    "13": "glossary",
    "14": "references",
}
"""The page that shows a section of ICH M11, by the first of its number's parts."""
_NAMED = re.compile(r"\b(question|section) (\d+(?:\.\d+)*)\b")


def fact_place(text: Cell, part: str, name: str) -> Markup:
    """A text that :func:`fact_link` leads to: where a page shows ``name`` of a part."""
    return placed(text, part, name)


def page_link(text: Cell, part: str, name: str) -> Markup:
    """A link to where ``name`` of a part is shown; the text alone in a book without that page."""
    page = OTHER_PAGES.get((part, name)) or PAGES.get(part, "")
    if f"{page}.md" not in book_files(study().root):
        return escape(text)
    return Markup('<a href="{}.html#{}">{}</a>').format(page, target(part, name), text)


def fact_link(path: str) -> Markup:
    """A fact by its path, such as ``eligibility.log_reduction``: the path as a link to where its statement is shown."""
    part, _, rest = path.partition(".")
    return page_link(code(path), part, rest.partition(".")[0])


def reference_link(key: str) -> Markup:
    """A citation, which leads to its entry in the list of references. Raises TrialbookError where there is none."""
    entry = study().protocol.references.get(key)
    if entry is None:
        remedy = "Add the entry, or cite one that is there; `trialbook specs lint` names the place."
        raise TrialbookError(f"has no entry {key}, which the protocol cites", file="protocol/references.bib", remedy=remedy)
    return page_link(f"[{entry.cited}]", "references", key)


def question_link(number: int | str) -> Markup:
    """A question by its number."""
    return page_link(f"question {number}", "questions", f"{number}")


def section_link(text: Cell, number: str) -> Markup:
    """A link to a section of ICH M11, by the place that the book gives to each number; the text alone without its page."""
    page = SECTION_PAGES.get(number.partition(".")[0], "")
    if f"{page}.md" not in book_files(study().root):
        return escape(text)
    return Markup('<a href="{}.html#section-{}">{}</a>').format(page, number, text)


def linked(text: str) -> Markup:
    """A text in which the questions and the sections that it names by number are links."""
    pieces = _NAMED.split(text)
    made = [escape(pieces[0])]
    for what, number, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        made += [question_link(number) if what == "question" else section_link(f"section {number}", number), escape(after)]
    return Markup("").join(made)
