"""A small protocol's eligibility: what it decides, what its file may not say, and what lint complains of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import Kind
from trialbook.protocol.eligibility.verdicts import named
from trialbook.protocol.lint.eligibility import lint_eligibility

STUDY = """\
id: TINY01
title: A tiny trial
basis: invented
population: {condition: Cough, minimum_age: 18}
"""
ELIGIBILITY = """\
source: record
items:
  - {name: subject, type: identifier, label: Subject}
  - {name: age, type: whole number, unit: years, label: Age}
  - {name: cough, type: one of values, values: [dry, wet], label: Cough}
  - {name: crp, type: number, unit_of: crp_uln, label: C-reactive protein}
  - {name: crp_uln, type: number, above: 0, label: Its upper limit of normal}
  - {name: last_cough, type: date, values: [NEVER], label: Last cough}
  - {name: today, type: date, label: Today}
settings:
  - {name: minimum_age, from: population.minimum_age, label: Youngest}
  - {name: crp_limit, value: 2.5, label: Highest CRP}
  - {name: weeks, value: 7, label: Days, source: assumption}
  - name: cough_is
    label: Which cough counts
    value: any
    choices: {any: Any cough, wet: Wet cough only}
    source: assumption
    question: 1
criteria:
  - id: I1
    kind: inclusion
    text: Aged 18 years or more, with CRP of at most 2.5 times the upper limit.
    logic:
      - age >= minimum_age
      - crp / crp_uln <= crp_limit
  - id: E1
    kind: exclusion
    text: Cough in the last week.
    logic:
      - setting: cough_is
        readings: {any: 'cough in ["dry", "wet"]', wet: cough == "wet"}
      - last_cough != "NEVER" and last_cough >= days_before(today, weeks)
contradictions:
  - {name: future, when: date(last_cough) > today, message: The last cough is to come}
eligible_subject: {subject: S1, age: "30", cough: dry, crp: "2", crp_uln: "5", last_cough: NEVER, today: "2024-06-15"}
"""
CASES = """\
criterion,case,items,reading,expected,missing
I1,17 years,age = 17,,false,
I1,not known,crp =; crp_uln =,,unknown,crp_uln crp
E1,a week ago,last_cough = 2024-06-08,,true,
E1,a dry one,last_cough = 2024-06-08,cough_is = wet,false,
"""
Write = Callable[..., Protocol]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A protocol of the files above, each with texts replaced."""

    def written(*changes: tuple[str, str], study: str = STUDY, cases: str = CASES) -> Protocol:
        text = ELIGIBILITY
        for before, after in changes:
            assert before in text or before in study
            text, study = text.replace(before, after), study.replace(before, after)
        folder = tmp_path / "protocol"
        folder.mkdir(exist_ok=True)
        (folder / "study.yml").write_text(study, encoding="utf-8")
        (folder / "eligibility.yml").write_text(text, encoding="utf-8")
        (folder / "eligibility_cases.csv").write_text(cases, encoding="utf-8")
        return Protocol(folder)

    return written


