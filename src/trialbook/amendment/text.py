"""A comparison as text: for a terminal with colours, for a pipe without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from trialbook.amendment.difference import Compared, Difference
from trialbook.amendment.place import KIND_TITLES, Place, PlaceKind
from trialbook.protocol.changes import Change, Kind, Word, word_diff
from trialbook.protocol.changes.names import part_title

Paint = Callable[[str, str], str]
"""A text and what it is (``title``, ``-``, ``+``, ``note``) to the text as it is shown."""

MOST = 300
"""Characters of a value of a touched place that are shown: the JSON has all."""


def plain(text: str, _: str) -> str:
    """A text as it is, for a pipe."""
    return text


def as_text(found: Difference, paint: Paint = plain) -> str:
    """The comparison as lines; what was removed stands in ``[-…-]``, what was added in ``{+…+}``."""
    return "\n".join(_lines(found, paint)) + "\n"


def _lines(found: Difference, paint: Paint) -> Iterator[str]:
    yield paint(f"Protocol {found.study}: {told(found.old)} → {told(found.new)}", "title")
    for one in found.amendments:
        yield f"Amendment {one.number} of {one.date} (version {one.version}, effective {one.effective}): {one.rationale}"
    if not found.changes:
        yield "Nothing changed."
        return
    for part, changes in groupby(found.changes, key=lambda one: one.part):
        yield ""
        yield paint(part_title(part), "title")
        for change in changes:
            yield f"  {_change(change, paint)}"
    yield ""
    yield paint("What the changes touch", "title")
    for kind in PlaceKind:
        yield from _places(KIND_TITLES[kind], found.of(kind), paint)
    if not found.places:
        yield "  Nothing that can be computed."
    for what, reason in found.not_computed:
        yield f"  Not computed: {what}: {reason}"


def told(side: Compared) -> str:
    """A side by what the user calls it, and what it is: version and date."""
    what = [f"version {side.version}"] if side.version != side.name else []
    if side.revision:
        what.append(f"commit {side.revision[:12]}")
    if side.date:
        what.append(side.date)
    name = "this folder" if side.name == "." else side.name
    return f"{name} ({', '.join(what)})" if what else name


def _change(change: Change, paint: Paint) -> str:
    if change.kind is Kind.MOVED:
        return f"{change.title}: moved, {change.before} → {change.after}"
    if change.kind is Kind.ADDED:
        return f"{change.title}: added {paint(f'{{+{change.after}+}}', '+')}"
    if change.kind is Kind.REMOVED:
        return f"{change.title}: removed {paint(f'[-{change.before}-]', '-')}"
    return f"{change.title}: {_words(change.before or '', change.after or '', paint)}"


def _words(before: str, after: str, paint: Paint) -> str:
    marks = {Word.REMOVED: "[-{}-]", Word.ADDED: "{{+{}+}}"}
    return "".join(
        text if word is Word.KEPT else paint(marks[word].format(text), str(word)) for word, text in word_diff(before, after)
    )


def _places(title: str, places: tuple[Place, ...], paint: Paint) -> Iterator[str]:
    if not places:
        return
    yield f"  {title}: {len(places)}"
    for place in places:
        note = paint(f" ({place.note})", "note") if place.note else ""
        yield f"    {place.id}{'' if place.title == place.id else ': ' + clipped(place.title)}{note}"
        for taken in place.takes:
            before, after = (clipped(side) if side is not None else "nothing" for side in (taken.before, taken.after))
            yield f"      {taken.name}: {paint(before, '-')} → {paint(after, '+')}"


def clipped(text: str) -> str:
    """One line of a text, and no more than is read at once."""
    line = " ".join(text.split())
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"
