"""Rows of a CSV file as a person counts them in a spreadsheet, and what is said about those that are not as they should be."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import ExportError
from trialbook.exports import delimited, limits
from trialbook.exports.delimited import read_delimited
from trialbook.exports.tables import RawTable, RowProblem

HEADERS = {"subjid", "aeterm", "备注"}


def read(text: str | bytes, headers: Collection[str] = ()) -> RawTable:
    return read_delimited(text if isinstance(text, bytes) else text.encode(), "AE.csv", headers=headers)[0]


def records(table: RawTable) -> list[list[Any]]:
    """Header, then each record after its row number."""
    rows = table.frame.to_numpy(dtype=object).tolist()
    return [list(table.frame.columns), *([int(row), *cells] for row, cells in zip(table.row, rows, strict=True))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A,B\n01,NA\n", [["A", "B"], [2, "01", "NA"]]),
        ("A,B\n1,\n", [["A", "B"], [2, "1", ""]]),
        ("A,B\nNone,N/A", [["A", "B"], [2, "None", "N/A"]]),
        (" A , B\n 1, 2 \n", [["A", "B"], [2, " 1", " 2 "]]),
        ("A,B\r\n1,2\r\n", [["A", "B"], [2, "1", "2"]]),
        ("A,B\r1,2\r", [["A", "B"], [2, "1", "2"]]),
        ("A;B\n1,5;2\n", [["A", "B"], [2, "1,5", "2"]]),
        ("A\tB\n1,5\t2;3\n", [["A", "B"], [2, "1,5", "2;3"]]),
        ("A|B\n1|2\n", [["A", "B"], [2, "1", "2"]]),
        ('"A, of B";"C"\n1;2\n', [["A, of B", "C"], [2, "1", "2"]]),
        ("A\n1\n2\n", [["A"], [2, "1"], [3, "2"]]),
        ("A,B\n", [["A", "B"]]),
        ("A,B", [["A", "B"]]),
        ('A,B\n"1,2","say ""no"""\n', [["A", "B"], [2, "1,2", 'say "no"']]),
        ('A,B\n5" nail,2\n', [["A", "B"], [2, '5" nail', "2"]]),
        ('A,B\n"1\n2",3\n4,5\n', [["A", "B"], [2, "1\n2", "3"], [3, "4", "5"]]),
        ('"A\nB",C\n1,2\n', [["A\nB", "C"], [2, "1", "2"]]),
        ("A,B\n\n1,2\n \n,\n3,4\n\n", [["A", "B"], [3, "1", "2"], [6, "3", "4"]]),
        ("\n,\nA,B\n1,2\n", [["A", "B"], [4, "1", "2"]]),
        ("A,B,\n1,2,\n3,4\n", [["A", "B"], [2, "1", "2"], [3, "3", "4"]]),
        ("A,B\n1,2,,\n", [["A", "B"], [2, "1", "2"]]),
        ("受试者,性别\n张三,男\n", [["受试者", "性别"], [2, "张三", "男"]]),
        ("A,B\n1\x0b2,3\u20284\x85\n", [["A", "B"], [2, "1\x0b2", "3\u20284\x85"]]),
        ('\ufeff"A"\ufeff,\ufeff"B"\n\ufeff"1"\ufeff,\ufeff""\n', [["A", "B"], [2, "1", ""]]),
    ],
)
def test_cells_are_read_as_they_stand(text: str, expected: list[list[Any]]) -> None:
    table = read(text)
    assert records(table) == expected
    assert table.problems == ()
    assert all(dtype == pd.StringDtype(na_value=np.nan) for dtype in table.frame.dtypes)
    assert not table.frame.isna().to_numpy().any()
    assert table.row.dtype == np.int64


