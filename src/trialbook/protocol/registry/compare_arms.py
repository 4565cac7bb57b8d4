"""The arms of a record against the protocol's, and the dose that the record describes against the protocol's interventions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from trialbook.protocol.interventions import Intervention
from trialbook.protocol.protocol import Protocol
from trialbook.protocol.registry.difference import Difference, Severity, Spot, texts_differ
from trialbook.protocol.registry.record import RecordArm, RegistryRecord
from trialbook.protocol.registry.terms import term, words_of
from trialbook.protocol.registry.words import loose, number_text, plain
from trialbook.protocol.study import Arm

ALIKE = 0.6
"""Above it two arms without a common label are taken for one that was renamed."""
_UNITS = {
    "ug": "ug", "mcg": "ug", "μg": "ug", "microgram": "ug", "micrograms": "ug", "ng": "ng", "mg": "mg", "milligram": "mg",
    "milligrams": "mg", "g": "g", "gram": "g", "grams": "g", "iu": "iu", "u": "iu", "unit": "iu", "units": "iu", "ml": "ml",
}  # fmt: skip
_DOSE = re.compile(rf"(\d+(?:,\d{{3}})*(?:\.\d+)?)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b", re.IGNORECASE)
_EVERY = re.compile(
    r"(?:every|each|once every)\s+(?:(\d+)\s+)?(day|week|month)s?\b|(?:/|\bper |\ba |\bonce a )(day|week|month)\b"
)
_ADVERBS = {"daily": 1, "weekly": 7, "biweekly": 14, "qd": 1, "qw": 7, "q2w": 14, "q3w": 21, "q4w": 28, "fortnightly": 14}
_DAYS = {"day": 1, "week": 7, "month": 30}
_MONTHS = re.compile(r"(\d+(?:\.\d+)?)[\s-]*(month|year)s?\b", re.IGNORECASE)
_ROUTES = ("subcutaneous", "intravenous", "intramuscular", "oral", "topical", "intradermal", "intrathecal")


def compare_arms(record: RegistryRecord, protocol: Protocol) -> Iterator[Difference]:
    """Arms that only one side has, then of each pair the label, type, description and what is given, then the doses."""
    stated, said = record.arms, protocol.study.arms
    pairs = _pairs(stated, said)
    spot = Spot(protocol, "study", ("arms",))
    for index, one in enumerate(stated):
        if index not in pairs:
            yield spot.differs(f"arm {one.label}", Severity.ERROR, _shown(one), "", "the protocol does not have it")
    for index, arm in enumerate(said):
        if index not in pairs.values():
            text = "the record does not have it"
            yield spot.inner(index).differs(f"arm {arm.arm}", Severity.ERROR, "", f"{arm.type}: {arm.description}", text)
    for index, position in pairs.items():
        yield from _arm(spot.inner(position), stated[index], said[position])
    yield from _doses(record, protocol, {said[position].armcd: stated[index] for index, position in pairs.items()})


def _pairs(stated: tuple[RecordArm, ...], said: tuple[Arm, ...]) -> dict[int, int]:
    """The position of the protocol's arm for that of each of the record's: by label, else by what is done most alike."""
    pairs: dict[int, int] = {}
    for same in (plain, loose):
        for index, one in enumerate(stated):
            found = [at for at, arm in enumerate(said) if at not in pairs.values() and same(arm.arm) == same(one.label)]
            if index not in pairs and found:
                pairs[index] = found[0]
    alike = [
        (_likeness(one, arm), -abs(index - at), index, at)
        for index, one in enumerate(stated)
        for at, arm in enumerate(said)
        if index not in pairs and at not in pairs.values()
    ]
    for likeness, _, index, at in sorted(alike, reverse=True):
        if likeness >= ALIKE and index not in pairs and at not in pairs.values():
            pairs[index] = at
    return dict(sorted(pairs.items(), key=lambda pair: pair[1]))


def _likeness(stated: RecordArm, said: Arm) -> float:
    return SequenceMatcher(None, plain(stated.description), plain(said.description), autojunk=False).ratio()


def _arm(spot: Spot, stated: RecordArm, said: Arm) -> Iterator[Difference]:
    name = f"arm {stated.label}"
    yield from texts_differ(spot.inner("arm"), f"{name}: label", Severity.ERROR, stated.label, said.arm)
    # What a study leaves untyped in the record (an observational one) is not claimed of it.
    if stated.type != term("arm_type", said.type):
        text = "differs" if stated.type and said.type else f"the {'protocol' if stated.type else 'record'} does not state it"
        yield spot.inner("type").differs(f"{name}: type", Severity.ERROR, words_of("arm_type", stated.type), said.type, text)
    yield from texts_differ(
        spot.inner("description"), f"{name}: description", Severity.ERROR, stated.description, said.description
    )
    given = ", ".join(stated.interventions)
    yield from texts_differ(spot.inner("intervention"), f"{name}: intervention", Severity.ERROR, given, said.intervention)


def _shown(arm: RecordArm) -> str:
    return f"{words_of('arm_type', arm.type)}: {arm.description}".strip(": ")


def _doses(record: RegistryRecord, protocol: Protocol, arms: dict[str, RecordArm]) -> Iterator[Difference]:
    """What is given, in the words of the arms that get it; else in those of the record's interventions."""
    for index, one in enumerate(protocol.interventions.interventions):
        described = [arms[armcd].description for armcd in one.arms if armcd in arms]
        words = plain("\n".join(described))
        if not _DOSE.search(words):
            words = plain("\n".join((*described, *(other.description for other in record.interventions))))
        if described:
            yield from _dose(Spot(protocol, "interventions", ("interventions", index, "regimen")), one, words)


