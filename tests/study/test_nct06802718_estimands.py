"""What the trial gives, asks and assumes, as ``protocol/`` has it; and that what reads it follows a change there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trialbook.protocol import Protocol
from trialbook.protocol.facts import setting_value, worded
from trialbook.protocol.lint.agreement import lint_analysis, lint_objectives, lint_wording
from trialbook.protocol.lint.glossary import lint_glossary
from trialbook.protocol.lint.interventions import lint_interventions
from trialbook.protocol.lint.questions import lint_questions
from trialbook.protocol.lint.references import lint_references
from trialbook.protocol.objectives import Level
from trialbook.protocol.source import Source
from trialbook.protocol.statements import statements
from trialbook.run import Study

MINE = ("interventions", "objectives", "analysis", "glossary", "questions")


@pytest.fixture(scope="module")
def protocol(repository: Path) -> Protocol:
    return Protocol(repository / "protocol")


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """The study's folders, to edit."""
    for name in ("protocol", "sdtm_specs", "validators"):
        shutil.copytree(repository / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_the_drug(protocol: Protocol) -> None:
    drug = protocol.interventions["PEGIFN"]
    assert (drug.substance.inn, drug.regimen.dose, drug.regimen.unit, drug.frequency) == (
        "PEGINTERFERON ALFA-2B", 135, "ug", "EVERY WEEK",
    )  # fmt: skip
    assert (drug.regimen.route, drug.regimen.form, drug.duration) == ("SUBCUTANEOUS", "INJECTION", "P6M")
    assert (drug.steps, drug.plan.planned_doses, drug.last_planned_day, drug.end_day) == ((135, 90, 45), 26, 176, 184)
    assert drug.reduce_below == {"WBC": 1.5, "NEUT": 0.75, "PLAT": 50}
    assert drug.stop_below == {"WBC": 1.0, "NEUT": 0.5, "PLAT": 25}
    assert [(one.test, one.reduce_below, one.stop_below) for one in drug.modification.alternatives] == [("PLAT", 80, 50)]
    assert drug.end_day == protocol.visits["MONTH 6"].day


def test_sources_of_the_drug_s_facts(protocol: Protocol) -> None:
    drug = protocol.interventions["PEGIFN"]
    parts = (drug, drug.substance, drug.regimen, drug.plan, drug.reductions, drug.modification)
    assert [one.source for one in parts] == [
        Source.RECORD, Source.RECORD, Source.RECORD, Source.ASSUMPTION, Source.ASSUMPTION, Source.LITERATURE,
    ]  # fmt: skip


def test_the_estimands(protocol: Protocol) -> None:
    """Each intercurrent event: strategy, what becomes of it, and what another analysis does instead."""
    policy, composite, alive = "treatment policy", "composite variable", "while on treatment"
    on, event, no = "Follow-up goes on", "Event", "Non-response"
    expected = {
        "E-MRD6": [
            ("DOSE", policy, "The marrow of MONTH 6 counts whatever was given", ""),
            ("RELAPSE", composite, no, ""),
            ("DEATH", composite, no, ""),
            ("THERAPY", composite, no, ""),
        ],
        "E-EFS": [
            ("DOSE", policy, on, ""),
            ("RELAPSE", composite, event, ""),
            ("DEATH", composite, event, ""),
            ("THERAPY", policy, on, "Censored"),
        ],
        "E-OS": [
            ("DOSE", policy, on, ""),
            ("RELAPSE", policy, on, ""),
            ("DEATH", composite, event, ""),
            ("THERAPY", policy, on, "Censored"),
        ],
        "E-CIR": [
            ("DOSE", policy, on, ""),
            ("RELAPSE", composite, event, ""),
            ("DEATH", alive, "Competing event", ""),
            ("THERAPY", policy, on, "Competing event"),
        ],
    }
    found = {
        one.id: [(of.event, str(of.strategy), of.text, of.other) for of in one.intercurrent_events]
        for one in protocol.objectives.estimands
    }
    assert found == expected
    assert {one.source for one in protocol.objectives.estimands} == {Source.ASSUMPTION}


def test_summaries_missing_data_and_sets(protocol: Protocol) -> None:
    summary = {one.id: one.summary for one in protocol.objectives.estimands}
    survival = "2-year difference of Kaplan-Meier estimates; hazard ratio"
    assert summary == {
        "E-MRD6": "Risk difference",
        "E-EFS": survival,
        "E-OS": survival,
        "E-CIR": "2-year difference of cumulative incidences; subdistribution hazard ratio",
    }
    missing = {one.id: [(of.handling, of.other) for of in one.missing] for one in protocol.objectives.estimands}
    assert missing["E-MRD6"] == [("Non-response", "Multiple imputation; tipping point")]
    assert [missing[name] for name in ("E-EFS", "E-OS", "E-CIR")] == [[("Censored", "")]] * 3
    assert {(one.set, one.other_sets) for one in protocol.objectives.estimands} == {("ITT", ("ELIGIBLE",))}
    treatment = {worded(protocol, one.treatment) for one in protocol.objectives.estimands}
    assert treatment == {"Peginterferon alfa-2b for 6 months against observation"}


def test_endpoints_are_four_and_safety(protocol: Protocol) -> None:
    objectives = protocol.objectives
    assert [one.name for one in objectives.of(Level.PRIMARY)] == ["Negative conversion of MRD at 6 months"]
    assert [(one.id, str(one.kind), one.visit) for one in objectives.of(Level.SECONDARY)] == [
        ("CIR", "competing_risks", "MONTH 24"),
        ("EFS", "time_to_event", "MONTH 24"),
        ("OS", "time_to_event", "MONTH 24"),
        ("SAFETY", "descriptive", ""),
    ]


def test_the_plan_of_analysis(protocol: Protocol) -> None:
    texts = ("BASELINE", "LAB_RERUN", "MRD_RERUN")
    assert {one.id: setting_value(protocol, one.id) for one in protocol.analysis.settings if one.id not in texts} == {
        "PRIMARY_TEST": "fisher",
        "MRD_NEGATIVE": "not_detected",
        "MRD_LOG_REDUCTION": 4.5,
        "MRD_ABL1_COPIES": 10000,
        "IMPUTATIONS": 100,
        "IMPUTATION_SEED": 6802718,
        "STRATA": "Molecular subtype at diagnosis",
        "PRIMARY_VISIT": "MONTH 6",
        "TIME_ZERO": "randomization",
        "SAFETY_END": 184,
        "SAFETY_DAYS_AFTER": 30,
        "HORIZON": "MONTH 24",
    }
    assert [one.id for one in protocol.analysis.sets] == ["ITT", "ELIGIBLE", "SAFETY"]


def test_the_number_of_subjects_is_a_reconstruction(protocol: Protocol) -> None:
    size = protocol.sample_size()
    assert size is not None
    assert (size.planned, size.evaluable, size.agrees) == (96, (48, 48), True)
    assert (round(size.power(), 4), round(size.power(dropout=0.1), 3)) == (0.8005, 0.737)
    assert len(size.scenarios()) == 74
    assert protocol.analysis.sample_size is not None
    # It states no source of its own: the file's.
    assert (protocol.analysis.sample_size.source, protocol.analysis.source) == (None, Source.ASSUMPTION)


def test_questions_are_fifteen_and_the_remark_on_age(protocol: Protocol) -> None:
    questions = protocol.questions.questions
    assert [one.number for one in questions] == list(range(1, 17))
    assert [one.number for one in questions if not one.open] == [16]
    assert worded(protocol, questions[-1].reading).startswith("They are not: 18 to 70 years, both included")
    assert worded(protocol, questions[11].reading).startswith("26 doses, weekly from day 1, the last on day 176;")


def test_what_is_said_to_be_the_record_s_is_in_the_record(protocol: Protocol, shared: Path) -> None:
    record = " ".join((shared / "registry" / "NCT06802718.txt").read_text(encoding="utf-8").split())
    named = [one for one in statements(protocol) if one.part in MINE and one.source is Source.RECORD]
    assert [one.dotted for one in named if (one.quote or one.text) not in record] == []
    assert len(named) > 30


def test_nothing_is_complained_of(protocol: Protocol) -> None:
    checks = (
        lint_interventions, lint_objectives, lint_analysis, lint_wording, lint_glossary, lint_references, lint_questions,
    )  # fmt: skip
    assert [one for check in checks for one in check(protocol)] == []


def test_another_dose_is_followed_by_the_rules_and_complained_of(copy: Path) -> None:
    edit(copy / "protocol" / "interventions.yml", "dose: 135\n", "dose: 180\n")
    study = Study(copy)
    rules = {one.id: one for one in study.form_rules("EX")}
    assert rules["IFN-EX-001"].message == "The dose is none of the protocol's: 180, 90, 45 μg"
    assert [one.text for one in lint_interventions(study.protocol)] == [
        "180 is not in the words quoted for it: 135 μg/week was subcutaneously given for 6 months"
    ]


@pytest.mark.parametrize(
    ("file", "before", "after", "complaint"),
    [
        ("study", "planned_subjects: 96", "planned_subjects: 97", "these assumptions give 96 subjects, and study.yml plans 97"),
        ("analysis", "p_control: 0.30", "p_control: 0.20", "these assumptions give 54 subjects, and study.yml plans 96"),
        (
            "visits",
            "visit: MONTH 6, day: 184",
            "visit: MONTH 6, day: 190",
            "6 months are day 184, and the visit MONTH 6 is on day 190",
        ),
        ("visits", "visit: MONTH 6,", "visit: M6,", "there is no visit MONTH 6 in visits.yml"),
    ],
)
def test_a_number_changed_elsewhere_is_complained_of_and_nothing_fails(
    copy: Path, file: str, before: str, after: str, complaint: str
) -> None:
    edit(copy / "protocol" / f"{file}.yml", before, after)
    protocol = Protocol(copy / "protocol")
    found = [one.text for check in (lint_objectives, lint_analysis) for one in check(protocol)]
    assert any(text.startswith(complaint) for text in found), found
