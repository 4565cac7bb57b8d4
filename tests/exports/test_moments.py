"""The day of an export: as it says itself, the latest that it can have been anywhere on earth."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.exports import read_export
from trialbook.exports.moments import day_of_moment, latest_day

CSV = "S,D\n1,2024-01-02\n"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-12-05T09:59:59Z", date(2026, 12, 5)),
        ("2026-12-05T10:00:00Z", date(2026, 12, 6)),
        ("2026-12-05T17:59:59.999+08:00", date(2026, 12, 5)),
        ("2026-12-05T18:00:00+08:00", date(2026, 12, 6)),
        ("2026-12-05T23:59:59+14:00", date(2026, 12, 5)),
        ("2026-12-05T00:30:00-12:00", date(2026, 12, 6)),
        ("2026-12-31T23:00:00-05:00", date(2027, 1, 1)),
        # Without a zone it may be any: also UTC-12, where it is latest.
        ("2026-12-05T00:00:00", date(2026, 12, 6)),
        ("2026-12-05T22:00:00", date(2026, 12, 7)),
        ("2026-12-05T24:00:00+14:00", date(2026, 12, 6)),
        *((text, None) for text in ("", "2026-12-05", "2026-13-05T10:00:00Z", "2026-12-05T25:00:00Z", "9999-12-31T23:00:00Z")),
    ],
)
def test_a_moment_is_of_the_latest_day_on_earth(moment: str, day: date | None) -> None:
    assert day_of_moment(moment) == day


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
def test_no_place_has_a_later_day(moment: datetime) -> None:
    assert latest_day(moment) >= moment.date()
    assert latest_day(moment.replace(tzinfo=None)) >= latest_day(moment)


def odm(created: str) -> str:
    return (
        f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot"{created}>'
        '<ClinicalData StudyOID="S" MetaDataVersionOID="1"><SubjectData SubjectKey="1"><StudyEventData StudyEventOID="E">'
        '<FormData FormOID="F"><ItemGroupData ItemGroupOID="G"><ItemData ItemOID="I" Value="x"/></ItemGroupData></FormData>'
        "</StudyEventData></SubjectData></ClinicalData></ODM>"
    )


EARLY, LATE = odm(' CreationDateTime="2026-12-05T08:00:00+08:00"'), odm(' CreationDateTime="2026-12-05T23:00:00+08:00"')


@pytest.mark.parametrize(
    ("files", "day"),
    [
        ({"a.csv": CSV}, None),
        ({"a.xml": EARLY}, date(2026, 12, 5)),
        ({"a.xml": LATE}, date(2026, 12, 6)),
        ({"a.xml": EARLY, "b.xml": LATE}, date(2026, 12, 6)),
        ({"a.xml": odm("")}, None),
        ({"a.xml": odm(' CreationDateTime="yesterday"')}, None),
        # What stands beside may be newer.
        ({"a.xml": EARLY, "a.csv": CSV}, None),
        ({"a.xml": EARLY, "b.xml": odm("")}, None),
        ({"a.csv": CSV, "SYNTHETIC.txt": "Invented; exported on 2026-03-01."}, date(2026, 3, 1)),
        ({"a.csv": CSV, "SYNTHETIC.txt": "Invented on 2026-03-01."}, None),
        ({"a.csv": CSV, "SYNTHETIC.txt": "Invented; exported on 2026-02-30."}, None),
        ({"a.csv": CSV, "note.txt": "S,D\n1,exported on 2026-03-01\n"}, None),
        ({"a.xml": EARLY, "SYNTHETIC.txt": "Invented; exported on 2026-12-07."}, date(2026, 12, 7)),
    ],
)
def test_an_export_says_its_day_of_all_its_tables_or_not_at_all(tmp_path: Path, files: dict[str, str], day: date | None) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_export(tmp_path).exported == day
