"""The terms that a value without a term may have been meant as; a person chooses, the kit never does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import pandas as pd

from trialbook.mapping import StudyCodelist
from trialbook.mapping.plain import plain
from trialbook.standards import Codelist

MOST = 3
# Comparing is slow beside all else that a check does: what 100,000 distinct wrong values are near to, nobody reads.
MOST_COMPARISONS = 60_000
ALIKE = 0.6
# Of words of two to four characters, one in common says much.
ALIKE_CJK = 0.4


@dataclass(frozen=True)
class Candidate:
    """A value as it is compared, as it is shown, and the term that it stands for."""

    compared: str
    shown: str
    term: str


def candidates(codelist: StudyCodelist, ct: Codelist | None = None) -> list[Candidate]:
    """The values and terms of a study's code list, then the terms of ``ct``, CDISC's list, that the study's has not."""
    found = []
    for value, term in codelist.by_value.items():
        found.append(Candidate(_folded(value), value if value == term else f"{value} ({term})", term))
    if ct is not None:
        others = (term for term in ct.terms if term not in codelist.terms)
        found += [Candidate(_folded(term), f"{term} (of CDISC's {ct.code}, not of the study's list)", term) for term in others]
    return found


def nearest_details(values: pd.Series, among: Sequence[Candidate]) -> pd.Series:
    """For each value ``nearest: …``, ``""`` where nothing is near; the first distinct values only, up to MOST_COMPARISONS."""
    distinct = values.unique()[: max(1, MOST_COMPARISONS // max(1, len(among)))]
    found = {value: nearest(value, among) for value in distinct}
    details = {value: f"nearest: {', '.join(terms)}" if terms else "" for value, terms in found.items()}
    return values.map(details).astype("str").fillna("")


def nearest(value: str, among: Sequence[Candidate]) -> list[str]:
    """At most :data:`MOST` candidates as they are shown, the nearest first, one for each term."""
    text = _folded(value)
    scored = [(score, -index) for index, one in enumerate(among) if (score := _likeness(text, one.compared))]
    best: dict[str, str] = {}
    scored.sort(reverse=True)
    for score, index in scored:
        if len(best) == MOST or (best and scored[0][0] == 1 > score):
            break
        best.setdefault(among[-index].term, among[-index].shown)
    return list(best.values())


def _folded(text: str) -> str:
    return plain(text).casefold()


def _likeness(text: str, other: str) -> float:
    """0 (nothing alike) to 1 (equal but for width and case)."""
    if text == other:
        return 1
    short, long_ = sorted((text, other), key=len)
    if not short or _differ_in_digits(text, other):
        return 0
    if short in long_ and (_is_cjk(short) or len(short) >= 3):
        return 0.8 + 0.19 * len(short) / len(long_)
    least = ALIKE_CJK if _is_cjk(text) and _is_cjk(other) else ALIKE
    # No two texts are more alike than their lengths, and the characters they share, allow.
    if 2 * len(short) / (len(short) + len(long_)) < least:
        return 0
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    if matcher.quick_ratio() < least:
        return 0
    ratio = matcher.ratio()
    return 0.8 * ratio if ratio >= least else 0


def _differ_in_digits(text: str, other: str) -> bool:
    """Grade 6 is near to no other grade."""
    digits = [[letter for letter in one if letter.isdigit()] for one in (text, other)]
    return all(digits) and digits[0] != digits[1]


def _is_cjk(text: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in text)
