"""SAS datasets and transport files as raw exports."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from trialbook.errors import ExportError
from trialbook.exports import read_export
from trialbook.exports.sas import number_text, read_sas

_spec = importlib.util.spec_from_file_location("sas7bdat_file", Path(__file__).with_name("sas7bdat_file.py"))
sas7bdat_file = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sas7bdat_file)


@pytest.mark.parametrize(
    ("value", "format", "expected"),
    [
        (7, "", "7"),
        (7, "BEST12.", "7"),
        (7, "Z4.", "0007"),
        (12345, "Z4.", "12345"),
        (-7, "Z4.", "-7"),
        (0.1 + 0.2, "8.2", "0.30000000000000004"),
        (37.5, "5.1", "37.5"),
        (1e20, "", "1e+20"),
        (0, "DATE9.", "1960-01-01"),
        (-1, "DATE9.", "1959-12-31"),
        (23376, "DDMMYY10.", "2024-01-01"),
        (23376, "YYMMDDN8.", "2024-01-01"),
        (23376, "E8601DA.", "2024-01-01"),
        (23376.5, "DATE9.", "2024-01-01T12:00"),
        (2_019_686_400, "DATETIME20.", "2024-01-01T00:00"),
        (2_019_720_600.25, "E8601DT.", "2024-01-01T09:30:00.250"),
        (34_200, "TIME5.", "09:30"),
        (34_201, "TOD8.", "09:30:01"),
        (90_000, "TIME8.", "90000"),  # 25 hours are no time of day
        (-60, "TIME8.", "-60"),  # nor is a difference
        (4_000_000, "DATE9.", "4000000"),  # past the year 9999
        (23376, "YEARS", "23376"),
    ],
)
def test_number_text(value, format, expected):
    assert number_text(value, format) == expected


def test_a_dataset_is_read_as_sas_shows_it(tmp_path):
    data = sas7bdat_file.sas7bdat(
        {
            "SUBJID": ("$", ["S001", "S002", "S003"]),
            "NUMBER": ("Z4", [7, 12, None]),
            "START": ("YYMMDD10", [23376, None, 23377]),
            "STAMP": ("DATETIME20", [2_019_720_600, None, None]),
            "RESULT": ("BEST12", [0.1, "A", None]),
            "SEX": ("$", ["男", "女", ""]),
        }
    )
    (tmp_path / "AE.sas7bdat").write_bytes(data)
    export = read_export(tmp_path)
    (table,) = export.tables
    assert (table.name, list(table.row), export.inputs[0].encoding) == ("AE", [1, 2, 3], "utf-8")
    assert table.frame.to_dict("list") == {
        "SUBJID": ["S001", "S002", "S003"],
        "NUMBER": ["0007", "0012", ""],
        "START": ["2024-01-01", "", "2024-01-02"],
        "STAMP": ["2024-01-01T09:30", "", ""],
        "RESULT": ["0.1", ".A", ""],
        "SEX": ["男", "女", ""],
    }


def test_a_dataset_in_windows_1252_says_so():
    table, encoding = read_sas(sas7bdat_file.sas7bdat({"NAME": ("$", ["Müller"])}, sas7bdat_file.WINDOWS_1252), "dm.sas7bdat")
    assert (list(table.frame["NAME"]), encoding) == (["Müller"], "windows-1252")


def test_a_dataset_without_records():
    table, _ = read_sas(sas7bdat_file.sas7bdat({"SUBJID": ("$", []), "AGE": ("BEST12", [])}), "dm.sas7bdat")
    assert (list(table.frame.columns), len(table.frame)) == (["SUBJID", "AGE"], 0)


def transport(tmp_path: Path, frame: pd.DataFrame, formats: dict[str, str]) -> bytes:
    path = tmp_path / "written.xpt"
    pyreadstat.write_xport(frame, path, table_name="AE", file_format_version=5, variable_format=formats)
    return path.read_bytes()


def test_a_transport_file_is_read_as_sas_shows_it(tmp_path):
    frame = pd.DataFrame({"SUBJID": ["S001", "S002"], "START": [23376.0, None], "NUMBER": [7.0, 12.0]}).astype({"SUBJID": object})
    table, encoding = read_sas(transport(tmp_path, frame, {"START": "DATE9.", "NUMBER": "Z4."}), "AE.xpt")
    assert encoding == "utf-8"
    assert table.frame.to_dict("list") == {
        "SUBJID": ["S001", "S002"],
        "START": ["2024-01-01", ""],
        "NUMBER": ["0007", "0012"],
    }


def test_a_transport_file_in_an_undeclared_encoding_is_read_with_a_note(tmp_path):
    frame = pd.DataFrame({"SUBJID": ["S001", "S002"], "TERM": ["x", "fiXvre"], "N": [1.0, 2.0]}).astype({"TERM": object})
    data = transport(tmp_path, frame, {}).replace(b"fiXvre", b"fi\xe8vre")
    table, encoding = read_sas(data, "AE.xpt")
    assert (list(table.frame["TERM"]), encoding) == (["x", "fièvre"], "cp1252")
    assert [note.what for note in table.notes] == [
        "dataset AE, record 2, variable TERM: 'fièvre' is a guess: the file is not utf-8, and was read as Windows-1252"
    ]
    declared, encoding = read_sas(data, "AE.xpt", ["latin-1"])
    assert (list(declared.frame["TERM"]), encoding, declared.notes) == (["x", "fièvre"], "latin-1", ())


def test_what_could_be_utf8_in_a_file_that_is_none_is_a_guess_too(tmp_path):
    frame = pd.DataFrame({"TERM": ["ABCD", "fiXvre", "plain"], "N": [1.0, 2.0, 3.0]}).astype({"TERM": object})
    data = transport(tmp_path, frame, {}).replace(b"fiXvre", b"fi\xe8vre").replace(b"ABCD", "头痛".encode("gbk"))
    table, _ = read_sas(data, "AE.xpt")
    assert list(table.frame["TERM"]) == ["Í·Í´", "fièvre", "plain"]
    assert [note.what for note in table.notes] == [
        "dataset AE, record 1, variable TERM: 'Í·Í´' is a guess: the file is not utf-8, and was read as Windows-1252 "
        "(the first of 2 records)"
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("ae.sas7bdat", b"", "ae.sas7bdat: cannot be read as a SAS dataset"),
        ("ae.sas7bdat", b"\x00\xff" * 5000, "ae.sas7bdat: cannot be read as a SAS dataset"),
        ("ae.sas7bdat", sas7bdat_file.MAGIC + bytes(2000), "ae.sas7bdat: cannot be read as a SAS dataset"),
        ("ae.sas7bdat", sas7bdat_file.sas7bdat({"A": ("$", ["x"])})[:70_000], "ae.sas7bdat: cannot be read as a SAS dataset"),
        ("ae.xpt", b"", "ae.xpt: is not a SAS transport file"),
        ("ae.xpt", b"HEADER RECORD*******LIBV8" + bytes(500), "ae.xpt: is a SAS transport file of version 8"),
    ],
)
def test_what_is_no_sas_file_is_told_so(name, data, message):
    with pytest.raises(ExportError) as failure:
        read_sas(data, name)
    assert str(failure.value).startswith(message)
