from __future__ import annotations

import dataclasses
import errno
import os
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest

from trialbook.findings import Threshold
from trialbook.reports import workbook
from trialbook.reports.cells import LONGEST_CELL, cell_text
from trialbook.reports.workbook import write_workbook


@pytest.fixture
def book(results, tmp_path):
    write_workbook(results, tmp_path / "report.xlsx", Threshold.ERROR)
    return openpyxl.load_workbook(tmp_path / "report.xlsx")


def rows(book, sheet):
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def test_sheets_in_order(book):
    assert book.sheetnames == ["Summary", "Datasets", "Issues", "Details", "Rules", "Not assessed", "Resolved"]


def test_datasets(book):
    assert rows(book, "Datasets") == [
        ["Kind", "Name", "Label", "Records", "Reject", "Error", "Warning", "Notice", "Findings"],
        ["form", "DM", "Demographics form", 4, 0, 0, 1, 1, 2],
        ["form", "AE", "Adverse events form", 20, 0, 1, 1, 0, 2],
        ["form", "EX", None, None, 1, 0, 0, 0, 1],
        ["dataset", "DM", "Demographics", 4, 0, 1, 0, 0, 1],
        ["dataset", "AE", "Adverse Events", 20, 0, 1, 0, 1, 2],
    ]


def test_issues_worst_first(book):
    found = [row[:8] for row in rows(book, "Issues")]
    assert found[:4] == [
        ["Severity", "Rule", "Kind", "Dataset", "Variables", "Findings", "Explained", "Message"],
        ["Reject", "TB-FORM", "form", "EX", None, 1, 0, "The form is absent"],
        ["Error", "IFN-AE-004", "form", "AE", "SAE_YN, SAE_CRIT", 1, 0, "Serious, but no criterion of seriousness"],
        ["Error", "IFN-AE-021", "dataset", "AE", "AESTDTC", 1, 1, "Starts after death"],
    ]
    assert rows(book, "Issues")[2][8] == "AE.csv · row 14 · SAE_YN, SAE_CRIT\nsubject IFN-01-003\nSAE_YN = Y\nSAE_CRIT = (empty)"


