"""What lint says of amendments that their dates and folders do not bear out."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.protocol import Protocol
from trialbook.protocol.lint.amendments import lint_amendments

STUDY = "id: {id}\ntitle: A tiny trial\nbasis: invented\npopulation: {{condition: Cough, minimum_age: {age}}}\n"
ORIGINAL = "original: {version: '1.0'}\namendments:\n"
FIRST = "  - {number: 1, version: '2.0', date: 2024-03-01, effective: 2024-03-15, rationale: Safety}\n"
SECOND = "  - {number: 2, version: '3.0', date: 2024-06-01, effective: 2024-06-10, rationale: Ages}\n"
CHANGED = "  - {number: 1, version: '2.0', date: 2024-03-01, effective: 2024-03-15, rationale: Safety, rationales: {%s: Why}}\n"


def write(folder: Path, amendments: str, age: int = 18, id: str = "TINY01") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yml").write_text(STUDY.format(age=age, id=id), encoding="utf-8")
    (folder / "amendments.yml").write_text(amendments, encoding="utf-8")


def complaints(root: Path) -> list[tuple[str, str, int, str, str]]:
    found = lint_amendments(Protocol(root / "protocol"))
    return [(str(one.severity), one.file, one.line, one.place, one.text) for one in found]


def test_amendments_that_are_borne_out(tmp_path):
    write(tmp_path / "protocol" / "versions" / "1.0", ORIGINAL + "  []\n", 18)
    write(tmp_path / "protocol" / "versions" / "2.0", ORIGINAL + FIRST, 20)
    write(tmp_path / "protocol", ORIGINAL + CHANGED % "study.population" + SECOND, 22)
    assert complaints(tmp_path) == []


def test_a_study_without_amendments(tmp_path):
    write(tmp_path / "protocol", "original: {version: '1.0'}\n")
    assert complaints(tmp_path) == []
    (tmp_path / "protocol" / "amendments.yml").unlink()
    assert complaints(tmp_path) == []


@pytest.mark.parametrize(
    ("amendments", "expected"),
    [
        (
            FIRST.replace("effective: 2024-03-15", "effective: 2024-02-15") + SECOND,
            ("Error", 3, "amendments.0.effective", "is in effect from 2024-02-15, before its date 2024-03-01"),
        ),
        (
            FIRST + SECOND.replace("2024-06", "2024-01"),
            ("Error", 4, "amendments.1.date", "amendment 2 has 2024-01-01, which is before 2024-03-01 of amendment 1"),
        ),
        (
            FIRST + SECOND.replace("2024-06", "2024-01"),
            ("Error", 4, "amendments.1.effective", "amendment 2 has 2024-01-10, which is before 2024-03-15 of amendment 1"),
        ),
        (
            CHANGED % "visits.DAY 1" + SECOND,
            (
                "Warning",
                3,
                "amendments.0.rationales.visits.DAY 1",
                "gives a reason for visits.DAY 1, which did not change (trialbook protocol diff 1.0 2.0 lists what did)",
            ),
        ),
    ],
)
def test_what_is_complained_of(tmp_path, amendments, expected):
    write(tmp_path / "protocol" / "versions" / "1.0", ORIGINAL + "  []\n", 18)
    write(tmp_path / "protocol" / "versions" / "2.0", ORIGINAL + FIRST, 20)
    write(tmp_path / "protocol", ORIGINAL + amendments, 22)
    severity, line, place, text = expected
    assert (severity, "protocol/amendments.yml", line, place, text) in complaints(tmp_path)


def test_a_version_that_is_not_there(tmp_path):
    write(tmp_path / "protocol", ORIGINAL + FIRST, 20)
    text = "the version 1.0, which this replaced, is not in protocol/versions/1.0/: subjects consented to it"
    assert complaints(tmp_path) == [("Error", "protocol/amendments.yml", 3, "amendments.0.version", text)]


def test_a_version_that_says_the_same(tmp_path):
    write(tmp_path / "protocol" / "versions" / "1.0", ORIGINAL + "  []\n", 20)
    write(tmp_path / "protocol", ORIGINAL + FIRST, 20)
    text = "the version 2.0 says what 1.0 said: nothing was amended, or 1.0 was put aside too late"
    assert complaints(tmp_path) == [("Error", "protocol/amendments.yml", 3, "amendments.0.version", text)]


def test_a_version_of_another_name_or_study(tmp_path):
    write(tmp_path / "protocol" / "versions" / "1.0", "original: {version: '0.9'}\n", 18, "OTHER")
    write(tmp_path / "protocol", ORIGINAL + FIRST, 20)
    assert [text for *_, text in complaints(tmp_path)] == [
        "protocol/versions/1.0/ has the versions 0.9; up to there they are called 1.0",
        "protocol/versions/1.0/ is of the study OTHER",
    ]


def test_folders_that_no_amendment_names(tmp_path):
    for name in ("1.0", "0.1"):
        write(tmp_path / "protocol" / "versions" / name, "original: {version: '1.0'}\n", 18)
    write(tmp_path / "protocol", "original: {version: '1.0'}\n", 20)
    assert [(severity, text) for severity, *_, text in complaints(tmp_path)] == [
        ("Warning", "protocol/versions/0.1/ is named by no amendment"),
        ("Warning", "protocol/versions/1.0/ is the version that stands in protocol/ itself"),
    ]
