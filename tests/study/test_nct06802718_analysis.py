"""The trial's analysis datasets and results on a synthetic export: ADaM's rules, what must not be empty, and what must agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from trialbook.analysis.adam.dataset import make_dataset
from trialbook.analysis.adam.make import constants
from trialbook.analysis.adam.making import Materials
from trialbook.run import Study
from trialbook.run.analysis import Analysed
from trialbook.run.analysis_lint import analysis_lint
from trialbook.simulation import simulate_export

pytestmark = pytest.mark.xdist_group("analysis")


@pytest.fixture(scope="session")
def analysed(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Analysed:
    """An export of 24 subjects, one of them screened twice, analysed once for this module."""
    out = tmp_path_factory.mktemp("analysed") / "made"
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, out, subjects=24, seed=5, rate=0)
    return trial.analyse(made.export)


def test_the_specifications_agree_with_the_protocol_and_the_datasets(trial):
    assert analysis_lint(trial) == ()


def test_the_datasets_keep_adams_rules_and_nothing_was_left_out(analysed):
    assert [str(one) for one in analysed.violations] == []
    assert analysed.about["notices"] == {}


def test_every_value_leads_to_a_record_and_only_what_no_record_tells_leads_to_none(analysed):
    """That the records are there, is one of ADaM's rules above: here, which have no source."""
    without = {
        (name, paramcd, text)
        for name in ("ADEX", "ADLB", "ADMRD", "ADTTE")
        for frame in [analysed.datasets[name].assign(EVNTDESC=lambda one: one.get("EVNTDESC", ""))]
        for paramcd, text in frame.loc[frame["SRCDOM"] == "", ["PARAMCD", "EVNTDESC"]].itertuples(index=False)
    }
    allowed = {("ADMRD", paramcd, "") for paramcd in ("MRD6", "MRD6LR")}  # no marrow: missing
    parameters = analysed.datasets["ADTTE"]["PARAMCD"].unique()
    allowed |= {("ADTTE", one, "Cut at the end of the last planned visit") for one in parameters}
    allowed |= {("ADTTE", one, "Observed on the day of origin alone") for one in parameters}
    assert without <= allowed


@pytest.mark.parametrize(
    ("dataset", "variable"),
    [
        ("ADLB", "CHG"),
        ("ADLB", "ONTRTFL"),
        ("ADLB", "ANL01FL"),
        ("ADLB", "ANL02FL"),
        ("ADLB", "BTOXGR"),
        ("ADMRD", "CHG"),
        ("ADMRD", "ABLFL"),
        ("ADMRD", "ANL01FL"),
        ("ADAE", "TRTEMFL"),
        ("ADAE", "AOCCPIFL"),
        ("ADEX", "AVALCAT1"),
    ],
)
def test_no_variable_is_empty_for_want_of_a_condition_that_can_be_true(analysed, dataset, variable):
    frame = analysed.datasets[dataset]
    filled = frame[variable].notna() & (frame[variable] != "")
    # Of each arm: a condition that only one arm can meet is as wrong.
    arms = set(frame.loc[filled, "TRTP"]) - {""}
    assert arms == ({"Interferon Group"} if dataset == "ADEX" else {"Interferon Group", "Control Group"})


def test_each_randomized_subject_has_one_record_of_each_parameter_of_an_endpoint(analysed):
    randomized = set(analysed.datasets["ADSL"].query("ITTFL == 'Y'")["USUBJID"])
    assert len(randomized) == 24
    for name, paramcds in (
        ("ADMRD", ["MRD6", "MRD6LR"]),
        ("ADTTE", ["EFS", "EFSTHER", "OS", "OSTHER", "CIR", "CIRTHER", "MRDREL"]),
    ):
        frame = analysed.datasets[name]
        for paramcd in paramcds:
            assert sorted(frame.loc[frame["PARAMCD"] == paramcd, "USUBJID"]) == sorted(randomized), paramcd


def test_times_lie_between_the_randomization_and_the_cut(analysed):
    times = analysed.datasets["ADTTE"]
    assert times["AVAL"].between(1, 762).all()
    assert (times["AVAL"] == times["ADT"] - times["STARTDT"] + 1).all()
    wide = times.pivot(index="USUBJID", columns="PARAMCD", values="AVAL")
    event = times.pivot(index="USUBJID", columns="PARAMCD", values="CNSR") == 0
    # Who dies has an event of EFS not later; who relapses has it on the same day.
    assert (wide["EFS"] <= wide["OS"])[event["OS"]].all()
    assert (wide["EFS"] == wide["CIR"])[event["CIR"]].all()
    assert (event["EFS"] | ~event["OS"]).all()


def test_the_baseline_of_adsl_is_the_baseline_of_admrd(analysed):
    ratio = analysed.datasets["ADMRD"].query("PARAMCD == 'RATIO' and ABLFL == 'Y'").set_index("USUBJID")["AVAL"]
    subjects = analysed.datasets["ADSL"].query("ITTFL == 'Y'").set_index("USUBJID")
    pd.testing.assert_series_equal(subjects["RATIOBL"], ratio.reindex(subjects.index), check_names=False)


