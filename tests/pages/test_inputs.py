"""What the book is made from, by name and hash; what a process has read; and when a thing has to be made again."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trialbook.pages.inputs import KIT_ROOT, Inputs, book_files, content_hash, folder_hashes, tree_hash
from trialbook.pages.records import Record


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """A study with an export outside of it, and a run."""
    for name in ("study/protocol/a.yml", "study/book/p.md", "study/_build/x", "study/.git/y", "export/AE.csv", "work/run.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    return Inputs(tmp_path / "study", tmp_path / "export", {"run": tmp_path / "work/run.json"})


def test_inputs_are_named_by_where_they_belong(inputs: Inputs, tmp_path: Path) -> None:
    study = tmp_path / "study"
    read = {
        "files": [
            str(study / "protocol/a.yml"),
            str(study / "_build/x"),
            str(study / ".git/y"),
            str(tmp_path / "export/AE.csv"),
            str(tmp_path / "work/run.json"),
            str(KIT_ROOT / "standards/data/x.csv"),
            "/etc/hosts",
        ],
        "folders": [str(study / "protocol"), str(tmp_path / "export"), str(KIT_ROOT / "pages"), str(study / "_build")],
        "modules": [str(KIT_ROOT / "errors.py")],
    }
    assert inputs.names(read) == {
        "study:protocol/a.yml",
        "export:AE.csv",
        "run:",
        "kit:standards/data/x.csv",
        "kit:errors.py",
        "study:protocol/",
        "export:/",
    }
    assert inputs.with_shared({}).names(read) == inputs.names(read) - {"run:"}


def test_hashes(inputs: Inputs, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"study/protocol/a.yml").hexdigest()
    assert inputs.hash("study:protocol/a.yml") == digest
    assert inputs.hash("study:protocol/none.yml") is None
    assert Inputs(tmp_path / "study", None).hash("export:AE.csv") is None
    assert inputs.hash("study:protocol/") == hashlib.sha256(b"a.yml").hexdigest()
    assert folder_hashes(tmp_path / "export") == {"AE.csv": content_hash(tmp_path / "export/AE.csv")}
    assert tree_hash([("b", "2"), ("a", "1")]) == hashlib.sha256(b"1  a\n2  b\n").hexdigest()
    assert book_files(tmp_path / "study") == {"p.md"}
    assert book_files(tmp_path / "nothing") == frozenset()


def test_a_process_tells_what_it_reads(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    program = (
        "from pathlib import Path; from trialbook.pages.reads import report, watch; watch()\n"
        f"root = Path({str(tmp_path)!r}); open(root / 'a.txt').close(); list((root / 'folder').iterdir())\n"
        f"open({str(Path(__file__))!r}).close(); import trialbook.errors; print(report(str(root)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    said = json.loads(done.stdout)
    assert said["files"] == [str((tmp_path / "a.txt").resolve())]
    assert said["folders"] == [str((tmp_path / "folder").resolve())]
    assert str(KIT_ROOT / "errors.py") in said["modules"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("nothing", None),
        ("code", "its code"),
        ("content", "study:protocol/a.yml"),
        ("gone", "study:protocol/"),
        ("new file", "study:protocol/"),
        ("other file", None),
    ],
)
def test_a_thing_is_stale_by_what_it_read_and_nothing_else(
    change: str, expected: str | None, inputs: Inputs, tmp_path: Path
) -> None:
    study = tmp_path / "study"
    read = {"files": [str(study / "protocol/a.yml")], "folders": [str(study / "protocol")], "modules": []}
    Record.of("code", read, inputs, datetime.now(UTC)).write(tmp_path / "record.json")
    changes = {
        "content": lambda: (study / "protocol/a.yml").write_text("b", encoding="utf-8"),
        "gone": (study / "protocol/a.yml").unlink,
        "new file": (study / "protocol/b.yml").touch,
        "other file": lambda: (study / "book/p.md").write_text("b", encoding="utf-8"),
    }
    if change in changes:
        changes[change]()
    record = Record.read(tmp_path / "record.json")
    assert record is not None
    code = "other" if change == "code" else "code"
    assert record.stale(code, Inputs(study, tmp_path / "export")) == expected


@pytest.mark.parametrize("text", ["", "{", "[]", '{"code": "x"}', '{"code": 1, "more": 2}'])
def test_a_record_that_can_t_be_read_is_none(text: str, tmp_path: Path) -> None:
    assert Record.read(tmp_path / "nothing.json") is None
    (tmp_path / "record.json").write_text(text, encoding="utf-8")
    assert Record.read(tmp_path / "record.json") is None
