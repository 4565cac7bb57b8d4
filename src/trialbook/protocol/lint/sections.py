"""Whether the sections are ICH M11's, and each is told by its own sentences, by another part or by the word that it is open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from trialbook.protocol.protocol import Protocol
from trialbook.protocol.sections import Sections
from trialbook.specfile import Complaint, LintSeverity
from trialbook.standards.m11 import M11Section, m11_sections

TOLD_BY: Mapping[str, str] = MappingProxyType(
    {
        "1.1": "study",
        "1.2": "design",
        "1.3": "activities",
        "3.1": "objectives",
        "3.2": "objectives",
        "5.2": "eligibility",
        "5.3": "eligibility",
        "10.2": "analysis",
        "12.3": "amendments",
        "13": "glossary",
    }
)
"""The file that tells of a section as data, so that it needs no sentences."""
MENTIONED = re.compile(r"\b(section|question) (\d+(?:\.\d+)*)\b")
"""Where a text names a section, or an open question, by its number."""
Place = list[str | int]
_ERROR, _WARNING = LintSeverity.ERROR, LintSeverity.WARNING


def lint_sections(protocol: Protocol) -> Iterator[Complaint]:
    """Numbers that are not M11's or out of order, sections of which nothing is said, and texts that name what is not there."""
    root = protocol.folder.parent
    for index, one in enumerate(protocol.questions.questions):
        if one.section not in m11_sections():
            text = f"ICH M11 has no section {one.section}"
            yield protocol.file("questions").complaint(root, _ERROR, ["questions", index, "section"], text)
    if not (protocol.folder / "sections.yml").exists():
        return
    found = protocol.sections
    for place, severity, text in [*_numbers(found), *_untold(protocol, found), *_mentioned(protocol, found)]:
        yield protocol.file("sections").complaint(root, severity, place, text)


def _numbers(found: Sections) -> Iterable[tuple[Place, LintSeverity, str]]:
    order = list(m11_sections())
    last = -1
    for index, one in enumerate(found.sections):
        if one.number not in m11_sections():
            yield ["sections", index, "number"], _ERROR, f"ICH M11 has no section {one.number}"
            continue
        place = order.index(one.number)
        if place < last:
            yield ["sections", index, "number"], _WARNING, f"{one.number} stands after {order[last]}, which M11 has after it"
        last = max(place, last)


def _untold(protocol: Protocol, found: Sections) -> Iterable[tuple[Place, LintSeverity, str]]:
    told = {one.number for one in found.sections} | {
        number for number, part in TOLD_BY.items() if (protocol.folder / f"{part}.yml").exists()
    }
    if (protocol.folder / "references.bib").exists():
        told.add("14")
    for one in _needed():
        if not any(number == one.number or number.startswith(f"{one.number}.") for number in told):
            yield ["sections"], _WARNING, f"nothing is said of section {one.number}, {one.heading}, nor that it is open"


def _needed() -> Iterable[M11Section]:
    """The sections of the second level, and those of the first that have none."""
    divided = {one.above for one in m11_sections().values()}
    return [one for one in m11_sections().values() if one.level == 2 or (one.level == 1 and one.number not in divided)]


def _mentioned(protocol: Protocol, found: Sections) -> Iterable[tuple[Place, LintSeverity, str]]:
    questions = {str(one.number) for one in protocol.questions.questions}
    for index, section in enumerate(found.sections):
        texts: list[tuple[Place, str]] = [(["reason"], section.reason)]
        for number, one in enumerate(section.statements):
            at: Place = ["statements", number]
            texts += [([*at, "text"], one.text), ([*at, "note"], one.note)]
            texts += [([*at, "items", item], text) for item, text in enumerate(one.items)]
        for place, text in texts:
            for what, number in MENTIONED.findall(text):
                if number not in (m11_sections() if what == "section" else questions):
                    yield ["sections", index, *place], _ERROR, f"names {what} {number}, which is not there"
