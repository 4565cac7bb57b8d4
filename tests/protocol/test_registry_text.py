"""A record read from the text of a page: whole, among menus, and with what copying does to a text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import TrialbookError
from trialbook.protocol.registry import Age, RecordArm, RecordForm, RecordIntervention, RegistryRecord, read_record
from trialbook.protocol.registry.criteria import Eligibility, read_eligibility, read_items
from trialbook.protocol.registry.page import read_page
from trialbook.protocol.registry.render import as_page
from trialbook.protocol.registry.terms import VOCABULARY, phases, term, words_of

OWN = Path("protocol") / "registry" / "record.txt"
# Invented, and in everything unlike the study's own record.
OTHER = """A Trial of Two Creams

Acme

Status and phase

Completed
Phase 2
Phase 3

Conditions

Eczema
Itch

Treatments

Drug: Cream A
Device: Lamp
Other: Vehicle: thick

Study type

Interventional

Funder types

Industry

Identifiers

NCT00000001
ACME-7
2001-000001-12

Details and patient eligibility

About

First paragraph.

Second paragraph, in which
Sex
is a word of its own line.

Full description

What is done. Inclusion criteria
stand below.

Enrollment

1,234 patients

Sex

Female

Ages

6 months to 17 years old

Volunteers

Accepts Healthy Volunteers

Inclusion criteria

1. Eczema of either of:
   - the hand
   - the foot
2) Consent
   of a parent

Exclusion criteria

None but the following remarks

Trial design

Primary purpose

Prevention

Allocation

Non-Randomized

Interventional model

Factorial Assignment

Masking

Quadruple Blind

1,234 participants in 3 patient groups, including a placebo group

Cream
Active Comparator group
Description:
First line.
Second line.
Treatments:
Drug: Cream A
Device: Lamp
Vehicle
Placebo Comparator group
Treatment:
Other: Vehicle: thick
Nothing
Other group

Trial contacts and locations

12

Loading...

Central trial contact

A. Person
B. Person

Data sourced from clinicaltrials.gov

Clinical trials

