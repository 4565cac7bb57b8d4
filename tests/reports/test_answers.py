"""``queries.csv`` as it comes back from sites: however it was saved, no answer is lost, and none goes to another question."""

from __future__ import annotations

import csv
import dataclasses
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.errors import TrialbookError
from trialbook.findings import Query, QueryState
from trialbook.reports.answers import read_answers
from trialbook.reports.queries import COLUMNS, queries_csv

CHINA = ("gb18030",)
ONE, TWO, NUMBER = "00000000000000a1", "00000000000000a2", "1234567890123456"
SAID = {ONE: "已更正为 2024-05-02", TWO: '第一行\n第二行, "引号"; 分号', NUMBER: "=none"}


def rows(said=SAID, columns=COLUMNS, state="open"):
    """The table that was sent, with the answers in it."""
    cells = {"site": "01", "subject": "IFN-01-003", "question": "哪一天？", "state": state}
    table = [list(columns)]
    for id, answer in said.items():
        risky = answer.startswith(("=", "+", "-", "@", "'"))
        one = cells | {"id": f"'{id}" if id.isdigit() else id, "answer": f"'{answer}" if risky else answer}
        table.append([one.get(name, "") for name in columns])
    return table


def text(table, delimiter=",", end="\r\n"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(table)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("queries.csv", b"\xef\xbb\xbf" + text(rows()).encode()),
        ("UTF-8 without a mark.csv", text(rows()).encode()),
        ("saved in China.csv", text(rows()).encode("gb18030")),
        ("Unicode text.txt", text(rows(), "\t").encode("utf-16")),
        ("big-endian.txt", b"\xfe\xff" + text(rows(), "\t").encode("utf-16-be")),
        ("semicolons.csv", b"\xef\xbb\xbf" + text(rows(), ";").encode()),
        ("old Mac.csv", text(rows(), end="\r").encode()),
        ("columns in another order.csv", text(rows(columns=COLUMNS[::-1])).encode()),
        ("more columns.csv", text(rows(columns=("备注", *COLUMNS, "monitor"))).encode()),
        ("two columns.csv", text([["ANSWER ", " Id"], *([row[-1], row[0]] for row in rows()[1:])]).encode()),
    ],
)
def test_however_it_was_saved(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    read = read_answers(path, CHINA)
    assert (read.file, dict(read.by_id)) == (name, SAID)


def test_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "queries"
    for row in rows():
        book.active.append(row)
    book.create_sheet("notes").append(["nothing", "of", "this"])
    book.save(tmp_path / "queries.xlsx")
    assert dict(read_answers(tmp_path / "queries.xlsx").by_id) == SAID


def test_a_folder_with_a_file_from_each_site(tmp_path):
    for id, answer in SAID.items():
        (tmp_path / f"{id}.csv").write_bytes(text(rows({id: answer})).encode("gb18030" if id == ONE else "utf-8"))
    assert dict(read_answers(tmp_path, CHINA).by_id) == SAID


def test_rows_without_an_answer_say_nothing(tmp_path):
    table = rows({ONE: "yes", TWO: ""})
    table.insert(1, ["", "", "", "", "", "", "", "2 of 9 rules did not run", "not run", ""])
    (tmp_path / "queries.csv").write_text(text(table), encoding="utf-8")
    assert dict(read_answers(tmp_path / "queries.csv").by_id) == {ONE: "yes"}


@pytest.mark.parametrize("cell", [f" {ONE.upper()} ", f"\ufeff{ONE}", "００００００００００００００ａ１", f"'{ONE}", f"’{ONE}"])
def test_an_id_that_was_only_dressed_up_is_still_one(tmp_path, cell):
    (tmp_path / "queries.csv").write_text(text([["id", "answer"], [cell, "yes"]]), encoding="utf-8")
    assert dict(read_answers(tmp_path / "queries.csv").by_id) == {ONE: "yes"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([["id", "answer"], ["1.23457E+15", "yes"]], "row 2: the id is 1.23457e+15: a program took it for a number"),
        ([["id", "answer"], ["1,23E+18", "yes"]], "row 2: the id is 1,23e+18: a program took it for a number"),
        ([["id", "answer"], ["123", "yes"]], "row 2: the id is 123: a program took it for a number"),
        ([["id", "answer"], ["", "yes"]], "row 2: there is no id, and the answer is 'yes'"),
        ([["id", "answer"], ["x1", "yes"]], "row 2: 'x1' is no id of a query"),
        ([["id", "answer"], [ONE, "yes"], [ONE, "no"]], f"row 3: {ONE} is answered 'no', and in row 2 'yes'"),
        ([["id", "answer"], [ONE, "yes", "of course"]], "row 2: has 3 cells where the header has 2; beyond the header"),
        ([["id", "antwoord"], [ONE, "yes"]], "has not the columns id and answer; found id, antwoord"),
    ],
)
def test_an_answer_that_cannot_be_placed_ends_the_run(tmp_path, table, said):
    path = tmp_path / "queries.csv"
    path.write_text(text(table), encoding="utf-8")
    with pytest.raises(TrialbookError) as raised:
        read_answers(path)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)
    assert raised.value.remedy


def test_all_that_is_wrong_is_told_at_once_but_not_without_end(tmp_path):
    path = tmp_path / "queries.csv"
    path.write_text(text([["id", "answer"], *([f"{n}E+15", "yes"] for n in range(30))]), encoding="utf-8")
    with pytest.raises(TrialbookError) as raised:
        read_answers(path)
    assert str(raised.value).count("a program took it for a number") == 10
    assert "and 20 more" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("queries.csv", b"", "has no header"),
        ("queries.csv", text(rows()).encode("gb18030"), "is not utf-8"),
        ("queries.csv", text(rows(), "\t").encode("utf-16-le"), "holds a NUL character"),
        ("queries.csv", b"id,answer\n" + ONE.encode() + b',"yes\n', "never closed"),
        ("queries.csv", b"PK\x03\x04....", "is a workbook or a zip"),
        ("queries.pdf", b"%PDF-1.7", "is of a kind that is not read here"),
        ("missing.csv", None, "there is no such file"),
    ],
)
def test_what_is_no_table_of_answers(tmp_path, name, data, said):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(TrialbookError) as raised:
        read_answers(tmp_path / name)
    assert said in str(raised.value)


ANSWERS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=ANSWERS)
def test_what_was_read_and_written_is_read_the_same(tmp_path_factory, results, answer):
    """An answer goes out with the next queries.csv, and back: nothing is added and nothing lost, in no encoding."""
    folder = tmp_path_factory.mktemp("answers")
    path = folder / "queries.csv"
    path.write_text(text([["id", "answer"], [ONE, f"x{answer}"]]), encoding="utf-8")
    first = read_answers(path).by_id
    query = Query(ONE, "01", "S1", "", "AE", "X", "1", "Which?", QueryState.ANSWERED, first[ONE])
    path.write_bytes(queries_csv(dataclasses.replace(results, queries=(query,))))
    assert read_answers(path).by_id == first
    path.write_bytes(queries_csv(dataclasses.replace(results, queries=(query,))).decode("utf-8-sig").encode("gb18030"))
    assert read_answers(path, CHINA).by_id == first
