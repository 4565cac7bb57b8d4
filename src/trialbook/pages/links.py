"""Links between pages: from a criterion to the question it answers, from a question to the settings that decide it."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from trialbook.pages.html import Cell, code, placed, target
from trialbook.pages.session import study

PAGES = {
    "study": "index",
    "objectives": "objectives",
    "analysis": "objectives",
    "design": "design",
    "interventions": "design",
    "visits": "design",
    "activities": "design",
    "eligibility": "eligibility",
    "questions": "open-questions",
    "references": "references",
}
"""The page of the book that shows a part of the protocol, which is a file of ``protocol/``."""
OTHER_PAGES = {("analysis", "sample_size"): "sample-size"}
"""What of a part another page shows."""
_QUESTION = re.compile(r"\bquestion (\d+)\b")


def fact_place(text: Cell, part: str, name: str) -> Markup:
    """A text that :func:`fact_link` leads to: where a page shows ``name`` of a part."""
    return placed(text, part, name)


def page_link(text: Cell, part: str, name: str) -> Markup:
    """A link to where ``name`` of a part is shown; the text alone in a book without that page."""
    page = OTHER_PAGES.get((part, name)) or PAGES.get(part, "")
    if not (study().root / "book" / f"{page}.md").is_file():
        return escape(text)
    return Markup('<a href="{}.html#{}">{}</a>').format(page, target(part, name), text)


def fact_link(path: str) -> Markup:
    """A fact by its path, such as ``eligibility.log_reduction``: the path as a link to where its statement is shown."""
    part, _, rest = path.partition(".")
    return page_link(code(path), part, rest.partition(".")[0])


def reference_link(key: str) -> Markup:
    """A citation, which leads to its entry in the list of references."""
    return page_link(f"[{key}]", "references", key)


def question_link(number: int | str) -> Markup:
    """A question by its number."""
    return page_link(f"question {number}", "questions", f"{number}")


def linked_questions(text: str) -> Markup:
    """A text in which the questions that it names by number are links."""
    pieces = _QUESTION.split(text)
    return Markup("").join(question_link(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces))
