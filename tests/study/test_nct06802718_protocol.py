"""protocol/study.yml holds facts of the registry record, each in the record's words, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from trialbook.mapping import load_specs
from trialbook.protocol import Protocol, StudyProtocol, load_study
from trialbook.protocol.objectives import Level

# What is the study's own and not the record's: the versions of the standards, the codes of the arms, how the source is named
# and where its file is, the languages in which sites are asked.
OWN = {
    "basis",
    "record",
    "record_sha256",
    "source",
    "standard",
    "ct",
    "arms.0.armcd",
    "arms.1.armcd",
    "languages.0",
    "languages.1",
}


@pytest.fixture(scope="module")
def protocol(repository: Path) -> StudyProtocol:
    return load_study(repository / "protocol")


@pytest.fixture(scope="module")
def record(shared: Path) -> str:
    return " ".join((shared / "registry" / "NCT06802718.txt").read_text(encoding="utf-8").split())


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}".strip("."))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{index}")
    else:
        yield path, value


def test_each_text_is_in_the_record(protocol: StudyProtocol, record: str) -> None:
    texts = {
        path: value
        for path, value in leaves(protocol.model_dump())
        if isinstance(value, str) and path not in OWN and not path.startswith("sources.")
    }
    assert {path: value for path, value in texts.items() if value not in record} == {}
    assert [path for path, value in texts.items() if not value] == ["arms.1.intervention"]


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("the planned number of subjects", "Enrollment {p.design.planned_subjects} estimated patients"),
        ("the limits of age", "Ages {p.population.minimum_age} to {p.population.maximum_age} years old"),
        ("the sex", "Sex {p.population.sex} Ages"),
        ("no healthy volunteers", "Volunteers No Healthy Volunteers"),
        ("the number of groups", "{p.design.planned_subjects} participants in 2 patient groups"),
        ("the first group", "{p.arms[0].arm} {p.arms[0].type} Description: {p.arms[0].description}"),
        ("its intervention", "{p.arms[0].description} Treatment: {p.arms[0].intervention}"),
        ("the second group", "{p.arms[1].arm} {p.arms[1].type} Description: {p.arms[1].description}"),
        ("the number of sites", "Trial contacts and locations {p.design.sites} Loading"),
        ("the contact", "Central trial contact {p.contact} Data sourced"),
        ("the funder", "Funder types {p.funder_type} Identifiers"),
        ("the other identifier", "Identifiers {p.id} {p.other_ids[0]} Details"),
        ("the sponsor", "P {p.sponsor} Status and phase {p.status} {p.design.phase} Conditions {p.population.condition}"),
        ("the purpose", "Primary purpose {p.design.primary_purpose} Allocation {p.design.allocation} Interventional model"),
        ("the model", "Interventional model {p.design.intervention_model} Masking {p.design.masking}"),
    ],
)
def test_numbers_and_labels_stand_where_the_record_has_them(protocol: StudyProtocol, record: str, fact: str, words: str) -> None:
    assert words.format(p=protocol) in record, fact


def test_criteria_are_all_of_the_record_in_its_order(repository: Path, record: str) -> None:
    criteria = Protocol(repository / "protocol").eligibility.criteria
    texts = {name: criterion.text for name, criterion in criteria.items()}
    inclusion, exclusion = record.split("Inclusion criteria")[1].split("Trial design")[0].split("Exclusion criteria")
    assert {f"I{number}": text.strip() for number, text in enumerate(inclusion.split("•")[1:], 1)}.items() <= texts.items()
    assert {f"E{number}": text.strip() for number, text in enumerate(exclusion.split("•")[1:], 1)}.items() <= texts.items()


def test_endpoints_are_the_sentences_of_the_record(repository: Path, record: str) -> None:
    objectives = Protocol(repository / "protocol").objectives
    assert [f"The primary endpoint is the {one.words}." in record for one in objectives.of(Level.PRIMARY)] == [True]
    *others, last = (one.words for one in objectives.of(Level.SECONDARY))
    assert f"The secondary endpoints include the {', '.join(others)}, and {last}." in record


def test_specifications_say_the_protocols_study_and_arms(protocol: StudyProtocol, repository: Path) -> None:
    specs = load_specs(repository / "sdtm_specs", "trialbook_test_nct06802718")
    assert protocol.id == specs.function("protocol")().id
    assert list(specs.codelists["ARM"].terms) == [arm.arm for arm in protocol.arms]
    assert list(specs.codelists["ARMCD"].terms) == [arm.armcd for arm in protocol.arms]
    for arm in protocol.arms:
        assert specs.codelists["ARM"].by_value[arm.armcd] == arm.arm
        assert specs.codelists["ARMCD"].by_value[arm.arm] == arm.armcd