@pytest.mark.parametrize(
    ("text", "expected", "problems"),
    [
        (
            "A,B,C\n1\n1,2,3\n",
            [["A", "B", "C"], [2, "1", "", ""], [3, "1", "2", "3"]],
            [RowProblem(2, "has 1 cells where the header has 3; the missing ones are read as empty")],
        ),
        (
            "A,B\n1,2,3,,4\n5,6\n",
            [["A", "B"], [2, "1", "2"], [3, "5", "6"]],
            [RowProblem(2, "has 5 cells where the header has 2; beyond the header stands '3', '4'")],
        ),
        (
            'A,B,C\n1,"2,3\n4,5",6\n7,8,9\n',
            [["A", "B", "C"], [2, "1", "2,3\n4,5", "6"], [3, "7", "8", "9"]],
            [RowProblem(2, "spans 2 lines that look like records of their own: a quote in it may be unclosed")],
        ),
    ],
)
def test_a_row_of_another_shape_is_kept_and_reported(text: str, expected: list[list[Any]], problems: list[RowProblem]) -> None:
    table = read(text)
    assert records(table) == expected
    assert list(table.problems) == problems


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "AE.csv: has no header: the file is empty (0 bytes)"),
        ("\ufeff", "AE.csv: has no header: it holds blank lines only"),
        ("\n \n", "AE.csv: has no header: it holds blank lines only"),
        ("\u3000\n", "AE.csv: has no header: it holds blank lines only"),
        ('A,B\n1,2\n3,"4\n5,6\n', "AE.csv, row 3: a quote is opened in this row and never closed"),
        ('A,B\n"1\n2",2\n3,"4\n5,6\n', "AE.csv, row 3: a quote is opened in this row and never closed"),
        ('A,"B\n1,2\n', "AE.csv, row 1: a quote is opened in this row and never closed"),
        ('A,B\n1,"2\n3,"4"\n', "AE.csv, row 2: text follows a closing quote: a quote in this row is unclosed, or not doubled"),
        ("A,B,A\n1,2,3\n", "AE.csv, row 1: has several columns of one name: 'A' in A, C"),
        ("A, A\n", "AE.csv, row 1: has several columns of one name: 'A' in A, B"),
        ("A,,B\n1,,2\n3,x,4\n", "AE.csv, row 1: has data beneath a header without a name: column B (row 3: 'x')"),
        ("A,B,\n1,2,x\n", "AE.csv, row 1: has data beneath a header without a name: column C (row 2: 'x')"),
    ],
)
def test_a_file_whose_cells_can_not_be_told_apart_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExportError) as caught:
        read(text)
    assert str(caught.value).split("\n")[0] == message
    assert caught.value.remedy


@pytest.mark.parametrize("ending", ["", "\n", "\nEOF\n", "\n\n"])
@pytest.mark.parametrize(
    ("above", "row", "title"),
    [
        ("", 1, None),
        ("Study IFN\n", 2, "'Study IFN'"),
        ("Study IFN; of 2024,\n\n导出日期,2024-03-05,\n", 4, "'Study IFN; of 2024 / 导出日期 2024-03-05'"),
        ('"Study ""IFN"",\nadverse events",,\n', 2, "'Study \"IFN\", adverse events'"),
        ("SUBJID of whom\n", 2, "'SUBJID of whom'"),
        ("a\n" * 19, 20, "'" + " / ".join("a" * 19) + "'"),
    ],
)
def test_titles_above_the_header(above: str, row: int, title: str | None, ending: str) -> None:
    table = read(f"{above}SubjID,ＡＥＴＥＲＭ,X\n01,Nausea,1\n02,Rash,2{ending}", HEADERS)
    assert records(table) == [["SubjID", "ＡＥＴＥＲＭ", "X"], [row + 1, "01", "Nausea", "1"], [row + 2, "02", "Rash", "2"]]
    said = [(1, f"stands above the header and is read as no record: {title}")] if title else []
    ended = [(row + 3, "says EOF and is read as the end of the file, not as a record")] if "EOF" in ending else []
    assert [(note.row, note.what) for note in table.notes] == said + ended
    assert (table.header_row, table.problems) == (row, ())


@pytest.mark.parametrize(
    ("text", "header", "first"),
    [
        ("Study\nA,B\n1,2\n", ["Study"], "A"),
        ("Study\nSUBJID,B\n1,2\n", ["Study"], "SUBJID"),
        ("a\n" * 20 + "SUBJID,AETERM\n1,2\n", ["a"], "a"),
        ("SUBJID,AETERM\nSUBJID,AETERM\n1,2\n", ["SUBJID", "AETERM"], "SUBJID"),
        ("SUBJID\tAETERM\nx;y,z;备注\t1\n", ["SUBJID", "AETERM"], "x;y,z;备注"),
    ],
)
def test_without_two_known_names_the_first_row_is_the_header(text: str, header: list[str], first: str) -> None:
    table = read(text, HEADERS)
    assert list(table.frame.columns) == header
    assert table.frame.iat[0, 0] == first


