"""TI: the criteria of inclusion and exclusion (SDTMIG 3.4 section 7.4.1), a whole set for each version that changed one.

A criterion that a version words otherwise is another criterion, so its code gets a letter: INCL04A, INCL04B.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import ascii_uppercase
from typing import TYPE_CHECKING

from trialbook.protocol.trial_design.records import Record

if TYPE_CHECKING:
    from trialbook.protocol.eligibility import Criterion
    from trialbook.protocol.protocol import Protocol


def criteria_records(protocol: Protocol) -> Iterator[Record]:
    """The records of TI: inclusions before exclusions as the protocol has them; TIVERS where there is more than one set."""
    codes = criterion_codes(protocol)
    sets = _sets(protocol)
    for version, criteria in sets.items():
        of = protocol.version(version)
        for index, one in enumerate(criteria.values()):
            values = {"IETESTCD": codes[version][one.id], "IETEST": one.fitting, "IECAT": one.kind.upper()}
            if len(sets) > 1:
                values["TIVERS"] = version
            yield Record(values, "eligibility", ("criteria", index), of)


def criterion_codes(protocol: Protocol) -> dict[str, dict[str, str]]:
    """IETESTCD of each criterion by its id, for each version of the protocol."""
    every = {version: protocol.version(version).eligibility.criteria for version in protocol.versions}
    texts: dict[str, list[str]] = {}
    for criteria in every.values():
        for one in criteria.values():
            known = texts.setdefault(one.id, [])
            if one.fitting not in known:
                known.append(one.fitting)
    return {version: {name: _code(one, texts[name]) for name, one in criteria.items()} for version, criteria in every.items()}


def _code(one: Criterion, texts: list[str]) -> str:
    letter = ascii_uppercase[texts.index(one.fitting)] if len(texts) > 1 else ""
    return f"{one.kind[:4].upper()}{int(one.id[1:]):02d}{letter}"


def _sets(protocol: Protocol) -> dict[str, Mapping[str, Criterion]]:
    """The criteria of each version that has others than the one before, by the version's name."""
    found: dict[str, Mapping[str, Criterion]] = {}
    before: list[tuple[str, str]] = []
    for version in protocol.versions:
        criteria = protocol.version(version).eligibility.criteria
        told = [(one.id, one.fitting) for one in criteria.values()]
        if told and told != before:
            found[version], before = criteria, told
    return found