def test_who_is_screened_again_counts_by_the_screening_that_led_to_randomization(analysed):
    subjects = analysed.datasets["ADSL"]
    again = subjects[subjects["USUBJID"].str.rpartition("-")[2] != subjects["SUBJID"]]
    randomized = again[again["ITTFL"] == "Y"]
    assert len(randomized) >= 1
    assert set(randomized["ELIGFL"]) == {"Y"}
    assert set(randomized["DCSREAS"]).isdisjoint({"SCREEN FAILURE"})
    assert randomized["CONSOLN"].between(3, 8).all()


def test_no_number_is_without_value_and_reason(analysed):
    assert [one.key for one in analysed.results.results if one.value != one.value and not one.reason] == []


@pytest.fixture
def events(trial: Study) -> Callable[..., pd.DataFrame]:
    """ADAE of one subject of each arm, randomized on 2024-03-10; the rows are those of AE that matter."""

    def made(*rows: dict[str, Any]) -> pd.DataFrame:
        names = ("AETERM", "AEDECOD", "AEBODSYS", "AESTDTC", "AEENDTC", "AESER", "AEREL", "AEACN", "AEOUT", "AESDTH", "AETOXGR")
        filled = [
            {"STUDYID": "T", "USUBJID": "S1", "AESEQ": float(number)} | dict.fromkeys(names, "") | row
            for number, row in enumerate(rows, 1)
        ]
        ae = pd.DataFrame(filled).astype(dict.fromkeys(names, "str") | {"STUDYID": "str", "USUBJID": "str"})
        subject = {"USUBJID": "S1", "SITEID": "1", "TRT01P": "Interferon Group", "TRT01PN": 1.0, "TRT01A": "Interferon Group"}
        days = {"TRT01AN": 1.0, "SAFFL": "Y", "RANDDT": DAY_1, "SAFENDT": DAY_1 + 213}
        functions = trial.analysis_specs.derivations.functions
        adam = {"ADSL": pd.DataFrame([subject | days])}
        materials = Materials({"AE": ae}, functions, constants(trial.protocol), trial.visits, frozenset(), adam)
        return make_dataset(trial.analysis_specs.datasets["ADAE"], materials).frame.set_index("AESEQ").sort_index()

    return made


DAY_1 = float((pd.Timestamp("2024-03-10") - pd.Timestamp("1960-01-01")).days)


# Randomized on 2024-03-10; the safety window ends on day 214, 2024-10-09.
@pytest.mark.parametrize(
    ("begin", "end", "emergent"),
    [
        ("2024-03-09", "", ""),
        ("2024-03-10", "", "Y"),
        ("2024-10-09", "", "Y"),
        ("2024-10-10", "", ""),
        ("2024-03", "", "Y"),  # can have begun on day 1
        ("2024-03", "2024-03-08", ""),  # had ended before it
        ("2024-02", "2024-04-01", ""),
        ("2024-10", "", "Y"),
        ("2024-11", "", ""),
        ("2024", "", "Y"),
        ("", "", "Y"),  # nobody knows when
        ("", "2024-03-09", ""),
        ("", "2024-04", "Y"),
    ],
)
def test_an_event_is_treatment_emergent_that_can_have_begun_in_the_safety_window(events, begin, end, emergent):
    assert events({"AESTDTC": begin, "AEENDTC": end})["TRTEMFL"].tolist() == [emergent]


@pytest.mark.parametrize(
    ("relation", "group"),
    [
        ("DEFINITELY RELATED", "RELATED"),
        ("PROBABLY RELATED", "RELATED"),
        ("POSSIBLY RELATED", "RELATED"),
        ("UNLIKELY RELATED", "NOT RELATED"),
        ("NOT RELATED", "NOT RELATED"),
        ("NOT APPLICABLE", "NOT RELATED"),
        ("", ""),
    ],
)
def test_related_are_the_upper_three_of_the_five_levels(trial, events, relation, group):
    assert events({"AEREL": relation})["RELGR1"].tolist() == [group]
    terms = trial.specs.codelists["CAUSALITY"].terms
    assert relation == "" or relation in terms


def test_one_event_is_the_first_worst_of_the_subject_its_term_and_its_class(events):
    def row(term: str, system: str, grade: str, begin: str) -> dict[str, str]:
        return {"AEDECOD": term, "AEBODSYS": system, "AETOXGR": grade, "AESTDTC": begin}

    found = events(
        row("Fatigue", "General", "1", "2024-03-20"),
        row("Fatigue", "General", "3", "2024-05-01"),
        row("Fatigue", "General", "3", "2024-04-01"),
        row("Pyrexia", "General", "2", "2024-03-15"),
        row("Headache", "Nervous", "4", "2024-03-01"),  # before randomization
        row("Headache", "Nervous", "", "2024-04-01"),
    )
    flags = found[["AOCCIFL", "AOCCPIFL", "AOCCSIFL"]]
    assert flags.apply("".join, axis=1).tolist() == ["", "", "YYY", "Y", "", "YY"]
