"""Two texts compared word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum

from trialbook.protocol.changes.values import is_long

_TOKEN = re.compile(
    r"[0-9]+(?:[.,][0-9]+)*"  # a number is one word, and Chinese writes without spaces
    r"|[\u3400-\u9fff\uf900-\ufaff]"
    r"|[^\W_\u3400-\u9fff\uf900-\ufaff]+"
    r"|\s+"
    r"|."
)
_ALIKE = 0.25
"""Texts with less in common are told as one for the other: a word kept here and there helps nobody."""


class Word(StrEnum):
    """What became of a piece of text."""

    KEPT = "="
    REMOVED = "-"
    ADDED = "+"


def word_diff(before: str, after: str) -> list[tuple[Word, str]]:
    """The pieces of both texts in turn: the kept and the removed ones make ``before``, the kept and the added ones ``after``.

    Names and numbers are told whole: of ``-14, 14`` and ``-21, 21`` nobody wants to know that both have a comma.
    """
    if not is_long(before) and not is_long(after):
        return _whole(before, after)
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _whole(before, after)
    pieces: list[tuple[Word, str]] = []
    for _, i, j, k, m in matcher.get_opcodes():
        gone, come = "".join(old[i:j]), "".join(new[k:m])
        found = [(Word.KEPT, gone)] if gone == come else [(Word.REMOVED, gone), (Word.ADDED, come)]
        pieces += [piece for piece in found if piece[1]]
    return _joined(pieces)


def _whole(before: str, after: str) -> list[tuple[Word, str]]:
    if before == after:
        return [(Word.KEPT, before)] if before else []
    return [(word, text) for word, text in ((Word.REMOVED, before), (Word.ADDED, after)) if text]


def _joined(pieces: list[tuple[Word, str]]) -> list[tuple[Word, str]]:
    """A blank kept between two changes is part of them: ``20 years`` for ``18 months`` is one change, not two."""
    result: list[tuple[Word, str]] = []
    removed = added = ""
    for index, (word, text) in enumerate(pieces):
        inside = removed or added
        if word is Word.KEPT and inside and text.isspace() and index + 1 < len(pieces):
            removed, added = removed + text, added + text
        elif word is Word.KEPT:
            result += [piece for piece in ((Word.REMOVED, removed), (Word.ADDED, added)) if piece[1]]
            removed = added = ""
            result.append((word, text))
        elif word is Word.REMOVED:
            removed += text
        else:
            added += text
    return result + [piece for piece in ((Word.REMOVED, removed), (Word.ADDED, added)) if piece[1]]
