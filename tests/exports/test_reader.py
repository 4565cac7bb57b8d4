"""A whole export, in whichever form it comes."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from trialbook.errors import ExportError
from trialbook.exports import Input, RawExport, read_export

DM = "受试者,性别\nS01,男\nS02,女\n".encode("gb18030")
AE = b"SUBJID,AETERM\nS01,Nausea\n"


def made(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def zip_of(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                zipped.write(file, file.relative_to(folder).as_posix())
    return path


def tables(export: RawExport) -> list[tuple[str, str | None, str, list[str], list[list[str]]]]:
    return [
        (table.file, table.sheet, table.name, list(table.frame.columns), table.frame.to_numpy(dtype=object).tolist())
        for table in export.tables
    ]


def test_a_zip_alone_in_a_folder_is_the_export(tmp_path: Path) -> None:
    inside, folder = tmp_path / "inside", tmp_path / "export"
    for made in (inside, folder):
        made.mkdir()
        (made / "SYNTHETIC.txt").write_text("Invented.", encoding="utf-8")
    (inside / "AE.csv").write_text("SUBJID\nS001\n", encoding="utf-8")
    zip_of(inside, folder / "export.zip")
    export = read_export(folder)
    assert ([table.file for table in export.tables], export.synthetic) == (["AE.csv"], "Invented.")


def test_a_folder_and_its_zip_give_the_same_tables(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "EX"
    book["EX"].append(["SUBJID", "DOSE"])
    book["EX"].append(["S01", 135])
    folder = made(tmp_path / "export", {"forms/AE.CSV": AE, "forms/DM.csv": DM, "SYNTHETIC.txt": b"Invented.\n", ".hidden": b"x"})
    book.save(folder / "dosing.xlsx")
    made(folder, {"__MACOSX/._AE.csv": b"\0", ".DS_Store": b"\0", "~$dosing.xlsx": b"\0", "crf.PDF": b"%PDF"})
    expected = [
        ("dosing.xlsx", "EX", "EX", ["SUBJID", "DOSE"], [["S01", "135"]]),
        ("forms/AE.CSV", None, "AE", ["SUBJID", "AETERM"], [["S01", "Nausea"]]),
        ("forms/DM.csv", None, "DM", ["受试者", "性别"], [["S01", "男"], ["S02", "女"]]),
    ]
    for path in (folder, zip_of(folder, tmp_path / "export.zip")):
        export = read_export(path, encodings=["gb18030"], ignore=["*.pdf"])
        assert tables(export) == expected
        assert export.path == path
        assert export.synthetic == "Invented."
        assert export.inputs == (
            Input("SYNTHETIC.txt", hashlib.sha256(b"Invented.\n").hexdigest(), "utf-8", 0),
            Input("dosing.xlsx", hashlib.sha256((folder / "dosing.xlsx").read_bytes()).hexdigest(), None, 1),
            Input("forms/AE.CSV", hashlib.sha256(AE).hexdigest(), "utf-8", 1),
            Input("forms/DM.csv", hashlib.sha256(DM).hexdigest(), "gb18030", 2),
        )


def test_a_single_file(tmp_path: Path) -> None:
    made(tmp_path, {"AE.csv": AE})
    export = read_export(tmp_path / "AE.csv")
    assert tables(export) == [("AE.csv", None, "AE", ["SUBJID", "AETERM"], [["S01", "Nausea"]])]
    assert export.synthetic is None


def test_text_under_the_old_ending_of_excel(tmp_path: Path) -> None:
    made(tmp_path, {"ae.xls": "SUBJID\tAETERM\nS01\tNausée\n".encode("utf-16")})
    assert tables(read_export(tmp_path)) == [("ae.xls", None, "ae", ["SUBJID", "AETERM"], [["S01", "Nausée"]])]


def test_all_files_that_can_not_be_read_are_named_at_once(tmp_path: Path) -> None:
    made(tmp_path, {"AE.csv": AE, "DM.csv": DM, "EX.csv": b"A\n\xff\n", "LB.csv": b"", "VS.csv": b'A,B\n1,"2\n', "x.docx": b""})
    with pytest.raises(ExportError) as caught:
        read_export(tmp_path, encodings=["ascii"])
    assert str(caught.value).splitlines() == [
        f"{tmp_path}: 5 files cannot be read:",
        "  DM.csv, line 1, column 1: the byte 0xCA is not utf-8, nor ascii (line 1, column 1)",
        "  EX.csv, line 2, column 1: the byte 0xFF is not utf-8, nor ascii (line 2, column 1)",
        "  LB.csv: has no header: the file is empty (0 bytes)",
        "  VS.csv, row 2: a quote is opened in this row and never closed",
        "  x.docx: is of a kind that is not read here (.docx)",
        "Save the file as UTF-8, or mend the text at that place.",
        "Export the form again; a form without records still has its header.",
        'Close the quote, or double a quote that belongs to the text ("").',
        "Remove it from the export, or list it under 'ignore' in the study's export settings.",
    ]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no table"),
        ({"SYNTHETIC.txt": b"Invented."}, "holds no table"),
        ({"SYNTHETIC.txt": b" \n", "AE.csv": AE}, "SYNTHETIC.txt: says nothing"),
        ({"AE.csv": b"PK\x03\x04"}, "AE.csv: is named .csv but is a workbook or a zip"),
        ({"AE.xlsx": AE}, "AE.xlsx: is no zip, or a damaged one"),
        ({"AE.csv": AE, "old.zip": b"PK\x03\x04"}, "old.zip: is of a kind that is not read here (.zip)"),
        ({"old.zip": b"PK\x03\x04"}, "old.zip: is no zip, or a damaged one"),
        ({"LICENSE": b"text"}, "LICENSE: is of a kind that is not read here (no ending)"),
        ({"AE.xls": b"\xef\xbb\xbf\n<html><body><table><tr><td>A</td></tr>"}, "AE.xls: is named .xls but is a web page (HTML)"),
        ({"AE.csv": b"<!DOCTYPE HTML PUBLIC>\n<p>"}, "AE.csv: is named .csv but is a web page (HTML)"),
        ({"AE.xls": "<table border=1>".encode("utf-16")}, "AE.xls: is named .xls but is a web page (HTML)"),
        ({"AE.xls": b'<?xml version="1.0"?>\n<Workbook>'}, "AE.xls: is named .xls but is XML"),
        ({"AE.txt": b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3">'}, "AE.txt: is named .txt but is XML"),
        ({"AE.csv": b"%PDF-1.4\n1 0 obj\n"}, "AE.csv: is named .csv but is a PDF"),
        ({"AE.txt": b"{\\rtf1 A,B}"}, "AE.txt: is named .txt but is rich text (RTF)"),
        ({"AE.csv": b'[{"SUBJID": 1,\n"A": 2}]'}, "AE.csv: is named .csv but is JSON"),
        ({"AE.csv": b"\x89PNG\r\n\x1a\n\0\0"}, "AE.csv, line 3, column 1: holds a NUL character"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    with pytest.raises(ExportError) as caught:
        read_export(made(tmp_path, files))
    assert message in str(caught.value).split("\n")[0]
    assert caught.value.remedy


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the export does not exist, or may not be read\nName a folder, a zip or a file"):
        read_export(tmp_path / "nowhere")


def test_where_no_file_can_be_read_nothing_is_gone_on_without(tmp_path: Path) -> None:
    made(tmp_path, {"AE.csv": b"", "DM.csv": b'A,B\n1,"2\n'})
    with pytest.raises(ExportError, match="2 files cannot be read"):
        read_export(tmp_path, skip_unreadable=True)
    made(tmp_path, {"LB.csv": AE})
    export = read_export(tmp_path, skip_unreadable=True)
    assert ([table.name for table in export.tables], [one.file for one in export.unreadable]) == (["LB"], ["AE.csv", "DM.csv"])


def test_what_looks_like_another_kind_and_is_text(tmp_path: Path) -> None:
    made(tmp_path, {"AE.csv": b"<5,A\n1,2\n", "DM.csv": b'"{A}",B\n1,2\n'})
    assert [list(table.frame.columns) for table in read_export(tmp_path).tables] == [["<5", "A"], ["{A}", "B"]]


@pytest.mark.parametrize("zipped", [False, True])
def test_what_is_ignored_is_ignored_by_its_own_name_or_its_path(tmp_path: Path, zipped: bool) -> None:
    folder = made(
        tmp_path / "in",
        {"README data/AE.csv": AE, "x/README.csv": AE, "x/old/AE2.csv": AE, "x/new/readme2.pdf": b"", "old/A.csv": AE},
    )
    path = zip_of(folder, tmp_path / "x.zip") if zipped else folder
    export = read_export(path, ignore=["README*", "x/old/*", "old"])
    assert [table.file for table in export.tables] == ["README data/AE.csv", "old/A.csv"]


@pytest.mark.parametrize("target", ["../secret.csv", "/etc/passwd", "gone.csv", "AE.csv"])
def test_links_that_lead_out_of_the_export_are_refused(tmp_path: Path, target: str) -> None:
    made(tmp_path, {"secret.csv": AE, "export/DM.csv": AE})
    (tmp_path / "export" / "AE.csv").symlink_to(target)
    with pytest.raises(ExportError, match=r"AE\.csv: is a link that does not lead to a file of the export, but to "):
        read_export(tmp_path / "export")


def test_links_within_the_export_and_to_it_are_followed_once(tmp_path: Path) -> None:
    folder = made(tmp_path / "export", {"forms/AE.csv": AE})
    (folder / "latest.csv").symlink_to("forms/AE.csv")
    (folder / "again").symlink_to("forms")
    (folder / "forms" / "up").symlink_to("..")
    (tmp_path / "current").symlink_to("export")
    assert [table.file for table in read_export(tmp_path / "current").tables] == ["forms/AE.csv", "latest.csv"]


def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "AE.csv")
    with pytest.raises(ExportError, match=r"AE\.csv: is neither a file nor a folder"):
        read_export(tmp_path)
    with pytest.raises(ExportError, match="zero: is neither a file nor a folder"):
        read_export(Path("/dev/zero"))


def test_the_pilot_study_is_read_as_pandas_reads_it(shared: Path) -> None:
    export = read_export(shared / "cdiscpilot01")
    assert [(table.name, len(table.frame), table.problems) for table in export.tables] == [
        ("ae_raw", 1191, ()),
        ("dm_raw", 306, ()),
        ("ds_raw", 850, ()),
    ]
    for table in export.tables:
        plain = pd.read_csv(shared / "cdiscpilot01" / table.file, dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(table.frame, plain)
        assert list(table.row) == list(range(2, len(plain) + 2))


def test_one_study_in_two_forms_has_the_same_tables(shared: Path) -> None:
    csv, xls = (next((shared / "exports").glob(f"s_export_{form}_*.zip")) for form in ("CSV", "CSV-xls"))
    by_form = [{table.name: table for table in read_export(path, ignore=["*.html"]).tables} for path in (csv, xls)]
    assert by_form[0].keys() == by_form[1].keys()
    for name, table in by_form[0].items():
        assert list(table.frame.columns) == list(by_form[1][name].frame.columns), name
        assert len(table.frame) == len(by_form[1][name].frame), name
