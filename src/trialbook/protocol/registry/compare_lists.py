"""Criteria and outcomes of a record against the protocol's: what is missing, added, worded differently or in another order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from trialbook.protocol.registry.difference import Difference, Severity, Spot, texts_differ
from trialbook.protocol.registry.record import Outcome
from trialbook.protocol.registry.words import content_words, loose, plain, stands_in

ALIKE = 0.6
"""Above it two texts are taken for one that was changed."""


def compare_criteria(
    kind: str, stated: Sequence[str], said: Sequence[tuple[str, str, Spot]], whole: Spot
) -> Iterator[Difference]:
    """The record's texts against the protocol's (name, text, place); ``kind`` is inclusion or exclusion."""
    field = f"{kind} criteria"
    if bool(stated) != bool(said):
        record, protocol = (f"{len(texts)} criteria" if texts else "" for texts in (stated, said))
        text = f"the {'protocol' if stated else 'record'} states none"
        yield whole.differs(field, Severity.ERROR, record, protocol, text)
        return
    pairs = _pairs([plain(text) for text in stated], [plain(text) for _, text, _ in said])
    for index, text in enumerate(stated):
        if index not in pairs:
            yield whole.differs(
                f"{kind} criterion {index + 1} of the record", Severity.ERROR, text, "", "the protocol does not have it"
            )
    of = {position: index for index, position in pairs.items()}
    for position, (name, text, spot) in enumerate(said):
        if position in of:
            yield from texts_differ(spot, f"criterion {name}", Severity.ERROR, stated[of[position]], text)
        else:
            yield spot.differs(f"criterion {name}", Severity.ERROR, "", text, "the record does not have it")
    order = [pairs[index] for index in sorted(pairs)]
    if order != sorted(order):
        names = ", ".join(said[position][0] for position in order)
        protocol = ", ".join(name for name, _, _ in said)
        yield whole.differs(f"order of the {field}", Severity.ERROR, names, protocol, "differs")


def _pairs(stated: Sequence[str], said: Sequence[str]) -> dict[int, int]:
    """The position of the protocol's text for that of each of the record's: the same words first, then what is most alike."""
    pairs: dict[int, int] = {}
    for same in (plain, loose):
        for index, text in enumerate(stated):
            if index not in pairs:
                found = [at for at, other in enumerate(said) if at not in pairs.values() and same(other) == same(text)]
                if found:
                    pairs[index] = min(found, key=lambda at: abs(at - index))
    left = [index for index in range(len(stated)) if index not in pairs]
    open_ = [at for at in range(len(said)) if at not in pairs.values()]
    alike = sorted(
        ((_likeness(stated[index], said[at]), -abs(index - at), index, at) for index in left for at in open_), reverse=True
    )
    for likeness, _, index, at in alike:
        if likeness >= ALIKE and index not in pairs and at not in pairs.values():
            pairs[index] = at
    return pairs


def _likeness(one: str, other: str) -> float:
    # The cheap bounds first: records with a hundred long criteria of another trial are compared too.
    match = SequenceMatcher(None, one, other, autojunk=False)
    return match.ratio() if match.real_quick_ratio() >= ALIKE and match.quick_ratio() >= ALIKE else 0.0


def compare_outcomes(
    kind: str, stated: Sequence[Outcome], said: Sequence[tuple[str, str, Spot]], whole: Spot, text: str
) -> Iterator[Difference]:
    """The record's outcome measures against the protocol's endpoints (name, words, place), by the words that carry meaning.

    A secondary endpoint that stands in the record's ``text`` is one of the record, however its list of outcomes words it, and a
    secondary outcome that no endpoint is made of is a Warning.
    """
    if not stated:
        return
    left, missing = list(stated), []
    for name, words, spot in said:
        found = next((one for one in left if _same_outcome(one, words)), None)
        if found is not None:
            left.remove(found)
        elif kind == "primary" or not stands_in(plain(words), text):
            missing.append((name, words, spot))
    if len(left) == len(missing) == 1:
        name, words, spot = missing[0]
        yield spot.differs(f"{kind} outcome {name}", Severity.ERROR, _shown(left[0]), words, "differs")
        return
    for name, words, spot in missing:
        yield spot.differs(f"{kind} outcome {name}", Severity.ERROR, "", words, "the record does not have it")
    severity = Severity.ERROR if kind == "primary" else Severity.WARNING
    for one in left:
        yield whole.differs(f"{kind} outcome", severity, _shown(one), "", "the protocol does not have it")


def _same_outcome(stated: Outcome, words: str) -> bool:
    """The protocol's words are all in the record's measure and time frame, or the measure and the frame in the protocol's."""
    measure, whole, said = content_words(stated.measure), content_words(_shown(stated)), content_words(words)
    return bool(measure) and (said <= whole or whole <= said or said == measure)


def _shown(outcome: Outcome) -> str:
    return f"{outcome.measure} ({outcome.time_frame})" if outcome.time_frame else outcome.measure
