"""The kinds of defect from clinical practice: each finds a place in a trial of forty, and changes what it says it changes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.simulation import Kind
from trialbook.simulation.changes import Change
from trialbook.simulation.course import Course
from trialbook.study import LoadedStudy

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT / "simulation", "practice_defects_under_test")
Tables = dict[str, pd.DataFrame]

TOLD = {
    "WEIGHT_IN_JIN": ["VS_ECOG.WEIGHT"],
    "TUBES_EXCHANGED": ["MRD_PCR.TARGET"],
    "FAILED_RUN_CALLED_NEGATIVE": ["MRD_PCR.RESULT"],
    "COPIES_INTERCHANGED": ["MRD_PCR.ABL1_COPIES", "MRD_PCR.TARGET_COPIES"],
    "MARROW_DATED_AT_REPORT": ["MRD_PCR.SAMPLE_DAT"],
    "RELAPSE_WITH_REMISSION_MARROW": ["BM.BLAST_PCT", "BM.CR_STATUS"],
    "RECORDS_UNDER_FORMER_NUMBER": [],
    "INJECTION_TWELVE_HOURS_OFF": ["EX.ADMIN_TIM"],
    "NEUTROPHILS_IN_PERCENT": ["LAB.RESULT_TXT"],
    "GRADE_OF_FORMER_EVENT": ["AE.CTCAE_GRADE"],
    "EVENT_UNDER_TWO_NUMBERS": ["AE.START"],
    "DEATH_DATED_AT_REPORT": ["DEATH.DTH_DAT", "DISP.EOS_DAT"],
}
"""What each kind changes at least, whichever record it takes."""

KINDS = {kind.name: kind for kind in COURSE.kinds if kind.name in TOLD}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return COURSE.tables(40, np.random.default_rng(3), LoadedStudy(ROOT).specs)


@pytest.fixture(scope="module")
def made(tables: Tables) -> Callable[[str], list[list[Change]]]:
    """The first defects of a kind, each as its changes."""

    def of(name: str) -> list[list[Change]]:
        first = islice(KINDS[name](tables, np.random.default_rng(1)), 5)
        return [[one] if isinstance(one, Change) else list(one) for one in first]

    return of


def test_all_are_there_and_each_leaves_a_trace() -> None:
    assert sorted(KINDS) == sorted(TOLD)
    assert all(kind.detectable for kind in KINDS.values())


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("TUBES_EXCHANGED", {"MRD_PCR.TARGET"}),
        ("EVENT_UNDER_TWO_NUMBERS", {"AE.AETERM", "AE.START"}),
        ("DEATH_DATED_AT_REPORT", {"DEATH.DTH_DAT"}),
    ],
)
def test_what_changes_along_with_it_tells_nothing(
    name: str, telling: set[str], made: Callable[[str], list[list[Change]]]
) -> None:
    cells = {f"{one.form}.{one.column}" for changes in made(name) for one in changes if one.detectable is None}
    assert cells == telling


@pytest.mark.parametrize("name", TOLD)
def test_finds_a_place_and_changes_what_it_says(name: str, tables: Tables, made: Callable[[str], list[list[Change]]]) -> None:
    assert made(name)
    for changes in made(name):
        cells = [f"{one.form}.{one.column}" for one in changes]
        assert set(TOLD[name]) <= set(cells)
        assert len({(one.form, one.record, one.column) for one in changes}) == len(changes)
        for one in changes:
            assert one.value is not None
            assert one.value != tables[one.form].at[one.record, one.column]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_order_is_that_of_the_generator(kind: Kind, tables: Tables) -> None:
    first, again, other = ([*islice(kind(tables, np.random.default_rng(seed)), 50)] for seed in (1, 1, 2))
    assert first == again
    assert len(first) < 4 or first != other


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_without_any_record_there_is_no_place(kind: Kind, tables: Tables) -> None:
    assert list(kind({name: frame.iloc[:0] for name, frame in tables.items()}, np.random.default_rng(1))) == []


def test_tubes_are_those_of_two_subjects_in_one_run(tables: Tables, made: Callable[[str], list[list[Change]]]) -> None:
    pcr = tables["MRD_PCR"]
    for changes in made("TUBES_EXCHANGED"):
        pair = pcr.loc[sorted({one.record for one in changes})]
        assert (len(pair), pair["SUBJID"].nunique(), pair["BATCH"].nunique()) == (2, 2, 1)


def test_what_stands_under_the_former_number_is_after_its_screening(
    tables: Tables, made: Callable[[str], list[list[Change]]]
) -> None:
    former = tables["DM"].set_index("SUBJID")["SUBJID_PREV"]
    for changes in made("RECORDS_UNDER_FORMER_NUMBER"):
        for one in changes:
            now = tables[one.form].loc[one.record]
            assert (one.column, one.value) == ("SUBJID", former[now["SUBJID"]])
            assert now["VISIT"] not in ("SCREENING", "BASELINE")


def test_neutrophils_are_more_than_all_leukocytes(tables: Tables, made: Callable[[str], list[list[Change]]]) -> None:
    lab = tables["LAB"]
    for (one,) in made("NEUTROPHILS_IN_PERCENT"):
        sample = lab[lab["ACCESSION"] == lab.at[one.record, "ACCESSION"]].set_index("TEST_LOCAL")["RESULT_TXT"]
        assert float(one.value or "") > float(sample["WBC"])


def test_an_event_under_two_numbers_is_one_by_its_words(tables: Tables, made: Callable[[str], list[list[Change]]]) -> None:
    for changes in made("EVENT_UNDER_TWO_NUMBERS"):
        ae = tables["AE"].copy()
        for one in changes:
            if one.form == "AE":
                ae.at[one.record, one.column] = one.value
        rest = ae.drop(columns="AE_NO")
        assert rest.duplicated(keep=False).sum() == 2


def test_a_death_is_told_before_its_day(tables: Tables, made: Callable[[str], list[list[Change]]]) -> None:
    told = tables["SURV"][tables["SURV"]["STATUS"] == "DEAD"].set_index("SUBJID")["CONTACT_DAT"]
    for changes in made("DEATH_DATED_AT_REPORT"):
        (death,) = (one for one in changes if one.form == "DEATH")
        assert str(death.value) > told[tables["DEATH"].at[death.record, "SUBJID"]]
