"""Rules run on parts of the subjects say what they say of all of them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.checks import Rule, Severity, against
from trialbook.checks.check import check_tables
from trialbook.checks.parts import parts_of
from trialbook.checks.tables import CheckedTable
from trialbook.findings import RuleStatus, Stage

Make = Callable[..., CheckedTable]


def rule(id: str, check: Callable[..., Any], variables: tuple[str, ...] = ("VALUE",), **more: Any) -> Rule:
    return Rule(id, Severity.ERROR, f"{id} {{VALUE}}", check, variables, mend=variables, **more)


def of_subject(frame: pd.DataFrame) -> pd.Series:
    return frame["VALUE"] == frame.groupby("SUBJECT")["VALUE"].transform("max")


def beside_the_other(frame: pd.DataFrame, other: pd.DataFrame) -> Any:
    at = frame["SUBJECT"].map(dict(zip(other["SUBJECT"], range(len(other)), strict=True))).fillna(-1).astype(int)
    known = np.where(at >= 0, other["LIMIT"].to_numpy()[at.clip(lower=0)] if len(other) else "", "9")
    return against(frame["VALUE"] <= known, OTHER=at)


def beside_each_of_the_other(frame: pd.DataFrame, other: pd.DataFrame) -> Any:
    """A column for each of the subject's records there, as many as any subject of the frame has."""
    there = [np.flatnonzero((other["SUBJECT"] == one).to_numpy()) for one in frame["SUBJECT"]]
    most = max((len(at) for at in there), default=0)
    at = np.array([[*one, *[-1] * (most - len(one))] for one in there], dtype=np.int64).reshape(len(frame), most)
    return against(frame["VALUE"] == "0", OTHER=at)


def broken(frame: pd.DataFrame) -> pd.Series:
    raise ValueError("it broke")


RULES = [
    rule("MASK", lambda frame: frame["VALUE"] != "3"),
    rule("SUBJECT", of_subject),
    rule("BESIDE", beside_the_other, reads={"OTHER": ("SUBJECT", "LIMIT")}),
    rule("EACH", beside_each_of_the_other, reads={"OTHER": ("SUBJECT", "LIMIT")}),
    rule("TWICE", lambda frame: ~frame["VALUE"].duplicated(keep=False), across=True, twins=True),
    rule("COUNT", lambda frame: len(frame) <= 3),
    rule("MANY", lambda frame: len(frame) >= 3),
    rule("BROKEN", broken),
    rule("ABSENT", of_subject, reads={"NOWHERE": ("SUBJECT",)}),
    rule("COLUMN", of_subject, ("NO SUCH",)),
    rule("PLAN", lambda frame, plan: frame["VALUE"].isin(plan["VALUE"]), reads={"PLAN": ("VALUE",)}),
]
PLAN = {"VALUE": ["1", "2"]}


def both(tables: dict[str, CheckedTable], rules: dict[str, list[Rule]], count: int) -> tuple[Any, Any]:
    absent = {"NOWHERE": "the form NOWHERE is not in the export"}
    return (
        check_tables(tables, rules, absent, "TINY01"),
        check_tables(tables, rules, absent, "TINY01", parts=parts_of(tables, count)),
    )


@pytest.fixture
def tables(table: Make) -> dict[str, CheckedTable]:
    made = (
        table("AE", {"SUBJECT": ["S2", "S1", "S1", "S3", ""], "VALUE": ["3", "1", "3", "2", "2"]}, ["SUBJECT"]),
        table("OTHER", {"SUBJECT": ["S3", "S1", "S3"], "LIMIT": ["1", "2", "1"]}),
        table("PLAN", PLAN),
        table("SUPPAE", {"VALUE": ["x", "3"]}, stage=Stage.SDTM),
    )
    return {one.name: one for one in made}


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_findings_and_outcomes_are_those_of_one_run(tables: dict[str, CheckedTable], count: int) -> None:
    together, apart = both(tables, {"AE": RULES, "SUPPAE": RULES[:1], "NOWHERE": RULES[:1]}, count)
    assert apart == together
    found, outcomes = together
    assert {(one.rule, one.record) for one in found if one.dataset == "AE"} == {
        ("MASK", 1), ("MASK", 3), ("SUBJECT", 2), ("BESIDE", 3), ("BESIDE", 4), ("COUNT", None),
        ("EACH", 1), ("EACH", 2), ("EACH", 3), ("EACH", 4), ("EACH", 5),
        ("TWICE", 1), ("TWICE", 3), ("TWICE", 4), ("TWICE", 5), ("PLAN", 1), ("PLAN", 3),
    }  # fmt: skip
    statuses = {one.rule: one.status for one in outcomes if one.dataset == "AE"}
    assert statuses["MANY"] is RuleStatus.SUCCESS
    assert statuses["BROKEN"] is RuleStatus.EXECUTION_ERROR
    assert statuses["ABSENT"] is statuses["COLUMN"] is RuleStatus.SKIPPED


def test_a_rule_across_that_does_not_say_so_is_told_apart(tables: dict[str, CheckedTable]) -> None:
    """What this file would not notice: two records of one value lie in two parts."""
    silent = [rule("TWICE", lambda frame: ~frame["VALUE"].duplicated(keep=False))]
    together, apart = both(tables, {"AE": silent}, 3)
    assert len(together[0]) > len(apart[0])


def test_a_subject_is_in_one_part_with_all_its_records(tables: dict[str, CheckedTable]) -> None:
    parts = parts_of(tables, 2)
    assert [{name: at.tolist() for name, at in part.positions.items()} for part in parts] == [
        {"AE": [0, 4], "OTHER": []},
        {"AE": [1, 2, 3], "OTHER": [0, 1, 2]},
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.tuples(st.sampled_from(["S1", "S2", " S2 ", "S3", "S4", ""]), st.sampled_from("123")), max_size=12),
    limits=st.lists(st.tuples(st.sampled_from(["S1", "S2", "S4"]), st.sampled_from("123")), max_size=4),
    count=st.integers(1, 4),
)
def test_whatever_the_records_are(table: Make, cells: list[tuple[str, str]], limits: list[tuple[str, str]], count: int) -> None:
    subjects, values = zip(*cells, strict=True) if cells else ((), ())
    of, limit = zip(*limits, strict=True) if limits else ((), ())
    made = (
        table("AE", {"SUBJECT": pd.Series(subjects, dtype="str"), "VALUE": pd.Series(values, dtype="str")}, ["SUBJECT"]),
        table("OTHER", {"SUBJECT": pd.Series(of, dtype="str"), "LIMIT": pd.Series(limit, dtype="str")}),
        table("PLAN", PLAN),
    )
    together, apart = both({one.name: one for one in made}, {"AE": RULES}, count)
    assert apart == together
