"""The baseline flag: one record a subject and test, before the first reference that the subject has."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.mapping.domain_spec import Algorithm, DomainSpec
from trialbook.mapping.later import LATER
from trialbook.mapping.making import Making
from trialbook.mapping.provenance import Source

REFERENCES = [{"date": "RFXSTDTC"}, {"date": "RFSTDTC", "same_day": True}]


def flags(
    records: pd.DataFrame, dm: pd.DataFrame | None, references: Sequence[dict[str, Any]] = REFERENCES, **changed: Any
) -> list[str]:
    algorithm = {"result": "LBSTRESC", "date": "LBDTC", "references": references, "by": ["LBTESTCD"], **changed}
    domain = DomainSpec.model_validate({"domain": "LB", "records": [{"form": "LAB"}], "keys": ["USUBJID", "LBTESTCD", "LBREFID"]})
    datasets: Any = {} if dm is None else {"DM": SimpleNamespace(dataset=SimpleNamespace(frame=dm))}
    specs: Any = None
    sources = {"LBDTC": Source(((("LAB", "AT"),),), np.zeros(len(records), dtype=np.int64))}
    making = Making(domain, records.copy(), sources, datasets, specs, {})
    one = Algorithm.model_validate({"derive_blfl": algorithm})
    LATER["derive_blfl"](making, "LBBLFL", one)
    assert making.sources["LBBLFL"] is not None
    return making.frame["LBBLFL"].tolist()


def lb(*rows: tuple[str, ...]) -> pd.DataFrame:
    """Records of one test by date, result and number."""
    whole = [("S1", "ALT", date, *rest, *("1", "")[len(rest) :]) for date, *rest in rows]
    return pd.DataFrame(whole, columns=["USUBJID", "LBTESTCD", "LBDTC", "LBSTRESC", "LBREFID"], dtype="str")


def dm(first: str = "", day1: str = "") -> pd.DataFrame:
    return pd.DataFrame({"USUBJID": ["S1"], "RFXSTDTC": [first], "RFSTDTC": [day1]}, dtype="str")


@pytest.mark.parametrize(
    ("date", "first", "day1", "flag"),
    [
        # The first dose: its own day only where the time is earlier.
        ("2024-03-04", "2024-03-05", "", "Y"),
        ("2024-03-05", "2024-03-05", "", ""),
        ("2024-03-06", "2024-03-05", "", ""),
        ("2024-03-05T09:59", "2024-03-05T10:00", "", "Y"),
        ("2024-03-05T10:00", "2024-03-05T10:00", "", ""),
        ("2024-03-05T10:01", "2024-03-05T10:00", "", ""),
        ("2024-03-05T09:00", "2024-03-05", "", ""),
        ("2024-03-05", "2024-03-05T10:00", "", ""),
        ("2024-03-04", "2024-03-05T10:00", "", "Y"),
        ("2024-03-05T10:00:10", "2024-03-05T10:00", "", ""),
        # Day 1 counts itself, but not what is certainly later.
        ("2024-03-05", "", "2024-03-05", "Y"),
        ("2024-03-05T23:00", "", "2024-03-05", "Y"),
        ("2024-03-05", "", "2024-03-05T10:00", "Y"),
        ("2024-03-05T10:00", "", "2024-03-05T10:00", "Y"),
        ("2024-03-05T10:01", "", "2024-03-05T10:00", ""),
        ("2024-03-06", "", "2024-03-05", ""),
        # The first reference that there is decides, also where the other would say otherwise.
        ("2024-03-05", "2024-03-05", "2024-03-05", ""),
        ("2024-03-05", "2024-03-06", "2024-03-04", "Y"),
        # Partial dates, by every reading.
        ("2024-02", "2024-03-05", "", "Y"),
        ("2024-03", "2024-03-05", "", ""),
        ("2023", "2024-03-05", "", "Y"),
        ("2024-02-29", "2024-03", "", "Y"),
        ("2024-03-01", "2024-03", "", ""),
        ("2024-03", "", "2024-03", ""),
        # Nothing to compare.
        ("", "2024-03-05", "", ""),
        ("2024-03-04", "", "", ""),
    ],
)
def test_before_the_reference(date: str, first: str, day1: str, flag: str) -> None:
    assert flags(lb((date,)), dm(first, day1)) == [flag]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("2024-03-01", "1"), ("2024-03-02", "2"), ("2024-03-06", "3")], ["", "Y", ""]),
        ([("2024-03-01", "1"), ("2024-03-02", "")], ["Y", ""]),
        ([("2024-03-02T08:00", "1"), ("2024-03-02T08:01", "1"), ("2024-03-02", "1")], ["", "Y", ""]),
        ([("2024-02", "1"), ("2024-02-01", "1")], ["", "Y"]),
        ([("2024-02", "1"), ("2024-01-31", "1")], ["Y", ""]),
        # Ties: LBREFID last, then the keys and the result; of equal records one.
        ([("2024-03-02", "1", "b"), ("2024-03-02", "2", "a")], ["Y", ""]),
        ([("2024-03-02", "1", "a"), ("2024-03-02", "2", "a")], ["", "Y"]),
        ([("2024-03-02", "1", "a"), ("2024-03-02", "1", "a")], ["Y", ""]),
    ],
)
def test_the_last_is_flagged(rows: list[tuple[str, ...]], expected: list[str]) -> None:
    assert flags(lb(*rows), dm("2024-03-05"), ties=["LBREFID"]) == expected


def test_numbers_decide_ties_as_numbers_and_empty_ones_come_first() -> None:
    records = lb(*[("2024-03-02",)] * 4)
    records["VISITNUM"] = [9.0, 10.0, np.nan, 2.0]
    assert flags(records, dm("2024-03-05"), ties=["VISITNUM"]) == ["", "Y", "", ""]


def test_an_empty_number_is_no_result() -> None:
    records = lb(("2024-03-01",), ("2024-03-02",))
    records["LBSTRESN"] = [1.0, np.nan]
    assert flags(records, dm("2024-03-05"), result="LBSTRESN") == ["Y", ""]


def test_words_are_no_baseline_where_a_record_has_a_number_or_a_bound() -> None:
    records = lb(("2024-03-01", "5"), ("2024-03-02", "<3"), ("2024-03-03", "hemolyzed"))
    records["LBSTRESN"] = [5.0, np.nan, np.nan]
    assert flags(records, dm("2024-03-05")) == ["", "", "Y"]
    assert flags(records, dm("2024-03-05"), number="LBSTRESN") == ["", "Y", ""]
    assert flags(records.iloc[[0, 2]], dm("2024-03-05"), number="LBSTRESN") == ["Y", ""]
    assert flags(records.iloc[[2]], dm("2024-03-05"), number="LBSTRESN") == ["Y"]


@pytest.mark.parametrize(("armcd", "expected"), [("IFN", ["Y", ""]), ("CTRL", ["", "Y"]), ("", ["", "Y"])])
def test_a_reference_of_one_arm_alone(armcd: str, expected: list[str]) -> None:
    records = lb(("2024-03-01",), ("2024-03-05",))
    references = [{"date": "RFXSTDTC", "where": 'ARMCD == "IFN"'}, {"date": "RFSTDTC", "same_day": True}]
    assert flags(records, dm("2024-03-03", "2024-03-05").assign(ARMCD=armcd), references) == expected


def test_what_was_not_done_is_no_baseline() -> None:
    records = lb(("2024-03-01",), ("2024-03-02",))
    records["LBSTAT"] = pd.Series(["", "NOT DONE"], dtype="str")
    assert flags(records, dm("2024-03-05")) == ["Y", ""]


def test_a_subject_without_reference_has_no_baseline() -> None:
    records = lb(("2024-03-01",))
    twice = pd.concat([dm("2024-03-05"), dm("2024-03-06")], ignore_index=True)
    assert [flags(records, one) for one in (None, dm(), twice, dm("2024-03-05").iloc[:0])] == [[""]] * 4
    assert flags(records, dm("", "2024-03-05"), [{"date": "RFXSTDTC"}]) == [""]
    assert flags(lb(), dm("2024-03-05")) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.sampled_from(["ALT", "AST"]), st.integers(1, 9), st.sampled_from(["", "1", "2"])),
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)
def test_at_most_one_a_subject_and_test_whatever_the_order(rows: list[tuple[str, str, int, str]], shuffled: Any) -> None:
    names = ["USUBJID", "LBTESTCD", "LBDTC", "LBSTRESC"]
    whole = [(subject, test, f"2024-03-0{day}", result) for subject, test, day, result in rows]
    subjects = pd.DataFrame({"USUBJID": ["A", "B"], "RFXSTDTC": ["2024-03-05", ""], "RFSTDTC": "2024-03-04"}, dtype="str")

    def flagged(records: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        found = flags(pd.DataFrame(records, columns=names, dtype="str"), subjects)
        return sorted(record for record, flag in zip(records, found, strict=True) if flag)

    expected = {}
    for record in sorted(whole, key=lambda one: one[2:]):
        if record[3] and record[2] <= "2024-03-04":
            expected[record[:2]] = record
    assert flagged(whole) == sorted(expected.values())
    reordered = list(whole)
    shuffled.shuffle(reordered)
    assert flagged(reordered) == flagged(whole)


def test_what_the_export_gives_no_record_tells_none_apart():
    """As the specimen, in an export of one form without it; without any result or date there is no baseline."""
    records = lb(("2024-03-03", "1"), ("2024-03-04", "2"))
    assert flags(records, dm("2024-03-05"), by=["LBTESTCD", "LBSPEC"]) == ["", "Y"]
    assert flags(records.drop(columns="LBSTRESC"), dm("2024-03-05")) == ["", ""]
