"""Who the subjects are, held against all forms: sex, screening numbers, randomization; and the cell that a rule says is wrong."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from trialbook.checks.against import Against
from trialbook.run import Study

Rows = list[dict[str, str]]
NONE: dict[str, list[int]] = {}


@pytest.fixture(scope="module")
def outcome(trial: Study) -> Any:
    """A function from a rule's id, its form's rows and those of other forms to its mask and the records it was held against."""
    known = {one.id: (name, one) for name, of in trial.models.forms.items() for model in of for one in model.declared_rules()}

    def run(id: str, rows: Rows, **others: Rows | None) -> tuple[list[bool], dict[str, list[int]]]:
        name, one = known[id]
        tables = {other: frame(other, rows if other == name else others.get(other, [])) for other in one.reads}
        found = one.check(frame(name, rows), *tables.values())
        if not isinstance(found, Against):
            return found.tolist(), {}
        return found.mask.tolist(), {other: at.tolist() for other, at in found.beside.items() if (at >= 0).any()}

    def frame(name: str, rows: Rows | None) -> pd.DataFrame:
        if rows is None:
            return pd.DataFrame()
        return pd.DataFrame(rows, columns=list(trial.specs.forms[name].columns), dtype="str").fillna("")

    return run


def randomized(*dates: str, **changes: str) -> Rows:
    """Subjects A, B, C … with the numbers R01, R02, … in this order; a change of a number, by subject."""
    subjects = "ABCDEFGHIJ"[: len(dates)]
    rows = [
        {"SUBJID": subject, "RAND_NO": f"R{at + 1:02}", "RAND_DTTM": f"{date} 10:00"}
        for at, (subject, date) in enumerate(zip(subjects, dates, strict=True))
    ]
    return [row | {"RAND_NO": changes.get(row["SUBJID"], row["RAND_NO"])} for row in rows]


def consents(*dates: str) -> Rows:
    return [{"SUBJID": subject, "ICF_DAT": date} for subject, date in zip("ABCDEFGHIJ", dates, strict=False)]


MONTHS = ("2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10", "2024-05-10", "2024-06-10")


@pytest.mark.parametrize(
    ("at", "date", "passes"),
    [
        (2, "2024-03-10", [True] * 6),
        (2, "2023-03-10", [True, True, False, True, True, True]),
        (2, "2025-03-10", [True, True, False, True, True, True]),
        # On the day of the number before it, and of the one after it
        (2, "2024-02-10", [True] * 6),
        (2, "2024-04-10", [True] * 6),
        (0, "2024-07-01", [False, True, True, True, True, True]),
        # What is no date is another rule's finding.
        (2, "10.03.2024", [True] * 6),
    ],
)
def test_numbers_are_given_in_order_of_time(outcome: Any, at: int, date: str, passes: list[bool]) -> None:
    rows = randomized(*MONTHS)
    rows[at]["RAND_DTTM"] = f"{date} 10:00"
    assert outcome("IFN-DM-026", rows) == (passes, NONE)


def test_numbers_that_are_in_no_order_say_nothing(outcome: Any) -> None:
    """A list of numbers for each stratum is not used in order; four numbers are too few to tell."""
    mixed = randomized("2024-03-10", "2024-01-10", "2024-06-10", "2024-02-10", "2024-05-10", "2024-04-10")
    assert outcome("IFN-DM-026", mixed) == ([True] * 6, NONE)
    assert outcome("IFN-DM-026", randomized("2024-01-10", "2025-01-10", "2024-03-10", "2024-04-10")) == ([True] * 4, NONE)


@pytest.mark.parametrize(
    ("changes", "passes", "beside"),
    [
        ({}, [True] * 6, NONE),
        # E's own place is after D: B keeps the number.
        ({"E": "R02"}, [True, True, True, True, False, True], {"RAND": [-1, -1, -1, -1, 1, -1]}),
        # Of two that fit, the later one is that of the number after them, which nobody has; or the earlier one of that before.
        ({"C": "R02"}, [True, True, False, True, True, True], {"RAND": [-1, -1, 1, -1, -1, -1]}),
        ({"B": "R03"}, [True, False, True, True, True, True], {"RAND": [-1, 2, -1, -1, -1, -1]}),
    ],
)
def test_a_number_of_two_subjects(
    outcome: Any, changes: dict[str, str], passes: list[bool], beside: dict[str, list[int]]
) -> None:
    """Two more subjects make numbers enough that belong to one alone."""
    rows = randomized(*MONTHS, "2024-07-10", "2024-08-10", **changes)
    beside = {form: [*at, -1, -1] for form, at in beside.items()}
    assert outcome("IFN-DM-011", rows) == ([*passes, True, True], beside)


def test_a_number_of_two_subjects_where_nothing_tells_whose_it_is(outcome: Any) -> None:
    assert outcome("IFN-DM-011", randomized("2024-01-10", "2024-02-10", B="R01")) == ([False, False], {"RAND": [1, 0]})


BEFORE_CONSENT = [
    # Consent, assessment (None: no form), and which rule asks: about randomization of C on 10 March, or about consent
    ("2024-03-01", "2024-03-03", ""),
    ("2024-03-12", None, "IFN-DM-008"),
    ("2024-04-12", None, "IFN-DM-028"),
    ("2024-03-12", "2024-03-13", "IFN-DM-008"),
    ("2024-03-12", "2024-03-03", "IFN-DM-028"),
    ("2024-04-12", "2024-04-13", "IFN-DM-008"),
    ("", "2024-03-03", ""),
]


@pytest.mark.parametrize(("consent", "assessed", "asks"), BEFORE_CONSENT)
def test_randomized_before_consent(outcome: Any, consent: str, assessed: str | None, asks: str) -> None:
    rand, dm = randomized(*MONTHS), consents("2024-01-01", "2024-02-01", consent, "2024-04-01", "2024-05-01", "2024-06-01")
    elig = None if assessed is None else [{"SUBJID": "C", "SCR_DAT": assessed}]
    about_rand, _ = outcome("IFN-DM-008", rand, DM=dm, ELIG=elig)
    about_consent, beside = outcome("IFN-DM-028", dm, RAND=rand, ELIG=elig)
    alone = [True, True, False, True, True, True]
    assert about_rand == (alone if asks == "IFN-DM-008" else [True] * 6)
    assert about_consent == (alone if asks == "IFN-DM-028" else [True] * 6)
    assert beside == ({"RAND": [-1, -1, 2, -1, -1, -1]} if asks == "IFN-DM-028" else NONE)


def test_eligibility_is_assessed_before_randomization(outcome: Any) -> None:
    """The day of randomization is in order; where randomization is before consent, or out of order, that is asked about."""
    rand = randomized(*MONTHS[:4], "2023-05-10", "2024-06-10")
    dm = consents("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-12")
    elig = [
        {"SUBJID": subject, "SCR_DAT": date}
        for subject, date in zip("ABCDE", ("2024-01-10", "2024-02-11", "2024/2", "2024-04-13", "2024-05-05"), strict=True)
    ]
    assert outcome("IFN-DM-029", elig, RAND=rand, DM=dm) == ([True, False, True, True, True], {"RAND": [-1, 1, -1, -1, -1]})


def plan(subject: str, *dates: str) -> Rows:
    return [{"SUBJID": subject, "DOSE_NO": str(at + 1), "PLANNED_DAT": date} for at, date in enumerate(dates)]


def test_injections_are_planned_from_randomization_on(outcome: Any) -> None:
    """B's three are planned from another day; C's two are too few to tell; D's don't agree with each other."""
    ex = [
        *plan("A", "2024/1/10", "2024/1/17", "2024/1/24"),
        *plan("B", "2024/2/12", "2024/2/19", "2024/2/26"),
        *plan("C", "2024/3/12", "2024/3/19"),
        *plan("D", "2024/4/10", "2024/4/18", "2024/4/25"),
    ]
    assert outcome("IFN-DM-027", randomized(*MONTHS), EX=ex) == (
        [True, False, True, True, True, True],
        {"EX": [-1, 3, -1, -1, -1, -1]},
    )


def test_randomized_twice_is_held_against_the_other_record(outcome: Any) -> None:
    """One number twice is a record that is there twice, which the rule of the key tells."""
    rows = randomized(*MONTHS[:4])
    twice = [*rows, rows[1] | {"RAND_NO": "R09"}, rows[2]]
    assert outcome("IFN-DM-010", twice) == ([True, False, True, True, False, True], {"RAND": [-1, 4, -1, -1, 1, -1]})


PERSON = {"INITIALS": "XXYY", "BRTHDAT": "1984/3/6", "SEX": "男"}


def test_the_later_number_of_one_person_is_asked_for_the_earlier_one(outcome: Any) -> None:
    """By consent, then by number; one that names a number, if a wrong one, is another rule's finding."""
    rows = [
        PERSON | {"SUBJID": "B", "ICF_DAT": "2024/3/5"},
        PERSON | {"SUBJID": "A", "ICF_DAT": "2024/4/5"},
        PERSON | {"SUBJID": "C", "ICF_DAT": "2024/5/5", "SUBJID_PREV": "X"},
        PERSON | {"SUBJID": "", "ICF_DAT": "2024/5/5"},
        PERSON | {"SUBJID": "D", "ICF_DAT": "2024/5/5", "BRTHDAT": "1984/3/7"},
    ]
    assert outcome("IFN-DM-004", rows) == ([True, False, True, True, True], {"DM": [-1, 0, -1, -1, -1]})


