"""The record against the protocol: no difference as it stands, and each edit told by its name and place, by nothing else."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol
from trialbook.protocol.registry import Difference, RecordForm, Severity, check_registry, compare, read_record

FIXTURES = Path(__file__).parent / "records"
SYNTHETIC = FIXTURES / "NCT06802718.synthetic.json"
CONTROL = """  - armcd: CTRL
    arm: Control Group
    type: No Intervention group
    description: Observational follow-up without receiving any maintenance treatment.
"""
E5 = """  - id: E5
    kind: exclusion
    source: record
    text: Uncontrolled active infection.
    logic: uncontrolled_infection == "Y"
"""
THIRD = """  - armcd: THIRD
    arm: Third Group
    type: Other group
    description: Something else.
"""


@pytest.fixture
def protocol(repository: Path, tmp_path: Path) -> Path:
    """A copy of the study's protocol, to edit."""
    return shutil.copytree(repository / "protocol", tmp_path / "protocol")


def edit(folder: Path, name: str, before: str, after: str) -> Path:
    path = folder / f"{name}.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {name}.yml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return folder


def told(differences: tuple[Difference, ...]) -> list[str]:
    """``severity | file place | field | record | protocol``."""
    return [f"{one.severity} | {one.file} {one.place} | {one.field} | {one.record} | {one.protocol}" for one in differences]


def found(folder: Path, record: Path | None = None) -> list[str]:
    return told(check_registry(Protocol(folder), record).differences)


def test_no_difference_today(protocol: Path) -> None:
    assert found(protocol) == []


def test_no_difference_from_the_page_as_it_was_given(protocol: Path, shared: Path) -> None:
    page = shared / "registry" / "NCT06802718.txt"
    assert found(protocol, page) == []
    given, own = read_record(page), read_record(protocol / "registry" / "record.txt")
    assert given == own


def test_the_api_says_the_same_trial_in_other_words(protocol: Path) -> None:
    """Terms of the API for words of the page; outcomes, which the page has only in its summary; μ for µ; ages as texts."""
    compared = check_registry(Protocol(protocol), SYNTHETIC)
    assert (compared.record.form, told(compared.differences)) == (RecordForm.JSON, [])


