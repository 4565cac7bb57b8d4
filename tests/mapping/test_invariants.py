"""What holds for any export: the order of its rows decides nothing, and each value leads back to the cell it came from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.datasets import iso8601
from trialbook.exports import RawExport, RawTable
from trialbook.mapping import MappedStudy, collect_forms, load_specs, map_forms
from trialbook.mapping.datetimes import parse
from trialbook.standards import load_standard

EXAMPLE = Path(__file__).parent / "invariants"
SPECS = load_specs(EXAMPLE / "sdtm_specs", "invariants")
FEW = settings(max_examples=6, deadline=None)
"""Each example is a whole export or column: the cost is per mapping, not per record."""

subjects = st.sampled_from(["1", "2", "3", ""])
collected_dates = st.sampled_from(["2024-01-05", "2024-01-06", "2024-02", "2023-12-31", "", "spring"])
terms, grades = st.sampled_from(["a", "b", "c", ""]), st.sampled_from(["1", "2", "10", "", "x"])
ae_rows = st.lists(st.tuples(subjects, terms, collected_dates, grades), max_size=40)
dm_rows = st.lists(st.tuples(subjects, collected_dates), max_size=6)


def export_of(ae: list[tuple[str, ...]], dm: list[tuple[str, ...]]) -> RawExport:
    def table(file: str, columns: list[str], rows: list[tuple[str, ...]]) -> RawTable:
        frame = pd.DataFrame(rows, columns=columns, dtype="str")
        return RawTable(file, None, frame, np.arange(2, len(rows) + 2))

    tables = (table("ae.csv", ["SUBJ", "TERM", "START", "GRADE"], ae), table("dm.csv", ["SUBJ", "FIRST"], dm))
    return RawExport(Path("raw"), tables, ())


def mapped(ae: list[tuple[str, ...]], dm: list[tuple[str, ...]]) -> MappedStudy:
    return map_forms(collect_forms(export_of(ae, dm), SPECS.forms), SPECS, load_standard(), "TEST")


def content(study: MappedStudy) -> dict[str, list[tuple[str, ...]]]:
    """The records of each dataset, without --SEQ, in an order of their own."""
    frames = {name: one.dataset.frame for name, one in study.datasets.items()}
    return {
        name: sorted(tuple(map(str, row)) for row in frame.drop(columns=["AESEQ", "IDVARVAL"], errors="ignore").to_numpy())
        for name, frame in frames.items()
    }


@FEW
@given(ae_rows, dm_rows, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(ae: list, dm: list, random) -> None:
    study = mapped(ae, dm)
    shuffled = mapped(random.sample(ae, len(ae)), random.sample(dm, len(dm)))
    assert content(study) == content(shuffled)
    one, other = study.datasets["AE"].dataset.frame, shuffled.datasets["AE"].dataset.frame
    keys = list(study.datasets["AE"].keys)
    pd.testing.assert_frame_equal(one[[*keys, "AESEQ"]], other[[*keys, "AESEQ"]])
    assert sorted((issue.rule, len(issue.records)) for issue in study.issues) == sorted(
        (issue.rule, len(issue.records)) for issue in shuffled.issues
    )


@FEW
@given(ae_rows, dm_rows)
def test_each_value_leads_back_to_its_cell(ae: list, dm: list) -> None:
    study = mapped(ae, dm)
    raw = {"AE": pd.DataFrame(ae, columns=["SUBJ", "TERM", "START", "GRADE"]), "DM": pd.DataFrame(dm, columns=["SUBJ", "FIRST"])}
    for dataset, variable, column in (("AE", "AETERM", "TERM"), ("AE", "USUBJID", "SUBJ"), ("SUPPAE", "QVAL", "GRADE")):
        if dataset in study.datasets:
            one = study.datasets[dataset]
            origins = one.provenance.cells(np.arange(len(one.dataset.frame)), [variable])
            for value, origin in zip(one.dataset.frame[variable], origins, strict=True):
                (((form, row), columns),) = origin.items()
                assert (columns, raw[form][column].iloc[row]) == ([column], value)


@FEW
@given(ae_rows, dm_rows)
def test_records_are_numbered_from_1_without_a_gap_and_none_is_lost(ae: list, dm: list) -> None:
    frame = mapped(ae, dm).datasets["AE"].dataset.frame
    assert len(frame) == len([row for row in ae if row[1] != ""])
    for _, numbers in frame.groupby("USUBJID")["AESEQ"]:
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


FORMATS = {"y-m-d": "%Y-%m-%d", "d.m.y": "%d.%m.%Y", "m/d/y": "%m/%d/%Y", "d-mmm-y": "%d-%b-%Y", "y年m月d日": "%Y年%m月%d日"}


@FEW
@given(st.lists(st.datetimes(datetime(1900, 1, 1)), min_size=1, max_size=60), st.sampled_from(list(FORMATS)))
def test_a_date_written_by_its_format_is_read_and_composed_as_iso8601(moments: list, form: str) -> None:
    collected = pd.Series([moment.strftime(FORMATS[form]) for moment in moments], dtype="str")
    parts, fits = parse(collected, [form])
    assert fits.all()
    assert iso8601.compose(parts).tolist() == [moment.date().isoformat() for moment in moments]


@FEW
@given(st.lists(st.text(max_size=12), max_size=60))
def test_any_text_is_read_or_refused(texts: list[str]) -> None:
    collected = pd.Series(texts, dtype="str")
    parts, fits = parse(collected, ["y-m-d", "d-mmm-y", "y"], ["UN"])
    assert len(parts) == len(fits) == len(texts)
    assert parts[~fits].isna().all(axis=None)
    assert iso8601.is_iso8601(iso8601.compose(parts)).all()
