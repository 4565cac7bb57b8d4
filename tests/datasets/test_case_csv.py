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
    (
        {"ae": "AETERM,AESEQ\na\n"},
        "rows 2 stop before the last column: the cells that are not there are taken as missing",
    ),
    ({"ae": "AETERM,AESEQ\n\na,1\n"}, "rows 2 are empty lines, not records"),
    ({"ae": "AETERM,AESEQ,\na,1,\n"}, "column 3 has neither a name nor values: left out"),
    ({"ae": "AETERM,AESEQ,AESER\na,1,Y\n"}, "_variables.csv states no type for AESER: read as Char"),
    ({"ae": "AETERM\na\n"}, "_variables.csv states variables that the file does not have: AESEQ"),
    ({"_datasets": "Filename,Label\n"}, "_datasets.csv does not list it: it has no label"),
    ({"_variables": VARIABLES.replace("Char", "")}, "_variables.csv states no type for AETERM: read as Char"),
]


@pytest.mark.parametrize(("files", "notice"), QUIRKS)
def test_a_quirk_of_the_published_cases_is_a_notice(files: dict[str, str], notice: str, tmp_path: Path) -> None:
    (ae,) = read_datasets(folder(tmp_path, **files))
    assert ae.notices == (notice,)


def test_a_dataset_name_of_its_own(tmp_path: Path) -> None:
    (lb,) = read_datasets(folder(tmp_path, _datasets="Filename,Dataset Name,Label\nAE.csv,LBCH,Laboratory\n"))
    assert (lb.name, lb.label, lb.file) == ("LBCH", "Laboratory", "ae.csv")


WRONG = [
    ("ae", "AETERM,AESEQ\na,<5\n", "row 2, column AESEQ", "'<5' is not a number, and AESEQ is Num"),
    ("ae", "AETERM,AESEQ\na,inf\n", "row 2, column AESEQ", "'inf' is not a number, and AESEQ is Num"),
    ("ae", "AETERM,AESEQ\na,1e999\n", "row 2, column AESEQ", "'1e999' is not a number, and AESEQ is Num"),
    ("ae", "AETERM,AESEQ\na,b,1\n", "row 2", "has 3 cells, and the header 2"),
    ("ae", "AETERM,AETERM\na,b\n", "row 1", "column 2 has the name AETERM a second time"),
    ("ae", "AETERM,\na,b\n", "row 1", "column 2 has values but no name"),
    ("ae", ",,\na,b,c\n", None, "has no header row"),
    ("ae", "", None, "has no header row"),
    ("ae", 'AETERM,AESEQ\n"a,1\n', None, "is not a CSV file: unexpected end of data"),
    ("ae", "AETERM,AESEQ\n恶心,1\n".encode("gb18030"), "line 2", "is not UTF-8 text: byte 0xB6"),
    ("_datasets", "Filename,Label\nae,a\nae,b\n", "row 3", "lists ae twice"),
    ("_datasets", "Filename,Label\nae,a\ncm,b\n", None, "lists cm, and there is no file cm.csv beside it"),
    ("_datasets", "File,Label\n", "row 1", "its header is File, Label, expected Filename, Label"),
    ("_variables", VARIABLES.replace("Num", "num"), "row 3", "AESEQ has the type 'num', expected Char or Num"),
    (
        "_variables",
        VARIABLES.replace("200.0", "long"),
        "row 2",
        "AETERM has the length 'long', expected a whole number",
    ),
    ("_variables", VARIABLES.replace("ae,", "ae,1,"), "row 2", "has 6 cells, and the header 5"),
    ("_variables", VARIABLES + "ae,AESEQ,,Num,8\n", "row 4", "states the variable AESEQ of ae twice"),
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


STANDARDS = [
    ("PRODUCT=SDTMIG\nVERSION=3-4\n", ("sdtmig", "3.4")),
    ("PRODUCT=sendig\r\nVERSION=3.1\r\nUSE_CASE=INDH\r\n", ("sendig", "3.1")),
    ("KEY=1\n", None),
    (None, None),
]


@pytest.mark.parametrize(("content", "standard"), STANDARDS)
def test_the_standard_a_case_names(content: str | None, standard: tuple[str, str] | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / ".env").write_text(content, encoding="utf-8")
    assert case_standard(tmp_path) == standard


def test_half_a_standard_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PRODUCT=SDTMIG\n", encoding="utf-8")
    with pytest.raises(ExportError, match="names no standard"):
        case_standard(tmp_path)


# The seven published cases that are not in the form they claim, and why.
NOT_READABLE = {
    "CORE-000092/positive/01": "ec.csv: has no header row",
    "CORE-000094/negative/01": "ec.csv: has no header row",
    "CORE-000094/positive/01": "ec.csv: has no header row",
    "CORE-000180/positive/02": "tr.csv: column 35 has values but no name",
    "CORE-000356/negative/01": "_variables.csv: has 6 cells, and the header 5",
    "CORE-000732/positive/01": "fa.csv: '<5' is not a number, and FASTRESN is Num",
    "CORE-000786/negative/01": "ec.csv: has no header row",
}


def test_every_published_case_reads_or_says_why_not(shared: Path) -> None:
    cases = sorted((shared / "core" / "cases").glob("*/*/*/data"))
    refused, datasets, records = {}, 0, 0
    for case in cases:
        try:
            found = read_datasets(case)
        except ExportError as error:
            refused[case.parent.relative_to(shared / "core" / "cases").as_posix()] = f"{Path(error.file).name}: {error.what}"
            continue
        datasets += len(found)
        records += sum(len(dataset.frame) for dataset in found)
        assert case_standard(case) is not None
    assert refused == NOT_READABLE
    assert (len(cases), datasets, records) == (499, 1176, 46832)


def test_every_record_of_a_published_case_is_there_as_written(shared: Path) -> None:
    case = shared / "core" / "cases" / "CORE-000102" / "negative" / "01" / "data"
    (lb,) = read_datasets(case / "lb.csv")
    with (case / "lb.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    text = [name for name in header if lb.variables[name].type == "Char"]
    expected = pd.DataFrame(rows, columns=header, dtype="str")
    pd.testing.assert_frame_equal(lb.frame[text], expected[text])