EDITS: dict[str, tuple[str, str, str, list[str]]] = {
    "97 planned": (
        "study",
        "planned_subjects: 96",
        "planned_subjects: 97",
        ["Error | study.yml design.planned_subjects | enrolment | 96 | 97"],
    ),
    "another identifier": (
        "study",
        "\nid: NCT06802718",
        "\nid: NCT06802719",
        ["Error | study.yml id | identifier | NCT06802718 | NCT06802719"],
    ),
    "another identifier of the sponsor": (
        "study",
        "2023PHD001-001",
        "2023PHD001-002",
        [
            "Error | study.yml other_ids.0 | other identifiers | 2023PHD001-001 | 2023PHD001-002",
            "Warning | study.yml other_ids | other identifiers | 2023PHD001-001 | ",
        ],
    ),
    "a younger minimum": (
        "study",
        "minimum_age: 18",
        "minimum_age: 16",
        ["Error | study.yml population.minimum_age | minimum age | 18 years | 16 years"],
    ),
    "a higher maximum": (
        "study",
        "maximum_age: 70",
        "maximum_age: 75",
        ["Error | study.yml population.maximum_age | maximum age | 70 years | 75 years"],
    ),
    "no maximum": ("study", "  maximum_age: 70\n", "", ["Error | study.yml population.maximum_age | maximum age | 70 years | "]),
    "a minimum above the maximum": (
        "study",
        "minimum_age: 18",
        "minimum_age: 81",
        ["Error | study.yml population.minimum_age | minimum age | 18 years | 81 years"],
    ),
    "another sex": ("study", "sex: All", "sex: Female", ["Error | study.yml population.sex | sex | All | Female"]),
    "healthy volunteers": (
        "study",
        "healthy_volunteers: false",
        "healthy_volunteers: true",
        ["Error | study.yml population.healthy_volunteers | healthy volunteers | not accepted | accepted"],
    ),
    "another phase": (
        "study",
        "phase: Phase 3",
        "phase: Phase 2",
        ["Error | study.yml design.phase | phase | Phase 3 | Phase 2"],
    ),
    "two phases": (
        "study",
        "phase: Phase 3",
        "phase: Phase 2/Phase 3",
        ["Error | study.yml design.phase | phase | Phase 3 | Phase 2/Phase 3"],
    ),
    "no phase": ("study", "  phase: Phase 3\n", "", ["Error | study.yml design.phase | phase | Phase 3 | "]),
    "the phase in Roman figures": ("study", "phase: Phase 3", "phase: PHASE III", []),
    "another masking": (
        "study",
        "masking: None (Open label)",
        "masking: Double Blind",
        ["Error | study.yml design.masking | masking | None (Open label) | Double Blind"],
    ),
    "the masking in a short word": ("study", "masking: None (Open label)", "masking: Open label", []),
    "another allocation": (
        "study",
        "allocation: Randomized",
        "allocation: Non-Randomized",
        ["Error | study.yml design.allocation | allocation | Randomized | Non-Randomized"],
    ),
    "another model": (
        "study",
        "intervention_model: Parallel Assignment",
        "intervention_model: Crossover Assignment",
        ["Error | study.yml design.intervention_model | intervention model | Parallel Assignment | Crossover Assignment"],
    ),
    "another purpose": (
        "study",
        "primary_purpose: Treatment",
        "primary_purpose: Prevention",
        ["Error | study.yml design.primary_purpose | purpose | Treatment | Prevention"],
    ),
    "another condition": (
        "study",
        "condition: Acute Myeloid Leukemia",
        "condition: Acute Lymphoblastic Leukemia",
        ["Error | study.yml population.condition | condition | Acute Myeloid Leukemia | Acute Lymphoblastic Leukemia"],
    ),
    "another sponsor": (
        "study",
        "sponsor: Peking University",
        "sponsor: Peking University First Hospital",
        ["Error | study.yml sponsor | sponsor | Peking University | Peking University First Hospital"],
    ),
    "the trial goes on": (
        "study",
        "status: Enrolling",
        "status: Completed",
        ["Warning | study.yml status | status | Enrolling | Completed"],
    ),
    "another contact": (
        "study",
        "Feifei Tang, Prof",
        "N. N.",
        ["Warning | study.yml contact | contact | Feifei Tang, Prof | N. N."],
    ),
    "more sites": ("study", "sites: 1\n", "sites: 3\n", ["Warning | study.yml design.sites | number of sites | 1 | 3"]),
    "an arm renamed": (
        "study",
        "arm: Control Group",
        "arm: Observation Group",
        ["Error | study.yml arms.1.arm | arm Control Group: label | Control Group | Observation Group"],
    ),
    "an arm of another type": (
        "study",
        "type: No Intervention group",
        "type: Placebo Comparator group",
        ["Error | study.yml arms.1.type | arm Control Group: type | No Intervention group | Placebo Comparator group"],
    ),
    "an arm without a type": (
        "study",
        "    type: No Intervention group\n",
        "",
        ["Error | study.yml arms.1.type | arm Control Group: type | No Intervention group | "],
    ),
    "an arm's intervention": (
        "study",
        '"Drug: Interferon"',
        '"Biological: Interferon"',
        [
            "Error | study.yml arms.0.intervention | arm Interferon Group: intervention | "
            "Drug: Interferon | "
            "Biological: Interferon"
        ],
    ),
    "an arm removed": (
        "study",
        CONTROL,
        "",
        [
            "Error | study.yml arms | arm Control Group | "
            "No Intervention group: Observational follow-up without receiving any maintenance treatment. | "
            ""
        ],
    ),
    "an arm added": (
        "study",
        CONTROL,
        CONTROL + THIRD,
        ["Error | study.yml arms.2 | arm Third Group |  | Other group: Something else."],
    ),
    "the dose": (
        "interventions",
        "dose: 135",
        "dose: 180",
        ["Error | interventions.yml interventions.0.regimen.dose | intervention PEGIFN: dose | 135 ug | 180 ug"],
    ),
    "the unit of the dose": (
        "interventions",
        "unit: ug\n",
        "unit: mg\n",
        ["Error | interventions.yml interventions.0.regimen.unit | intervention PEGIFN: unit of the dose | 135 ug | 135 mg"],
    ),
    "the interval": (
        "interventions",
        "every: 7 ",
        "every: 14 ",
        [
            "Error | interventions.yml interventions.0.regimen.every | intervention PEGIFN: interval | "
            "every 7 days | "
            "every 14 days"
        ],
    ),
    "the duration": (
        "interventions",
        "months: 6",
        "months: 12",
        ["Error | interventions.yml interventions.0.regimen.months | intervention PEGIFN: duration | 6 months | 12 months"],
    ),
    "the route": (
        "interventions",
        "route: SUBCUTANEOUS",
        "route: INTRAVENOUS",
        ["Error | interventions.yml interventions.0.regimen.route | intervention PEGIFN: route | subcutaneous | INTRAVENOUS"],
    ),
    "the unit in another sign": ("interventions", "unit: ug\n", "unit: µg\n", []),
    "a criterion's word": (
        "eligibility",
        "text: Uncontrolled active infection.",
        "text: Uncontrolled chronic infection.",
        [
            "Error | eligibility.yml criteria.11.text | criterion E5 | "
            "Uncontrolled active infection. | "
            "Uncontrolled chronic infection."
        ],
    ),
    "a criterion's number": (
        "eligibility",
        'text: "Kidney function: Creatinine ≤ 1.5 times',
        'text: "Kidney function: Creatinine ≤ 2.5 times',
        [
            "Error | eligibility.yml criteria.6.text | criterion I7 | "
            "Kidney function: Creatinine ≤ 1.5 times the upper limit of normal. | "
            "Kidney function: Creatinine ≤ 2.5 times the upper limit of normal."
        ],
    ),
    "a criterion's relation": (
        "eligibility",
        "text: ≥ CR2 status.",
        'text: "> CR2 status."',
        ["Error | eligibility.yml criteria.9.text | criterion E3 | ≥ CR2 status. | > CR2 status."],
    ),
    "a criterion without its full stop": (
        "eligibility",
        "text: Pregnancy.",
        "text: pregnancy",
        ["Notice | eligibility.yml criteria.13.text | criterion E7 | Pregnancy. | pregnancy"],
    ),
    "the sign ≤ written with two characters": (
        "eligibility",
        'text: "Kidney function: Creatinine ≤ 1.5',
        'text: "Kidney function: Creatinine <= 1.5',
        [],
    ),
    "a criterion removed": (
        "eligibility",
        E5,
        "",
        ["Error | eligibility.yml criteria | exclusion criterion 5 of the record | Uncontrolled active infection. | "],
    ),
    "a limit that the quoted words do not have": (
        "eligibility",
        "name: bilirubin_limit, value: 2,",
        "name: bilirubin_limit, value: 3,",
        [
            "Error | eligibility.yml settings.12 | statement | "
            "bilirubin ≤ 2 times the upper limit of normal | "
            "times the upper limit of normal"
        ],
    ),
    "a quote that the record does not have": (
        "eligibility",
        "quote: within one month}",
        "quote: within two months}",
        ["Error | eligibility.yml settings.14 | statement |  | within two months"],
    ),
}


