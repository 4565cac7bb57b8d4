"""A writer changes one number, word or choice of the trial's eligibility: what then no longer agrees is named, file and place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trialbook.protocol import Protocol
from trialbook.protocol.lint.eligibility import lint_eligibility

E9 = """  - id: E9
    kind: exclusion
    source: record
    text: Previous hyperthyroidism or hypothyroidism.
    logic: thyroid_history == "Y"
"""
EDITS: list[tuple[str, str, str, set[str]]] = [
    # file, what is replaced, by what, the places that disagree with it (of the cases, their criterion)
    ("eligibility.yml", E9, "", {"items.31.name", "cases E9"}),
    ("study.yml", "minimum_age: 18", "minimum_age: 20", {"settings.0.from", "criteria.0.text", "cases I1"}),
    ("study.yml", "maximum_age: 70", "maximum_age: 75", {"settings.1.from", "criteria.0.text", "cases I1"}),
    ("study.yml", "minimum_age: 18", "minimum_age:", {"settings.0.from"}),
    (
        "eligibility.yml",
        "name: cr1_cycles_maximum, value: 2",
        "name: cr1_cycles_maximum, value: 3",
        {"settings.3.value", "criteria.1.text", "cases I2"},
    ),
    (
        "eligibility.yml",
        "name: consolidation_minimum, value: 4",
        "name: consolidation_minimum, value: 3",
        {"settings.4.value", "criteria.2.text", "cases I3"},
    ),
    (
        "eligibility.yml",
        "name: hdac_minimum, value: 2",
        "name: hdac_minimum, value: 3",
        {"settings.6.value", "criteria.2.text", "cases I3"},
    ),
    (
        "eligibility.yml",
        "name: log_reduction, value: 3",
        "name: log_reduction, value: 4.5",
        {"settings.7.value", "criteria.3.text", "criteria.3.short", "eligible_subject", "cases I4"},
    ),
    (
        "eligibility.yml",
        "name: ecog_maximum, value: 2",
        "name: ecog_maximum, value: 1",
        {"settings.10.value", "criteria.4.text", "cases I5"},
    ),
    (
        "eligibility.yml",
        "name: aminotransferase_limit, value: 2.5",
        "name: aminotransferase_limit, value: 3",
        {"settings.11.value", "criteria.5.text", "criteria.5.short", "cases I6"},
    ),
    (
        "eligibility.yml",
        "name: creatinine_limit, value: 1.5",
        "name: creatinine_limit, value: 2",
        {"settings.13.value", "criteria.6.text", "criteria.6.short", "cases I7"},
    ),
    (
        "eligibility.yml",
        "name: trial_months, value: 1",
        "name: trial_months, value: 2",
        {"settings.14.value", "criteria.16.text", "cases E10"},
    ),
    ("eligibility.yml", "name: trial_days, value: 30", "name: trial_days, value: 28", {"cases E10"}),
    (
        "eligibility.yml",
        "text: Aged 18-70 years old (including 18",
        "text: Aged 20-70 years old (including 20",
        {"criteria.0.text"},
    ),
    ("eligibility.yml", "score of 0-2 (ECOG)", "score of 0-1 (ECOG)", {"settings.10.value", "criteria.4.text"}),
    ("eligibility.yml", "value: either", "value: both", {"cases E4"}),
    ("eligibility.yml", "value: calendar month", "value: days", {"cases E10"}),
    ("eligibility.yml", "value: more than", "value: at least", {"cases I4"}),
    ("eligibility.yml", "question: 7", "question: 70", {"settings.18.question"}),
    ("eligibility.yml", 'logic: apl == "Y"', 'logic: apl == "N"', {"eligible_subject", "cases E1"}),
    ("eligibility.yml", 'logic: pregnant == "Y"', 'logic: pregnant != "N"', {"cases E7"}),
    ("eligibility.yml", "age <= maximum_age", "age < maximum_age", {"cases I1"}),
    (
        "eligibility.yml",
        "    logic: creatinine / creatinine_uln <= creatinine_limit",
        "    logic: creatinine <= 165",
        {"settings.13.name", "criteria.6.text", "criteria.6.short", "cases I7"},
    ),
]


@pytest.mark.parametrize(("file", "before", "after", "places"), EDITS, ids=[after.strip()[:40] for _, _, after, _ in EDITS])
def test_one_change_is_complained_of_wherever_it_does_not_fit(
    repository: Path, tmp_path: Path, file: str, before: str, after: str, places: set[str]
) -> None:
    folder = shutil.copytree(repository / "protocol", tmp_path / "protocol")
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), encoding="utf-8")
    found = list(lint_eligibility(Protocol(folder)))
    assert {f"cases {one.place}" if one.file.endswith(".csv") else one.place for one in found} == places
    assert all(one.line > 1 for one in found)