def test_another_birth_date_at_the_second_screening_names_both_records(outcome: Any) -> None:
    rows = [PERSON | {"SUBJID": "A"}, PERSON | {"SUBJID": "B", "SUBJID_PREV": "A", "BRTHDAT": "1985/3/6"}]
    assert outcome("IFN-DM-005", rows) == ([True, False], {"DM": [-1, 0]})


def test_an_age_out_of_the_protocols_limits_is_asked_about_once(outcome: Any) -> None:
    """With the birth date, where both agree; where they don't, another rule asks which is right."""
    rows = [
        {"SUBJID": "A", "AGE": "72", "BRTHDAT": "1951/3/6", "ICF_DAT": "2024/3/5"},
        {"SUBJID": "B", "AGE": "72", "BRTHDAT": "1981/3/6", "ICF_DAT": "2024/3/5"},
        {"SUBJID": "C", "AGE": "72", "BRTHDAT": "", "ICF_DAT": "2024/3/5"},
        {"SUBJID": "D", "AGE": "72", "BRTHDAT": "1951/3/6", "ICF_DAT": "2024/3/5"},
    ]
    rand = [{"SUBJID": subject} for subject in "ABC"]
    assert outcome("IFN-DM-002", rows, RAND=rand) == ([False, True, False, True], NONE)