@pytest.mark.parametrize("case", EDITS)
def test_each_edit_is_told_by_its_name_and_by_nothing_else(protocol: Path, case: str) -> None:
    name, before, after, expected = EDITS[case]
    assert found(edit(protocol, name, before, after)) == expected


@pytest.mark.parametrize("case", EDITS)
def test_and_so_against_the_record_of_the_api(protocol: Path, case: str) -> None:
    name, before, after, expected = EDITS[case]
    assert found(edit(protocol, name, before, after), SYNTHETIC) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (None, ["Error | objectives.yml endpoints.1 | statement |  | 3-year cumulative incidence of relapse"]),
        (
            SYNTHETIC,
            [
                "Error | objectives.yml endpoints.1 | secondary outcome CIR | "
                "Cumulative incidence of relapse (2 years) | "
                "3-year cumulative incidence of relapse"
            ],
        ),
    ],
    ids=["page", "json"],
)
def test_an_endpoint_of_another_time(protocol: Path, record: Path | None, expected: list[str]) -> None:
    """The page knows endpoints from its summary alone; the API lists outcome measures."""
    name = "    name: {}-year cumulative incidence of relapse\n"
    assert found(edit(protocol, "objectives", name.format(2), name.format(3)), record) == expected


def test_a_copy_of_the_record_that_was_edited_with_the_protocol_is_told(protocol: Path) -> None:
    for file in [path for path in protocol.rglob("*") if path.is_file()]:
        file.write_text(file.read_text(encoding="utf-8").replace("96", "97"), encoding="utf-8")
    assert [(one.field, one.severity, one.place) for one in check_registry(Protocol(protocol)).differences] == [
        ("record", Severity.ERROR, "record_sha256")
    ]


