"""Whether the glossary explains the abbreviations of the protocol's sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from trialbook.protocol.facts import leaves
from trialbook.protocol.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity

PROSE = ("study", "objectives", "analysis", "interventions", "sections", "questions", "glossary")
"""The files whose sentences are looked through for abbreviations."""
_ABBREVIATION = re.compile(r"(?<![\w:{.-])[A-Z][A-Z0-9]{1,}(?![\w:}.-]*\})\b")
_SENTENCE = re.compile(r"[a-z]{3}.* |.* [a-z]{3}")


def abbreviations(protocol: Protocol) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Each abbreviation in a sentence of the protocol, with the file's name and the keys that lead to the sentence.

    Names of visits and arms and the identifiers of the protocol itself are none.
    """
    own = {one.armcd for one in protocol.study.arms}.union(*(re.findall(r"\w+", name) for name in protocol.visits))
    texts: list[tuple[str, tuple[str | int, ...], str]] = []
    for name in PROSE:
        if (protocol.folder / f"{name}.yml").exists():
            for location, value in leaves(protocol.file(name).data):
                if location[-1] == "id":
                    own.add(str(value))
                elif isinstance(value, str) and _SENTENCE.search(value) and "cites" not in location:
                    texts.append((name, location, value))
    for name, location, value in texts:
        for word in dict.fromkeys(_ABBREVIATION.findall(value)):
            if word not in own:
                yield word, name, location


def lint_glossary(protocol: Protocol) -> Iterable[Complaint]:
    """Abbreviations that the glossary does not explain; nothing where the study has no glossary."""
    glossary = protocol.glossary
    if not glossary.terms:
        return
    known = {word for one in glossary.terms for word in re.findall(r"\w+", one.term)} | set(glossary.names)
    told = set()
    for word, name, location in abbreviations(protocol):
        if word not in known and word not in told:
            told.add(word)
            text = f"the abbreviation {word} is not in the glossary"
            yield protocol.file(name).complaint(protocol.folder.parent, LintSeverity.WARNING, location, text)
