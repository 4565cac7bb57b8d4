"""Injections against their plan, the dose against its steps and the blood counts, treatment against the other forms."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from trialbook.checks.against import Against
from trialbook.run import Study

Rows = list[dict[str, str]]
NONE: dict[str, list[int]] = {}
START = pd.Timestamp("2024-03-01")


@pytest.fixture(scope="module")
def outcome(trial: Study) -> Any:
    """A function from a rule's id, its form's rows and those of other forms to its mask and the records it was held against."""
    known = {one.id: (name, one) for name, of in trial.models.forms.items() for model in of for one in model.declared_rules()}

    def run(id: str, rows: Rows, **others: Rows) -> tuple[list[bool], dict[str, list[int]]]:
        name, one = known[id]
        tables = {other: frame(other, rows if other == name else others.get(other, [])) for other in one.reads}
        found = one.check(frame(name, rows), *tables.values())
        if not isinstance(found, Against):
            return found.tolist(), {}
        return found.mask.tolist(), {other: at.tolist() for other, at in found.beside.items() if (at >= 0).any()}

    def frame(name: str, rows: Rows) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=list(trial.specs.forms[name].columns), dtype="str").fillna("")

    return run


def on(day: int) -> str:
    return f"{START + pd.Timedelta(days=day):%Y/%m/%d}"


def log(count: int = 4, subject: str = "A", **doses: dict[str, str]) -> Rows:
    """Injections 1 to ``count`` in full, each on the day for which it was planned; ``d3={...}`` changes the third one."""
    rows = [
        {
            "SUBJID": subject,
            "DOSE_NO": str(at + 1),
            "PLANNED_DAT": on(7 * at),
            "ADMIN_DAT": on(7 * at),
            "GIVEN_YN": "是",
            "DOSE_UG": "135",
        }
        for at in range(count)
    ]
    return [row | doses.get(f"d{at + 1}", {}) for at, row in enumerate(rows)]


def given(day: int) -> dict[str, str]:
    return {"ADMIN_DAT": on(day)}


DATES = ("IFN-EX-007", "IFN-EX-008", "IFN-EX-009", "IFN-EX-010", "IFN-EX-011", "IFN-EX-022", "IFN-EX-023")
NOT_GIVEN = {"GIVEN_YN": "否", "ADMIN_DAT": "", "DOSE_UG": ""}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (log(), {}),
        # Three days early and six days late are in order, but not early for the first one, which has a week.
        (log(d1=given(6), d2=given(9)), {}),
        (log(d3=given(11)), {}),
        (log(d3=given(10)), {"IFN-EX-009": [3]}),
        (log(d1=given(-1)), {"IFN-EX-009": [1]}),
        (log(d1=given(7), d2=given(11)), {}),
        (log(d1=given(8), d2=given(11)), {"IFN-EX-010": [1]}),
        (log(d4=given(27)), {}),
        (log(d4=given(28)), {"IFN-EX-010": [4]}),
        # A wrong year, month or day is told once, at the date that is wrong.
        (log(d2=given(7 - 366)), {"IFN-EX-009": [2]}),
        (log(d2=given(7 + 365)), {"IFN-EX-010": [2]}),
        (log(d2={"PLANNED_DAT": on(38)}), {"IFN-EX-011": [2]}),
        (log(d2=given(13)), {"IFN-EX-007": [2]}),
        (log(d2=given(9), d3=given(11)), {"IFN-EX-007": [3]}),
        # Neither of two too close is farther from its day.
        (log(d2=given(9), d3=given(11) | {"PLANNED_DAT": on(14)}, d4=given(21)), {"IFN-EX-007": [3]}),
        (log(d2=given(10), d3=given(11)), {"IFN-EX-007": [2, 3]}),
        # The two dates of a record agree with each other and not with its number.
        (log(d3={"DOSE_NO": "5"}), {"IFN-EX-023": [3]}),
        # Where another record has the number, or it is none of the plan's, others ask.
        (log(d3={"DOSE_NO": "2"}), {}),
        (log(d3={"DOSE_NO": "30"}), {}),
        # A single record: nothing tells which of its dates is wrong.
        (log(1, d1=given(-2)), {"IFN-EX-022": [1]}),
        (log(1, d1=given(20)), {"IFN-EX-022": [1]}),
        # A partial date may be any of its month.
        (log(d3={"ADMIN_DAT": "2024年4月"}), {}),
        (log(d3=NOT_GIVEN), {}),
        # A record that is there twice is one injection.
        ([*log(), *log(1)], {}),
    ],
)
def test_a_wrong_date_or_number_is_told_once(outcome: Any, rows: Rows, told: dict[str, list[int]]) -> None:
    found = {rule: [at + 1 for at, passes in enumerate(outcome(rule, rows)[0]) if not passes] for rule in DATES}
    assert {rule: records for rule, records in found.items() if records} == told


@pytest.mark.parametrize(
    ("rows", "passes"),
    [
        (log(), [True] * 4),
        (log()[:2] + log()[3:], [True, True, False]),
        (log()[1:], [False, True, True]),
        (log()[:1] + log()[3:], [True, False]),
        # Of a single record nobody knows when another one was planned.
        (log()[3:], [True]),
        # The record stands under a number that another has, or under another subject.
        (log(d2={"DOSE_NO": "1"}), [True] * 4),
        (log(d2={"SUBJID": "B"}), [True] * 4),
        (log(d2={"SUBJID": ""}), [True] * 4),
    ],
)
def test_no_injection_is_left_out_of_the_log(outcome: Any, rows: Rows, passes: list[bool]) -> None:
    assert outcome("IFN-EX-024", rows) == (passes, NONE)


LOWER, MARKED = {"DOSE_UG": "90"}, {"DOSE_UG": "90", "DOSE_CHANGE": "减量"}
STEPS = ("IFN-EX-012", "IFN-EX-013", "IFN-EX-014")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (log(d3=MARKED, d4=LOWER), {}),
        (log(d3=LOWER, d4=LOWER), {"IFN-EX-013": [3]}),
        (log(d1=MARKED, d2=LOWER, d3=LOWER, d4=LOWER), {}),
        # A slip: told at its own record, and not again at the next one.
        (log(d3=LOWER), {"IFN-EX-013": [3]}),
        (log(d1=LOWER), {"IFN-EX-013": [1]}),
        (log(5, d2=MARKED, d4=LOWER, d5=LOWER), {"IFN-EX-014": [3]}),
        (log(d2=MARKED), {"IFN-EX-014": [3]}),
        # The mark stands where it belongs, the dose does not; or the reverse.
        (log(d2={"DOSE_CHANGE": "减量"}, d3=LOWER, d4=LOWER), {"IFN-EX-012": [2]}),
        (log(d2={"DOSE_CHANGE": "减量"}), {"IFN-EX-012": [2]}),
        # The reduced one has no dose, is said not to be given, or is missing: the next one is no fault.
        (log(d2=MARKED | {"DOSE_UG": ""}, d3=LOWER, d4=LOWER), {}),
        (log(d2=MARKED | {"GIVEN_YN": "否"}, d3=LOWER, d4=LOWER), {}),
        (log(d2=MARKED | {"SUBJID": ""}, d3=LOWER, d4=LOWER), {}),
        (log(d2=MARKED | {"DOSE_NO": "1"}, d3=LOWER, d4=LOWER), {}),
        # What is no step of the protocol another rule tells.
        (log(d3={"DOSE_UG": "13"}), {}),
    ],
)
def test_a_wrong_dose_is_told_once(outcome: Any, rows: Rows, told: dict[str, list[int]]) -> None:
    found = {rule: [at + 1 for at, passes in enumerate(outcome(rule, rows)[0]) if not passes] for rule in STEPS}
    assert {rule: records for rule, records in found.items() if records} == told


def test_a_change_that_the_log_contradicts_needs_no_reason(outcome: Any) -> None:
    rows = log(
        d1={"DOSE_CHANGE": "永久停药"}, d2={"DOSE_CHANGE": "减量"}, d3=MARKED, d4={"DOSE_UG": "90", "DOSE_CHANGE": "永久停药"}
    )
    assert outcome("IFN-EX-015", rows) == ([False, True, True, True], NONE)
    assert outcome("IFN-EX-016", rows) == ([True, True, False, False], NONE)


def test_nobody_is_injected_at_night(outcome: Any) -> None:
    rows = [{"ADMIN_TIM": time} for time in ("5:59", "6:00", "21:59", "22:00", "01:32:10", "", "25:10")]
    assert outcome("IFN-EX-035", rows) == ([False, True, True, False, False, True, True], NONE)


ARMS = [{"SUBJID": "A", "GROUP": "IFN", "RAND_DTTM": "2024-03-01 10:00"}, {"SUBJID": "C", "GROUP": "CTRL"}]


def test_a_few_injections_of_a_control_are_anothers(outcome: Any) -> None:
    ex = [*log(3, "C", d2=NOT_GIVEN), *log(3)]
    assert outcome("IFN-EX-027", ex, RAND=ARMS) == ([False, True, False, True, True, True], NONE)
    assert outcome("IFN-EX-028", ex, RAND=ARMS) == ([True] * 6, NONE)


def test_many_injections_of_a_control_doubt_its_group(outcome: Any) -> None:
    """Asked about once, at the first that has a date; RAND's record is what is to be mended."""
    ex = log(5, "C", d1={"ADMIN_DAT": ""})
    assert outcome("IFN-EX-027", ex, RAND=ARMS) == ([True] * 5, NONE)
    assert outcome("IFN-EX-028", ex, RAND=ARMS) == ([True, False, True, True, True], {"RAND": [-1, 1, -1, -1, -1]})


