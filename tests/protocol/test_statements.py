"""Every statement of the protocol with its source, and the lint of those without one."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from trialbook.protocol import Protocol, Source
from trialbook.protocol.statements import Statement, lint_sources, statements

STUDY = """id: TINY01
title: A tiny trial
basis: invented
source: record
sources:
  basis: {source: assumption}
  arms.armcd: {source: assumption, note: Our own}
  population.minimum_age: {quote: 18 years and older}
population:
  condition: Cough
  minimum_age: 18
  healthy_volunteers: false
arms:
  - {armcd: A, arm: First, type: Experimental, description: Given 5 mg}
"""
INTERVENTIONS = """source: record
interventions:
  - id: SYRUP
    name: Syrup of the record
    arms: [A]
    substance: {inn: SYRUP, source: literature, cites: [label]}
    regimen: {dose: 5, unit: mg, every: 7, quote: 5 mg a week}
    plan: {planned_doses: 26, source: assumption, note: Ours}
"""
DESIGN = """elements:
  - {etcd: S, element: "Given {interventions.SYRUP.regimen.dose} mg", starts: Consent, ends: End}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "study" / "protocol").mkdir(parents=True)
    folder = tmp_path / "study" / "protocol"
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    return folder


def of(folder: Path, part: str) -> dict[str, Statement]:
    return {one.dotted: one for one in statements(Protocol(folder)) if one.part == part}


def test_each_fact_of_the_study_is_a_statement(folder: Path) -> None:
    """The file's source, or what ``sources`` says of it; what stands there only by default was not stated."""
    record, ours = Source.RECORD, Source.ASSUMPTION
    assert {place: (one.line, one.text, one.source, one.quote, one.note) for place, one in of(folder, "study").items()} == {
        "id": (1, "TINY01", record, "", ""),
        "title": (2, "A tiny trial", record, "", ""),
        "basis": (3, "invented", ours, "", ""),
        "population.condition": (10, "Cough", record, "", ""),
        "population.minimum_age": (11, "18", record, "18 years and older", ""),
        "population.healthy_volunteers": (12, "", record, "", ""),
        "arms.0.armcd": (14, "A", ours, "", "Our own"),
        "arms.0.arm": (14, "First", record, "", ""),
        "arms.0.type": (14, "Experimental", record, "", ""),
        "arms.0.description": (14, "Given 5 mg", record, "", ""),
    }


def test_sources_come_from_what_a_statement_stands_in(folder: Path) -> None:
    (folder / "interventions.yml").write_text(INTERVENTIONS, encoding="utf-8")
    found = of(folder, "interventions")
    assert {place: (one.text, one.numbers, one.source, one.quote, one.cites) for place, one in found.items() if one.line > 1} == {
        "interventions.0": ("Syrup of the record", (), Source.RECORD, "", ()),
        "interventions.0.substance": ("SYRUP", (), Source.LITERATURE, "", ("label",)),
        "interventions.0.regimen": ("mg", (5, 7), Source.RECORD, "5 mg a week", ()),
        "interventions.0.plan": ("", (26, 0, 1, 0), Source.ASSUMPTION, "", ()),
        "interventions.0.reductions": ("", (), Source.RECORD, "Syrup of the record", ()),
        "interventions.0.modification": ("", (), Source.RECORD, "Syrup of the record", ()),
    }


def test_a_statement_without_a_source_is_complained_of(folder: Path) -> None:
    (folder / "amendments.yml").write_text(
        "amendments:\n  - {number: 1, version: B, date: 2026-01-01, effective: 2026-02-01, rationale: Why}\n", encoding="utf-8"
    )
    complaints = [(one.severity, one.file, one.line, one.place, one.text) for one in lint_sources(Protocol(folder))]
    text = "has no source: record, literature or assumption, here or at the top of the file"
    assert complaints == [("Error", "protocol/amendments.yml", 2, "amendments.0", text)]


def test_a_key_of_sources_that_names_nothing_is_complained_of(folder: Path) -> None:
    text = STUDY.replace("  population.minimum_age:", "  population.youngest_age:")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    complaints = [(one.severity, one.line, one.place, one.text) for one in lint_sources(Protocol(folder))]
    assert complaints == [("Error", 8, "sources.population.youngest_age", "names nothing that the file states")]


def test_texts_that_name_facts_are_not_composed(folder: Path) -> None:
    """The fact is a statement where it stands; and a protocol in which it is missing can still be walked."""
    (folder / "design.yml").write_text(DESIGN, encoding="utf-8")
    one = of(folder, "design")["elements.0"]
    assert (one.text, one.composed, one.source) == ("Given {interventions.SYRUP.regimen.dose} mg", True, Source.ASSUMPTION)


def test_every_file_of_this_studys_protocol_is_walked_and_every_statement_has_a_source(repository: Path) -> None:
    protocol = Protocol(repository / "protocol")
    found = statements(protocol)
    files = {path.name for path in (repository / "protocol").glob("*.yml")}
    # There is no amendment, and so no statement of one.
    assert files - {one.file for one in found} == {"amendments.yml"}
    assert [f"{one.file}, line {one.line}: {one.dotted}" for one in found if one.source is None] == []
    assert list(lint_sources(protocol)) == []
    assert set(Counter(one.source for one in found)) == set(Source)


def test_no_number_of_the_record_is_without_its_words(repository: Path) -> None:
    """A number of the record stands beside a quote, so that it can be looked up."""
    bare = [
        f"{one.file}: {one.dotted}"
        for one in statements(Protocol(repository / "protocol"))
        if one.source is Source.RECORD and not one.quote and (one.numbers or one.text.replace(".", "").isdigit())
    ]
    assert bare == []


def test_a_protocol_of_one_file_is_walked(tiny_study: Path) -> None:
    shutil.rmtree(tiny_study / "sdtm_specs")
    found = statements(Protocol(tiny_study / "protocol"))
    assert [(one.dotted, one.source) for one in found] == [
        ("id", Source.ASSUMPTION),
        ("title", Source.ASSUMPTION),
        ("basis", Source.ASSUMPTION),
        ("population.condition", Source.ASSUMPTION),
    ]
