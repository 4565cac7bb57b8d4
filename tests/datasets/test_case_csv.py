"""CSV in the form of the CDISC Open Rules test data: its quirks are told, its mistakes named."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from trialbook.datasets import Variable, case_standard, read_datasets
from trialbook.errors import ExportError

DATASETS = "Filename,Label\nae,Adverse Events\n"
VARIABLES = "dataset,variable,label,type,length\nae,AETERM,Reported Term,Char,200.0\nae,AESEQ,Sequence,Num,8\n"
UNTYPED = "_variables.csv states no type for {}: read as Char"
NAN = float("nan")
AE = 'AETERM,AESEQ\n"恶心, 呕吐",1\n,165.15\nNA,\n'


def folder(path: Path, **files: str | bytes) -> Path:
    contents: dict[str, str | bytes] = {"_datasets": DATASETS, "_variables": VARIABLES, "ae": AE, **files}
    for name, content in contents.items():
        (path / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_folder_reads_with_labels_types_and_lengths(tmp_path: Path) -> None:
    (ae,) = read_datasets(folder(tmp_path))
    expected = {"AETERM": pd.Series(["恶心, 呕吐", "", "NA"], dtype="str"), "AESEQ": [1.0, 165.15, float("nan")]}
    pd.testing.assert_frame_equal(ae.frame, pd.DataFrame(expected))
    assert (ae.name, ae.label, ae.file, ae.notices) == ("AE", "Adverse Events", "ae.csv", ())
    assert ae.encoding == "utf-8"
    assert list(ae.variables.values()) == [
        Variable("AETERM", "Reported Term", "Char", 200),
        Variable("AESEQ", "Sequence", "Num", 8),
    ]
    (alone,) = read_datasets(tmp_path / "ae.csv")
    pd.testing.assert_frame_equal(alone.frame, ae.frame)


QUIRKS = [
    ({"ae": "AETERM,AESEQ\na\n"}, "rows 2 stop before the last column: the cells that are not there are taken as missing"),
    ({"ae": "AETERM,AESEQ\na,1,\nb,2\n"}, "rows 2 go on beyond the last column, with empty cells: left out"),
    ({"ae": "AETERM,AESEQ\n\na,1\n"}, "rows 2 are empty lines, not records"),
    ({"ae": "\nAETERM,AESEQ\n   \na,1\n"}, "rows 1, 3 are empty lines, not records"),
    ({"ae": "AETERM,AESEQ,\na,1,\n"}, "column 3 has neither a name nor values: left out"),
    ({"ae": "AETERM,AESEQ,\na,1,x\n"}, "columns without a name have values: 3; read as Unnamed: 2", UNTYPED.format("Unnamed: 2")),
    (
        {"ae": "AETERM,AESEQ,AESEQ\na,1,2\n"},
        "column 3 has the name AESEQ a second time: read as AESEQ.1",
        UNTYPED.format("AESEQ.1"),
    ),
    ({"ae": "AETERM, AESEQ\na,1\n"}, "names of columns with spaces about them are read without: ' AESEQ'"),
    ({"ae": 'AETERM,AESEQ\n"a"b,1\n'}, "a cell is quoted against the rules of CSV: ',' expected after '\"'"),
    ({"ae": "AETERM,AESEQ,AESER\na,1,Y\n"}, UNTYPED.format("AESER")),
    ({"ae": "AETERM\na\n"}, "_variables.csv states variables that the file does not have: AESEQ"),
    (
        {"ae": "AETERM,AESEQ\na,1\nb,<5\n"},
        "row 3, column AESEQ: '<5' is not a number, and AESEQ is Num; the whole variable is read as Char",
    ),
    ({"cm": "CMTRT\na\n"}, "_datasets.csv does not list cm.csv: left out"),
    ({"_datasets": DATASETS + "cm,Medications\n"}, "_datasets.csv lists cm.csv, and there is no such file"),
    ({"_variables": VARIABLES.replace("Char", "")}, UNTYPED.format("AETERM")),
    (
        {"_variables": VARIABLES.replace("Char", "text")},
        "_variables.csv, row 2: AETERM has the type 'text', expected Char or Num",
        UNTYPED.format("AETERM"),
    ),
    (
        {"_variables": VARIABLES.replace("200.0", "long")},
        "_variables.csv, row 2: AETERM has the length 'long', expected a whole number: left out",
    ),
    (
        {"_variables": VARIABLES + "ae,AESEQ,,Num,8\n"},
        "_variables.csv, row 4: states AESEQ a second time: the last statement counts",
    ),
    (
        {"_variables": VARIABLES.replace("ae,", "ae,1,")},
        "_variables.csv, row 2: has 6 cells, and the header 5; nothing that it states is used",
        UNTYPED.format("AETERM, AESEQ"),
    ),
]


@pytest.mark.parametrize("quirk", QUIRKS)
def test_what_the_engine_can_do_without_is_a_notice(quirk: tuple[dict[str, str], *tuple[str, ...]], tmp_path: Path) -> None:
    files, *notices = quirk
    (ae,) = read_datasets(folder(tmp_path, **files))
    assert list(ae.notices) == notices


READ_ALL_THE_SAME = [
    ({"ae": "AETERM,AESEQ\na,1\nb,<5\n"}, {"AETERM": ["a", "b"], "AESEQ": ["1", "<5"]}),
    ({"ae": "AETERM,AESEQ\na,inf\n"}, {"AETERM": ["a"], "AESEQ": ["inf"]}),
    ({"ae": "AETERM,AESEQ\na,1e999\n"}, {"AETERM": ["a"], "AESEQ": ["1e999"]}),
    (
        {"ae": "AETERM,,AETERM,AETERM.1,\na,b,c,d,e\n"},
        {"AETERM": ["a"], "Unnamed: 1": ["b"], "AETERM.2": ["c"], "AETERM.1": ["d"], "Unnamed: 4": ["e"]},
    ),
    ({"ae": ",,\na,b,c\n"}, {"Unnamed: 0": ["a"], "Unnamed: 1": ["b"], "Unnamed: 2": ["c"]}),
    ({"ae": 'AETERM,AESEQ\n"a"b,1\n'}, {"AETERM": ["ab"], "AESEQ": [1.0]}),
    (
        {"_variables": VARIABLES.replace("Num", "Number").replace("Char", "String")},
        {"AETERM": ["恶心, 呕吐", "", "NA"], "AESEQ": [1.0, 165.15, NAN]},
    ),
]


@pytest.mark.parametrize(("files", "columns"), READ_ALL_THE_SAME)
def test_no_value_is_lost(files: dict[str, str], columns: dict[str, list[object]], tmp_path: Path) -> None:
    (ae,) = read_datasets(folder(tmp_path, **files))
    expected = {
        name: pd.Series(values, dtype="str" if isinstance(values[0], str) else "float64") for name, values in columns.items()
    }
    pd.testing.assert_frame_equal(ae.frame, pd.DataFrame(expected))
    assert {name: variable.type for name, variable in ae.variables.items()} == {
        name: "Char" if isinstance(values[0], str) else "Num" for name, values in columns.items()
    }


def test_an_empty_file_is_a_dataset_without_variables_and_records(tmp_path: Path) -> None:
    (ae,) = read_datasets(folder(tmp_path, ae=""))
    assert (ae.name, ae.label, ae.frame.shape, ae.variables) == ("AE", "Adverse Events", (0, 0), {})
    assert ae.notices[0] == "the file is empty: it has neither variables nor records"


def test_a_file_named_by_itself_is_read_though_it_is_not_listed(tmp_path: Path) -> None:
    folder(tmp_path, cm="CMTRT\na\n")
    (cm,) = read_datasets(tmp_path / "cm.csv")
    assert (cm.name, cm.label) == ("CM", "")
    assert cm.notices == ("_datasets.csv does not list it: it has no label", UNTYPED.format("CMTRT"))


def test_files_of_other_kinds_are_left_out_where_the_datasets_are_listed(tmp_path: Path) -> None:
    folder(tmp_path)
    for name in ("define.xml", "notes.docx", "study.xml", "stylesheet.xsl"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (ae,) = read_datasets(tmp_path)
    assert ae.notices == ("_datasets.csv does not list notes.docx, study.xml: left out",)
    (tmp_path / ".env").write_text("DEFINE_XML=study.xml\n", encoding="utf-8")
    (ae,) = read_datasets(tmp_path)
    assert ae.notices == ("_datasets.csv does not list notes.docx: left out",)


def test_the_first_dataset_tells_of_the_folder(tmp_path: Path) -> None:
    ae, dm = read_datasets(folder(tmp_path, _datasets=DATASETS + "dm,Demographics\n", dm="", xx=""))
    assert ae.notices == ("_datasets.csv does not list xx.csv: left out",)
    assert dm.notices == ("the file is empty: it has neither variables nor records",)


def test_a_dataset_name_of_its_own(tmp_path: Path) -> None:
    (lb,) = read_datasets(folder(tmp_path, _datasets="Filename,Dataset Name,Label\nAE.csv,LBCH,Laboratory\n"))
    assert (lb.name, lb.label, lb.file) == ("LBCH", "Laboratory", "ae.csv")


WRONG = [
    ("ae", "AETERM,AESEQ\na,b,1\n", "row 2", "has 3 cells, and the header 2"),
    ("ae", 'AETERM,AESEQ\n"a,1\n', None, "is not a CSV file: unexpected end of data"),
    ("ae", "AETERM,AESEQ\n恶心,1\n".encode("gb18030"), "line 2", "is not UTF-8 text: byte 0xB6"),
    ("_datasets", "Filename,Label\nae,a\nae,b\n", "row 3", "lists ae twice"),
    ("_datasets", "Filename,Label\n,Medications\n", "row 2", "has no Filename"),
    ("_datasets", "Filename,Label\ncm,b\n", None, "lists cm.csv, and none is beside it"),
    ("_datasets", "Filename,Label\n", None, "lists no dataset, and none is beside it"),
    ("_datasets", "File,Label\n", "row 1", "its header is File, Label, expected Filename, Label"),
    ("_datasets", "", "row 1", "its header is , expected Filename, Label"),
    (
        "_variables",
        "dataset,variable,label,type\n",
        "row 1",
        "its header is dataset, variable, label, type, expected dataset, variable, label, type, length",
    ),
]


@pytest.mark.parametrize(("file", "content", "place", "what"), WRONG)
def test_a_mistake_names_file_and_row(file: str, content: str | bytes, place: str | None, what: str, tmp_path: Path) -> None:
    folder(tmp_path, **{file: content})
    with pytest.raises(ExportError) as caught:
        read_datasets(tmp_path)
    assert (caught.value.file, caught.value.place, caught.value.what) == (tmp_path / f"{file}.csv", place, what)


def test_csv_without_the_two_files_about_it(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text(AE, encoding="utf-8")
    with pytest.raises(ExportError) as caught:
        read_datasets(tmp_path)
    assert (caught.value.file, caught.value.what) == (tmp_path / "_datasets.csv", "does not exist")


def test_every_published_case_reads(shared: Path) -> None:
    cases = sorted((shared / "core" / "cases").glob("*/*/*/data"))
    datasets, records = 0, 0
    for case in cases:
        found = read_datasets(case)
        datasets += len(found)
        records += sum(len(dataset.frame) for dataset in found)
        assert case_standard(case) is not None
    assert (len(cases), datasets, records) == (499, 1212, 46119)


def test_every_record_of_a_published_case_is_there_as_written(shared: Path) -> None:
    case = shared / "core" / "cases" / "CORE-000102" / "negative" / "01" / "data"
    (lb,) = read_datasets(case / "lb.csv")
    with (case / "lb.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    text = [name for name in header if lb.variables[name].type == "Char"]
    expected = pd.DataFrame(rows, columns=header, dtype="str")
    pd.testing.assert_frame_equal(lb.frame[text], expected[text])