@pytest.mark.parametrize(
    ("ex", "seen", "end", "passes"),
    [
        ([], on(40), "", False),
        (log(1, d1=NOT_GIVEN), on(40), "", True),
        # Randomized too short a time ago, or off treatment before the second injection was due
        ([], on(14), "", True),
        ([], on(40), on(10), True),
        ([], on(40), on(100), False),
    ],
)
def test_the_interferon_arm_has_injections(outcome: Any, ex: Rows, seen: str, end: str, passes: bool) -> None:
    lab, disp = [{"SUBJID": "A", "LAB_DAT": seen}, {"SUBJID": "C", "LAB_DAT": seen}], [{"SUBJID": "A", "EOT_DAT": end}]
    assert outcome("IFN-EX-029", ARMS, EX=ex, LAB=lab, DISP=disp) == ([passes, True], NONE)


STOP = {"GIVEN_YN": "否", "ADMIN_DAT": "", "DOSE_UG": "", "DOSE_CHANGE": "永久停药"}
ENDS = ("IFN-EX-030", "IFN-EX-031", "IFN-EX-033", "IFN-EX-034")


@pytest.mark.parametrize(
    ("ex", "end", "reason", "told"),
    [
        (log(4, d4=STOP), on(22), "不良事件", {}),
        (log(4, d4=STOP), on(13), "不良事件", {"IFN-EX-030": [2]}),
        (log(4, d4=STOP), on(36), "不良事件", {"IFN-EX-031": [3]}),
        (log(26), on(175), "完成", {}),
        (log(26), on(175 + 365), "完成", {"IFN-EX-031": [25]}),
        (log(4), on(30), "死亡", {}),
        (log(4), on(36), "死亡", {"IFN-EX-033": [3]}),
        (log(25), on(175), "完成", {"IFN-EX-034": [24]}),
        (log(26, d26={"DOSE_NO": "25"}), on(175), "完成", {}),
        # An injection that lies far from its plan is wrong itself.
        (log(4, d4=STOP, d3=given(400)), on(22), "不良事件", {}),
        (log(4, d4=STOP), "2024/3", "不良事件", {}),
        (log(4, d4=STOP), "", "", {}),
    ],
)
def test_the_end_of_treatment_and_the_log(outcome: Any, ex: Rows, end: str, reason: str, told: dict[str, list[int]]) -> None:
    disp = [{"SUBJID": "A", "EOT_DAT": end, "EOT_REASON": reason}, {"SUBJID": "C", "EOT_DAT": on(-90), "EOT_REASON": "完成"}]
    found = {rule: outcome(rule, disp, EX=ex, RAND=ARMS) for rule in ENDS}
    assert {rule: beside["EX"][:1] for rule, (passes, beside) in found.items() if not passes[0]} == told
    assert all(passes[1] for passes, _ in found.values())


