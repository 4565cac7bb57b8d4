"""``trialbook protocol``: diff and freeze, as a person runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from trialbook import cli

VISITS = "visits:\n  - {visitnum: 1, visit: DAY 1, day: 1, window: [0, 3]}\n"
AMENDED = """original: {version: "1.0"}
amendments:
  - {number: 1, version: "2.0", date: 2024-03-01, effective: 2024-03-15, rationale: Safety}
"""


class Outcome(NamedTuple):
    """What a person sees of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(tiny_study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    monkeypatch.chdir(tiny_study)
    (tiny_study / "protocol" / "visits.yml").write_text(VISITS, encoding="utf-8")
    (tiny_study / "protocol" / "amendments.yml").write_text('original: {version: "1.0"}\n', encoding="utf-8")

    def command(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["trialbook", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *capsys.readouterr())

    return command


@pytest.fixture
def amended(run, tiny_study) -> Path:
    assert run("protocol", "freeze").code == 0
    protocol = tiny_study / "protocol"
    (protocol / "visits.yml").write_text(VISITS.replace("[0, 3]", "[0, 7]"), encoding="utf-8")
    (protocol / "amendments.yml").write_text(AMENDED, encoding="utf-8")
    return tiny_study


def test_freeze_then_diff(run, amended):
    outcome = run("protocol", "diff", "1.0", ".")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(
        "Protocol TINY01: 1.0 → this folder (version 2.0)\n"
        "Amendment 1 of 2024-03-01 (version 2.0, effective 2024-03-15): Safety\n\n"
        "Visits\n  Visit DAY 1: window: [-0, 3-]{+0, 7+}\n"
    )
    assert "TB-VISIT-WINDOW" in outcome.out


def test_freeze_copies_the_folder_once(run, tiny_study):
    outcome = run("protocol", "freeze")
    assert outcome.code == 0
    assert outcome.out.startswith("Version 1.0: ")
    copied = tiny_study / "protocol" / "versions"
    assert sorted(path.relative_to(copied).as_posix() for path in copied.rglob("*")) == [
        "1.0",
        "1.0/amendments.yml",
        "1.0/study.yml",
        "1.0/visits.yml",
    ]
    again = run("protocol", "freeze")
    assert again.code == 2
    assert "the version 1.0 is there already" in again.err


def test_nothing_changed(run):
    outcome = run("protocol", "diff", ".", "protocol")
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "Nothing changed.")


def test_json_to_the_terminal_and_to_a_file(run, amended):
    shown = run("protocol", "diff", "1.0", "2.0", "--format", "json")
    assert [one["id"] for one in json.loads(shown.out)["changes"]] == ["visits.DAY 1.window"]
    written = run("protocol", "diff", "1.0", "2.0", "--format", "json", "--out", "out/diff.json")
    assert written.out == "Written: out/diff.json\n"
    assert (amended / "out" / "diff.json").read_text(encoding="utf-8") == shown.out
    assert [path.name for path in (amended / "out").iterdir()] == ["diff.json"]


def test_a_word_file(run, amended):
    outcome = run("protocol", "diff", "1.0", ".", "--format", "docx", "--out", "redline.docx")
    assert outcome == (0, "Written: redline.docx\n", "")
    assert (amended / "redline.docx").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1.0", ".", "--format", "pdf"], "--format takes text, json, docx; found 'pdf'"),
        (["1.0", ".", "--format", "docx"], "a Word file is written to a file\nName it with --out FILE."),
        (["3.0", "."], "3.0: is no folder, no version of the protocol and no revision that git knows"),
        (["1.0", "sdtm_specs"], "sdtm_specs: holds no protocol"),
        (["1.0", ".", "--out", "protocol"], "protocol: is a folder; a file was to be written there"),
        (["1.0", ".", "--study", "nowhere"], "nowhere: is no study"),
        (["1.0"], "Missing argument 'NEW'"),
    ],
)
def test_a_mistake_is_one_message_and_exit_2(run, amended, arguments, said):
    before = sorted(amended.rglob("*"))
    outcome = run("protocol", "diff", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert sorted(amended.rglob("*")) == before


def test_a_protocol_that_cannot_be_read_is_named(run, amended):
    (amended / "protocol" / "visits.yml").write_text("visits:\n  - {visitnum: 1, visit: DAY 1, day: 0}\n", encoding="utf-8")
    outcome = run("protocol", "diff", "1.0", ".")
    assert outcome.code == 2
    assert "visits.yml, line 2" in outcome.err


@pytest.mark.parametrize("command", ["diff", "freeze"])
def test_help_has_an_example(run, command):
    outcome = run("protocol", command, "--help")
    assert outcome.code == 0
    assert f"Example: trialbook protocol {command}" in outcome.out
