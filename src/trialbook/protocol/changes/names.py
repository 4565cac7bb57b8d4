"""What the parts of a protocol and the things in them are called, for those who read of a change."""

from __future__ import annotations

from collections.abc import Sequence

from trialbook.protocol.changes.change import Step

PARTS = {
    "study": "Study",
    "design": "Trial design",
    "eligibility": "Eligibility",
    "interventions": "Interventions",
    "visits": "Visits",
    "activities": "Schedule of activities",
    "objectives": "Objectives and estimands",
    "analysis": "Statistical analysis",
    "sections": "Sections",
    "glossary": "Glossary",
    "references": "References",
    "questions": "Open questions",
}
"""The parts in the order in which a protocol has them; one that is not listed comes after them, under its file's name."""

_ONE_OF = {
    "analysis_sets": "analysis set",
    "criteria": "criterion",
    "exclusion": "exclusion criterion",
    "inclusion": "inclusion criterion",
    "parameters": "SAP parameter",
    "thresholds": "dose threshold",
    "analysis/sets": "analysis set",
    "analysis/settings": "SAP setting",
    "summary": "trial summary parameter",
    "path": "element",
}
"""What one of a list is called, where the list's name does not say it; ``part/list`` where that goes for one part only."""


def part_title(part: str) -> str:
    """``visits`` is Visits."""
    return PARTS.get(part, sentence(words(part)))


def statement_title(part: str, path: Sequence[Step]) -> str:
    """``Visit MONTH 3: window``: the things that the path names, then the fields in the last of them."""
    things: list[str] = []
    fields: list[str] = []
    for step in path:
        if step.is_one:
            noun = one_of(fields[-1] if fields else part, part)
            things.append(f"{noun} {step.name}")
            fields = []
        else:
            fields.append(step.name)
    if not things:
        things = [part_title(part)]
    return sentence(", ".join(things)) + (f": {', '.join(map(words, fields))}" if fields else "")


def one_of(collection: str, part: str) -> str:
    """What a single thing in a list of a part is called: ``analyses`` are each an ``analysis``."""
    for known in (f"{part}/{collection}", collection):
        if known in _ONE_OF:
            return _ONE_OF[known]
    name = words(collection)
    for ending, single in (("yses", "ysis"), ("ies", "y"), ("sses", "ss"), ("s", "")):
        if name.endswith(ending) and not name.endswith("ss"):
            return name.removesuffix(ending) + single
    return name


def words(key: str) -> str:
    """A key as words."""
    return key.replace("_", " ")


def sentence(text: str) -> str:
    """With a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]
