"""The other way: what the protocol says it has from the record must be found there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialbook.protocol.protocol import Protocol
from trialbook.protocol.registry.compare_facts import COMPARED
from trialbook.protocol.registry.difference import Difference, Severity, Spot
from trialbook.protocol.registry.record import RegistryRecord
from trialbook.protocol.registry.render import as_page
from trialbook.protocol.registry.words import number_text, numbers_alone, numbers_in, plain, stands_in
from trialbook.protocol.source import Source
from trialbook.protocol.statements import Statement, statements


def compare_statements(record: RegistryRecord, protocol: Protocol) -> Iterator[Difference]:
    """Statements of the source ``record`` whose quote, or own text, the record lacks, or whose numbers the quote lacks."""
    words = plain(f"{record.text}\n{as_page(record)}")
    for one in statements(protocol):
        if one.source is not Source.RECORD or _is_compared(one):
            continue
        spot = Spot(protocol, one.part, one.place)
        said = one.quote or ("" if one.composed else one.text)
        if not stands_in(plain(said), words):
            text = "these words are not in the record, which is named as their source"
            yield spot.differs("statement", Severity.ERROR, "", said, text)
            continue
        missing = _numbers_missing(one)
        if missing:
            text = f"the words of the record that are named as the source do not state {', '.join(missing)}"
            yield spot.differs("statement", Severity.ERROR, said, one.text or ", ".join(missing), text)


def _is_compared(one: Statement) -> bool:
    """Whether the fields' comparison has told already what there is to tell of it: it takes other spellings for the same."""
    return one.part == "study" and not one.quote and any(one.place[: len(place)] == place for place in COMPARED)


def _numbers_missing(one: Statement) -> list[str]:
    if not one.quote or one.composed:
        return []
    stated = [number_text(number) for number in one.numbers]
    stated += [number for number in numbers_alone(one.text) if number not in stated]
    return [number for number in stated if number not in numbers_in(one.quote)]


def without_told(found: Iterable[Difference], told: Iterable[Difference]) -> Iterator[Difference]:
    """Those at whose place nothing is told yet, neither within it nor around it."""
    places = {(one.file, one.place) for one in told}
    for one in found:
        near = [place for file, place in places if file == one.file]
        if not any(f"{one.place}.".startswith(f"{place}.") or f"{place}.".startswith(f"{one.place}.") for place in near):
            yield one