def test_details_hold_every_finding_and_its_cells(book):
    table = rows(book, "Details")
    by_id = {row[-1]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    assert len(by_id) == 8
    assert by_id["00000000000000a5"] == {
        "Severity": "Error", "Rule": "IFN-AE-021", "Stage": "cross", "Dataset": "AE", "Record": 7, "Site": "01",
        "Subject": "IFN-01-003", "Variables": "AESTDTC", "Values": "2024-05-02", "Message": "Starts after death",
        "Query": "-Please check the date of onset.", "File": "AE.csv", "Sheet": None, "Row": 8, "Columns": "START_DAT",
        "Compared with": "DEATH.csv · row 2 · DEATH_DAT", "Answer": None, "Status": "persisting",
        "Explanation": "Known: the death form is corrected in the next export.", "Read otherwise": None,
        "Cites": "CG0041, CORE-000022",
        "ID": "00000000000000a5",
    }  # fmt: skip
    two_cells = by_id["00000000000000a8"]
    assert [two_cells[name] for name in ("Values", "File", "Sheet", "Row", "Columns")] == [
        "SUBJID = 0012\nRFSTDTC = 1-2", "数据.xlsx\nRAND.csv", "人口学", "4\n9", "知情同意日期\nRANDDT",
    ]  # fmt: skip
    assert by_id["1234567890123456"]["Values"] == "A\\x07B\\u202e\\n"
    assert by_id["00000000000000a3"]["Query"] == "Please correct the age.\n请更正年龄。"


def test_no_cell_is_a_formula_or_a_guess(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert cell.data_type == ("n" if isinstance(cell.value, int) else "s"), (sheet.title, cell.coordinate)
    values = {row[-1]: row[8] for row in rows(book, "Details")}
    assert values["00000000000000a3"] == "=1+1"


@pytest.mark.parametrize("text", ["<r>a</r>", "</t></is></c>", "a & b", " a ", "_x0041_", "=A1", "0012", "1-2", "+1", "@x", "-x"])
def test_text_stays_text(results, tmp_path, text):
    """Also what XlsxWriter takes for mark-up, and what Excel takes for an escape of its own."""
    finding = dataclasses.replace(results.findings[0], message=text, values={"X": text})
    write_workbook(dataclasses.replace(results, findings=(finding,)), tmp_path / "report.xlsx", Threshold.ERROR)
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        xml = ElementTree.fromstring(archive.read("xl/worksheets/sheet4.xml"))
    cells = {cell.get("r"): cell for cell in xml.findall(".//{*}c")}
    assert [(cells[at].get("t"), "".join(cells[at].itertext()).replace("_x005F_", "_")) for at in ("I2", "J2")] == [
        ("inlineStr", text), ("inlineStr", text),
    ]  # fmt: skip
    assert [error.attrib for error in xml.findall(".//{*}ignoredError")] == [
        {"sqref": "A1:XFD1048576", "numberStoredAsText": "1"}, {"sqref": "A1:XFD1048576", "twoDigitTextYear": "1"},
    ]  # fmt: skip


def test_rules_that_did_not_run_come_first_with_their_reasons(book):
    assert rows(book, "Rules")[:4] == [
        ["Status", "Rule", "Published as", "Runner", "Dataset", "Severity", "Findings", "Seconds", "Reason", "Message"],
        ["EXECUTION ERROR", "IFN-EX-001", None, "pandera", "EX", "Error", 0, None, "KeyError: 'DOSE'", "Dose given"],
        ["SKIPPED", "CORE-000701", None, "core", "LB", None, 0, None, "dataset LB is absent", "LBSTRESN is numeric"],
        ["ISSUE REPORTED", "IFN-AE-004", None, "pandera", "AE", "Error", 1, None, None, "Serious, but no criterion"],
    ]


def test_summary_says_verdict_counts_inputs_and_that_data_are_synthetic(book):
    table = [[value for value in row if value is not None] for row in rows(book, "Summary")]
    for line in [
        ["SYNTHETIC DATA", "These data are invented, no patient's: Invented by hand for the tests & nothing else."],
        ["Verdict", "Gate closed"],
        ["3 findings of severity Error or worse: 1 Reject, 2 Error."],
        ["Reject", 1], ["Error", 3], ["Warning", 2], ["Notice", 2], ["All", 8],
        ["SKIPPED", 1], ["EXECUTION ERROR", 1],
        ["01", 1, 0, 2, 1, 0], ["no site known", 1, 0, 0, 1],
        ["AE.csv", "a" * 64, "gb18030", 20], ["数据.xlsx", "b" * 64, "binary", 4],
        ["The export says", "Invented by hand for the tests & nothing else."],
        ["Controlled terminology", "sdtmct-2025-03-28"], ["pandera", "0.35.0"],
    ]:  # fmt: skip
        assert line in table, line
    assert all(sheet.oddHeader.center.text == "SYNTHETIC DATA" for sheet in book)


def test_filters_frozen_headers_and_colours(book):
    for name in ("Datasets", "Issues", "Details", "Rules"):
        assert book[name].freeze_panes == "A2"
        assert book[name].auto_filter.ref == book[name].dimensions
    assert {row[0].value: row[0].fill.start_color.rgb for row in book["Details"].iter_rows(min_row=2)} == {
        "Reject": "FF6A1F6A", "Error": "FFF6C9BD", "Warning": "FFFBE7B2", "Notice": "FFD5E6F1",
    }  # fmt: skip
    assert book["Details"]["J2"].alignment.wrap_text
    assert [book["Details"][at].alignment.horizontal for at in ("E1", "E2", "N1", "L1", "L2")] == [
        "right",
        None,
        "right",
        None,
        None,
    ]
    assert [book["Details"][at].alignment.horizontal for at in ("E3", "N3")] == ["right", "right"]


def test_further_sheets_past_the_row_limit(results, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "EXCEL_ROWS", 4)
    write_workbook(results, tmp_path / "report.xlsx", Threshold.ERROR)
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    details = [name for name in book.sheetnames if name.startswith("Details")]
    assert details == ["Details", "Details 2", "Details 3"]
    assert [book[name].max_row for name in details] == [4, 4, 3]
    assert {book[name]["A1"].value for name in details} == {"Severity"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0012", "0012"),
        ("a\x07b", "a\\x07b"),
        ("two\nlines", "two\nlines"),
        ("tab\there", "tab\\there"),
        ("_x000D_", "_x000D_"),
        ("AE_xyz", "AE_xyz"),
        ("👩‍⚕️", "👩‍⚕️"),
        ("长" * LONGEST_CELL, "长" * LONGEST_CELL),
    ],
)
def test_cell_text(text, expected):
    assert cell_text(text) == expected


@pytest.mark.parametrize("text", ["a" * 40_000, "😀" * 20_000, "\x07" * 20_000])
def test_a_cut_cell_fits_and_says_so(text):
    shown = cell_text(text)
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert shown.endswith(f"[…cut: {len(text):,} characters, whole in findings.json]")


def test_the_file_carries_no_clock(results, tmp_path):
    write_workbook(results, tmp_path / "report.xlsx", Threshold.ERROR)
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}
        assert b"2025-06-01T01:30:00Z" in archive.read("docProps/core.xml")


def test_a_full_disk_is_an_error_of_the_system(tmp_path, monkeypatch):
    def full(self):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(workbook.Workbook, "_store_workbook", full)
    with pytest.raises(OSError, match="No space left on device") as caught, workbook._opened(tmp_path / "report.xlsx"):
        pass
    assert caught.value.errno == errno.ENOSPC


def test_its_temporary_files_lie_beside_it(results, tmp_path, monkeypatch):
    """A killed run leaves them behind, and they hold what was found in patients' data."""
    seen = []
    monkeypatch.setattr(workbook, "_write_summary", lambda book, *_: seen.append(book.tmpdir))
    write_workbook(results, tmp_path / "report.xlsx", Threshold.ERROR)
    assert seen == [str(tmp_path)]
    assert [path.name for path in tmp_path.iterdir()] == ["report.xlsx"]