Sex
"""
EXPECTED = RegistryRecord(
    identifier="NCT00000001",
    form=RecordForm.PAGE,
    other_ids=("ACME-7", "2001-000001-12"),
    title="A Trial of Two Creams",
    sponsor="Acme",
    funder_type="INDUSTRY",
    status="COMPLETED",
    study_type="INTERVENTIONAL",
    phases=("PHASE2", "PHASE3"),
    conditions=("Eczema", "Itch"),
    summary="First paragraph.\nSecond paragraph, in which\nSex\nis a word of its own line.",
    description="What is done. Inclusion criteria\nstand below.",
    enrolment=1234,
    enrolment_type="ACTUAL",
    sex="FEMALE",
    minimum_age=Age(6, "month"),
    maximum_age=Age(17),
    healthy_volunteers=True,
    inclusion=("Eczema of either of:\n   - the hand\n   - the foot", "Consent of a parent"),
    exclusion=("None but the following remarks",),
    purpose="PREVENTION",
    allocation="NON_RANDOMIZED",
    model="FACTORIAL",
    masking="QUADRUPLE",
    arms=(
        RecordArm("Cream", "ACTIVE_COMPARATOR", "First line.\nSecond line.", ("Drug: Cream A", "Device: Lamp")),
        RecordArm("Vehicle", "PLACEBO_COMPARATOR", "", ("Other: Vehicle: thick",)),
        RecordArm("Nothing", "OTHER"),
    ),
    interventions=(
        RecordIntervention("DRUG", "Cream A"),
        RecordIntervention("DEVICE", "Lamp"),
        RecordIntervention("OTHER", "Vehicle: thick"),
    ),
    sites=12,
    contacts=("A. Person", "B. Person"),
)


@pytest.fixture(scope="module")
def own(repository: Path) -> str:
    return (repository / OWN).read_text(encoding="utf-8")


def test_a_whole_page() -> None:
    assert read_page(OTHER, "page.txt") == EXPECTED


def test_the_studys_own_record(repository: Path) -> None:
    record = read_record(repository / OWN)
    assert (record.identifier, record.sponsor, record.phases, record.enrolment, record.enrolment_type) == (
        "NCT06802718",
        "Peking University",
        ("PHASE3",),
        96,
        "ESTIMATED",
    )
    assert (record.minimum_age, record.maximum_age, record.sex, record.healthy_volunteers) == (Age(18), Age(70), "ALL", False)
    assert (len(record.inclusion), len(record.exclusion), record.remarks) == (7, 10, ())
    assert [(arm.label, arm.type, arm.interventions) for arm in record.arms] == [
        ("Interferon Group", "EXPERIMENTAL", ("Drug: Interferon",)),
        ("Control Group", "NO_INTERVENTION", ()),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("\n\n", "\n"),
        ("\n\n", "\n\n\n \n"),
        (" ", "\u00a0"),
        ("  • ", "• "),
        ("  • ", "* "),
        ("  • ", "    -   "),
        ("  • ", "\t– "),
        ("  • ", ""),
        ("Sex\n", "SEX:\n"),
        ("Enrollment\n", "Enrolment\n"),
        ("Peking University\n\nStatus", "P\n\nPeking University\n\nStatus"),
        ("Interferon-alpha As", "ClinicalTrials.Veeva\n\nMenu\nConditions\nSex\nLog in\n\nInterferon-alpha As"),
        ("Feifei Tang, Prof\n", "Feifei Tang, Prof\n\nData sourced from clinicaltrials.gov\n\nSex\nAges\n© Site"),
        ("Trial contacts and locations\n\n1\n", "Trial contacts and locations\n\n1\n\nLoading...\n"),
        ("Trial contacts and locations\n", "Trial documents\n1\n\nTrial contacts and locations\n"),
        ("within one month.\n", "within one month.\nShow less\n"),
    ],
    ids=[
        "CRLF", "CR", "no blank lines", "more blank lines", "no-break spaces", "bullets not indented", "stars", "hyphens",
        "dashes", "no bullets", "a heading in capitals", "British", "the sponsor's letter", "a menu before", "a footer after",
        "loading", "documents", "a button",
    ],
)  # fmt: skip
def test_what_copying_does_makes_no_difference(own: str, tmp_path: Path, before: str, after: str) -> None:
    assert before in own
    path = tmp_path / "page.txt"
    path.write_bytes(b"\xef\xbb\xbf" + own.replace(before, after).encode())
    assert read_record(path) == read_page(own, "own.txt")


def test_numbered_criteria(own: str) -> None:
    lines, number = [], 0
    for line in own.splitlines():
        number = number + 1 if line.startswith("  • ") else 0
        lines.append(line.replace("  • ", f"{number}. "))
    assert read_page("\n".join(lines), "page.txt") == read_page(own, "own.txt")


def test_what_is_not_on_the_page_is_not_stated() -> None:
    """An observational study has no phase, type of arm or allocation."""
    page = "Title\n\nStatus and phase\nUnknown status\nConditions\nX\nStudy type\nObservational\n"
    page += "Identifiers\nNCT00000002\nAges\nAll\n"
    page += "Trial design\n\n10 participants in 2 patient groups\n\nPatients\nDescription:\nThose who came.\n"
    page += "Treatment:\nOther: Talk\nControls\nTreatment:\nOther: Silence\n"
    assert read_page(page, "page.txt") == RegistryRecord(
        identifier="NCT00000002",
        form=RecordForm.PAGE,
        title="Title",
        status="UNKNOWN",
        study_type="OBSERVATIONAL",
        conditions=("X",),
        enrolment=10,
        arms=(RecordArm("Patients", "", "Those who came.", ("Other: Talk",)), RecordArm("Controls", "", "", ("Other: Silence",))),
    )


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("18 to 70 years old", (Age(18), Age(70))),
        ("6 months to 17 years old", (Age(6, "month"), Age(17))),
        ("18+ years old", (Age(18), None)),
        ("18 years and older", (Age(18), None)),
        ("Under 18 years old", (None, Age(18))),
        ("up to 30 years old", (None, Age(30))),
        ("28 days to 12 weeks old", (Age(28, "day"), Age(12, "week"))),
        ("All", (None, None)),
    ],
)
def test_ages(words: str, limits: tuple[Age | None, Age | None]) -> None:
    record = read_page(OTHER.replace("6 months to 17 years old", words), "page.txt")
    assert (record.minimum_age, record.maximum_age) == limits


def lists(*inclusion: str, exclusion: tuple[str, ...] = (), remarks: tuple[str, ...] = ()) -> Eligibility:
    return Eligibility(inclusion, exclusion, remarks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Inclusion Criteria:\n\n* A\n* B\n\nExclusion Criteria:\n\n* C", lists("A", "B", exclusion=("C",))),
        ("INCLUSION CRITERIA\n1. A\n2. B\nEXCLUSION CRITERIA\n1. C", lists("A", "B", exclusion=("C",))),
        ("Key Inclusion Criteria:\n- A\n\nKey Exclusion Criteria:\n- B\n\nEnd.", lists("A", exclusion=("B",), remarks=("End.",))),
        ("**Inclusion criteria for part A:**\n• A\n**Exclusion criteria (part A)**:\n• B", lists("A", exclusion=("B",))),
        ("Inclusion: Age over 18\nExclusion: Pregnancy", lists("Age over 18", exclusion=("Pregnancy",))),
        (
            "Inclusion Criteria:\n\nA\n\nB,\nwhich goes on\n\nExclusion Criteria:\n\nC",
            lists("A", "B, which goes on", exclusion=("C",)),
        ),
        ("Inclusion Criteria:\n\n* Meets no exclusion criteria of part B", lists("Meets no exclusion criteria of part B")),
        ("Inclusion Criteria:\n\n* A of:\n\n  * B\n\n    * C\n* D", lists("A of:\n  - B\n    - C", "D")),
        ("Inclusion Criteria:\n\n1. A of:\na) B\nb) C\n2. D", lists("A of:\n- B\n- C", "D")),
        ("Inclusion Criteria:\n• A of:\n◦ B\n• C", lists("A of:\n- B", "C")),
        ("Inclusion Criteria:\n\n1. 1.5 times the limit\n2. -5 °C or colder", lists("1.5 times the limit", "-5 °C or colder")),
        ("Inclusion Criteria:\n\n1、A\n2、B\n\nExclusion Criteria:\n\n（1）C\n（2）D", lists("A", "B", exclusion=("C", "D"))),
        ("### Inclusion Criteria\n\n- A\n\n### Exclusion Criteria\n\n- B", lists("A", exclusion=("B",))),
        ("**Inclusion Criteria**\n\n1. A\n\n**Exclusion Criteria**\n\n1. B", lists("A", exclusion=("B",))),
        ("Inclusion Criteria:\n\n* A\n\nNon-inclusion Criteria:\n\n* B", lists("A", exclusion=("B",))),
        ("Inclusion Criteria: Aged 18-70. Exclusion Criteria: Pregnancy.", lists("Aged 18-70.", exclusion=("Pregnancy.",))),
        ("Healthy people who can read", lists(remarks=("Healthy people who can read",))),
        ("", lists()),
    ],
)
def test_the_free_text_of_eligibility(text: str, expected: Eligibility) -> None:
    assert read_eligibility(text) == expected


TEXTS = st.text("ABCdef 15.,<≥%", min_size=1, max_size=20).map(lambda text: f"x{' '.join(text.split())}")


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from(["• ", "* ", "- ", "   – ", "({}) ", "{}. "]), st.booleans())
def test_items_are_found_whatever_the_bullet(items: list[str], bullet: str, spread: bool) -> None:
    lines = [bullet.format(number) + text for number, text in enumerate(items, 1)]
    assert read_items("\n".join(lines).replace("\n", "\n\n" if spread else "\n").splitlines()) == (tuple(items), ())


@pytest.mark.parametrize("field", VOCABULARY)
def test_every_term_is_read_from_the_words_that_a_page_shows(field: str) -> None:
    assert {name: term(field, words_of(field, name)) for name in VOCABULARY[field]} == {name: name for name in VOCABULARY[field]}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Phase 3", ("PHASE3",)),
        ("phase iii", ("PHASE3",)),
        ("Phase 2/Phase 3", ("PHASE2", "PHASE3")),
        ("Phase 2/3", ("PHASE2", "PHASE3")),
        ("Phase I-II", ("PHASE1", "PHASE2")),
        ("Early Phase 1", ("EARLY_PHASE1",)),
        ("N/A", ("NA",)),
        ("Phase five", ("Phase five",)),
        ("", ()),
    ],
)
def test_phases(words: str, expected: tuple[str, ...]) -> None:
    assert phases(words) == expected


def test_a_record_shown_as_a_page_is_read_as_the_same(own: str) -> None:
    for record in (EXPECTED, read_page(own, "own.txt"), replace(EXPECTED, maximum_age=None, arms=(), healthy_volunteers=False)):
        assert read_page(as_page(record), "page.txt") == record


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b" \n\xc2\xa0\n", "is empty"),
        ("标题".encode("gb18030"), "is not UTF-8 text"),
        ("Title\n".encode("utf-16"), "is UTF-16, not UTF-8 text"),
        (b"PK\x03\x04\x00\x00", "is no text: it holds zero bytes"),
        (b"<!DOCTYPE html><html><body>NCT00000001</body></html>", "is a web page (HTML), not its text"),
        (b"<?xml version='1.0'?><clinical_study/>", "is XML: ClinicalTrials.gov has retired that form, and it is not read"),
        (b"To whom it may concern,\n\nSex\n", "is no registry record: of the headings of a trial's page it has sex"),
        (b"Just words.\n", "is no registry record: of the headings of a trial's page it has none"),
        (
            b"Title\n\nStatus and phase\nPhase 3\nConditions\nX\nIdentifiers\nSex\nAll\nAges\nAll\n",
            "names no trial: there is no identifier under the heading “Identifiers”",
        ),
    ],
    ids=["empty", "blank", "GB18030", "UTF-16", "a zip", "HTML", "XML", "a letter", "words", "no identifier"],
)
def test_what_is_no_record_is_refused_with_what_is_wanted(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "record.txt"
    path.write_bytes(content)
    with pytest.raises(TrialbookError) as caught:
        read_record(path)
    assert (caught.value.what, caught.value.file, bool(caught.value.remedy)) == (what, path, True)


def test_no_file_a_folder_and_a_giant(tmp_path: Path) -> None:
    with pytest.raises(TrialbookError, match="can't be read: No such file or directory"):
        read_record(tmp_path / "none.txt")
    with pytest.raises(TrialbookError, match="is a folder, not a registry record"):
        read_record(tmp_path)
    giant = tmp_path / "giant.json"
    with giant.open("wb") as stream:
        stream.truncate(2**30)
    with pytest.raises(TrialbookError, match="is larger than any registry record: 1,024 MB, at most 64 are read"):
        read_record(giant)


def test_the_page_as_it_was_given(shared: Path, own: str) -> None:
    assert read_record(shared / "registry" / "NCT06802718.txt") == read_page(own, "own.txt")
