"""The study's rules where the invented export does not go: edges, partial dates, and what must not be a finding."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from trialbook.checks.against import Against
from trialbook.checks.rule import Rule
from trialbook.run import Study

Rows = list[dict[str, str]]
GROUPS = ("IFN", "对照组", "IFN", "CTRL", "C组")


@pytest.fixture(scope="module")
def study(repository: Path) -> Study:
    return Study(repository)


@pytest.fixture(scope="module")
def rules(study: Study) -> dict[str, tuple[str, Rule]]:
    """Each of the study's rules with the form or dataset that it is about."""
    models = [*study.models.forms.items(), *study.models.datasets.items()]
    return {rule.id: (table, rule) for table, several in models for model in several for rule in model.declared_rules()}


def form(study: Study, name: str, rows: Rows) -> pd.DataFrame:
    """Rows of a form: columns that a row does not name are empty."""
    return pd.DataFrame(rows, columns=list(study.specs.forms[name].columns), dtype="str").fillna("")


# The rule, its own form's rows, those of the forms it reads, and for each of its own rows whether it passes.
CASES: list[tuple[str, str, Rows, dict[str, Rows], list[bool]]] = [
    (
        "IFN-DM-001",
        "completed years: the day before, on and after the birthday",
        [
            {"AGE": "39", "BRTHDAT": "1984/3/6", "ICF_DAT": "2024/3/5"},
            {"AGE": "40", "BRTHDAT": "1984/3/6", "ICF_DAT": "2024/3/5"},
            {"AGE": "40", "BRTHDAT": "1984/3/5", "ICF_DAT": "2024/3/5"},
            {"AGE": "39", "BRTHDAT": "1984/3/5", "ICF_DAT": "2024/3/5"},
        ],
        {},
        [True, False, True, False],
    ),
    (
        "IFN-DM-001",
        "a partial birth date: both ages that it leaves possible, and no other",
        [
            {"AGE": "33", "BRTHDAT": "1990", "ICF_DAT": "2024/3/5"},
            {"AGE": "34", "BRTHDAT": "1990", "ICF_DAT": "2024/3/5"},
            {"AGE": "35", "BRTHDAT": "1990", "ICF_DAT": "2024/3/5"},
            {"AGE": "34", "BRTHDAT": "1990年3月", "ICF_DAT": "2024/3/5"},
            {"AGE": "34", "BRTHDAT": "1990年4月", "ICF_DAT": "2024/3/5"},
            {"AGE": "33", "BRTHDAT": "1990年2月", "ICF_DAT": "2024/3/5"},
        ],
        {},
        [True, True, False, True, False, False],
    ),
    (
        "IFN-DM-001",
        "nothing is said where the age, a date or a number is missing or unreadable",
        [
            {"AGE": "", "BRTHDAT": "1984/3/6", "ICF_DAT": "2024/3/5"},
            {"AGE": "40岁", "BRTHDAT": "1984/3/6", "ICF_DAT": "2024/3/5"},
            {"AGE": "40", "BRTHDAT": "1979/2/30", "ICF_DAT": "2024/3/5"},
            {"AGE": "40", "BRTHDAT": "1984/3/6", "ICF_DAT": ""},
        ],
        {},
        [True, True, True, True],
    ),
    (
        "IFN-DM-002",
        "18 and 70 are included, and who is not randomized may be of any age",
        [
            {"SUBJID": number, "AGE": age}
            for number, age in zip("ABCDEFG", ["18", "70", "17", "71", "71", "１７", " 17.0"], strict=True)
        ],
        {"RAND": [{"SUBJID": number} for number in "ABCDFG"]},
        [True, True, False, False, True, False, False],
    ),
    (
        "IFN-AE-020",
        "an event has one number, however it is written",
        [{"SUBJID": "A", "AE_NO": "1.0"}, {"SUBJID": " A", "AE_NO": "２"}, {"SUBJID": "A", "AE_NO": "3"}],
        {"AE_CODING": [{"SUBJID": "A", "AE_NO": "1"}, {"SUBJID": "A", "AE_NO": "2.0"}], "DM": [{"SUBJID": "A"}]},
        [True, True, False],
    ),
    (
        "IFN-DM-003",
        "nobody is screened before under the same number, and of two only one can be the earlier",
        [
            {"SUBJID": "A", "SUBJID_PREV": "A"},
            {"SUBJID": "B", "SUBJID_PREV": " A"},
            {"SUBJID": "C"},
            {"SUBJID": "D", "SUBJID_PREV": "E"},
            {"SUBJID": "E", "SUBJID_PREV": "D"},
            {"SUBJID": "F", "SUBJID_PREV": "H"},
            {"SUBJID": "G", "SUBJID_PREV": "F"},
            {"SUBJID": "H", "SUBJID_PREV": "G"},
            {"SUBJID": "I", "SUBJID_PREV": "H"},
        ],
        {},
        [False, True, True, False, False, False, False, False, False],
    ),
    (
        "IFN-DM-004",
        "the same person, unless the form says so or something is not known",
        [
            {"SUBJID": "A", "INITIALS": "XX", "BRTHDAT": "1984/3/6", "SEX": "男"},
            {"SUBJID": "B", "INITIALS": "xx", "BRTHDAT": "1984-03-06", "SEX": "M"},
            {"SUBJID": "C", "INITIALS": "YY", "BRTHDAT": "1984/3/6", "SEX": "男"},
            {"SUBJID": "D", "INITIALS": "YY", "BRTHDAT": "1984/3/6", "SEX": "男", "SUBJID_PREV": "C"},
            {"SUBJID": "E", "INITIALS": "ZZ", "BRTHDAT": "", "SEX": "男"},
            {"SUBJID": "F", "INITIALS": "ZZ", "BRTHDAT": "", "SEX": "男"},
        ],
        {},
        [True, False, True, True, True, True],
    ),
    (
        "IFN-DM-007",
        "consent to the second screening comes after the first",
        [
            {"SUBJID": "A", "ICF_DAT": "2024/3/5"},
            {"SUBJID": "B", "ICF_DAT": "2024/3/4", "SUBJID_PREV": "A"},
            {"SUBJID": "C", "ICF_DAT": "2024/3/5", "SUBJID_PREV": "A"},
            {"SUBJID": "D", "ICF_DAT": "2024/4/1", "SUBJID_PREV": "A"},
        ],
        {},
        [True, False, True, True],
    ),
    (
        "IFN-DM-008",
        "randomized on the day of consent is in order",
        [{"SUBJID": "A", "RAND_DTTM": "2024-03-05 08:00"}, {"SUBJID": "B", "RAND_DTTM": "2024-03-04 23:59"}],
        {"DM": [{"SUBJID": "A", "ICF_DAT": "2024/3/5"}, {"SUBJID": "B", "ICF_DAT": "2024/3/5"}]},
        [True, False],
    ),
    (
        "IFN-DM-010",
        "one person randomized under two screening numbers",
        [{"SUBJID": "A", "RAND_NO": "R1"}, {"SUBJID": "B", "RAND_NO": "R2"}, {"SUBJID": "C", "RAND_NO": "R3"}],
        {"DM": [{"SUBJID": "A"}, {"SUBJID": "B", "SUBJID_PREV": "A"}, {"SUBJID": "C"}]},
        [False, False, True],
    ),
    (
        "IFN-DM-012",
        "a partial date of death is wrong only where every reading is",
        [{"SUBJID": "A", "DTH_DAT": "UN-MAR-2024"}, {"SUBJID": "B", "DTH_DAT": "UN-FEB-2024"}],
        {
            "DM": [{"SUBJID": "A", "ICF_DAT": "2024/3/5"}, {"SUBJID": "B", "ICF_DAT": "2024/3/5"}],
            "RAND": [{"SUBJID": "A", "RAND_DTTM": "2024-03-12 09:00"}],
        },
        [True, False],
    ),
    (
        "IFN-AE-001",
        "a partial date is wrong only where every reading is; full-width digits are digits",
        [
            {"START": "2024/3/15", "END": "UN-MAR-2024"},
            {"START": "2024/4/1", "END": "UN-MAR-2024"},
            {"START": "2024", "END": "2024/1/1"},
            {"START": "２０２４/3/2", "END": "2024/3/1"},
            {"START": "2024/3/15", "END": ""},
        ],
        {},
        [True, False, True, False, True],
    ),
    (
        "IFN-AE-005",
        "yes in any of its words",
        [{"SAE_YN": "是"}, {"SAE_YN": "Y"}, {"SAE_YN": "有", "SAE_CRIT": "死亡"}, {"SAE_YN": "否"}, {"SAE_YN": ""}],
        {},
        [False, False, True, True, True],
    ),
    (
        "IFN-AE-010",
        "what is another rule's finding is not this one's",
        [
            {"OUTCOME": "死亡", "SAE_YN": "否"},
            {"OUTCOME": "死亡", "SAE_YN": "否", "SAE_CRIT": "死亡"},
            {"OUTCOME": "死亡", "SAE_YN": "是"},
            {"OUTCOME": "死亡", "SAE_YN": "是", "SAE_CRIT": "死亡；住院"},
            {"OUTCOME": "死亡", "SAE_YN": "是", "SAE_CRIT": "危及生命"},
        ],
        {},
        [False, True, True, True, False],
    ),
    (
        "IFN-AE-014",
        "unlikely is not related; of an unknown or double arm nothing is said",
        [{"SUBJID": number, "REL_IFN": "可能有关"} for number in "ABCD"] + [{"SUBJID": "B", "REL_IFN": "可能无关"}],
        {"RAND": [{"SUBJID": number, "GROUP": group} for number, group in zip("ABCCD", GROUPS, strict=True)]},
        [True, False, True, True, True],
    ),
    (
        "IFN-AE-016",
        "before randomization, and in the control arm, no relation is expected",
        [
            {"SUBJID": "A", "START": "2024/3/11"},
            {"SUBJID": "A", "START": "2024/3/12"},
            {"SUBJID": "A", "START": "2024/3/12", "REL_IFN": "不适用"},
            {"SUBJID": "A", "START": "2024/3/12", "REL_IFN": "肯定无关"},
            {"SUBJID": "B", "START": "2024/3/12"},
        ],
        {"RAND": [{"SUBJID": "A", "GROUP": "IFN", "RAND_DTTM": "2024-03-12 10:20"}, {"SUBJID": "B", "GROUP": "CTRL"}]},
        [True, False, False, True, True],
    ),
    *(
        (
            rule,
            "an event under the number of an earlier screening is one of the subject that was randomized under a later one",
            [{"SUBJID": "A", "START": "2024/3/11"} | event, {"SUBJID": "B", "START": "2024/3/11"} | event],
            {
                "RAND": [{"SUBJID": "B", "GROUP": group, "RAND_DTTM": randomized}],
                "DM": [{"SUBJID": "A"}, {"SUBJID": "B", "SUBJID_PREV": "A"}],
            },
            [False, False],
        )
        for rule, group, randomized, event in (
            ("IFN-AE-014", "CTRL", "2024-03-10 10:00", {"REL_IFN": "可能有关"}),
            ("IFN-AE-015", "CTRL", "2024-03-10 10:00", {"ACTION": "减量"}),
            ("IFN-AE-016", "IFN", "2024-03-10 10:00", {}),
            ("IFN-AE-017", "IFN", "2024-03-10 10:00", {}),
            ("IFN-AE-018", "IFN", "2024-03-12 10:00", {"REL_IFN": "可能有关"}),
        )
    ),
    (
        "IFN-AE-022",
        "the rarer pair is wrong; where none is rarer the later is a finding",
        [
            *[{"PT": "Rash", "PT_CD": "1"}] * 2,
            {"PT": "Rash", "PT_CD": "2"},
            {"PT": "Fatigue", "PT_CD": "3"},
            {"PT": "Fatigue", "PT_CD": "4"},
            *[{"PT": "Anaemia", "PT_CD": "5"}] * 2,
            {"PT": "Headache", "PT_CD": "5"},
            {"PT": "", "PT_CD": "6"},
            {"PT": "Myalgia", "PT_CD": ""},
        ],
        {},
        [True, True, False, True, False, True, True, False, True, True],
    ),
]


