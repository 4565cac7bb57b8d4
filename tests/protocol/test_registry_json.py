"""A record read from ClinicalTrials.gov's API v2 JSON: real ones of several kinds, cut-down ones, and what is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trialbook.errors import TrialbookError
from trialbook.protocol.registry import Age, Outcome, RecordArm, RecordForm, RecordIntervention, RegistryRecord, read_record
from trialbook.protocol.registry.page import read_page
from trialbook.protocol.registry.render import as_page

SYNTHETIC = Path(__file__).parent / "records" / "NCT06802718.synthetic.json"
SMALLEST = {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}


def study(**modules: Any) -> dict[str, Any]:
    return {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}, **modules}}


def read(tmp_path: Path, content: object, identifier: str = "") -> RegistryRecord:
    path = tmp_path / "record.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_record(path, identifier)


def test_the_least_that_a_record_says(tmp_path: Path) -> None:
    assert read(tmp_path, SMALLEST) == RegistryRecord(identifier="NCT00000001", form=RecordForm.JSON)


def test_every_field(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "protocolSection": {
                "identificationModule": {
                    "nctId": "NCT00000001",
                    "orgStudyIdInfo": {"id": "ACME-7"},
                    "secondaryIdInfos": [{"id": "2001-000001-12", "type": "EUDRACT_NUMBER"}, {"id": "ACME-7"}],
                    "briefTitle": "Two Creams",
                    "officialTitle": "A Trial of Two Creams",
                    "acronym": "CREAM",
                },
                "statusModule": {
                    "overallStatus": "NOT_YET_RECRUITING",
                    "startDateStruct": {"date": "2026-01", "type": "ESTIMATED"},
                    "primaryCompletionDateStruct": {"date": "2027-01-31"},
                    "completionDateStruct": {"date": "2028"},
                },
                "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Acme", "class": "INDUSTRY"}},
                "descriptionModule": {"briefSummary": "Fewer than \\<5 %.", "detailedDescription": "At length."},
                "conditionsModule": {"conditions": ["Eczema"]},
                "designModule": {
                    "studyType": "INTERVENTIONAL",
                    "phases": ["PHASE1", "PHASE2"],
                    "designInfo": {
                        "allocation": "RANDOMIZED",
                        "interventionModel": "CROSSOVER",
                        "primaryPurpose": "BASIC_SCIENCE",
                        "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT"]},
                    },
                    "enrollmentInfo": {"count": 40, "type": "ESTIMATED"},
                },
                "armsInterventionsModule": {
                    "armGroups": [
                        {"label": "A", "type": "EXPERIMENTAL", "description": "1\\.5 mg", "interventionNames": ["Drug: Cream"]},
                        {"label": "B", "type": "SHAM_COMPARATOR"},
                    ],
                    "interventions": [
                        {"type": "DRUG", "name": "Cream", "description": "Thick.", "armGroupLabels": ["A"]},
                        {"type": "DIETARY_SUPPLEMENT", "name": "Oil", "armGroupLabels": ["B"]},
                    ],
                },
                "outcomesModule": {
                    "primaryOutcomes": [{"measure": "Itch", "timeFrame": "4 weeks", "description": "By diary."}],
                    "secondaryOutcomes": [{"measure": "Sleep"}],
                },
                "eligibilityModule": {
                    "eligibilityCriteria": "Inclusion Criteria:\n\n* Itch \\> 3\n\nExclusion Criteria:\n\n* None",
                    "healthyVolunteers": True,
                    "sex": "MALE",
                    "minimumAge": "6 Months",
                    "maximumAge": "1 Year",
                },
                "contactsLocationsModule": {"centralContacts": [{"name": "A. Person"}], "locations": [{}, {"city": "X"}]},
            },
            "hasResults": False,
        },
    )
    assert found == RegistryRecord(
        identifier="NCT00000001",
        form=RecordForm.JSON,
        other_ids=("ACME-7", "2001-000001-12"),
        title="Two Creams",
        official_title="A Trial of Two Creams",
        acronym="CREAM",
        sponsor="Acme",
        funder_type="INDUSTRY",
        status="NOT_YET_RECRUITING",
        study_type="INTERVENTIONAL",
        phases=("PHASE1", "PHASE2"),
        conditions=("Eczema",),
        summary="Fewer than <5 %.",
        description="At length.",
        enrolment=40,
        enrolment_type="ESTIMATED",
        sex="MALE",
        minimum_age=Age(6, "month"),
        maximum_age=Age(1),
        healthy_volunteers=True,
        inclusion=("Itch > 3",),
        exclusion=("None",),
        purpose="BASIC_SCIENCE",
        allocation="RANDOMIZED",
        model="CROSSOVER",
        masking="DOUBLE",
        arms=(
            RecordArm("A", "EXPERIMENTAL", "1.5 mg", ("Drug: Cream",)),
            RecordArm("B", "SHAM_COMPARATOR", "", ("Dietary Supplement: Oil",)),
        ),
        interventions=(RecordIntervention("DRUG", "Cream", "Thick."), RecordIntervention("DIETARY_SUPPLEMENT", "Oil")),
        primary_outcomes=(Outcome("Itch", "4 weeks", "By diary."),),
        secondary_outcomes=(Outcome("Sleep"),),
        start_date="2026-01",
        primary_completion_date="2027-01-31",
        completion_date="2028",
        sites=2,
        contacts=("A. Person",),
    )


# identifier: phases, status, enrolment, ages, allocation, model, masking, arm types, criteria, outcomes, sites
REAL: dict[str, tuple[Any, ...]] = {
    "NCT00465816": ((), "", None, None, None, "", "", "", [], (0, 0), (0, 0), None),
    "NCT00567567": (
        ("PHASE3",), "COMPLETED", 665, None, Age(30), "RANDOMIZED", "PARALLEL", "NONE",
        ["ACTIVE_COMPARATOR", "EXPERIMENTAL"], (10, 0), (3, 14), 190,
    ),
    "NCT00763412": (
        ("NA",), "COMPLETED", 31, Age(12), Age(24), "RANDOMIZED", "PARALLEL", "QUADRUPLE",
        ["PLACEBO_COMPARATOR", "EXPERIMENTAL"], (5, 6), (3, 6), 1,
    ),
    "NCT01987596": (
        ("PHASE3",), "TERMINATED", 23, Age(1), Age(25), "RANDOMIZED", "CROSSOVER", "NONE",
        ["EXPERIMENTAL", "EXPERIMENTAL"], (12, 1), (1, 3), 1,
    ),
    "NCT02210780": (
        ("PHASE2",), "COMPLETED", 194, Age(18), Age(64), "RANDOMIZED", "PARALLEL", "TRIPLE",
        ["EXPERIMENTAL", "EXPERIMENTAL"], (5, 7), (1, 10), 42,
    ),
    "NCT03475563": ((), "UNKNOWN", 100, Age(18), None, "", "CASE_ONLY", "", [""], (5, 7), (3, 4), 3),
    "NCT04207047": (
        ("NA",), "UNKNOWN", 3, Age(18), None, "NON_RANDOMIZED", "SINGLE_GROUP", "NONE",
        ["EXPERIMENTAL"] * 4, (9, 19), (1, 1), 1,
    ),
}  # fmt: skip


def test_every_real_record_here_is_in_the_table(shared: Path) -> None:
    assert sorted(path.stem for path in (shared / "ctgov").glob("*.json")) == sorted(REAL)


@pytest.mark.parametrize("identifier", REAL)
def test_real_records(shared: Path, identifier: str) -> None:
    one = read_record(shared / "ctgov" / f"{identifier}.json")
    assert one.identifier == identifier
    assert one.title
    assert (
        one.phases,
        one.status,
        one.enrolment,
        one.minimum_age,
        one.maximum_age,
        one.allocation,
        one.model,
        one.masking,
        [arm.type for arm in one.arms],
        (len(one.inclusion), len(one.exclusion)),
        (len(one.primary_outcomes), len(one.secondary_outcomes)),
        one.sites,
    ) == REAL[identifier]


@pytest.mark.parametrize("identifier", [name for name, facts in REAL.items() if facts[1]])
def test_real_records_shown_as_pages_are_read_the_same(shared: Path, identifier: str) -> None:
    one = read_record(shared / "ctgov" / f"{identifier}.json")
    page = read_page(as_page(one), identifier)
    assert (page.identifier, page.title, page.phases, page.conditions) == (one.identifier, one.title, one.phases, one.conditions)
    assert (page.enrolment, page.minimum_age, page.maximum_age, page.sex) == (
        one.enrolment,
        one.minimum_age,
        one.maximum_age,
        one.sex,
    )
    assert (page.inclusion, page.exclusion) == (one.inclusion, one.exclusion)
    assert (page.arms, page.model, page.masking, page.sites) == (one.arms, one.model, one.masking, one.sites)


def test_nested_criteria_and_markdown_of_a_real_record(shared: Path) -> None:
    nested = read_record(shared / "ctgov" / "NCT01987596.json")
    assert nested.exclusion == (
        "Subjects with any of the following will NOT be eligible for study:\n  - Bone marrow involvement\n"
        "  - Active myelogenous leukemia, or history of myelogenous leukemia\n  - Pregnancy",
    )
    assert nested.inclusion[3] == "ANC > 1000/uL"
    beside = read_record(shared / "ctgov" / "NCT02210780.json")
    assert [text[:40] for text in beside.remarks] == ["The information listed above is not inte"]


def test_the_synthetic_rendering_is_the_page(repository: Path) -> None:
    """It has what the page has, in the API's structure; beside that only the outcomes, which the page tells in a sentence."""
    page, rendered = read_record(repository / "protocol" / "registry" / "record.txt"), read_record(SYNTHETIC)
    facts = (
        "identifier",
        "other_ids",
        "title",
        "sponsor",
        "funder_type",
        "status",
        "study_type",
        "phases",
        "conditions",
        "summary",
    )
    facts += ("enrolment", "enrolment_type", "sex", "minimum_age", "maximum_age", "healthy_volunteers", "inclusion", "exclusion")
    facts += ("purpose", "allocation", "model", "masking", "interventions", "sites", "contacts", "remarks", "description")
    assert {fact: getattr(rendered, fact) for fact in facts} == {fact: getattr(page, fact) for fact in facts}
    assert [one.measure for one in rendered.primary_outcomes] == ["Negative conversion of MRD"]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: [one],
        lambda one: {"studies": [one], "nextPageToken": "x", "totalCount": 1},
        lambda one: {"studies": [study(), one, SMALLEST]},
        lambda one: [SMALLEST, one],
    ],
    ids=["a list", "a page of a search", "a page of several", "a list of several"],
)
def test_the_trials_own_record_among_studies(tmp_path: Path, wrap: Any) -> None:
    one = json.loads(SYNTHETIC.read_text(encoding="utf-8"))
    assert read(tmp_path, wrap(one), "NCT06802718") == read_record(SYNTHETIC)


