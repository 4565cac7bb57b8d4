"""The trial's criteria at and around every boundary (``protocol/eligibility_cases.csv``), and what an empty cell leaves open."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import Eligibility, outcomes
from trialbook.protocol.lint.eligibility import lint_eligibility

CASES = Path(__file__).resolve().parents[2] / "protocol" / "eligibility_cases.csv"
IDS = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10"]


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def eligibility(repository: Path) -> Eligibility:
    return Protocol(repository / "protocol").eligibility


def subjects(eligibility: Eligibility, *changes: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame([eligibility.spec.eligible_subject | one for one in changes], dtype="str")


def test_the_criteria_are_the_records_in_its_order(eligibility: Eligibility) -> None:
    assert list(eligibility.criteria) == IDS


def test_every_case_comes_out_as_it_says(eligibility: Eligibility) -> None:
    found = outcomes(eligibility.cases, eligibility)
    wrong = {f"{one.case.criterion}: {one.case.case}": (one.found, one.missing) for one in found if not one.as_expected}
    assert wrong == {}
    assert len(found) == len(read_cases()) > 200


def test_every_criterion_has_a_case_of_each_kind() -> None:
    kinds = Counter((one["criterion"], one["expected"]) for one in read_cases())
    assert [(name, kind) for name in IDS for kind in ("true", "false", "unknown") if not kinds[name, kind]] == []


def test_no_case_is_there_twice() -> None:
    seen = Counter((one["criterion"], one["items"], one["reading"]) for one in read_cases())
    assert [case for case, times in seen.items() if times > 1] == []


def test_every_reading_has_cases(eligibility: Eligibility) -> None:
    """Also those that are not the default."""
    under = {one["reading"] for one in read_cases()} - {""}
    others = {
        f"{name} = {choice}"
        for name, setting in eligibility.settings.items()
        for choice in setting.choices
        if choice != setting.value
    }
    assert under == others


def test_the_protocol_agrees_with_itself(repository: Path) -> None:
    assert list(lint_eligibility(Protocol(repository / "protocol"))) == []


YES_OR_NO = (
    "newly_diagnosed apl normal_karyotype cebpa_bzip requests_transplant transplant_indicated transplant_eligible "
    "uncontrolled_infection severe_organ_dysfunction willing_interferon thyroid_history"
)
TAKES = {
    # items: values that they take, values that they do not
    "age": ("0 17 18 70 120", "-1 18.5 18.0 x １８ 1e1 +18"),
    "diagnosis": ("AML other", "aml APL Other"),
    "eln2022_risk": ("favorable intermediate adverse", "Favorable favourable F"),
    "genetics": ("RUNX1::RUNX1T1 CBFB::MYH11 NPM1 CEBPA other", "RUNX1-RUNX1T1 CBFb::MYH11 npm1 FLT3 NA"),
    "cycles_to_cr1 consolidation_cycles hdac_cycles": ("0 1 2 12", "-1 1.5 one 1-2"),
    "ecog": ("0 1 2 3 4 5", "6 -1 1.0 0-2"),
    "remission": ("CR1 CR2 CR3 none", "CR CRi cr1 NONE CR4"),
    "flow_mrd": ("NEGATIVE POSITIVE", "negative NEG Y 阴性"),
    "molecular_mrd_baseline_pct molecular_mrd_pct": ("0 0.0 0.119 200 1e-05 .5", "-0.1 <0.001 ND 0,1 5% NaN inf"),
    "alt ast bilirubin creatinine": ("0 30 165.15 1E2", "-1 >500 30U/L 1,5"),
    "alt_uln ast_uln bilirubin_uln creatinine_uln": ("110.1 0.001", "0 0.0 -40 0-40"),
    YES_OR_NO: ("Y N", "y n NA Yes 是 1 true"),
    "pregnant": ("Y N NA", "na N/A U"),
    "last_trial_date": ("NONE 2024-02-29 2024-05-14", "none 2023-02-29 2024-05 2024-5-14 2024/05/14 2024-05-14T10:00 无"),
    "screening_date": ("2024-02-29", "NONE 2023-02-29 2024-06 15.06.2024"),
}  # fmt: skip


def test_each_item_takes_what_is_written_of_it_and_nothing_else(eligibility: Eligibility) -> None:
    items = {name: value for names, value in TAKES.items() for name in names.split()}
    assert {"subject", *items} == set(eligibility.items)
    for name, (taken, refused) in items.items():
        values = [*taken.split(), *refused.split(), f" {taken.split()[0]}", f"{taken.split()[0]} ", ""]
        table = pd.DataFrame({"subject": [f"S{number}" for number in range(len(values))], name: values}, dtype="str")
        wrong = [(one.item, one.found) for one in eligibility.value_errors(table)]
        assert wrong == [(name, value) for value in values[len(taken.split()) : -1]]


def test_each_subject_has_a_number_of_its_own(eligibility: Eligibility) -> None:
    table = pd.DataFrame({"subject": ["S1", "", "S1", " S2"]}, dtype="str")
    assert [(one.row, one.found) for one in eligibility.value_errors(table)] == [(1, ""), (2, "S1"), (3, " S2")]


# Of an eligible subject one cell is emptied: the criteria that are then unknown. The item itself would decide each of them.
EMPTIED = {
    "age": ["I1"],
    "diagnosis": ["I1"],
    "eln2022_risk": ["I1"],
    "genetics": ["I4"],
    "cycles_to_cr1": ["I2"],
    "consolidation_cycles": ["I3"],
    "hdac_cycles": ["I3"],
    "ecog": ["I5"],
    "remission": ["I4", "E3"],
    "flow_mrd": ["I4"],
    "molecular_mrd_baseline_pct": ["I4"],
    "molecular_mrd_pct": ["I4"],
    "alt": ["I6"],
    "alt_uln": ["I6"],
    "ast": ["I6"],
    "ast_uln": ["I6"],
    "bilirubin": ["I6"],
    "bilirubin_uln": ["I6"],
    "creatinine": ["I7"],
    "creatinine_uln": ["I7"],
    "newly_diagnosed": ["I1"],
    "apl": ["E1"],
    "normal_karyotype": [],  # no bZIP mutation: the karyotype decides nothing
    "cebpa_bzip": [],  # no normal karyotype
    "requests_transplant": ["E4"],
    "transplant_indicated": [],  # eligible for it
    "transplant_eligible": [],  # not indicated
    "uncontrolled_infection": ["E5"],
    "severe_organ_dysfunction": ["E6"],
    "willing_interferon": ["E8"],
    "thyroid_history": ["E9"],
    "pregnant": ["E7"],
    "last_trial_date": ["E10"],
    "screening_date": [],  # never in another trial
}


def test_one_cell_emptied_of_an_eligible_subject(eligibility: Eligibility) -> None:
    assert ["subject", *EMPTIED] == list(eligibility.items)
    found = eligibility.judge(subjects(eligibility, *({name: ""} for name in EMPTIED)))
    for row, (name, unknown) in enumerate(EMPTIED.items()):
        expected = {criterion: criterion[0] == "I" for criterion in IDS} | dict.fromkeys(unknown)
        truths = {criterion: None if pd.isna(value) else value for criterion, value in found.criteria.iloc[row].items()}
        assert truths == expected, name
        assert found.missing.iloc[row] == dict.fromkeys(unknown, (name,)), name
        assert found.verdict.iloc[row] == ("UNDETERMINED" if unknown else "ELIGIBLE"), name
        assert found.failed.iloc[row] == (), name


# The same of one for whom every part counts: a mutation with a normal karyotype, a transplant indicated, another trial.
COUNTS = {
    "normal_karyotype": "Y",
    "cebpa_bzip": "Y",
    "transplant_indicated": "Y",
    "transplant_eligible": "N",
    "last_trial_date": "2024-05-15",
}


@pytest.mark.parametrize(
    ("emptied", "criterion"),
    [
        ("normal_karyotype", "E2"),
        ("cebpa_bzip", "E2"),
        ("transplant_indicated", "E4"),
        ("transplant_eligible", "E4"),
        ("last_trial_date", "E10"),
        ("screening_date", "E10"),
    ],
)
def test_one_cell_emptied_where_it_counts(eligibility: Eligibility, emptied: str, criterion: str) -> None:
    found = eligibility.judge(subjects(eligibility, COUNTS, COUNTS | {emptied: ""}))
    assert found.failed.tolist() == [("E2", "E4", "E10"), tuple(one for one in ("E2", "E4", "E10") if one != criterion)]
    assert found.missing.tolist() == [{}, {criterion: (emptied,)}]
    assert found.verdict.tolist() == ["NOT ELIGIBLE", "NOT ELIGIBLE"]


def test_of_whom_nothing_is_known_everything_is_missing(eligibility: Eligibility) -> None:
    found = eligibility.judge(pd.DataFrame({"subject": ["S1"]}, dtype="str"))
    assert found.verdict.tolist() == ["UNDETERMINED"]
    assert found.missing.tolist() == [
        {
            "I1": ("age", "diagnosis", "eln2022_risk", "newly_diagnosed"),
            "I2": ("cycles_to_cr1",),
            "I3": ("consolidation_cycles", "hdac_cycles"),
            "I4": ("genetics", "remission", "flow_mrd", "molecular_mrd_baseline_pct", "molecular_mrd_pct"),
            "I5": ("ecog",),
            "I6": ("alt", "alt_uln", "ast", "ast_uln", "bilirubin", "bilirubin_uln"),
            "I7": ("creatinine", "creatinine_uln"),
            "E1": ("apl",),
            "E2": ("normal_karyotype", "cebpa_bzip"),
            "E3": ("remission",),
            "E4": ("requests_transplant", "transplant_indicated", "transplant_eligible"),
            "E5": ("uncontrolled_infection",),
            "E6": ("severe_organ_dysfunction",),
            "E7": ("pregnant",),
            "E8": ("willing_interferon",),
            "E9": ("thyroid_history",),
            "E10": ("last_trial_date", "screening_date"),
        }
    ]


def named(case: str) -> str:
    """The contradiction that a case is of: what stands before the comma."""
    return case.partition(",")[0]


CONTRADICTIONS = {
    "apl_with_fusion": ({"apl": "Y"}, {"apl": "Y", "genetics": "other"}),
    "apl_with_fusion, the other one": ({"apl": "Y", "genetics": "CBFB::MYH11"}, {"apl": "Y", "genetics": "NPM1"}),
    "apl_without_aml": (
        {"apl": "Y", "genetics": "other", "diagnosis": "other", "eln2022_risk": ""},
        {"apl": "Y", "genetics": "other"},
    ),
    "risk_without_aml": ({"diagnosis": "other"}, {"diagnosis": "other", "eln2022_risk": ""}),
    "fusion_not_favorable": ({"eln2022_risk": "adverse"}, {"eln2022_risk": "adverse", "genetics": "NPM1"}),
    "fusion_not_favorable, the other one": (
        {"eln2022_risk": "intermediate", "genetics": "CBFB::MYH11"},
        {"genetics": "CBFB::MYH11"},
    ),
    "fusion_with_normal_karyotype": ({"normal_karyotype": "Y"}, {"normal_karyotype": "Y", "genetics": "NPM1"}),
    "cebpa_favorable_without_bzip": ({"genetics": "CEBPA"}, {"genetics": "CEBPA", "cebpa_bzip": "Y"}),
    "more_hdac_than_consolidation": ({"hdac_cycles": "5"}, {"hdac_cycles": "4"}),
    "mrd_above_baseline": ({"molecular_mrd_pct": "200.01"}, {"molecular_mrd_pct": "200.00"}),
    "nothing_to_measure": (
        {"molecular_mrd_baseline_pct": "0", "molecular_mrd_pct": "0"},
        {"molecular_mrd_baseline_pct": "0", "molecular_mrd_pct": "0", "genetics": "other"},
    ),
    "nothing_to_measure, before chemotherapy alone": (
        {"molecular_mrd_baseline_pct": "0", "molecular_mrd_pct": ""},
        {"molecular_mrd_baseline_pct": "200", "molecular_mrd_pct": "0"},
    ),
    "trial_after_screening": ({"last_trial_date": "2024-06-16"}, {"last_trial_date": "2024-06-15"}),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_a_warning_beside_the_verdict(eligibility: Eligibility, name: str) -> None:
    assert list(dict.fromkeys(map(named, CONTRADICTIONS))) == list(eligibility.contradictions)
    warnings = eligibility.judge(subjects(eligibility, *CONTRADICTIONS[name])).warnings.tolist()
    assert warnings == [(eligibility.contradictions[named(name)].message,), ()]


def test_texts_that_fit_a_dataset_are_those_of_the_reference(eligibility: Eligibility, shared: Path) -> None:
    reference = pd.read_csv(shared / "study" / "ti.csv", dtype=str)
    assert reference["IETEST"].tolist() == [one.fitting for one in eligibility.criteria.values()]
    assert reference["TEXT_OF_RECORD"].tolist() == [one.text for one in eligibility.criteria.values()]
    assert reference["IECAT"].str.lower().tolist() == [str(one.kind) for one in eligibility.criteria.values()]
