"""Exports of other systems that no one here wrote, read by minimal specifications of DM and AE (``tests/foreign_exports/``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from trialbook.run import Run, Study

STUDIES = Path(__file__).with_name("foreign_exports")
SECUTRIAL = {
    "a file a form": "s_export_CSV_CTU05_20191115-091627_CSV.zip",
    "French, UTF-16, text named .xls": "s_export_CSV-xls_CTU05_short_ref_miss_fr_utf16.zip",
    "ODM 1.3.0": "s_export_XML_CTU05_20191115-092559_CDISC.zip",
}
SHAPE = ("TB-RAW-UNKNOWN", "TB-RAW-TABLE", "TB-RAW-READ")
"""Rules about the shape of an export: the columns and tables that minimal specifications leave out."""


def records(study: Study, export: Path, name: str, *variables: str) -> list[tuple[str, ...]]:
    frame = study.map(export).datasets[name].frame
    text = frame[list(variables)].map(lambda value: "" if value != value else f"{value:g}" if isinstance(value, float) else value)
    return list(text.itertuples(index=False, name=None))


def written_alike(run: Run, form: str) -> Iterator[tuple[str, ...]]:
    frame = run.forms[form].read
    other = [name for name in frame if name == "mnppid" or "date" in name or "time" in name]
    return frame.drop(columns=other).itertuples(index=False, name=None)


@pytest.mark.parametrize("export", SECUTRIAL.values(), ids=SECUTRIAL)
def test_one_study_in_three_forms_gives_the_same_records(shared: Path, export: str) -> None:
    study, path = Study(STUDIES / "secutrial"), shared / "exports" / export
    assert records(study, path, "DM", "USUBJID", "BRTHDTC", "AGE", "AGEU", "SEX", "DMDTC") == [
        ("CTU05-1204", "1991", "28", "YEARS", "M", "2019-04-01"),
        ("CTU05-1205", "2004", "15", "YEARS", "F", "2019-04-02"),
        ("CTU05-1206", "1967", "52", "YEARS", "M", "2019-04-03"),
        ("CTU05-1207", "1991", "28", "YEARS", "F", "2019-04-04"),
        ("CTU05-1208", "1914", "105", "YEARS", "M", "2019-04-05"),
        ("CTU05-1209", "1933", "86", "YEARS", "M", "2019-04-11"),
        ("CTU05-1210", "1987", "32", "YEARS", "F", "2019-04-12"),
        ("CTU05-1211", "2006", "13", "YEARS", "M", "2019-04-13"),
        ("CTU05-1212", "1988", "31", "YEARS", "F", "2019-04-14"),
        ("CTU05-1213", "1900", "119", "YEARS", "F", "2019-04-15"),
        ("CTU05-1214", "", "", "", "", "2018-05-01"),
    ]
    assert records(study, path, "AE", "USUBJID", "AETERM", "AESEV", "AESER", "AEOUT", "AESTDTC", "AEENDTC", "AESTDY") == [
        ("CTU05-1204", "death", "SEVERE", "Y", "FATAL", "2019-04-26T11:44", "2019-04-26T12:07", "26"),
        ("CTU05-1212", "death", "SEVERE", "Y", "FATAL", "2019-04-30T17:31", "2019-04-30T18:06", "17"),
        ("CTU05-1213", "accident in traffic", "MILD", "N", "RECOVERED/RESOLVED", "2019-04-15T10:00", "2019-04-15T10:10", "1"),
    ]


def test_one_study_in_three_forms_has_the_same_cells_and_findings(shared: Path) -> None:
    study = Study(STUDIES / "secutrial")
    runs = [study.validate(shared / "exports" / export, core=None) for export in SECUTRIAL.values()]
    # Text, numbers and codes are the same cells; dates and the patient's number are written otherwise, and read alike above.
    cells = [{form: sorted(written_alike(run, form)) for form in ("BASELINE", "AE", "SAE")} for run in runs]
    assert cells[0] == cells[1] == cells[2]
    assert [len(of) for of in cells[0].values()] == [17, 1, 2]
    findings = [{(one.id, one.message) for one in run.results.findings if one.rule not in SHAPE} for run in runs]
    assert findings[0] == findings[1] == findings[2]
    told = {(one.rule, one.subject) for one in runs[0].results.findings if one.subject}
    assert told == {("TB-DM-SEX-FILLED", "CTU05-1214")}


def test_an_odm_snapshot_gives_demographics_and_adverse_events(shared: Path) -> None:
    study, path = Study(STUDIES / "odm_snapshot"), shared / "exports" / "odm-data-snapshot.xml"
    assert records(study, path, "DM", "USUBJID", "BRTHDTC", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "DMDTC") == [
        ("SS_0001", "1966-02-10", "56", "YEARS", "M", "WHITE", "HISPANIC OR LATINO", "2022-02-19"),
        ("SS_0002", "", "", "", "", "", "", ""),
    ]
    assert records(study, path, "AE", "USUBJID", "AESPID", "AETERM", "AETOXGR") == [
        ("SS_0001", "1", "Constipation", "0"),
        ("SS_0001", "10", "Urinary urgency", "2"),
        ("SS_0001", "2", "Diarrhea", ""),
        ("SS_0001", "3", "Anal Pain", "2"),
        ("SS_0001", "4", "Dysuria", "4"),
        ("SS_0001", "5", "Proctitis", "4"),
        ("SS_0001", "7", "Urinary frequency", "3"),
        ("SS_0001", "8", "Anal bleeding", "5"),
        ("SS_0001", "9", "Rectal pain", "3"),
    ]


def test_a_clinical_view_of_rave_gives_demographics(shared: Path) -> None:
    study, path = Study(STUDIES / "rave"), shared / "exports" / "V_SIMPLESTUDY_ENROL.csv"
    assert records(study, path, "DM", "USUBJID", "SUBJID", "SITEID", "BRTHDTC") == [
        ("TESTSITE-1", "1", "TESTSITE", "1973-06-26"),
        ("TESTSITE-10", "10", "TESTSITE", "1964-03-03"),
        ("TESTSITE-2", "2", "TESTSITE", "1971-10-13"),
        ("TESTSITE-3", "3", "TESTSITE", "1953-08-10"),
        ("TESTSITE-4", "4", "TESTSITE", "1975-02-08"),
        ("TESTSITE-5", "5", "TESTSITE", "1977-10-23"),
        ("TESTSITE-6", "6", "TESTSITE", "1970-04-18"),
        ("TESTSITE-7", "7", "TESTSITE", "1957-10-14"),
        ("TESTSITE-8", "8", "TESTSITE", "1973-01-18"),
        ("TESTSITE-9", "9", "TESTSITE", "1974-03-04"),
        ("TESTSITE2-012", "012", "TESTSITE2", "1973-06-26"),
    ]
