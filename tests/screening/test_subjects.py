"""The table of subjects: what is read as it stands, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.errors import ExportError
from trialbook.protocol import Protocol
from trialbook.screening import judge, read_subjects
from trialbook.screening.subjects import MOST_TOLD

ITEMS = """
items:
  - {name: subject, type: identifier, label: Subject}
  - {name: age, type: whole number, label: Age}
  - {name: stage, type: one of values, values: [early, late], label: Stage}
criteria:
  - {id: I1, kind: inclusion, text: Adults., logic: age >= 18}
  - {id: E1, kind: exclusion, text: Late., logic: stage == "late"}
"""


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    folder = tmp_path / "protocol"
    folder.mkdir()
    (folder / "study.yml").write_text(
        "id: T1\ntitle: A study\nbasis: Invented\npopulation: {condition: None}\n", encoding="utf-8"
    )
    (folder / "eligibility.yml").write_text(ITEMS, encoding="utf-8")
    return Protocol(folder)


GOOD = "subject,age,stage\nA,18,early\nB,,late\n"


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode("gb18030"),
        b"stage,subject,age\nearly,A,18\n\nlate,B,\n",
        b"subject;age;stage\nA;18;early\nB;;late\n",
        b'"subject","age","stage"\n"A","18","early"\n"B","","late"',
    ],
)
def test_the_same_table(protocol: Protocol, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s.csv").write_bytes(data)
    frame = read_subjects(tmp_path / "s.csv", protocol.eligibility, ["gb18030"])
    assert frame.to_dict("list") == {"subject": ["A", "B"], "age": ["18", ""], "stage": ["early", "late"]}


def test_a_subject_in_chinese_of_either_encoding(protocol: Protocol, tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        (tmp_path / "s.csv").write_bytes("subject,age,stage\n受试者一,18,early\n".encode(encoding))
        assert read_subjects(tmp_path / "s.csv", protocol.eligibility, ["gb18030"])["subject"].tolist() == ["受试者一"]


LONG, MANY = b"x" * 30_000, b",".join(b"x%d" % number for number in range(20_000))
# The file, and what the message says of it (each of these texts).
WRONG: list[tuple[bytes, tuple[str, ...]]] = [
    (b"", ("the file is empty",)),
    (b"\n\n", ("blank lines only",)),
    (b"subject,age,stage\n", ("holds no subject",)),
    (b"subject,age\nA,18\n", ("row 1", "missing: stage", "The columns are, in any order: subject, age, stage")),
    (b"subject,age,stage,sex\nA,18,early,M\n", ("row 1", "unknown: sex")),
    (b"subject,Age,stage\nA,18,early\n", ("missing: age", "unknown: Age")),
    (b"subject,age,age,stage\nA,18,18,early\n", ("row 1", "there twice: age")),
    (b"subject,age,age,stage\nA,18,19,early\n", ("there twice: age",)),
    (b"subject,age,stage\nA,18\n", ("row 2", "has 2 cells where the header has 3")),
    (b"subject,age,stage\nA,18,early,x\n", ("row 2", "beyond the header stands 'x'")),
    (b"subject,age,stage\nA,18,early\nA,19,early\n", ("row 3, column subject: found 'A', expected each subject once",)),
    (b"subject,age,stage\nA,18,early\n,19,early\n", ("row 3, column subject: found nothing",)),
    (b"subject,age,stage\nA,17.5,early\nB,-1,early\n", ("2 cells", "row 2, column age: found '17.5'", "row 3, column age")),
    (b"subject,age,stage\nA,18,Late\n", ("1 cell holds", "row 2, column stage: found 'Late', expected one of early, late")),
    (b"subject,age,stage\nA, 18,early\n", ("row 2, column age: found ' 18'",)),
    (b"subject,age,stage\n\nA,x,early\n", ("row 3, column age: found 'x'",)),
    (b'subject,age,stage\n"A,18,early\n', ("quote",)),
    (b"subject,age,stage\nA,18," + LONG + b"\n", ("row 2, column stage: found 'xxx", "xxx'… (30,000 characters), expected")),
    (b"subject,age,stage," + LONG + b"\nA,18,early,\n", ("row 1", "unknown: xxx", "xxx… (30,000 characters)")),
    (b"subject,age,stage," + MANY + b"\nA,18,early\n", ("row 1", "x36, and 19,963 more", "unknown: x0, x1,")),
    (b"subject,age,stage\nA,18,early," + LONG + b"\n", ("row 2: has 4 cells where the header has 3", "characters)")),
    (b"subject,age,sta\x1b[31mge\nA,18,early\n", ("row 1", r"unknown: 'sta\x1b[31mge'")),
    (b"subject,age,stage\n\xff\xfe\xff,18,early\n", ("s.csv",)),
    (b"<html><table></table></html>", ("web page",)),
    (b"PK\x03\x04rest", ("workbook or a zip",)),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), WRONG)
def test_what_is_refused(protocol: Protocol, tmp_path: Path, data: bytes, said: tuple[str, ...]) -> None:
    (tmp_path / "s.csv").write_bytes(data)
    with pytest.raises(ExportError) as caught:
        read_subjects(tmp_path / "s.csv", protocol.eligibility, ["gb18030"])
    assert [one for one in ("s.csv", *said) if one not in str(caught.value)] == []
    assert len(str(caught.value)) < 2_000


def test_each_wrong_cell_is_told_up_to_a_number(protocol: Protocol, tmp_path: Path) -> None:
    rows = "".join(f"S{number},x,early\n" for number in range(25))
    (tmp_path / "s.csv").write_text("subject,age,stage\n" + rows, encoding="utf-8")
    with pytest.raises(ExportError) as caught:
        read_subjects(tmp_path / "s.csv", protocol.eligibility)
    lines = str(caught.value).splitlines()
    assert "25 cells: each holds what its item does not take" in lines[0]
    assert [line.split(",")[0].strip() for line in lines[1:-2]] == [f"row {number}" for number in range(2, MOST_TOLD + 2)]
    assert lines[-2:] == ["  and 5 more", "Correct these cells; leave a cell empty where nothing is known."]


@pytest.mark.parametrize("name", ["folder.csv", "s.xlsx", "s", "absent.csv"])
def test_what_is_no_table_of_text(protocol: Protocol, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    if name.startswith("s"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(ExportError, match=name):
        read_subjects(tmp_path / name, protocol.eligibility)


def test_verdicts_stand_on_the_rows(protocol: Protocol, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("subject,age,stage\nA,18,early\nB,,late\nC,17,\nD,,\n", encoding="utf-8")
    judged = judge(read_subjects(tmp_path / "s.csv", protocol.eligibility), protocol)
    assert judged.verdict.tolist() == ["ELIGIBLE", "NOT ELIGIBLE", "NOT ELIGIBLE", "UNDETERMINED"]
    assert judged.failed.tolist() == [(), ("E1",), ("I1",), ()]
    assert judged.missing.tolist() == [{}, {"I1": ("age",)}, {"E1": ("stage",)}, {"I1": ("age",), "E1": ("stage",)}]
    assert judged.criteria[2] == {"I1": False, "E1": None}
