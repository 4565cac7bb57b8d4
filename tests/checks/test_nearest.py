"""The terms near to a value that has none."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from trialbook.checks.nearest import MOST_COMPARISONS, candidates, nearest, nearest_details
from trialbook.mapping import StudyCodelist
from trialbook.standards import Codelist

LISTS = {
    "SEX": {"M": ["男", "Male"], "F": ["女", "Female"]},
    "OUTCOME": {
        "RECOVERED/RESOLVED": ["痊愈", "恢复", "已恢复", "Recovered"],
        "RECOVERING/RESOLVING": ["好转", "恢复中", "Recovering"],
        "NOT RECOVERED/NOT RESOLVED": ["未恢复", "未好转", "持续", "Not recovered"],
        "FATAL": ["死亡", "Fatal"],
        "UNKNOWN": ["未知", "不详", "Unknown"],
    },
    "GRADE": {"1": ["1级"], "2": ["2级"], "3": ["3级"]},
    "YESNO": {"Y": ["是", "Yes"], "N": ["否", "No"]},
}


@pytest.mark.parametrize(
    ("codelist", "value", "expected"),
    [
        ("SEX", "男性", ["男 (M)"]),
        ("SEX", "女性", ["女 (F)"]),
        ("SEX", "male", ["Male (M)"]),
        ("SEX", "FEMALE", ["Female (F)"]),
        ("SEX", "m", ["M"]),
        ("SEX", "Femal", ["Female (F)", "Male (M)"]),
        ("SEX", "不明", []),
        ("OUTCOME", "已痊愈", ["痊愈 (RECOVERED/RESOLVED)"]),
        ("OUTCOME", "尚未恢复", ["未恢复 (NOT RECOVERED/NOT RESOLVED)", "恢复 (RECOVERED/RESOLVED)"]),
        ("OUTCOME", "recoverd", ["Recovered (RECOVERED/RESOLVED)", "Recovering (RECOVERING/RESOLVING)"]),
        ("OUTCOME", "ＦＡＴＡＬ ", ["FATAL"]),
        ("GRADE", "2 级", ["2级 (2)"]),
        ("GRADE", "6级", []),
        ("YESNO", "Yesterday", ["Yes (Y)"]),
        ("YESNO", "?", []),
        ("YESNO", "", []),
    ],
)
def test_what_a_value_is_near_to(codelist, value, expected):
    among = candidates(StudyCodelist.model_validate({"terms": LISTS[codelist]}))
    assert nearest(value, among)[: len(expected) or None] == expected


def test_cdiscs_terms_are_shown_where_the_studys_list_lacks_them():
    ct = Codelist("C66731", "SEX", True, ("F", "INTERSEX", "M", "U"), ("C1", "C2", "C3", "C4"))
    among = candidates(StudyCodelist.model_validate({"terms": LISTS["SEX"]}), ct)
    assert nearest("Intersex", among) == ["INTERSEX (of CDISC's C66731, not of the study's list)"]
    assert nearest("f", among) == ["F"]


def test_each_value_has_its_text():
    among = candidates(StudyCodelist.model_validate({"terms": LISTS["SEX"]}))
    found = nearest_details(pd.Series(["男性", "?", "男性"], index=[4, 5, 6], dtype="str"), among)
    assert (found.tolist(), list(found.index)) == (["nearest: 男 (M)", "", "nearest: 男 (M)"], [4, 5, 6])


def test_a_hundred_thousand_distinct_values_cost_no_more_than_a_few():
    among = candidates(StudyCodelist.model_validate({"terms": {f"TERM {n:03}": [] for n in range(200)}}))
    values = pd.Series([f"term {n}" for n in range(100_000)], dtype="str")
    started = time.perf_counter()
    found = nearest_details(values, among)
    assert time.perf_counter() - started < 20
    assert (found[MOST_COMPARISONS // 200 :] == "").all()
    assert len(found) == len(values)
