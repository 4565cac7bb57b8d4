"""All datasets of a whole small trial, and what its making refuses or has to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from trialbook.analysis.adam.conformance import violations
from trialbook.analysis.adam.make import constants, make_datasets, parameters
from trialbook.errors import SpecError, TrialbookError
from trialbook.protocol.objectives import Strategy


@pytest.fixture
def make(small_trial: Any) -> Callable[..., dict[str, Any]]:
    """The datasets of the small trial, once ``change`` has had a copy of its SDTM frames."""

    def made(change: Callable[[dict[str, pd.DataFrame]], Any] | None = None, absent: tuple[str, ...] = ()) -> dict[str, Any]:
        frames = {name: frame.copy() for name, frame in small_trial.sdtm.items()}
        if change is not None:
            change(frames)
        return make_datasets(small_trial.specs, frames, small_trial.protocol, absent)

    return made


def rows(dataset: Any, *columns: str, **where: str) -> list[tuple[Any, ...]]:
    frame = dataset.frame
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return list(frame[list(columns)].astype("object").itertuples(index=False, name=None))


def test_adsl_comes_first_and_every_dataset_has_the_subjects_of_adsl(small_trial):
    assert list(small_trial.datasets) == ["ADSL", "ADAE", "ADEX", "ADLB", "ADRS", "ADTTE"]
    assert violations(small_trial.datasets, small_trial.specs.datasets, small_trial.sdtm) == ()
    assert [one for dataset in small_trial.datasets.values() for one in dataset.notices] == []


def test_adsl_has_everyone_and_the_flags_of_the_sets(small_trial):
    assert rows(small_trial.datasets["ADSL"], "USUBJID", "TRT01PN", "ITTFL", "SAFFL", "EOSSTT") == [
        ("A1", 1.0, "Y", "Y", "ONGOING"),
        ("A2", 1.0, "Y", "Y", "DISCONTINUED"),
        ("A3", 1.0, "Y", "Y", "ONGOING"),
        ("A4", 1.0, "Y", "N", "ONGOING"),
        ("F1", pytest.approx(float("nan"), nan_ok=True), "N", "N", "DISCONTINUED"),
        ("P1", 0.0, "Y", "Y", "ONGOING"),
        ("P2", 0.0, "Y", "Y", "DISCONTINUED"),
        ("P3", 0.0, "Y", "Y", "ONGOING"),
        ("P4", 0.0, "Y", "Y", "DISCONTINUED"),
    ]


def test_the_responses_stand_beside_the_values_that_they_are_of(small_trial):
    assert rows(small_trial.datasets["ADRS"], "USUBJID", "AVALC", "AVALCAT1", "SRCSEQ", PARAMCD="CURE") == [
        ("A1", "Y", "Response", 1.0),
        ("A2", "Y", "Response", 1.0),
        ("A3", "N", "No response", 1.0),
        ("A4", "N", "Missing", pytest.approx(float("nan"), nan_ok=True)),
        ("P1", "N", "No response", 1.0),
        ("P2", "N", "Intercurrent event", 1.0),
        ("P3", "Y", "Response", 1.0),
        ("P4", "N", "No response", 1.0),
    ]
    assert len(rows(small_trial.datasets["ADRS"], "USUBJID", PARAMCD="CUREV")) == 7


@pytest.mark.parametrize(
    ("paramcd", "expected"),
    [
        # Time in days and CNSR of A1, A2, A3, A4, P1, P2, P3, P4 (README.md of the small trial).
        ("OS", [(184, 1), (150, 0), (120, 1), (20, 1), (184, 1), (60, 0), (184, 1), (100, 0)]),
        ("OSRESC", [(184, 1), (150, 0), (120, 1), (20, 1), (184, 1), (60, 0), (90, 1), (100, 0)]),
        ("PROG", [(184, 1), (100, 0), (120, 1), (20, 1), (184, 1), (15, 0), (184, 1), (100, 2)]),
        # No analysis of the plan takes it.
        ("RESCUED", [(184, 1), (150, 2), (120, 1), (20, 1), (184, 1), (60, 2), (90, 0), (100, 2)]),
    ],
)
def test_each_time_by_the_strategies_of_its_analysis(small_trial, paramcd, expected):
    assert rows(small_trial.datasets["ADTTE"], "AVAL", "CNSR", PARAMCD=paramcd) == expected


def test_the_label_of_a_parameter_tells_what_is_taken_otherwise(small_trial):
    found = dict(rows(small_trial.datasets["ADTTE"], "PARAMCD", "PARAM"))
    assert found["OS"] == "Overall survival (days)"
    assert found["OSRESC"] == "Overall survival (days) (RESCUE by hypothetical)"


def test_a_subject_twice_in_dm_is_refused(make):
    with pytest.raises(TrialbookError, match="ADSL has one record a subject, and DM has several of A1\nMend the export"):
        make(lambda frames: frames.update(DM=pd.concat([frames["DM"], frames["DM"].iloc[:1]])))


def test_a_dataset_that_is_not_there_is_named(make):
    with pytest.raises(TrialbookError, match="the analysis reads the dataset AE, and there is none\nCorrect the name"):
        make(lambda frames: frames.pop("AE"))
    with pytest.raises(TrialbookError, match="the analysis reads the dataset AE, and the export has none of its forms\nAdd its"):
        make(lambda frames: frames.pop("AE"), absent=("AE",))


def test_an_event_whose_forms_the_export_has_not_has_none(make):
    made = make(lambda frames: frames.pop("CM"), absent=("CM",))
    assert rows(made["ADTTE"], "AVAL", "CNSR", PARAMCD="OSRESC", USUBJID="P3") == [(184, 1)]


def test_records_of_a_subject_that_dm_has_not_are_left_out_and_told(make):
    made = make(lambda frames: frames["AE"].__setitem__("USUBJID", ["A1", "A1", "A1", "A2", "X9", ""]))
    assert [one[0] for one in rows(made["ADAE"], "USUBJID")] == ["A1", "A1", "A1", "A2"]
    assert made["ADAE"].notices == ("2 records are of subjects that ADSL does not have, and are left out",)


def test_who_has_no_date_of_randomization_has_no_time_and_is_a_missing_response(make):
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frames["DM"].loc[[0, 4], "RFSTDTC"] = ["2024-01", ""]

    made = make(change)
    assert {one[0] for one in rows(made["ADTTE"], "USUBJID")} == {"A2", "A3", "A4", "P2", "P3", "P4"}
    assert made["ADTTE"].notices == ("the day from which times are counted is not known of A1, P1: they have no record",)
    assert rows(made["ADRS"], "USUBJID", "AVALC", "AVALCAT1", PARAMCD="CURE")[0] == ("A1", "N", "Missing")
    assert len(rows(made["ADRS"], "USUBJID", PARAMCD="CURE")) == 8


def test_an_event_before_the_randomization_is_told_and_not_counted(make):
    made = make(lambda frames: frames["DM"].__setitem__("DTHDTC", ["", "2023-05-29", *[""] * 7]))
    assert rows(made["ADTTE"], "AVAL", "CNSR", PARAMCD="OS", USUBJID="A2") == [(122, 1)]
    expected = "DEATH is dated before the day from which times are counted, and is not counted, of A2"
    assert made["ADTTE"].notices == (expected,)


def test_an_export_of_nobody_gives_empty_datasets(make, small_trial):
    made = make(lambda frames: frames.update({name: frame.iloc[:0] for name, frame in frames.items()}))
    assert {name: len(one.frame) for name, one in made.items()} == dict.fromkeys(made, 0)
    assert violations(made, small_trial.specs.datasets, small_trial.sdtm) == ()


def test_settings_of_the_plan_are_constants_of_expressions(small_trial):
    found = constants(small_trial.protocol)
    assert (found["PRIMARY_VISIT"], found["HORIZON"], found["IMPUTATIONS"]) == ("WEEK 4", "MONTH 6", 20)


def test_two_strategies_need_two_parameters(small_trial, monkeypatch):
    assert [one.paramcd for one in parameters(small_trial.specs, small_trial.protocol)] == ["CURE", "OS", "OSRESC", "PROG"]
    analyses = small_trial.protocol.analysis.analyses
    other = analyses[5].model_copy(update={"parameter": "", "strategies": {"RESCUE": Strategy.HYPOTHETICAL}})
    changed = small_trial.protocol.analysis.model_copy(update={"analyses": (*analyses[:5], other, *analyses[6:])})
    monkeypatch.setitem(small_trial.protocol.__dict__, "analysis", changed)
    with pytest.raises(SpecError, match="A-OS and A-OS-RESCUE take intercurrent events differently and name one parameter, OS"):
        parameters(small_trial.specs, small_trial.protocol)