def table(protocol: Protocol, *subjects: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame([protocol.eligibility.spec.eligible_subject | one for one in subjects], dtype="str")


def test_verdicts_of_a_table_of_subjects(write: Write) -> None:
    protocol = write()
    subjects = table(
        protocol,
        {},
        {"age": "17", "crp": ""},
        {"crp": "12.5"},
        {"crp": "12.51"},
        {"crp": "", "last_cough": "2024-06-20"},
        {"age": "", "crp_uln": ""},
    )
    subjects.index = pd.Index(list("abcdef"))
    found = protocol.eligibility.judge(subjects)
    assert found.criteria.dtypes.astype(str).tolist() == ["boolean", "boolean"]
    assert found.criteria.astype(object).where(found.criteria.notna(), None).to_dict("list") == {
        "I1": [True, False, True, False, None, None],
        "E1": [False, False, False, False, True, False],
    }
    assert found.verdict.to_dict() == {
        "a": "ELIGIBLE",
        "b": "NOT ELIGIBLE",
        "c": "ELIGIBLE",
        "d": "NOT ELIGIBLE",
        "e": "NOT ELIGIBLE",
        "f": "UNDETERMINED",
    }
    assert found.failed.tolist() == [(), ("I1",), (), ("I1",), ("E1",), ()]
    assert found.missing.tolist() == [{}, {}, {}, {}, {"I1": ("crp",)}, {"I1": ("age", "crp_uln")}]
    assert found.warnings.tolist() == [(), (), (), (), ("The last cough is to come",), ()]
    assert {series.index.equals(subjects.index) for series in (found.failed, found.missing, found.warnings)} == {True}


def test_nobody_is_judged_too(write: Write) -> None:
    protocol = write()
    found = protocol.eligibility.judge(table(protocol, {}).iloc[:0])
    assert (found.criteria.shape, len(found.verdict), len(found.failed), len(found.missing)) == ((0, 2), 0, 0, 0)


def test_a_column_that_is_not_there_and_a_value_that_is_none_are_unknown(write: Write) -> None:
    protocol = write()
    subjects = table(protocol, {"crp": "-1"}, {"crp_uln": "0"}, {}).drop(columns="age").assign(remark="x")
    found = protocol.eligibility.judge(subjects)
    assert found.missing.tolist() == [{"I1": ("age", "crp")}, {"I1": ("age", "crp_uln")}, {"I1": ("age",)}]


def test_a_number_in_study_yml_decides(write: Write) -> None:
    protocol = write(("minimum_age: 18", "minimum_age: 31"))
    assert protocol.eligibility.judge(table(protocol, {})).failed.tolist() == [("I1",)]


def test_other_settings_for_a_question(write: Write) -> None:
    eligibility = write().eligibility
    assert eligibility.with_settings({"crp_limit": 0.1}).judge(table(write(), {})).failed.tolist() == [("I1",)]
    assert eligibility.with_settings({"minimum_age": 31}).judge(table(write(), {})).failed.tolist() == [("I1",)]
    with pytest.raises(ValueError, match="dry is not a choice of cough_is: any, wet"):
        eligibility.with_settings({"cough_is": "dry"})


def test_a_text_fits_a_dataset_up_to_200_characters(write: Write) -> None:
    fits = "x" * 199 + "."
    assert write(("Cough in the last week.", fits)).eligibility.criteria["E1"].fitting == fits
    with pytest.raises(SpecError, match="without short, text is not ASCII of at most 200 characters"):
        _ = write(("Cough in the last week.", f"x{fits}")).eligibility


def test_more_names_than_a_number_has_bits() -> None:
    names = [f"C{number}" for number in range(150)]
    rows = [(), ("C0",), ("C149",), ("C0", "C75", "C149"), tuple(names)]
    masks = {name: np.array([name in row for row in rows]) for name in names}
    assert named(masks, pd.RangeIndex(len(rows))).tolist() == rows


def test_what_pages_ask(write: Write) -> None:
    eligibility = write().eligibility
    assert [one.id for one in eligibility.of_kind(Kind.EXCLUSION)] == ["E1"]
    assert (eligibility.items_of("I1"), eligibility.settings_of("I1")) == (
        ("age", "crp", "crp_uln"),
        ("minimum_age", "crp_limit"),
    )
    assert eligibility.settings_of("E1") == ("weeks", "cough_is")
    assert [(rule.expression.text, rule.setting, rule.reading) for rule in eligibility.logic("E1")] == [
        ('cough in ["dry", "wet"]', "cough_is", "any"),
        ('last_cough != "NEVER" and last_cough >= days_before(today, weeks)', "", ""),
    ]
    assert [(one.line, one.expected, one.missing) for one in eligibility.cases] == [
        (2, False, ()),
        (3, None, ("crp", "crp_uln")),
        (4, True, ()),
        (5, False, ()),
    ]


def test_a_protocol_without_eligibility_has_no_criteria_and_judges_nobody(tmp_path: Path) -> None:
    (tmp_path / "study.yml").write_text(STUDY)
    protocol = Protocol(tmp_path)
    assert (protocol.eligibility.criteria, protocol.eligibility.cases, list(lint_eligibility(protocol))) == ({}, (), [])
    with pytest.raises(SpecError, match="has no eligibility criteria to judge by"):
        protocol.eligibility.judge(pd.DataFrame({"subject": ["1"]}))


MISTAKES = [
    # what is replaced, by what, line, what is said
    ("age >= minimum_age", "age >= youngest", 25, "criteria.0.logic.0: youngest is neither an item nor a setting"),
    ("age >= minimum_age", "age >== 3", 25, "criteria.0.logic.0: column 7 of 'age >== 3': cannot be read here: invalid syntax"),
    ("age >= minimum_age", 'age == "18"', 25, "criteria.0.logic.0: age is compared as a text, and is whole number"),
    ("age >= minimum_age", "cough > 1", 25, "criteria.0.logic.0: cough is compared as a number, and is one of values"),
    ("age >= minimum_age", "date(age) > today", 25, "criteria.0.logic.0: age is compared as a date, and is whole number"),
    ("age >= minimum_age", 'cough == "Dry"', 25, "criteria.0.logic.0: cough never is 'Dry'; it takes dry, wet"),
    ("age >= minimum_age", 'term(cough) == "x"', 25, "criteria.0.logic.0: term(…) asks for code lists"),
    ("age >= minimum_age", "cough == cough_is", 25, "criteria.0.logic.0: cough_is chooses between readings"),
    ('wet: cough == "wet"}', 'moist: cough == "wet"}', 32, "criteria.1.logic.0.readings: has readings for any, moist"),
    (', wet: cough == "wet"}', "}", 32, "criteria.1.logic.0.readings: has readings for any; the choices are any, wet"),
    ('wet: cough == "wet"}', "wet: cough == wet}", 32, "criteria.1.logic.0.readings.wet: wet is neither an item nor a setting"),
    ("setting: cough_is", "setting: weeks", 31, "criteria.1.logic.0.setting: weeks is no setting with choices"),
    ("when: date(last_cough) > today", "when: last_cough > today", 35, "contradictions.0.when: last_cough is compared"),
    ("value: any", "value: none", 14, "settings.3: the value of cough_is is 'none', and one of its choices is expected: any"),
    ("from: population.minimum_age, ", "", 11, "settings.0: needs a value, or from:"),
    ("value: 7,", "value: 7, from: id,", 13, "settings.2: needs a value, or from:"),
    ("id: E1", "id: X1", 27, "criteria.1.id: String should match pattern"),
    ("id: E1", "id: I2", 27, "criteria.1: I2 is an exclusion: its id begins with E"),
    ("id: E1\n    kind: exclusion", "id: I1\n    kind: inclusion", 1, "I1 is there twice"),
    ("name: weeks", "name: age", 1, "age is there twice"),
    ("type: identifier", "type: text", 1, "one item has the type identifier"),
    ("unit_of: crp_uln", "unit_of: crp_max", 1, "crp_max is no item"),
    ("values: [dry, wet], ", "", 5, "items.2: one of values needs values"),
    ("above: 0", "values: [x]", 7, "items.4: values belong to the type one of values or date, and this is a number"),
    ("Cough in the last week.", "Cough in ≤ 1 week.", 27, "criteria.1: without short, text is not ASCII"),
    ("age: \"30\"", "aeg: \"30\"", 1, "aeg is no item"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "said"), MISTAKES)
def test_a_mistake_in_the_file_has_its_line(write: Write, before: str, after: str, line: int, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = write((before, after)).eligibility
    assert (caught.value.place, caught.value.what[: len(said)]) == (f"line {line}", said)
    assert str(caught.value.file).endswith("protocol/eligibility.yml")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("I1,x,aeg = 3,,true,", "aeg is no item"),
        ("I1,x,age = x,,true,", "age is 'x'; expected a whole number, 0 or more, or nothing where it is not known"),
        ("I1,x,age,,true,", "'age' is not a name, = and a value, each name once"),
        ("I1,x,age = 1; age = 2,,true,", "'age = 2' is not a name, = and a value, each name once"),
        ("I1,x,,cough_is = dry,true,", "cough_is = dry is no choice of a setting"),
        ("I1,x,,,True,", "expected is 'True'; it is one of true, false, unknown"),
        ("I1,x,,,unknown,", "missing has the items that would decide the criterion where unknown is expected"),
        ("I1,x,,,true,age", "missing has the items that would decide the criterion where unknown is expected"),
        ("I1,x,,,unknown,aeg", "aeg is no item"),
        ("I1,x,,", "has 4 cells; there are 6 columns"),
        ('I1,"x', "can't be read: unexpected end of data"),
    ],
)
def test_a_mistake_in_the_cases_has_its_line(write: Write, row: str, said: str) -> None:
    protocol = write(cases=CASES + row + "\n")
    with pytest.raises(SpecError) as caught:
        _ = protocol.eligibility.cases
    assert caught.value.what[: len(said)] == said
    assert caught.value.place in ("line 6", None)


