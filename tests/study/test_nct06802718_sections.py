"""protocol/sections.yml says of each section of ICH M11 what is known of it, and types no number that stands elsewhere."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from trialbook.protocol import Protocol
from trialbook.protocol.composed import PLACEHOLDER
from trialbook.protocol.sections import Sections
from trialbook.protocol.source import Source

NUMBER = re.compile(r"(?<![\w(])\d+(?:\.\d+)*(?![\w)])")
NO_FACTS = (r"\b(section|question) \d+(\.\d+)*", r"ELN recommendations of \d{4}", r"CTCAE version [\d.]+", r"PHQ-9")


@pytest.fixture(scope="module")
def sections(repository: Path) -> Sections:
    return Protocol(repository / "protocol").sections


def test_a_number_is_named_and_not_typed(sections: Sections) -> None:
    """What the literature states, and the record's own words, have the numbers that they have."""
    typed = {}
    for one in sections.sections:
        texts = [one.reason]
        for said in one.statements:
            verbatim = said.source is Source.RECORD and not said.quote
            if said.source is not Source.LITERATURE and not verbatim:
                texts += [said.text, said.note, *said.items]
        bare = " ".join(re.sub("|".join(NO_FACTS), "", PLACEHOLDER.sub("", text)) for text in texts)
        if found := NUMBER.findall(bare):
            typed[one.number] = found
    assert typed == {}


def test_what_the_record_does_not_cover_is_open_or_does_not_apply(sections: Sections, shared: Path) -> None:
    with (shared / "m11" / "m11_sections.csv").open(encoding="utf-8") as file:
        coverage = {row["number"]: row["coverage_from_record"] for row in csv.DictReader(file)}
    uncovered = [number for number, how in coverage.items() if how in ("NONE", "NA") and number != "12.3"]
    told = {number: sections.get(number) for number in uncovered}
    assert [number for number, one in told.items() if one is None or (one.applies and not one.open)] == []


def test_what_the_record_covers_has_words_of_it(sections: Sections, shared: Path) -> None:
    """Where the record tells a part of a section, a sentence quotes it, or other files state it as data."""
    with (shared / "m11" / "m11_sections.csv").open(encoding="utf-8") as file:
        partial = [row["number"] for row in csv.DictReader(file) if row["coverage_from_record"] == "PARTIAL" and row["number"]]
    quoted = {one.number for one in sections.sections if any(said.source is Source.RECORD for said in one.statements)}
    missing = [number for number in partial if not any(f"{one}.".startswith(f"{number}.") for one in quoted)]
    assert missing == ["1.2", "10.4", "10.5"]