@pytest.mark.parametrize(
    ("subject", "dose", "told"),
    [
        # C is a control, X nobody, B in the interferon arm; the 26th is planned 175 days after the first.
        ("C", {}, False),
        ("X", {}, False),
        ("", {}, False),
        ("B", {}, True),
        ("C", {"DOSE_NO": "25"}, True),
        ("X", {"PLANNED_DAT": on(182 + 175)}, True),
        ("X", {"PLANNED_DAT": on(100)}, True),
    ],
)
def test_the_last_injection_may_stand_under_another_number(outcome: Any, subject: str, dose: Rows, told: bool) -> None:
    disp = [{"SUBJID": "A", "EOT_DAT": on(175), "EOT_REASON": "完成"}]
    ex = [*log(25), log(26, subject)[25] | dose]
    rand, dm = [*ARMS, ARMS[0] | {"SUBJID": "B"}], [{"SUBJID": one} for one in "ABC"]
    passes, _ = outcome("IFN-EX-034", disp, EX=ex, RAND=rand, DM=dm)
    assert passes == [not told]


@pytest.mark.parametrize(
    ("ex", "disp", "seen", "passes"),
    [
        (log(), [], on(40), [True] * 4),
        (log(), [], on(43), [True, True, True, False]),
        (log(), [{"SUBJID": "A", "EOT_DAT": "?"}], on(80), [True] * 4),
        (log(4, d4=STOP), [], on(80), [True] * 4),
        (log(26), [], on(300), [True] * 26),
        # The end of treatment may be that of the number that nobody has.
        (log(), [{"SUBJID": "X", "EOT_DAT": on(25)}], on(80), [True] * 4),
    ],
)
def test_a_log_goes_on_until_treatment_ends(outcome: Any, ex: Rows, disp: Rows, seen: str, passes: list[bool]) -> None:
    lab = [{"SUBJID": "A", "LAB_DAT": seen}]
    assert outcome("IFN-EX-032", ex, DISP=disp, LAB=lab, DM=[{"SUBJID": "A"}]) == (passes, NONE)