def test_two_criteria_exchanged(protocol: Path) -> None:
    text = (protocol / "eligibility.yml").read_text(encoding="utf-8")
    first, second = "Uncontrolled active infection.", "Severe organ dysfunction."
    exchanged = (
        text.replace(f"text: {first}", "text: @")
        .replace(f"text: {second}", f"text: {first}")
        .replace("text: @", f"text: {second}")
    )
    (protocol / "eligibility.yml").write_text(exchanged, encoding="utf-8")
    said = "E1, E2, E3, E4, E5, E6, E7, E8, E9, E10"
    in_the_record = "E1, E2, E3, E4, E6, E5, E7, E8, E9, E10"
    assert found(protocol) == [f"Error | eligibility.yml criteria | order of the exclusion criteria | {in_the_record} | {said}"]


def api(**changes: Any) -> dict[str, Any]:
    """The synthetic record with modules exchanged."""
    study = json.loads(SYNTHETIC.read_text(encoding="utf-8"))
    for module, content in changes.items():
        if content is None:
            del study["protocolSection"][module]
        else:
            study["protocolSection"][module] |= content
    return study


def against(folder: Path, study: object, tmp_path: Path) -> list[str]:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(study), encoding="utf-8")
    return found(folder, path)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"designModule": {"enrollmentInfo": {"count": 91, "type": "ACTUAL"}}},
            ["Warning | study.yml design.planned_subjects | enrolment | 91 | 96"],
        ),
        (
            {"eligibilityModule": {"minimumAge": "216 Months", "maximumAge": "840 Months"}},
            [],
        ),
        (
            {"outcomesModule": {"primaryOutcomes": [{"measure": "Negative conversion of MRD", "timeFrame": "12 months"}]}},
            [
                "Error | objectives.yml endpoints.0 | primary outcome MRD6 | "
                "Negative conversion of MRD (12 months) | "
                "negative conversion of MRD at 6 months"
            ],
        ),
        (
            {
                "outcomesModule": {
                    "primaryOutcomes": [{"measure": "MRD negative conversion rate", "timeFrame": "Month 6"}],
                    "secondaryOutcomes": [{"measure": "CIR", "timeFrame": "2 years"}],
                }
            },
            ["Warning | objectives.yml endpoints | secondary outcome | CIR (2 years) | "],
        ),
        (
            {"contactsLocationsModule": None},
            [
                "Warning | study.yml contact | contact |  | Feifei Tang, Prof",
                "Warning | study.yml design.sites | number of sites |  | 1",
            ],
        ),
    ],
    ids=["the actual number", "ages in months", "another time", "other words", "no places"],
)
def test_what_a_record_may_say_otherwise(protocol: Path, tmp_path: Path, changes: dict[str, Any], expected: list[str]) -> None:
    assert against(protocol, api(**changes), tmp_path) == expected


def test_months_are_not_years(protocol: Path, tmp_path: Path) -> None:
    first, *others = against(protocol, api(eligibilityModule={"minimumAge": "18 Months"}), tmp_path)
    assert first == "Error | study.yml population.minimum_age | minimum age | 18 months | 18 years"
    assert {line.split(" | ", 2)[2] for line in others} == {"statement |  | 18 to 70 years old"}


def test_the_record_of_another_trial_is_told_first_and_compared_all_the_same(protocol: Path, shared: Path) -> None:
    compared = check_registry(Protocol(protocol), shared / "ctgov" / "NCT04207047.json")
    first, *rest = compared.differences
    assert compared.failed
    assert (first.field, first.text) == ("identifier", "the record is that of another trial, NCT04207047")
    fields = {one.field for one in rest}
    assert {"title", "sponsor", "phase", "maximum age", "arm Group A", "arm Interferon Group", "criterion I1"} <= fields


def test_a_study_without_a_record_is_told_how_to_name_one(tiny_study: Path) -> None:
    with pytest.raises(TrialbookError) as caught:
        check_registry(Protocol(tiny_study / "protocol"))
    assert (caught.value.what, caught.value.file) == ("names no registry record", tiny_study / "protocol" / "study.yml")


def test_a_study_that_states_little_is_compared_too(tiny_study: Path) -> None:
    compared = check_registry(Protocol(tiny_study / "protocol"), SYNTHETIC)
    fields = [one.field for one in compared.differences if one.severity is Severity.ERROR]
    assert fields[0] == "identifier"
    assert {"phase", "enrolment", "inclusion criteria", "arm Control Group"} <= set(fields)


def test_white_space_and_signs_of_the_record_make_no_difference(protocol: Path) -> None:
    record = read_record(protocol / "registry" / "record.txt")
    arm, other = record.arms
    described = arm.description.replace("μ", "µ").replace(" ", " \u00a0")
    assert compare(replace(record, arms=(replace(arm, description=described), other)), Protocol(protocol)) == ()
