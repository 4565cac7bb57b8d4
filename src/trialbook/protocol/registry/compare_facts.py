"""The single facts of a record against the protocol: identity, design, population."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trialbook.protocol.protocol import Protocol
from trialbook.protocol.registry.difference import Difference, Severity, Spot, texts_differ
from trialbook.protocol.registry.record import Age, RegistryRecord
from trialbook.protocol.registry.terms import phases, term, words_of
from trialbook.protocol.registry.words import loose, plain
from trialbook.protocol.study import StudyProtocol

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True)
class Fact:
    """A fact that both state in one text: where the protocol has it, and its vocabulary where it is a term of the registry."""

    field: str
    place: tuple[str, ...]
    severity: Severity
    record: Callable[[RegistryRecord], str]
    vocabulary: str = ""


FACTS = (
    Fact("sponsor", ("sponsor",), ERROR, lambda record: record.sponsor),
    Fact("funder type", ("funder_type",), WARNING, lambda record: record.funder_type, "funder_type"),
    Fact("contact", ("contact",), WARNING, lambda record: ", ".join(record.contacts)),
    Fact("status", ("status",), WARNING, lambda record: record.status, "status"),
    Fact("summary", ("summary",), WARNING, lambda record: record.summary),
    Fact("study type", ("design", "study_type"), ERROR, lambda record: record.study_type, "study_type"),
    Fact("purpose", ("design", "primary_purpose"), ERROR, lambda record: record.purpose, "purpose"),
    Fact("allocation", ("design", "allocation"), ERROR, lambda record: record.allocation, "allocation"),
    Fact("intervention model", ("design", "intervention_model"), ERROR, lambda record: record.model, "model"),
    Fact("masking", ("design", "masking"), ERROR, lambda record: record.masking, "masking"),
    Fact("sex", ("population", "sex"), ERROR, lambda record: record.sex, "sex"),
)

COMPARED = (("id",), ("title",), ("other_ids",), ("design",), ("population",), ("arms",), *(fact.place for fact in FACTS))
"""What of the protocol's ``study.yml`` is held against a field of the record, here and with the arms."""


def compare_facts(record: RegistryRecord, protocol: Protocol) -> Iterator[Difference]:
    """Identity first, then what the trial is, in the order of the protocol's file."""
    study = protocol.study

    def spot(*place: str | int) -> Spot:
        return Spot(protocol, "study", place)

    yield from _identity(record, study, spot)
    for fact in FACTS:
        said = _at(study, fact.place)
        stated = fact.record(record)
        if fact.vocabulary:
            yield from _terms(spot(*fact.place), fact, stated, said)
        else:
            yield from texts_differ(spot(*fact.place), fact.field, fact.severity, stated, said)
    yield from _phase(record, study, spot("design", "phase"))
    yield from _enrolment(record, study, spot("design", "planned_subjects"))
    yield from _sites(record, study, spot("design", "sites"))
    yield from _conditions(record, study, spot("population", "condition"))
    yield from _age("minimum age", record.minimum_age, study.population.minimum_age, spot("population", "minimum_age"))
    yield from _age("maximum age", record.maximum_age, study.population.maximum_age, spot("population", "maximum_age"))
    healthy = record.healthy_volunteers
    if healthy != study.population.healthy_volunteers:
        words = {True: "accepted", False: "not accepted", None: ""}
        text = "differs" if healthy is not None else "the record does not state it"
        yield spot("population", "healthy_volunteers").differs(
            "healthy volunteers",
            WARNING if healthy is None else ERROR,
            words[healthy],
            words[study.population.healthy_volunteers],
            text,
        )


def _identity(record: RegistryRecord, study: StudyProtocol, spot: Callable[..., Spot]) -> Iterator[Difference]:
    if plain(record.identifier).upper() != plain(study.id).upper():
        text = f"the record is that of another trial, {record.identifier}"
        yield spot("id").differs("identifier", ERROR, record.identifier, study.id, text)
    listed, known = {plain(one).upper(): one for one in record.other_ids}, {plain(one).upper() for one in study.other_ids}
    for index, one in enumerate(study.other_ids):
        if plain(one).upper() not in listed:
            text = "the record does not have it"
            yield spot("other_ids", index).differs("other identifiers", ERROR, ", ".join(record.other_ids), one, text)
    missing = [one for key, one in listed.items() if key not in known]
    if missing:
        text = "the protocol does not state it"
        yield spot("other_ids").differs("other identifiers", WARNING, ", ".join(missing), "", text)
    titles = [title for title in (record.title, record.official_title) if title]
    if not any(plain(title) == plain(study.title) for title in titles):
        alike = next((title for title in titles if loose(title) == loose(study.title)), record.title)
        yield from texts_differ(spot("title"), "title", ERROR, alike, study.title)


def _terms(spot: Spot, fact: Fact, stated: str, said: str) -> Iterator[Difference]:
    """A term of the registry's, however either spells it."""
    if stated == term(fact.vocabulary, said):
        return
    text = "differs" if stated and said else f"the {'protocol' if stated else 'record'} does not state it"
    yield spot.differs(fact.field, fact.severity, words_of(fact.vocabulary, stated), said, text)


def _phase(record: RegistryRecord, study: StudyProtocol, spot: Spot) -> Iterator[Difference]:
    said = phases(study.design.phase)
    # An observational study has none, which some records write as "not applicable".
    if set(record.phases) - {"NA"} == set(said) - {"NA"}:
        return
    stated = ", ".join(words_of("phase", phase) for phase in record.phases)
    text = "differs" if stated and said else f"the {'protocol' if stated else 'record'} does not state it"
    yield spot.differs("phase", ERROR, stated, study.design.phase, text)


def _enrolment(record: RegistryRecord, study: StudyProtocol, spot: Spot) -> Iterator[Difference]:
    planned = study.design.planned_subjects
    if record.enrolment == planned:
        return
    actual = record.enrolment_type == "ACTUAL" and planned is not None
    text = "the record gives the actual number, not the planned one" if actual else "differs"
    if record.enrolment is None or planned is None:
        text = f"the {'record' if record.enrolment is None else 'protocol'} does not state it"
    severity = WARNING if actual else ERROR
    yield spot.differs("enrolment", severity, _shown(record.enrolment), _shown(planned), text)


def _sites(record: RegistryRecord, study: StudyProtocol, spot: Spot) -> Iterator[Difference]:
    if record.sites != study.design.sites:
        stated, said = _shown(record.sites), _shown(study.design.sites)
        text = "differs" if stated and said else f"the {'protocol' if stated else 'record'} does not state it"
        yield spot.differs("number of sites", WARNING, stated, said, text)


def _conditions(record: RegistryRecord, study: StudyProtocol, spot: Spot) -> Iterator[Difference]:
    if loose(study.population.condition) not in {loose(one) for one in record.conditions}:
        yield from texts_differ(spot, "condition", ERROR, ", ".join(record.conditions), study.population.condition)


def _age(field: str, stated: Age | None, said: int | None, spot: Spot) -> Iterator[Difference]:
    """Limits in whole years; a record's 216 months are 18 years."""
    years = stated.years if stated else None
    if years == said and (stated is None) == (said is None):
        return
    text = "differs" if stated and said is not None else f"the {'protocol' if stated else 'record'} sets no limit"
    yield spot.differs(field, ERROR, str(stated) if stated else "", str(Age(said)) if said is not None else "", text)


def _at(study: StudyProtocol, place: tuple[str, ...]) -> str:
    value: object = study
    for key in place:
        value = getattr(value, key)
    return str(value)


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)
