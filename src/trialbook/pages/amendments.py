"""The history of the protocol: its versions, and of each amendment why it was made and which statements it changed."""

from __future__ import annotations

from itertools import pairwise

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, code, facts, heading, lines, note, nothing, table
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark, words
from trialbook.protocol.amendments import Amendment
from trialbook.protocol.changes import Change, Kind, Word, compare_protocols, word_diff
from trialbook.protocol.changes.parts import not_of_the_models
from trialbook.protocol.protocol import Protocol

KINDS = {Kind.ADDED: "new", Kind.REMOVED: "gone", Kind.CHANGED: "changed", Kind.MOVED: "moved"}
_MARKS = {Word.KEPT: Markup("{}"), Word.REMOVED: Markup("<del>{}</del>"), Word.ADDED: Markup("<ins>{}</ins>")}


def versions_table() -> Markup:
    """The versions of the protocol, oldest first: what made each, from when it is in effect, the consent forms that carry it."""
    amendments = study().protocol.amendments
    rows: list[tuple[Cell, ...]] = [
        (
            lines([Markup("<b>{}</b>").format(one.version), *([note("in force")] if one is amendments.all[-1] else [])]),
            f"Amendment {one.number}" if isinstance(one, Amendment) else "Original",
            f"{one.date}" if isinstance(one, Amendment) else NOTHING,
            f"{one.effective}" if isinstance(one, Amendment) else NOTHING,
            ", ".join(one.consents) or NOTHING,
        )
        for one in amendments.all
    ]
    headers = ("Version", "Made by", "Approved", "In effect from", "Informed consent forms")
    return table(headers, rows, about="Versions of the protocol")


def amendments_sections() -> Markup:
    """Each amendment under its heading, the latest first: why it was made and what it changed; or that there is none."""
    protocol = study().protocol
    made = protocol.amendments.amendments
    if not made:
        version = protocol.versions[-1]
        return Markup(
            "<p><strong>The protocol was never amended.</strong> There is one version, {}: it is in force, and every subject is "
            "judged by it.</p>"
        ).format(version)
    pairs = dict(zip((one.version for one in made), pairwise(protocol.versions), strict=True))
    return Markup("").join(_amendment(one, *pairs[one.version]) for one in reversed(made))


def _amendment(one: Amendment, before: str, after: str) -> Markup:
    protocol = study().protocol
    pairs: list[tuple[Cell, Cell]] = [
        ("Version", f"{after}, in place of {before}"),
        ("Approved", f"{one.date}"),
        ("In effect from", f"{one.effective}"),
        ("Informed consent forms", ", ".join(one.consents) or NOTHING),
        *([("Author", one.author)] if one.author else []),
        ("Why", lines([words(one.rationale), source_mark(one, protocol.amendments.source)])),
    ]
    changes = _changes(protocol.version(before), protocol.version(after))
    rows = [
        (
            lines([change.title, note(code(change.id))]),
            KINDS[change.kind],
            _told(change),
            words(one.rationales.get(change.id, "")) or NOTHING,
        )
        for change in changes
    ]
    headers = ("Statement", "Kind", "What changed", "Reason of its own")
    count = f"{len(rows)} statement{'' if len(rows) == 1 else 's'} changed." if rows else "No statement changed."
    return Markup("").join(
        [
            heading(2, f"Amendment {one.number}: version {after}", "amendment", f"{one.number}"),
            facts(pairs, about=f"Amendment {one.number}"),
            Markup("<p>{}</p>").format(count),
            table(headers, rows, about=f"Changes of amendment {one.number}", kind="book-changes") if rows else Markup(""),
        ]
    )


def _changes(old: Protocol, new: Protocol) -> tuple[Change, ...]:
    """What differs; parts that were written for older models are compared as they stand."""
    return compare_protocols(old, new, {*not_of_the_models(old), *not_of_the_models(new)})


def _told(change: Change) -> Cell:
    """The words before with those after, what is gone struck through and what is new underlined; of what moved its places."""
    before, after = change.before or "", change.after or ""
    if change.kind is Kind.MOVED:
        return f"from place {before} to place {after}"
    if not before and not after:
        return nothing("empty")
    return Markup("").join(_MARKS[word].format(text) for word, text in word_diff(before, after))