def test_eof_is_a_value_where_it_may_be_one() -> None:
    assert records(read("A\n1\nEOF\n")) == [["A"], [2, "1"], [3, "EOF"]]
    assert records(read("A,B\nEOF,1\n")) == [["A", "B"], [2, "EOF", "1"]]
    assert records(read("A,B\nEOF,\n1,2\n")) == [["A", "B"], [2, "EOF", ""], [3, "1", "2"]]
    assert records(read("A,B\nEOF\n")) == [["A", "B"]]


def test_columns_of_one_name() -> None:
    table = read("SUBJID,Subjid ,X,X,X\n1,1,a,b,a\n2,2,a,a,a\n", HEADERS)
    assert list(table.frame.columns) == ["SUBJID", "X", "X (column D)", "X (column E)"]
    assert [(note.row, note.what) for note in table.notes] == [
        (1, "the columns A, B have one name, 'SUBJID', and the same cells: read once"),
        (1, "the columns C, D, E have one name, 'X', and differ: read as 'X (column D)', 'X (column E)' too"),
    ]
    with pytest.raises(ExportError, match="row 1: has several columns of one name: 'SUBJID' in A, B"):
        read("SUBJID,subjid\n1,2\n", HEADERS)


def test_two_stray_quotes_far_apart_are_told_in_a_table_of_two_columns() -> None:
    table = read('A,B\n1,"2\n3,4\n5,6"\n7,"a, b\nc, d"\n')
    what = "spans 3 lines that look like records of their own: a quote in it may be unclosed"
    assert table.problems == (RowProblem(2, what),)


def test_a_clinical_view_of_rave_ends_in_eof(shared: Path) -> None:
    data = (shared / "exports" / "V_SIMPLESTUDY_ENROL.csv").read_bytes()
    table, _ = read_delimited(data, "V_SIMPLESTUDY_ENROL.csv")
    assert (table.problems, len(table.notes)) == ((), 1)
    assert "EOF" not in set(table.frame.iloc[:, 0])


def test_hostile_files_get_their_message_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    big = b"x" * 100_000_000  # a cell of 100 MB
    wide = ",".join(f"c{number}" for number in range(16_384)).encode()
    cases = [
        (b"A,B\n1,2\n3," + big + b"\n", "row 3, column B: the cell has more than 1,000,000 characters"),
        (b'A,B\n1,"' + big[:2_000_000] + b'"\n', "row 2, column B: the cell has more than 1,000,000 characters"),
        (b'A,B\n1,"2\n' + b"3,4\n" * 500_000, "row 2, column B: a quote is opened in this cell and not closed within 1,000,000"),
        (big, "row 1, column A: the cell has more than 1,000,000 characters"),
        (b"A,B\n" + b"," * 20_000_000, "row 2: the row has more than 16,000,000 characters"),
        (b"A," * 2_000_000, "row 1: the header's line is longer than 1,000,000 characters"),
        (b"A," * 20_000, "row 1: has 20,001 columns"),
        (wide + b"\n" + b"1\n" * 1_000_000, "has more than 1,000,000 cells, counting the empty ones of short rows"),
    ]
    monkeypatch.setattr(limits, "MOST_CELLS", 1_000_000)
    for data, message in cases:
        with pytest.raises(ExportError) as caught:
            read(data)
        assert message in str(caught.value)


def test_the_csv_module_is_left_as_it_was() -> None:
    before = csv.field_size_limit()
    read('A,B\n"1",2\n')
    with pytest.raises(ExportError):
        read('A,B\n"' + "x" * 1_500_000)
    assert csv.field_size_limit() == before


CELLS = st.text(st.sampled_from("ab01,;\t|\"'\n\r é男\u3000\x0b𠀀"), max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 4), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_what_is_written_as_csv_is_read_again(data: st.DataObject, width: int, quoting: Any) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerows([[f"C{number}" for number in range(width)], *rows])
    expected = [[row, *cells] for row, cells in enumerate(rows, 2) if "".join(cells).strip()]
    assert records(read(text.getvalue()))[1:] == expected


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab,\n\r \u3000\x0b男"), max_size=40) | st.text(st.sampled_from("a,\n"), max_size=40))
def test_the_quick_way_reads_as_the_strict_one_does(text: str) -> None:
    data = ("X,Y\n" + text).encode()
    quick = read(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "read_unquoted", lambda *_: None)
        strict = read(data)
    assert records(quick) == records(strict)
    assert quick.problems == strict.problems


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_random_bytes_are_a_table_or_a_message(data: bytes) -> None:
    try:
        table, _ = read_delimited(data, "AE.csv", ["gb18030"])
    except ExportError:
        return
    assert len(table.frame) == len(table.row)
