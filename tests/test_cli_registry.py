"""``trialbook registry check``: exit codes, lines, JSON, a table on a terminal, and one message for a user's mistake."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from trialbook import cli

Run = Callable[..., tuple[int, str, str]]
SYNTHETIC = Path(__file__).parent / "protocol" / "records" / "NCT06802718.synthetic.json"


@pytest.fixture
def study(repository: Path, tmp_path: Path) -> Path:
    """A copy of the study's protocol alone: the check needs nothing else."""
    shutil.copytree(repository / "protocol", tmp_path / "study" / "protocol")
    return tmp_path / "study"


@pytest.fixture
def run(study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(study)

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["trialbook", "registry", "check", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return command


def edit(study: Path, before: str, after: str) -> None:
    path = study / "protocol" / "study.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def line_of(study: Path, text: str) -> int:
    """The line of study.yml that states ``text``."""
    lines = (study / "protocol" / "study.yml").read_text(encoding="utf-8").splitlines()
    return 1 + [line.strip() for line in lines].index(text)


def test_no_difference(run: Run, study: Path) -> None:
    record = study / "protocol" / "registry" / "record.txt"
    assert run() == (0, f"Record NCT06802718 (text page, {record}): no difference.\n", "")


def test_the_record_of_the_api(run: Run) -> None:
    line = f"Record NCT06802718 (ClinicalTrials.gov API v2 JSON, {SYNTHETIC}): no difference.\n"
    assert run("--record", str(SYNTHETIC)) == (0, line, "")


def test_an_error_is_exit_code_1(run: Run, study: Path) -> None:
    edit(study, "planned_subjects: 96", "planned_subjects: 97")
    code, out, err = run()
    first, last = out.splitlines()
    where = f"protocol/study.yml, line {line_of(study, 'planned_subjects: 97')}: design.planned_subjects"
    assert (code, first, err) == (1, f"Error: {where}: enrolment: differs (record: 96; protocol: 97)", "")
    assert last.endswith(": 1 Error.")


def test_a_warning_is_not(run: Run, study: Path) -> None:
    edit(study, "status: Enrolling", "status: Completed")
    code, out, _ = run()
    assert (code, out.splitlines()[0].split(":")[0]) == (0, "Warning")


def test_json(run: Run, study: Path) -> None:
    edit(study, "phase: Phase 3", "phase: Phase 2")
    code, out, _ = run("--format", "json")
    assert (code, json.loads(out)) == (
        1,
        {
            "study": "NCT06802718",
            "record": {
                "file": str(study / "protocol" / "registry" / "record.txt"),
                "identifier": "NCT06802718",
                "form": "text page",
            },
            "failed": True,
            "counts": {"Error": 1, "Warning": 0, "Notice": 0},
            "differences": [
                {
                    "field": "phase",
                    "severity": "Error",
                    "record": "Phase 3",
                    "protocol": "Phase 2",
                    "file": "protocol/study.yml",
                    "line": line_of(study, "phase: Phase 2"),
                    "place": "design.phase",
                    "text": "differs",
                }
            ],
        },
    )


def test_a_table_on_a_terminal(run: Run, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(study, "maximum_age: 70", "maximum_age: 75")
    monkeypatch.setattr(
        "rich.console.Console", lambda **options: Console(force_terminal=True, width=120, color_system=None, **options)
    )
    code, out, _ = run()
    assert code == 1
    assert [cell.strip() for cell in next(line for line in out.splitlines() if "Error" in line).strip("│").split("│")] == [
        "Error",
        "maximum age",
        "70 years",
        "75 years",
        f"protocol/study.yml, line {line_of(study, 'maximum_age: 75')}",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--record", "none.txt"), "trialbook: none.txt: can't be read: No such file or directory\n"),
        (("--format", "xml"), "trialbook: --format takes text or json; found 'xml'\n"),
        (("--study", "nowhere"), "trialbook: nowhere: is no study: it has no protocol/study.yml\n"),
    ],
)
def test_what_can_not_be_done_is_one_message(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert "Traceback" not in err


def test_a_file_that_is_no_record(run: Run, study: Path) -> None:
    page = study / "page.html"
    page.write_text("<!doctype html><html></html>", encoding="utf-8")
    code, out, err = run("--record", "page.html")
    assert (code, out, err.splitlines()[0]) == (2, "", "trialbook: page.html: is a web page (HTML), not its text")
    assert "API v2" in err.splitlines()[1]


def test_a_study_that_names_no_record(run: Run, study: Path) -> None:
    edit(study, "record: registry/record.txt\n", "")
    edit(study, "  record: {source: assumption}\n", "")
    code, out, err = run()
    assert (code, out) == (2, "")
    assert "names no registry record" in err
