"""The open questions, each to be read and answered by itself: the words of the record, the reading taken, what hangs on it."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from trialbook.pages.html import heading, lines, listing, nothing
from trialbook.pages.links import fact_link, linked, section_link
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark, words
from trialbook.protocol.questions import Question

_ROW = Markup("<dt>{}</dt><dd>{}</dd>")


def questions_overview() -> Markup:
    """The questions in one line each, the open ones first; each leads to what is said of it."""
    questions = study().protocol.questions.questions
    if not questions:
        return nothing("Open questions: none stated.")
    item = Markup('<a href="#questions-{0}">{0}. {1}</a>')
    still = [one for one in questions if one.open]
    told = Markup("<p>{} of {} questions are open.</p>").format(len(still), len(questions))
    return told + Markup('<div class="book-plain book-contents">{}</div>').format(
        listing(item.format(one.number, one.question) for one in still)
    )


def questions_cards() -> Markup:
    """Each question under its own heading, the open ones first, those that are answered under a heading of theirs."""
    questions = study().protocol.questions.questions
    open_ones = [_card(one, 3) for one in questions if one.open]
    answered = [_card(one, 3) for one in questions if not one.open]
    pieces = [heading(2, "Open", "questions", "open"), *open_ones] if open_ones else []
    if answered:
        pieces += [heading(2, "Answered", "questions", "answered"), *answered]
    return Markup("").join(pieces) or nothing("Open questions: none stated.")


def _card(one: Question, level: int) -> Markup:
    return heading(level, f"Question {one.number}: {one.question}", "questions", f"{one.number}") + Markup(
        '<dl class="book-question">{}</dl>'
    ).format(Markup("").join(_rows(one)))


def _rows(one: Question) -> Iterator[Markup]:
    quotes = lines(Markup("<q>{}</q>").format(said.quote) for said in one.says)
    yield _ROW.format("The record says", quotes if one.says else "nothing")
    yield _ROW.format("Reading taken until it is answered" if one.open else "Reading taken", linked(words(one.reading)))
    yield _ROW.format("What changes with the answer", linked(words(one.impact)))
    if one.parameters:
        yield _ROW.format("Where it is set", Markup(", ").join(fact_link(path) for path in one.parameters))
    yield _ROW.format("In the protocol", section_link(f"section {one.section}", one.section))
    yield _ROW.format("Source of the reading", source_mark(one, study().protocol.questions.source))
    if one.open:
        yield _ROW.format("Answer", Markup('<span class="book-answer"></span>'))
