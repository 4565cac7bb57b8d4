"""The protocol by the sections of ICH M11: sentences that say where they come from and still read as prose."""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup

from trialbook.errors import TrialbookError
from trialbook.pages.html import Cell, facts, nothing
from trialbook.pages.links import linked, question_link, reference_link
from trialbook.pages.session import study
from trialbook.pages.sources import WORDS, fact_source, mark_beside, words
from trialbook.pages.synopsis import OPEN
from trialbook.protocol.composed import PLACEHOLDER
from trialbook.protocol.sections import Paragraph, Section
from trialbook.protocol.source import Source
from trialbook.standards.m11 import M11Section, m11_sections


def section(number: str) -> Markup:
    """The sentences of a section, each with its source, or the word that nothing is stated.

    Raises TrialbookError where M11 has no section of that number.
    """
    about = _known(number)
    sections = study().protocol.sections
    found = sections.get(number)
    if found is None:
        return nothing(f"{about.heading}: none stated.")
    body = _runs(found, sections.source) + _left(found)
    return Markup('<div class="m11">{}</div>').format(body)


def m11_legend() -> Markup:
    """What the marks beside the sentences mean."""
    item = Markup('<li class="m11-{0}">{1} {2}</li>')
    told = Markup("").join(item.format(source, _chip(source), WORDS[source]) for source in Source)
    quoted = Markup("<li>“…” the record's own words</li>")
    return Markup('<ul class="m11-legend" aria-label="Where a statement comes from">{}{}</ul>').format(told, quoted)


def title_page() -> Markup:
    """What M11's title page asks for, as far as the protocol states it."""
    protocol = study().protocol
    one, amendments = protocol.study, protocol.amendments
    last = amendments.amendments[-1] if amendments.amendments else None
    products = [given.name for given in protocol.interventions.interventions]
    pairs: list[tuple[Cell, Cell]] = [
        ("Full title", one.title),
        ("Trial acronym", OPEN),
        ("Identifiers", ", ".join([one.id, *one.other_ids])),
        ("Original protocol", "No" if last else "Yes"),
        ("Version", amendments.versions[-1]),
        ("Version date", str(last.date) if last else OPEN),
        ("Amendment", str(last.number) if last else "Not applicable"),
        ("Investigational product", ", ".join(products) or OPEN),
        ("Trial phase", one.design.phase or OPEN),
        ("Sponsor", one.sponsor or OPEN),
        ("Sponsor's address", OPEN),
        ("Basis of this document", Markup(" ").join([Markup("{}").format(one.basis), *mark_beside(fact_source("basis"))])),
    ]
    return facts(pairs, about="Title page")


def captioned(*tables: Markup) -> Markup:
    """Tables that follow each other, each under its name."""
    return Markup('<div class="m11-tables">{}</div>').format(Markup("").join(tables))


def folded(title: str, piece: Markup) -> Markup:
    """A long piece under its title, to be opened; printed it is open."""
    return Markup('<details class="book-folded"><summary>{}</summary>{}</details>').format(title, piece)


def _known(number: str) -> M11Section:
    found = m11_sections().get(number) if number else None
    if found is None:
        remedy = f"Name one of M11's sections, {next(iter(_numbered()))} to {list(_numbered())[-1]}."
        raise TrialbookError(f"ICH M11 has no section {number!r}", remedy=remedy)
    return found


def _numbered() -> list[str]:
    return [number for number in m11_sections() if number]


def _runs(found: Section, above: Source) -> Markup:
    """The statements; those of one source that follow each other stand along one rule, under one mark."""
    pieces = []
    for source, group in groupby(found.statements, key=lambda one: one.source or above):
        run = list(group)
        body = Markup("").join(_paragraph(one, source, _chip(source) if one is run[-1] else Markup("")) for one in run)
        pieces.append(Markup('<div class="m11-run m11-{}">{}</div>').format(source, body))
    return Markup("").join(pieces)


def _paragraph(one: Paragraph, source: Source, mark: Markup) -> Markup:
    # A text that names facts is not the record's own; their words stand where the facts do.
    verbatim = source is Source.RECORD and not one.quote and not PLACEHOLDER.search(one.text)
    said = linked(words(one.text))
    ending = Markup("").join(Markup(" {}").format(piece) for piece in [*map(reference_link, one.cites), mark] if piece)
    said = Markup("<q>{}</q>").format(said) if verbatim else said
    text = Markup("<p>{}{}</p>").format(said, "" if one.items else ending)
    if one.items:
        items = [linked(words(item)) for item in one.items]
        items[-1] += ending
        text += Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(item) for item in items))
    if one.quote:
        text += Markup('<p class="m11-about">The record: <q>{}</q></p>').format(one.quote)
    if one.note:
        text += Markup('<p class="m11-about">{}</p>').format(linked(words(one.note)))
    return text


def _left(found: Section) -> Markup:
    """What is left open, or why the section does not apply."""
    if found.applies and not found.open:
        return Markup("")
    said = "Not applicable." if not found.applies else "Not stated in the record."
    if found.open and found.statements:
        said = "Beyond this, not stated in the record."
    more = [linked(words(found.reason))] if found.reason else []
    more += [Markup("See {}.").format(question_link(found.question))] if found.question is not None else []
    return Markup('<p class="m11-open">{}</p>').format(Markup(" ").join([Markup(said), *more]))


def _chip(source: Source) -> Markup:
    return Markup('<span class="book-source book-source-{0}">{0}</span>').format(source)
