"""A dataset by its specification: the first algorithm that gives a value, conditions, several kinds of records, what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from trialbook.analysis.adam.dataset import make_dataset
from trialbook.analysis.adam.spec import AnalysisDatasetSpec
from trialbook.errors import TrialbookError

ADSL = [{"USUBJID": "S1", "STUDYID": "T", "TRT01P": "Drug"}, {"USUBJID": "S2", "STUDYID": "T", "TRT01P": "None"}]
LB = [
    {"STUDYID": "T", "USUBJID": "S2", "LBSEQ": 1, "LBTESTCD": "WBC", "LBSTRESN": 7.0, "LBSTRESC": "7"},
    {"STUDYID": "T", "USUBJID": "S1", "LBSEQ": 2, "LBTESTCD": "WBC", "LBSTRESN": float("nan"), "LBSTRESC": "<0.1"},
    {"STUDYID": "T", "USUBJID": "S1", "LBSEQ": 1, "LBTESTCD": "HGB", "LBSTRESN": 90.0, "LBSTRESC": "90"},
]
VS = [{"STUDYID": "T", "USUBJID": "S1", "VSSEQ": 5, "VSTESTCD": "TEMP", "VSSTRESN": 37.0}]


def bds(variables: dict[str, Any], records: list[dict[str, Any]] | None = None, **more: Any) -> AnalysisDatasetSpec:
    return AnalysisDatasetSpec.model_validate(
        {
            "dataset": "ADX",
            "label": "X",
            "structure": "BDS",
            "keys": ["STUDYID", "USUBJID", "PARAMCD"],
            "records": records or [{"dataset": "LB", "value": "LBSTRESN"}],
            "variables": {"STUDYID": {"assign": "STUDYID"}, "PARAMCD": {"assign": "LBTESTCD"}, **variables},
            **more,
        }
    )


def test_the_first_algorithm_that_gives_a_value_wins_under_its_condition(materials):
    grade = [
        {"hardcode": "LOW", "condition_add": "AVAL < 8"},
        {"hardcode": "HIGH", "condition_add": 'PARAMCD == "HGB"'},
        {"assign": "LBSTRESC"},
    ]
    numbers = [{"assign": "AVAL", "condition_add": "AVAL > 50"}, {"hardcode": 0, "condition_add": "AVAL < 50"}]
    spec = bds({"AVAL": {"assign": "LBSTRESN"}, "AVALC": grade, "BASE": numbers})
    found = make_dataset(spec, materials(ADSL=ADSL, LB=LB))
    assert found.frame[["USUBJID", "PARAMCD", "AVALC", "BASE"]].fillna({"BASE": -1}).values.tolist() == [
        ["S1", "HGB", "HIGH", 90.0],
        ["S1", "WBC", "<0.1", -1],
        ["S2", "WBC", "LOW", 0.0],
    ]


def test_records_of_several_datasets_stand_under_each_other_each_with_its_source(materials):
    records = [
        {"dataset": "LB", "where": 'LBTESTCD == "WBC"', "value": "LBSTRESN", "variables": {"AVAL": {"assign": "LBSTRESN"}}},
        {"dataset": "VS", "value": "VSSTRESN", "variables": {"AVAL": {"assign": "VSSTRESN"}}},
        {"dataset": "ADSL", "source": "LB", "value": "LBSTRESN", "variables": {"AVAL": {"hardcode": 2}}},
    ]
    code = [{"assign": "LBTESTCD"}, {"assign": "VSTESTCD"}, {"hardcode": "COUNT"}]
    spec = bds({"PARAMCD": code, "AVAL": {"assign": "AVAL"}, "TRTP": {"assign": "ADSL.TRT01P"}}, records)
    found = make_dataset(spec, materials(ADSL=ADSL, LB=LB, VS=VS)).frame
    columns = ["USUBJID", "PARAMCD", "AVAL", "TRTP", "SRCDOM", "SRCVAR", "SRCSEQ"]
    assert found[columns].fillna({"AVAL": -1, "SRCSEQ": -1}).values.tolist() == [
        ["S1", "COUNT", 2.0, "Drug", "LB", "LBSTRESN", -1],
        ["S1", "TEMP", 37.0, "Drug", "VS", "VSSTRESN", 5.0],
        ["S1", "WBC", -1, "Drug", "LB", "LBSTRESN", 2.0],
        ["S2", "COUNT", 2.0, "None", "LB", "LBSTRESN", -1],
        ["S2", "WBC", 7.0, "None", "LB", "LBSTRESN", 1.0],
    ]


def test_a_temporary_variable_is_used_and_left_out_and_labels_are_the_standards(materials):
    limit = {"hardcode": 8, "temporary": True}
    low = {"derive_flag": {"where": "AVAL < LIMIT"}, "label": "Low Flag", "type": "Char"}
    spec = bds({"AVAL": {"assign": "LBSTRESN"}, "LIMIT": limit, "LOWFL": low, "ADT": {"hardcode": 100}})
    found = make_dataset(spec, materials(ADSL=ADSL, LB=LB))
    assert [*found.frame] == ["STUDYID", "USUBJID", "PARAMCD", "AVAL", "LOWFL", "ADT", "SRCDOM", "SRCVAR", "SRCSEQ"]
    told = {name: (one.label, one.type, one.format) for name, one in found.variables.items()}
    assert told["AVAL"] == ("Analysis Value", "Num", "")
    assert told["ADT"] == ("Analysis Date", "Num", "DATE9.")
    assert told["LOWFL"] == ("Low Flag", "Char", "")
    assert found.frame["LOWFL"].tolist() == ["", "", "Y"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"AVAL": {"assign": "NOTHING"}}, "ADX.AVAL: assign: NOTHING is no variable of the records"),
        ({"AVAL": {"hardcode": 1, "condition_add": "X >"}}, "ADX.AVAL: column 4 of the expression 'X >': cannot be read here"),
        ({"MINE": {"hardcode": 1}}, "ADX.MINE is no variable of ADaM's BDS, and has no label of its own"),
        ({"MINE": {"hardcode": 1, "label": "Mine"}}, "ADX.MINE is no variable of ADaM's BDS, and has no type of its own"),
    ],
)
def test_what_cannot_be_made_is_named(materials, variables, message):
    with pytest.raises(TrialbookError) as raised:
        make_dataset(bds(variables), materials(ADSL=ADSL, LB=LB))
    assert raised.value.what.startswith(message)
