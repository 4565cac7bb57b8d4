"""Dated events: what counts of partial dates, which record is the first and the last, and what was before the beginning."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.analysis.adam.endpoints_spec import EventSource
from trialbook.analysis.adam.events import dated as read
from trialbook.analysis.adam.events import first_of, last_of, since


def shown(records: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(records[list(columns)].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("dtc", "impute", "date", "flag", "latest"),
    [
        ("2024-03-05", "first", "2024-03-05", "", "2024-03-05"),
        ("2024-03", "first", "2024-03-01", "D", "2024-03-31"),
        ("2024-03", "last", "2024-03-31", "D", "2024-03-31"),
        ("2024", "first", "2024-01-01", "M", "2024-12-31"),
    ],
)
def test_a_partial_date_is_taken_as_a_day_that_it_can_be(materials, day, dtc, impute, date, flag, latest):
    source = EventSource(dataset="RS", date="RSDTC", text="Relapse", impute=impute)
    found = read(materials(RS=[{"USUBJID": "S1", "RSDTC": dtc, "RSSEQ": 7}]), "RELAPSE", [source])
    traced = ("Relapse", "RS", "RSDTC", 7.0, "RELAPSE")
    expected = [(day(date), flag, day(latest), *traced)]
    assert shown(found, "ADT", "ADTF", "LATEST", "EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ", "EVENT") == expected


@pytest.mark.parametrize("dtc", ["", "2024-02-30", "--03-05", "unknown"])
def test_a_record_without_a_date_is_no_event(materials, dtc):
    source = EventSource(dataset="RS", date="RSDTC", text="Relapse")
    assert read(materials(RS=[{"USUBJID": "S1", "RSDTC": dtc, "RSSEQ": 1}]), "RELAPSE", [source]).empty


def test_sources_are_read_under_their_conditions_and_one_that_was_not_made_has_none(materials, day):
    rs = [
        {"USUBJID": "S1", "RSDTC": "2024-05-01", "RSSEQ": 1, "RSSTRESC": "CR"},
        {"USUBJID": "S1", "RSDTC": "2024-06-01", "RSSEQ": 2, "RSSTRESC": "RELAPSE"},
    ]
    made = materials(RS=rs, ADSL=[{"USUBJID": "S2", "DTHDT": day("2024-07-01"), "DTHDTF": "D"}])
    object.__setattr__(made, "absent", frozenset({"PR"}))
    sources = [
        EventSource(dataset="RS", where='RSSTRESC == "RELAPSE"', date="RSDTC", text="Relapse"),
        EventSource(dataset="ADSL", date="DTHDT", text="Death"),
        EventSource(dataset="PR", date="PRSTDTC", text="Transplantation"),
    ]
    found = read(made, "ANY", sources)
    assert shown(found, "USUBJID", "EVNTDESC", "ADT", "ADTF", "SRCDOM") == [
        ("S1", "Relapse", day("2024-06-01"), "", "RS"),
        # What ADSL says of the imputation of its own date.
        ("S2", "Death", day("2024-07-01"), "D", "ADSL"),
    ]


def test_without_sources_nothing_happened(materials):
    assert read(materials(), "DOSE", []).empty
    assert first_of([read(materials(), "DOSE", [])]).empty
    assert first_of([]).empty


def test_the_first_and_the_last_record_of_each_subject(dated, day):
    relapse, death = (
        dated("RELAPSE", ("S1", "2024-06-01"), ("S1", "2024-05-01")),
        dated("DEATH", ("S1", "2024-05-01"), ("S2", "2024-04-01")),
    )
    first, last = first_of([relapse, death]), last_of([relapse, death])
    assert shown(first.reset_index(), "USUBJID", "EVENT", "ADT") == [
        ("S1", "RELAPSE", day("2024-05-01")),  # of one day the event that is named first
        ("S2", "DEATH", day("2024-04-01")),
    ]
    assert shown(last.reset_index(), "USUBJID", "EVENT", "ADT") == [
        ("S1", "RELAPSE", day("2024-06-01")),
        ("S2", "DEATH", day("2024-04-01")),
    ]
    assert first_of([death, relapse]).loc["S1", "EVENT"] == "DEATH"


@pytest.mark.parametrize(
    ("dtc", "expected"),
    [
        ("2024-03-10", "2024-03-10"),
        ("2024-03-11", "2024-03-11"),
        ("2024-03-09", None),
        ("2024-03", "2024-03-10"),  # can be the day of the origin
        ("2024-02", None),
        ("2024", "2024-03-10"),
        ("2024-04", "2024-04-01"),
    ],
)
def test_what_was_before_the_origin_in_any_reading_is_no_event(dated, day, dtc, expected):
    origin = pd.Series({"S1": day("2024-03-10"), "S3": float("nan")})
    found = since(dated("RELAPSE", ("S1", dtc), ("S2", "2024-05-01"), ("S3", "2024-05-01")), origin)
    assert shown(found, "USUBJID", "ADT") == ([] if expected is None else [("S1", day(expected))])