@pytest.mark.parametrize(
    ("age", "expected"),
    [("18 Years", Age(18)), ("1 Year", Age(1)), ("30 Days", Age(30, "day")), ("N/A", None), ("", None), (None, None)],
)
def test_ages(tmp_path: Path, age: str | None, expected: Age | None) -> None:
    assert read(tmp_path, study(eligibilityModule={"minimumAge": age})).minimum_age == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), ("No", False), ("Accepts Healthy Volunteers", True), (None, None)]
)
def test_healthy_volunteers(tmp_path: Path, value: object, expected: bool | None) -> None:
    assert read(tmp_path, study(eligibilityModule={"healthyVolunteers": value})).healthy_volunteers is expected


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ('{"protocolSection": ', "line 1, column 21", "is not valid JSON: Expecting value"),
        ("[" * 100_000, None, "is JSON nested too deeply, or with a number too long, to be a record"),
        ({}, None, "is JSON, but no registry record: it is an empty object"),
        ([], None, "is JSON, but no registry record: it is an empty list"),
        ([1, 2], None, "is JSON, but no registry record: it is a list of other things"),
        ({"studies": []}, None, "is JSON, but no registry record: its keys are studies"),
        (
            {"datasetJSONVersion": "1.1", "rows": []},
            None,
            "is JSON, but no registry record: its keys are datasetJSONVersion, rows",
        ),
        ({"FullStudiesResponse": {}}, None, "is JSON, but no registry record: it has the form of the API's retired version 1"),
        ({"protocolSection": "x"}, None, "is JSON, but no registry record: its keys are protocolSection"),
        ({"protocolSection": {}}, None, "names no trial: there is no protocolSection.identificationModule.nctId"),
        ([SMALLEST, SMALLEST], None, "holds 2 records (NCT00000001, NCT00000001), none of them NCT06802718"),
        (study(designModule=[]), "protocolSection.designModule", "expected an object, found a list"),
        (
            study(designModule={"phases": "PHASE3"}),
            "protocolSection.designModule.phases",
            "expected a list, found a text ('PHASE3')",
        ),
        (
            study(designModule={"phases": [3]}),
            "protocolSection.designModule.phases[0]",
            "expected a text, found a number (3)",
        ),
        (
            study(designModule={"enrollmentInfo": {"count": "many"}}),
            "protocolSection.designModule.enrollmentInfo.count",
            "expected a whole number, found a text ('many')",
        ),
        (
            study(eligibilityModule={"minimumAge": "adult"}),
            "protocolSection.eligibilityModule.minimumAge",
            "expected an age such as “18 Years”, found 'adult'",
        ),
        (
            study(armsInterventionsModule={"armGroups": ["A"]}),
            "protocolSection.armsInterventionsModule.armGroups[0]",
            "expected an object, found a text ('A')",
        ),
    ],
)
def test_what_is_no_record_is_refused_with_its_place(tmp_path: Path, content: object, place: str | None, what: str) -> None:
    with pytest.raises(TrialbookError) as caught:
        read(tmp_path, content, "NCT06802718")
    assert (caught.value.what, caught.value.place, caught.value.file) == (what, place, tmp_path / "record.json")
    assert caught.value.remedy


def test_the_retired_xml_is_refused_with_what_is_wanted(shared: Path) -> None:
    with pytest.raises(TrialbookError) as caught:
        read_record(shared / "ctgov" / "NCT02591810.xml")
    assert caught.value.what == "is XML: ClinicalTrials.gov has retired that form, and it is not read"
    assert caught.value.remedy is not None
    assert "API v2" in caught.value.remedy