def test_a_record_that_names_itself_makes_no_earlier_number(outcome: Any) -> None:
    dm = [{"SUBJID": "A", "SUBJID_PREV": "A"}, {"SUBJID": "B"}, {"SUBJID": "C", "SUBJID_PREV": "B"}]
    assert outcome("IFN-DM-006", dm, RAND=[{"SUBJID": "A"}, {"SUBJID": "B"}]) == ([True, True, False], NONE)
    assert outcome("IFN-DM-014", [{"SUBJID": "A"}, {"SUBJID": "B"}], DM=dm) == ([True, False], NONE)


WOMAN, MAN = {"CHILDBEARING": "是", "PREG_RESULT": "阴性"}, {"CHILDBEARING": "不适用", "PREG_RESULT": "不适用"}
HEMOGLOBIN = {"男": ("130", "175"), "女": ("115", "150")}


def people(**sexes: str) -> tuple[Rows, Rows, Rows]:
    """DM, ELIG, LAB of four women and four men, A to H, whose forms agree; some sexes changed in DM."""
    true = dict(zip("ABCDEFGH", "女女女女男男男男", strict=True))
    dm = [{"SUBJID": subject, "SEX": sexes.get(subject, sex)} for subject, sex in true.items()]
    elig = [{"SUBJID": subject} | (WOMAN if sex == "女" else MAN) for subject, sex in true.items()]
    lab = [
        {"SUBJID": subject, "TEST_LOCAL": "HGB", "UNIT_LOCAL": "g/L", "LLN": HEMOGLOBIN[sex][0], "ULN": HEMOGLOBIN[sex][1]}
        for subject, sex in true.items()
    ]
    return dm, elig, lab


@pytest.mark.parametrize(("subject", "said"), [("A", "男"), ("E", "女"), ("E", "男"), ("E", "")])
def test_the_sex_that_the_other_forms_contradict(outcome: Any, subject: str, said: str) -> None:
    """By two kinds of evidence at least: the ranges learned from the others, and what eligibility says."""
    dm, elig, lab = people(**{subject: said})
    at = "ABCDEFGH".index(subject)
    wrong = said != "" and (said == "男") == (at < 4)
    passes = [not (wrong and number == at) for number in range(8)]
    beside = {"ELIG": [number if wrong and number == at else -1 for number in range(8)]} if wrong else NONE
    assert outcome("IFN-DM-023", dm, ELIG=elig, LAB=lab, SEROLOGY=None) == (passes, beside)


def test_one_form_alone_does_not_contradict_the_sex(outcome: Any) -> None:
    """E is a man with normal ranges of men: childbearing potential is wrong, unless the test beside it tells already."""
    dm, elig, lab = people()
    elig[4] = {"SUBJID": "E", "CHILDBEARING": "否", "PREG_RESULT": "不适用"}
    elig[5] = {"SUBJID": "F", "CHILDBEARING": "是", "PREG_RESULT": "不适用"}
    elig[0] = {"SUBJID": "A", "CHILDBEARING": "不适用", "PREG_RESULT": "不适用"}
    assert outcome("IFN-DM-023", dm, ELIG=elig, LAB=lab, SEROLOGY=None) == ([True] * 8, NONE)
    assert outcome("IFN-DM-024", elig, DM=dm, LAB=lab, SEROLOGY=None) == (
        [False, True, True, True, False, True, True, True],
        {"DM": [0, -1, -1, -1, 4, -1, -1, -1]},
    )


def test_a_pregnancy_test_of_a_man_is_anothers(outcome: Any) -> None:
    """Not where all else tells that the subject is a woman: then it is the sex that is asked about."""
    dm, elig, lab = people(A="男")
    tests = [{"SUBJID": subject, "TEST": test} for subject, test in (("E", "HCG"), ("A", "HCG"), ("B", "HCG"), ("F", "HBsAg"))]
    assert outcome("IFN-DM-025", tests, DM=dm, ELIG=elig, LAB=lab) == ([False, True, True, True], {"DM": [4, -1, -1, -1]})