@pytest.mark.parametrize(("rule", "what", "rows", "reads", "passes"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
def test_form_rule(
    study: Study, rules: dict[str, tuple[str, Rule]], rule: str, what: str, rows: Rows, reads: dict[str, Rows], passes: list[bool]
) -> None:
    table, one = rules[rule]
    found = one.check(form(study, table, rows), *(form(study, name, reads.get(name, [])) for name in one.reads))
    assert (found.mask if isinstance(found, Against) else found).tolist() == passes, what


def test_arm_and_its_name(rules: dict[str, tuple[str, Rule]]) -> None:
    right = [("IFN", "Interferon Group"), ("CTRL", "Control Group"), ("", "")]
    wrong = [("IFN", "Control Group"), ("PLACEBO", "Placebo"), ("IFN", "")]
    dm = pd.DataFrame([*right, *wrong], columns=["ARMCD", "ARM"], dtype="str")
    assert rules["IFN-DM-015"][1].check(dm).tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize(("randomized", "passes"), [(0, True), (96, True), (97, False)])
def test_planned_number(rules: dict[str, tuple[str, Rule]], randomized: int, passes: bool) -> None:
    dm = pd.DataFrame({"ARMCD": ["IFN"] * randomized + [""] * 20}, dtype="str")
    assert rules["IFN-DM-017"][1].check(dm) is passes


def test_who_is_randomized_and_has_an_exception_or_no_verdict(rules: dict[str, tuple[str, Rule]]) -> None:
    """A was eligible; B has an exception; C was not found eligible; D's earlier number has one, and is not randomized."""
    met, randomized = "ELIGIBILITY CRITERIA MET", "RANDOMIZED"
    ds = pd.DataFrame(
        [("A", met), ("A", randomized), ("B", randomized), ("C", randomized)], columns=["DSSPID", "DSDECOD"], dtype="str"
    )
    ie = pd.DataFrame({"IESPID": ["B", "D"]}, dtype="str")
    assert rules["IFN-IE-001"][1].check(ie, ds).tolist() == [False, True]


def test_rules_run_on_empty_forms(study: Study) -> None:
    for table, models in study.models.forms.items():
        for one in (rule for model in models for rule in model.declared_rules()):
            found = one.check(form(study, table, []), *(form(study, name, []) for name in one.reads))
            found = found.mask if isinstance(found, Against) else found
            assert (found.tolist(), found.dtype.kind) == ([], "b"), one.id


# For a coder or the specifications to mend, not for a site.
NO_QUESTION = {"IFN-AE-020", "IFN-DM-016", "IFN-DM-017", "IFN-LB-015", "IFN-LB-016", "IFN-LB-017"}


def test_each_module_has_rules_enough_and_says_what_to_ask(rules: dict[str, tuple[str, Rule]]) -> None:
    counts = Counter(one.split("-")[1] for one in rules)
    first = {"AE": 35, "CM": 24, "DATE": 33, "DAY": 11, "DM": 27, "DS": 15, "DTH": 25, "DX": 8}
    assert counts == first | {"EX": 35, "IE": 1, "LB": 27, "GF": 2, "MRD": 15, "NUM": 9, "PR": 9, "RS": 20, "VS": 9}
    assert {one for one, (_, rule) in rules.items() if not rule.query} == NO_QUESTION
