from __future__ import annotations

import csv
import dataclasses
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.findings import Origin, Role, SitePlace
from trialbook.reports.queries import COLUMNS, _safe, queries_csv, queries_of


def test_the_bytes(results):
    assert (
        written(results)
        == (
            "\ufeffid,site,subject,visit,form,field,value,question,state,answer\r\n"
            ',,,,,,,"1 of 9 rules did not run (0 SKIPPED, 1 EXECUTION ERROR): what they would ask is not in this list. '
            'report.html says why.",not run,\r\n'
            '00000000000000a1,01,IFN-01-003,,AE,"SAE_YN, SAE_CRIT","SAE_YN = Y\nSAE_CRIT = (empty)",'
            "Which criterion makes the event serious?,open,\r\n"
            '00000000000000a3,02,IFN-02-001,筛选期,DM,年龄,\'=1+1,"Please correct the age.\n请更正年龄。",open,\r\n'
            "00000000000000a5,01,IFN-01-003,'-1 周,AE,START_DAT,2024/5/2,'-Please check the date of onset.,open,\r\n"
            '00000000000000a8,02,IFN-02-003,,DM,"知情同意日期, RANDDT","知情同意日期 = 12\nRANDDT = 1-2",'
            "'@site: which date?,open,\r\n"
        ).encode()
    )


def test_without_forms_the_dataset_is_named_as_it_is(results):
    """Datasets that exist already were checked: nobody knows the forms behind them."""
    rows = _read(written(dataclasses.replace(results, places=None)))
    assert [(row["visit"], row["form"], row["field"], row["value"]) for row in rows] == [
        ("", "AE", "SAE_YN, SAE_CRIT", "SAE_YN = Y\nSAE_CRIT = (empty)"),
        ("", "DM", "年龄", "'=1+1"),
        ("", "AE", "START_DAT", "2024-05-02"),
        ("", "DM", "知情同意日期, RANDDT", "SUBJID = 0012\nRFSTDTC = 1-2"),
    ]


def test_a_subject_of_several_numbers_is_named_by_that_of_the_record(results):
    """USUBJID holds the number of the first screening; the record is found by that of the second only."""
    places = {
        "00000000000000a1": SitePlace("AE", "", True, {}, "003"),
        "00000000000000a3": SitePlace("DM", "", True, {}, "009"),
        "00000000000000a5": SitePlace("AE", "", True, {}),
    }
    rows = _read(written(dataclasses.replace(results, places=places)))
    assert [(row["id"], row["subject"]) for row in rows] == [
        ("00000000000000a1", "IFN-01-003"),
        ("00000000000000a3", "IFN-02-001 (009)"),
        ("00000000000000a5", "IFN-01-003"),
    ]


def test_no_site_is_asked_what_it_cannot_mend(results):
    """Of a form that a coder fills; of a record without a cell, by the kit and by the study; of nothing; of a cell of its own."""
    coded, row_kit, row_study, nowhere, cell = (
        dataclasses.replace(results.findings[0], id=id, query="Which?") for id in ("c1", "c2", "c3", "c4", "c5")
    )
    row = (Origin(Role.CORRECT, "DM.csv", None, 4, ()),)
    row_kit = dataclasses.replace(row_kit, rule="TB-DM-KEY", origins=row)
    row_study = dataclasses.replace(row_study, origins=row)
    nowhere = dataclasses.replace(nowhere, origins=())
    there = SitePlace("AE", "", True, {})
    places = {"c1": SitePlace("AE_CODING", "", False, {}), "c2": there, "c3": there, "c5": there}
    made = dataclasses.replace(results, findings=(coded, row_kit, row_study, nowhere, cell), places=places)
    assert [row["id"] for row in _read(written(made))] == ["c3", "c5"]
    assert [row["id"] for row in _read(written(dataclasses.replace(made, places=None)))] == ["c1", "c3", "c5"]


def test_equal_records_are_one_question(results):
    """Rows 2, 3 and 4 are equal, and so are 8 and 9; row 2 of another file is like none of them."""

    def finding(id, file, row, others):
        origins = (Origin(Role.CORRECT, file, None, row, ("SUBJID",)),)
        origins += tuple(Origin(Role.COMPARED, file, None, other, ("SUBJID",)) for other in others)
        return dataclasses.replace(results.findings[0], id=id, rule="TB-RAW-DM-KEY", query="Which is right?", origins=origins)

    findings = (
        finding("d2", "DM.csv", 2, (3, 4)), finding("d3", "DM.csv", 3, (2, 4)), finding("d4", "DM.csv", 4, (2, 3)),
        finding("d8", "DM.csv", 8, (9,)), finding("d9", "DM.csv", 9, (8,)), finding("e2", "DM_2.csv", 2, ()),
    )  # fmt: skip
    made = dataclasses.replace(results, findings=findings, places=None)
    assert [row["id"] for row in _read(written(made))] == ["d2", "d8", "e2"]


def test_who_a_subject_is_is_asked_once_for_all_forms(results):
    def finding(form, subject):
        return dataclasses.replace(
            results.findings[0],
            id=f"{form} {subject}",
            rule=f"TB-RAW-{form}-SUBJID-UNKNOWN",
            subject=subject,
            query=f"Who is {subject}?",
            origins=(Origin(Role.CORRECT, f"{form}.csv", None, 2, ("SUBJID",)),),
        )

    known = next(iter(results.sites))
    about = [(form, subject) for subject in ("S999", known, "S998") for form in ("AE", "EX")]
    made = dataclasses.replace(results, findings=tuple(finding(*one) for one in about), places=None)
    assert [row["id"] for row in _read(written(made))] == ["AE S999", f"AE {known}", f"EX {known}", "AE S998"]


def test_an_id_that_looks_like_a_number_stays_an_id(results):
    results = dataclasses.replace(results, places=None)
    for number in ("1234567890123456", "12345678901234e6"):
        finding = dataclasses.replace(results.findings[0], id=number)
        row = _read(written(dataclasses.replace(results, findings=(finding,))))[0]
        assert row["id"] == f"'{number}"
        assert row["id"].removeprefix("'") == number


@settings(max_examples=50)
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_the_apostrophe_comes_off_without_loss(text):
    assert not _safe(text).startswith(("=", "+", "-", "@"))
    assert _safe(text).removeprefix("'") == text


def written(results) -> bytes:
    """``queries.csv`` of results that have just been made."""
    return queries_csv(dataclasses.replace(results, queries=queries_of(results)))


def _read(content: bytes) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert all(tuple(row) == COLUMNS for row in rows)
    assert [row["state"] for row in rows if not row["id"]] == ["not run"]
    return [row for row in rows if row["id"]]
