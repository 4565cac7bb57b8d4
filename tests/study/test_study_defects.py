"""The trial's own kinds of defect: each finds a place in a trial of usual size, and what it makes is another value."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.simulation import Kind
from trialbook.simulation.changes import Action, Change
from trialbook.simulation.course import Course
from trialbook.study import LoadedStudy

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT / "simulation", "defects_under_test")
UNDETECTABLE = {"ETHNIC_GROUP_EXCHANGED", "RESULT_SLIGHTLY_OFF", "EVENT_TERM_EXCHANGED"}


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return COURSE.tables(150, np.random.default_rng(6), LoadedStudy(ROOT).specs)


def test_there_are_many_and_their_names_differ() -> None:
    names = [kind.name for kind in COURSE.kinds]
    assert len(names) >= 50
    assert len(set(names)) == len(names)


def test_only_what_nothing_in_the_export_tells_is_undetectable() -> None:
    assert {kind.name for kind in COURSE.kinds if not kind.detectable} == UNDETECTABLE


@pytest.mark.parametrize("kind", COURSE.kinds, ids=lambda kind: kind.name)
def test_each_kind_finds_a_place_and_changes_what_stands_there(kind: Kind, tables: dict[str, pd.DataFrame]) -> None:
    made = list(islice(kind(tables, np.random.default_rng(1)), 3))
    assert made
    for one in made:
        changes: Sequence[Change] = [one] if isinstance(one, Change) else one
        for change in changes:
            assert change.record in tables[change.form].index
            if change.action is Action.SET:
                before = tables[change.form].loc[change.record, change.column]
                assert before != (change.value if change.text is None else change.text)


@pytest.mark.parametrize("kind", COURSE.kinds, ids=lambda kind: kind.name)
def test_without_any_record_there_is_no_place(kind: Kind, tables: dict[str, pd.DataFrame]) -> None:
    assert list(kind({name: frame.iloc[:0] for name, frame in tables.items()}, np.random.default_rng(1))) == []


def test_of_a_visit_left_out_only_what_the_schedule_asks_for_is_missed(tables: dict[str, pd.DataFrame]) -> None:
    """MRD in blood between the marrows is the site's choice, and so is FT3."""
    kind = next(one for one in COURSE.kinds if one.name == "VISIT_LEFT_OUT")
    told: dict[tuple[str, str], set[bool | None]] = {}
    for one in kind(tables, np.random.default_rng(1)):
        for change in [one] if isinstance(one, Change) else one:
            record = tables[change.form].loc[change.record]
            what = record["SPECIMEN"] if change.form == "MRD_PCR" else record["TEST"] if change.form == "THYROID_AB" else ""
            told.setdefault((change.form, what), set()).add(change.detectable)
    missed = {(form, "") for form in ("BM", "LAB", "MRD_MFC", "RESP", "SEROLOGY", "SURV", "VS_ECOG")}
    missed |= {("MRD_PCR", "BONE MARROW"), ("THYROID_AB", "TSH"), ("THYROID_AB", "FT4")}
    unasked = {("MRD_PCR", "BLOOD"), ("THYROID_AB", "FT3")}
    assert told == {key: {True} for key in missed} | {key: {False} for key in unasked}
