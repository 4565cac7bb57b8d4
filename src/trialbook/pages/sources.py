"""Where a statement comes from, as a mark beside it: the record, the literature or an assumption."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, code, facts, lines, note, nothing, table, target
from trialbook.pages.links import linked, reference_link
from trialbook.pages.session import study
from trialbook.protocol.facts import worded
from trialbook.protocol.registry import check_registry
from trialbook.protocol.source import Source, Sourced
from trialbook.protocol.statements import Statement, statements

WORDS = {
    Source.RECORD: "of the registry record, verbatim or paraphrased",
    Source.LITERATURE: "of the literature, with its citation",
    Source.ASSUMPTION: "an assumption of this project: nobody else has said so",
}


def source_mark(one: Sourced, above: Source | None = None) -> Markup:
    """The source of a statement, what it cites, the words of the record that it paraphrases and its note.

    ``above`` is the source of what the statement stands in, which it has where it names none.
    """
    source = one.source or above
    mark = Markup('<span class="book-source book-source-{0}">{0}</span>').format(source) if source else Markup("")
    cites = Markup("").join(Markup(" {}").format(reference_link(key)) for key in one.cites)
    said = [note(Markup("“{}”").format(one.quote))] if one.quote else []
    return Markup("").join([mark, cites, *said, *([note(linked(words(one.note)))] if one.note else [])])


def mark_beside(one: Sourced, above: Source | None = None) -> list[Markup]:
    """The source of a statement where it is not the record; nothing where it is, and there is nothing to say of it."""
    if (one.source or above) is not Source.RECORD:
        return [source_mark(one, above)]
    return [note(linked(words(one.note)))] if one.note else []


def fact_source(*keys: str) -> Sourced:
    """The source of a fact of ``study.yml``, by its keys."""
    protocol, key = study().protocol.study, ".".join(keys)
    known = [name for name in protocol.sources if key == name or key.startswith(f"{name}.")]
    about = protocol.sources[max(known, key=len)] if known else Sourced()
    return about if about.source else about.model_copy(update={"source": protocol.source})


def words(text: str) -> str:
    """A text of the protocol with the facts that it names in braces."""
    return worded(study().protocol, text)


def sources_legend() -> Markup:
    """What the three marks mean, and how many statements of the protocol have each."""
    counts = Counter(one.source for one in statements(study().protocol))
    rows = [(source_mark(Sourced.model_construct(source=source)), WORDS[source], f"{counts[source]:,}") for source in Source]
    return table(("Source", "The statement is", "Statements"), rows, about="Sources")


def registry_table() -> Markup:
    """The differences between the registry record and the protocol, or that there is none."""
    one = study()
    if not one.protocol.study.record:
        return nothing("The study names no registry record to compare with.")
    compared = check_registry(one.protocol, None)
    record = compared.record
    told = facts(
        [
            ("Record", f"{record.identifier} ({record.form})"),
            ("File", code(compared.file.relative_to(one.root).as_posix())),
            ("Differences", f"{len(compared.differences)}" if compared.differences else "none"),
        ],
        about="Registry record",
    )
    rows = [
        (str(d.severity), lines([d.field, note(d.text)]), d.record, d.protocol, code(f"protocol/{d.file}, line {d.line}"))
        for d in compared.differences
    ]
    return told + table(("Severity", "Field", "Record", "Protocol", "Where"), rows, about="Differences") if rows else told


def statements_tables() -> Markup:
    """Every statement of the protocol with its source and its place, the statements of a file folded away under its name."""
    folded = Markup('<details class="book-folded"><summary>{}</summary>{}</details>')
    pieces = []
    for file, group in groupby(statements(study().protocol), key=lambda one: one.file):
        found = list(group)
        rows = [(lines([code(one.dotted), note(f"line {one.line}")]), _said(one), source_mark(_about(one))) for one in found]
        counted = Counter(one.source for one in found)
        told = ", ".join(f"{counted[source]} {source}" for source in Source if counted[source])
        shown = table(("Place", "Statement", "Source"), rows, about=f"Statements of {file}", kind="book-statements")
        pieces.append(folded.format(Markup("{}: {}").format(code(f"protocol/{file}"), told), shown))
    return Markup("").join(pieces)


def _said(one: Statement) -> Cell:
    """A statement's words, and the numbers beside them."""
    numbers = ", ".join(f"{number:g}" for number in one.numbers)
    return lines(part for part in (words(one.text), note(numbers) if numbers else "") if part)


def _about(one: Statement) -> Sourced:
    quote = one.quote if one.quote != one.text and one.source is Source.RECORD else ""
    return Sourced.model_construct(source=one.source, quote=quote, cites=one.cites, note=one.note)


def references_list() -> Markup:
    """The literature, each entry with the words by which texts cite it, in their order."""
    entries = sorted(study().protocol.references.values(), key=lambda one: one.cited.casefold())
    item = '<li id="{}"><span class="book-key">[{}]</span> {}</li>'
    # The entry's own markup comes from pybtex, which escapes what the file holds.
    body = Markup("").join(Markup(item).format(target("references", one.key), one.cited, Markup(one.html)) for one in entries)
    return Markup('<ul class="book-references">{}</ul>').format(body) if body else nothing("References: none stated.")


def glossary_table() -> Markup:
    """Terms and abbreviations."""
    glossary = study().protocol.glossary
    terms = sorted(glossary.terms, key=lambda one: one.term.casefold())
    rows = [
        (one.term, lines(words(text) for text in (one.stands_for, one.definition) if text), source_mark(one, glossary.source))
        for one in terms
    ]
    return table(("Term", "Meaning", "Source"), rows, about="Glossary")


def amendments_table() -> Markup:
    """The versions of the protocol, each with the amendment that made it."""
    amendments = study().protocol.amendments
    told = facts(
        [
            ("Version in force", amendments.versions[-1]),
            ("Amendments", f"{len(amendments.amendments)}" if amendments.amendments else "none"),
        ],
        about="Versions of the protocol",
    )
    rows = [
        (f"{one.number}", one.version, f"{one.date}", f"{one.effective}", ", ".join(one.consents) or NOTHING, one.rationale)
        for one in amendments.amendments
    ]
    headers = ("No.", "Version", "Date", "Effective", "Consent forms", "Rationale")
    return told + table(headers, rows, about="Amendments") if rows else told
