"""What is written reads back the same, in each format; what a format cannot hold is an error that names it."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.datasets import SdtmDataset, Variable, read_datasets, write_datasets
from trialbook.datasets.files import difference
from trialbook.errors import TrialbookError

FORMATS = ["xpt", "json", "parquet", "csv"]


def dataset(columns: dict[str, list], label: str = "Adverse Events", name: str = "AE") -> SdtmDataset:
    frame, variables = pd.DataFrame(), {}
    for column, values in columns.items():
        number = column.endswith("N")
        frame[column] = pd.Series(values, dtype="float64" if number else "str")
        variables[column] = Variable(column, f"Label of {column}", "Num" if number else "Char", 8 if number else 200)
    return SdtmDataset(name, label, frame, variables)


AE = dataset({"USUBJID": ["01-001", "01-002", ""], "AETERM": ["恶心", "", ""], "AEN": [1.0, np.nan, 165.15]})


@pytest.mark.parametrize("format", FORMATS)
def test_a_dataset_reads_back_as_it_was(format: str, tmp_path: Path) -> None:
    files = write_datasets([AE, dataset({"X": ["a"]}, "Subject Visits", "SV")], tmp_path / "out", format)
    names = [f"ae.{format}", f"sv.{format}"] + (["_datasets.csv", "_variables.csv"] if format == "csv" else [])
    assert [file.name for file in files] == names
    assert sorted(item.name for item in (tmp_path / "out").iterdir()) == sorted(names)
    ae, sv = read_datasets(tmp_path / "out")
    pd.testing.assert_frame_equal(ae.frame, AE.frame)
    assert (ae.name, ae.label, ae.file, ae.notices) == ("AE", "Adverse Events", f"ae.{format}", ())
    lengths = {"USUBJID": 6, "AETERM": 6, "AEN": 8} if format == "xpt" else {"USUBJID": 200, "AETERM": 200, "AEN": 8}
    assert list(ae.variables.values()) == [
        Variable(name, f"Label of {name}", "Num" if name == "AEN" else "Char", length) for name, length in lengths.items()
    ]
    assert (sv.name, sv.label) == ("SV", "Subject Visits")


# XPORT does not keep blanks at the end of a text, nor a null character; a text of Arrow holds no lone surrogate.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("中文白细胞µ\n\r\t\",;'"), max_size=12)
numbers = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12).map(float),
    st.decimals(-1000, 1000, places=3).map(float),
    st.floats(min_value=1e-70, max_value=1e70) | st.floats(min_value=-1e70, max_value=-1e-70),
)
records = st.lists(st.tuples(texts.map(lambda text: text.rstrip(" ")), numbers), max_size=6)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=25, deadline=None)
@given(rows=records)
def test_writing_then_reading_is_the_identity(format: str, rows: list[tuple[str, float | None]]) -> None:
    written = dataset({"AETERM": [text for text, _ in rows], "AEN": [number for _, number in rows]}, "不良事件")
    with tempfile.TemporaryDirectory() as folder:
        (file, *_) = write_datasets([written], Path(folder), format)
        (again,) = read_datasets(file)
    assert difference(written, again, lengths=format != "xpt") is None
    assert again.notices == ()


@pytest.mark.parametrize("format", ["json", "parquet", "csv"])
def test_a_blank_last_record_stays_a_record(format: str, tmp_path: Path) -> None:
    blank = dataset({"X": ["a", "", ""]})
    write_datasets([blank], tmp_path, format)
    assert read_datasets(tmp_path)[0].frame["X"].tolist() == ["a", "", ""]


def test_xpt_keeps_blank_last_records_where_the_format_can_tell(tmp_path: Path) -> None:
    with_number = dataset({"X": ["a", "", ""], "XN": [1.0, None, None]})
    long_records = dataset({"X": ["a" * 100, "", ""]}, name="SV")
    write_datasets([with_number, long_records], tmp_path, "xpt")
    assert [len(item.frame) for item in read_datasets(tmp_path)] == [3, 3]


NOT_HELD = [
    (
        "xpt",
        {"X": ["a", "", ""]},
        "xpt does not hold the dataset AE as it is: the number of records was 3 and reads back as 1",
    ),
    (
        "xpt",
        {"X": ["ok", "b "]},
        "xpt does not hold the dataset AE as it is: variable X, record 2: 'b ' reads back as 'b'",
    ),
    (
        "xpt",
        {"XN": [1.0, 1e80]},
        "dataset AE, variable XN, record 2: 1e+80 is beyond the numbers a SAS transport file holds exactly",
    ),
    (
        "xpt",
        {"X": ["ok", "中" * 67]},
        f"dataset AE, variable X, record 2: '{'中' * 40}'… has 201 bytes; a SAS transport file holds 200",
    ),
    (
        "xpt",
        {"TOOLONGNAME": ["a"]},
        "dataset AE, variable TOOLONGNAME: a name in a SAS transport file has at most 8 capital letters, digits and _",
    ),
    ("json", {"XN": [1.0, np.inf]}, "dataset AE, variable XN, record 2: the number is infinite"),
]


@pytest.mark.parametrize(("format", "columns", "what"), NOT_HELD)
def test_what_a_format_cannot_hold_is_named_and_leaves_no_file(format: str, columns: dict, what: str, tmp_path: Path) -> None:
    with pytest.raises(TrialbookError) as caught:
        write_datasets([dataset(columns)], tmp_path, format)
    assert caught.value.what == what
    assert list(tmp_path.iterdir()) == []


def test_xpt_refuses_a_label_of_more_than_40_bytes(tmp_path: Path) -> None:
    with pytest.raises(TrialbookError, match=r"dataset AE: the label: .* has 42 bytes; a SAS transport file holds 40"):
        write_datasets([dataset({"X": ["a"]}, label="不良事件" * 3 + "不良")], tmp_path, "xpt")


@pytest.mark.parametrize("names", [["AE", "AE"], ["../AE"], ["ae"], [""]])
def test_names_that_are_no_file_names_are_refused(names: list[str], tmp_path: Path) -> None:
    with pytest.raises(TrialbookError, match="cannot be written under the name"):
        write_datasets([dataset({"X": ["a"]}, name=name) for name in names], tmp_path, "json")


def test_a_column_without_metadata_is_refused(tmp_path: Path) -> None:
    bare = SdtmDataset("AE", "", pd.DataFrame({"X": pd.Series(["a"], dtype="str")}), {})
    with pytest.raises(TrialbookError, match="columns and variables differ: X"):
        write_datasets([bare], tmp_path, "json")


def test_dataset_json_is_written_as_the_specification_shows_it(tmp_path: Path) -> None:
    created = datetime(2025, 3, 28, 12, 0, tzinfo=UTC)
    (file,) = write_datasets([dataset({"X": ["恶心", ""], "AN": [1.0, None], "BN": [0.5, 2.0]})], tmp_path, "json", created)
    assert file.read_text(encoding="utf-8") == (
        "{\n"
        ' "datasetJSONCreationDateTime": "2025-03-28T12:00:00+00:00",\n'
        ' "datasetJSONVersion": "1.1.0",\n'
        ' "itemGroupOID": "IG.AE",\n'
        ' "records": 2,\n'
        ' "name": "AE",\n'
        ' "label": "Adverse Events",\n'
        ' "columns": [\n'
        '  {"itemOID": "IT.AE.X", "name": "X", "label": "Label of X", "dataType": "string", "length": 200},\n'
        '  {"itemOID": "IT.AE.AN", "name": "AN", "label": "Label of AN", "dataType": "integer", "length": 8},\n'
        '  {"itemOID": "IT.AE.BN", "name": "BN", "label": "Label of BN", "dataType": "float", "length": 8}\n'
        " ],\n"
        ' "rows": [\n'
        '["恶心", 1, 0.5],\n'
        '["", null, 2.0]\n'
        "]}\n"
    )