@pytest.fixture(scope="module")
def counted(trial: Study) -> Any:
    """A function from injections (ECDOSE by date) and results (test, value, unit, date) to what each of the two rules finds."""
    rules = {one.id: one for model in trial.models.datasets["EC"] for one in model.declared_rules()}

    def run(doses: list[tuple[str, float]], results: list[tuple[str, float, str, str]]) -> dict[str, list[tuple[int, int]]]:
        ec = pd.DataFrame(doses, columns=["ECSTDTC", "ECDOSE"]).assign(USUBJID="A", ECOCCUR="Y")
        kinds = {"LBTESTCD": "str", "LBSTRESN": "float64", "LBSTRESU": "str", "LBDTC": "str"}
        lb = pd.DataFrame(results, columns=list(kinds)).astype(kinds).assign(USUBJID="A").astype({"USUBJID": "str"})
        dm = pd.DataFrame({"USUBJID": ["A"], "RFICDTC": ["2024-02-20"]})
        made = {}
        for id, name in (("IFN-EX-025", "full"), ("IFN-EX-026", "any")):
            found = rules[id].check(ec, lb, dm)
            at = found.beside["LB"]
            made[name] = [(number, int(at[number])) for number, passes in enumerate(found.mask) if not passes]
        return {name: told for name, told in made.items() if told}

    return run


COUNT = "10^9/L"


@pytest.mark.parametrize(
    ("doses", "results", "told"),
    [
        ([("2024-03-08", 135)], [("NEUT", 0.75, COUNT, "2024-03-05")], {}),
        ([("2024-03-08", 135)], [("NEUT", 0.74, COUNT, "2024-03-05")], {"full": [(0, 0)]}),
        ([("2024-03-08", 90)], [("NEUT", 0.5, COUNT, "2024-03-05")], {}),
        ([("2024-03-08", 90)], [("NEUT", 0.49, COUNT, "2024-03-05")], {"any": [(0, 0)]}),
        ([("2024-03-08", 135)], [("NEUT", 0.49, COUNT, "2024-03-05")], {"any": [(0, 0)]}),
        ([("2024-03-08", 135)], [("WBC", 1.49, COUNT, "2024-03-05")], {"full": [(0, 0)]}),
        ([("2024-03-08", 135)], [("PLAT", 49, COUNT, "2024-03-05")], {"full": [(0, 0)]}),
        ([("2024-03-08", 45)], [("PLAT", 24, COUNT, "2024-03-05")], {"any": [(0, 0)]}),
        # Recovered since, measured later, on the same day at a later or an unknown time: nothing says that it was low before.
        ([("2024-03-08", 135)], [("NEUT", 0.6, COUNT, "2024-03-05"), ("NEUT", 1.2, COUNT, "2024-03-06")], {}),
        ([("2024-03-08", 135)], [("NEUT", 0.6, COUNT, "2024-03-09")], {}),
        ([("2024-03-08T09:00", 135)], [("NEUT", 0.6, COUNT, "2024-03-08T08:00")], {"full": [(0, 0)]}),
        ([("2024-03-08T09:00", 135)], [("NEUT", 0.6, COUNT, "2024-03-08T10:00")], {}),
        ([("2024-03-08", 135)], [("NEUT", 0.6, COUNT, "2024-03-08T08:00")], {}),
        # Told at the first injection after it; each low result by itself.
        ([("2024-03-08", 135), ("2024-03-15", 135)], [("NEUT", 0.6, COUNT, "2024-03-05")], {"full": [(0, 0)]}),
        (
            [("2024-03-08", 135), ("2024-03-15", 135)],
            [("NEUT", 0.6, COUNT, "2024-03-05"), ("PLAT", 40, COUNT, "2024-03-10")],
            {"full": [(0, 0), (1, 1)]},
        ),
        # In another unit, of another test, or hardly that of a living person: not compared.
        ([("2024-03-08", 135)], [("NEUT", 0.6, "%", "2024-03-05")], {}),
        ([("2024-03-08", 135)], [("LYM", 0.2, COUNT, "2024-03-05")], {}),
        ([("2024-03-08", 135)], [], {}),
    ],
)
def test_the_dose_and_the_blood_counts(counted: Any, doses: Any, results: Any, told: dict[str, list[tuple[int, int]]]) -> None:
    assert counted(doses, results) == told