def _dose(spot: Spot, said: Intervention, words: str) -> Iterator[Difference]:
    """A dose, interval, duration or route that the words state otherwise; what they don't state is no difference."""
    regimen, name = said.regimen, f"intervention {said.id}"
    unit = _UNITS.get(plain(regimen.unit).casefold(), plain(regimen.unit).casefold())
    doses = [(float(dose.replace(",", "")), _UNITS[plain(found).casefold()]) for dose, found in _DOSE.findall(words)]
    if doses and (regimen.dose, unit) not in doses:
        other = regimen.dose in [dose for dose, _ in doses]
        stated = ", ".join(f"{number_text(dose)} {found}" for dose, found in doses)
        spoken = f"{number_text(regimen.dose)} {regimen.unit}"
        yield spot.inner("unit" if other else "dose").differs(
            f"{name}: {'unit of the dose' if other else 'dose'}", Severity.ERROR, stated, spoken, "differs"
        )
    intervals = _intervals(words)
    if intervals and regimen.every not in intervals:
        stated = ", ".join(f"every {days} days" for days in sorted(intervals))
        yield spot.inner("every").differs(f"{name}: interval", Severity.ERROR, stated, f"every {regimen.every} days", "differs")
    months = {float(count) * (12 if unit.lower() == "year" else 1) for count, unit in _MONTHS.findall(words)}
    if months and regimen.months is not None and regimen.months not in months:
        stated = ", ".join(f"{number_text(count)} months" for count in sorted(months))
        yield spot.inner("months").differs(
            f"{name}: duration", Severity.ERROR, stated, f"{number_text(regimen.months)} months", "differs"
        )
    routes = [route for route in _ROUTES if re.search(rf"\b{route}", words, re.IGNORECASE)]
    if routes and regimen.route and not any(regimen.route.casefold().startswith(route) for route in routes):
        yield spot.inner("route").differs(f"{name}: route", Severity.ERROR, ", ".join(routes), regimen.route, "differs")


def _intervals(words: str) -> set[int]:
    found = {int(count or 1) * _DAYS[unit or single] for count, unit, single in _EVERY.findall(words.casefold())}
    return found | {days for adverb, days in _ADVERBS.items() if re.search(rf"\b{adverb}\b", words, re.IGNORECASE)}