def test_the_header_of_the_cases(write: Write) -> None:
    with pytest.raises(SpecError, match="the header is not criterion,case,items,reading,expected,missing"):
        _ = write(cases="criterion;case\n").eligibility.cases


COMPLAINTS: list[tuple[list[tuple[str, str]], list[str]]] = [
    ([], []),
    (
        [("minimum_age: 18", "minimum_age: 20")],
        ["eligibility.yml:23 I1 uses minimum_age = 20, which its text does not state: Aged 18 years or more, with CRP of at "
         "most 2.5 times the upper limit.",
         "eligibility.yml:23 the text of I1 states 18, and none of the settings that it uses does: Aged 18 years or more, with "
         "CRP of at most 2.5 times the upper limit."],
    ),
    ([("minimum_age: 18", "sex: All")], ["eligibility.yml:11 study.yml states nothing at population.minimum_age"]),
    (
        [("value: 2.5", "value: 0.3")],
        ["eligibility.yml:23 I1 uses crp_limit = 0.3, which its text does not state: Aged 18 years or more, with CRP of at "
         "most 2.5 times the upper limit.",
         "eligibility.yml:23 the text of I1 states 2.5, and none of the settings that it uses does: Aged 18 years or more, with "
         "CRP of at most 2.5 times the upper limit.",
         "eligibility.yml:36 is NOT ELIGIBLE, because of I1: the boundary cases start from one who is not"],
    ),
    ([("label: Highest CRP", "label: Highest CRP, quote: CRP of at most 3 times")],
     ["eligibility.yml:12 2.5 is not in the words quoted for it: CRP of at most 3 times"]),
    ([("value: 7", "value: 6")],
     ["eligibility_cases.csv:4 a week ago: expected is true, and the criterion says false"]),
    ([("value: any", "value: wet")],
     ["eligibility_cases.csv:4 a week ago: expected is true, and the criterion says false"]),
    ([("cough: dry", "cough: damp")],
     ["eligibility.yml:36 is 'damp'; expected one of dry, wet, or nothing where it is not known"]),
    ([("  - {name: today", "  - {name: mood, type: text, label: Mood}\n  - {name: today")],
     ["eligibility.yml:9 no criterion uses the item mood"]),
    ([("  - name: cough_is", "  - {name: spare, value: 1, label: Spare}\n  - name: cough_is")],
     ["eligibility.yml:14 no criterion uses the setting spare"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), COMPLAINTS)
def test_lint_complains_where_numbers_and_texts_part(write: Write, changes: list[tuple[str, str]], said: list[str]) -> None:
    cases = CASES if not any("minimum_age" in before for before, _ in changes) else CASES.splitlines()[0] + "\n"
    found = [
        f"{one.file.removeprefix('protocol/')}:{one.line} {one.text}" for one in lint_eligibility(write(*changes, cases=cases))
    ]
    assert found == said


def test_a_setting_without_a_value_judges_nobody(write: Write) -> None:
    protocol = write(("minimum_age: 18", "sex: All"))
    with pytest.raises(SpecError, match=r"study.yml states nothing at population.minimum_age, so minimum_age has no value"):
        protocol.eligibility.judge(table(protocol, {}))
