"""trialbook screen, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trialbook.cli import app
from trialbook.errors import TrialbookError
from trialbook.run import Study

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def trial(repository: Path) -> Study:
    return Study(repository)


@pytest.fixture(scope="module")
def table(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An eligible subject, one whose transaminase is too high, and one of whom a limit is not known."""
    eligible = trial.protocol.eligibility.spec.eligible_subject
    subjects = [eligible, {**eligible, "subject": "S002", "alt": "126"}, {**eligible, "subject": "S003", "alt_uln": ""}]
    lines = [",".join(eligible), *(",".join(one.values()) for one in subjects)]
    path = tmp_path_factory.mktemp("subjects") / "subjects.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_verdicts_as_json(repository: Path, table: Path) -> None:
    ran = RUNNER.invoke(app, ["screen", str(table), "--study", str(repository)])
    assert ran.exit_code == 0
    made = json.loads(ran.stdout)
    assert list(made) == ["subjects"]
    assert list(made["subjects"][0]) == ["subject", "verdict", "criteria", "failed", "missing", "warnings"]
    assert list(made["subjects"][0]["criteria"]) == [*(f"I{n}" for n in range(1, 8)), *(f"E{n}" for n in range(1, 11))]
    assert [(one["subject"], one["verdict"], one["failed"], one["missing"]) for one in made["subjects"]] == [
        ("S001", "ELIGIBLE", [], {}),
        ("S002", "NOT ELIGIBLE", ["I6"], {}),
        ("S003", "UNDETERMINED", [], {"I6": ["alt_uln"]}),
    ]
    assert (made["subjects"][2]["criteria"]["I6"], made["subjects"][2]["criteria"]["E10"]) == (None, False)


def test_the_same_in_a_file_whole(repository: Path, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "verdicts.json"
    ran = RUNNER.invoke(app, ["screen", str(table), "--out", str(out), "--study", str(repository)])
    assert (ran.exit_code, out.read_text(encoding="utf-8")) == (0, ran.stdout)
    assert [one.name for one in out.parent.iterdir()] == ["verdicts.json"]


def test_what_is_piped_is_the_json_alone_in_utf8(repository: Path, table: Path, tmp_path: Path) -> None:
    lines = table.read_text(encoding="utf-8").replace("S001", "受试者 一")
    (tmp_path / "s.csv").write_text(lines, encoding="utf-8")
    command = [sys.executable, "-m", "trialbook", "screen", "s.csv", "--out", "v.json", "--study", str(repository)]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert (ran.stdout, ran.stderr) == ((tmp_path / "v.json").read_bytes(), b"")
    assert [one["subject"] for one in json.loads(ran.stdout)["subjects"]] == ["受试者 一", "S002", "S003"]


@pytest.mark.parametrize("out", [".", "subjects.csv"])
def test_what_must_stay_is_not_written_over(repository: Path, table: Path, out: str) -> None:
    before = table.read_bytes()
    ran = RUNNER.invoke(app, ["screen", str(table), "--out", str(table.parent / out), "--study", str(repository)])
    assert isinstance(ran.exception, TrialbookError)
    assert table.read_bytes() == before


def test_the_subjects_come_from_one_place(trial: Study, table: Path) -> None:
    for arguments in ({}, {"subjects": table, "export": table.parent}):
        with pytest.raises(TrialbookError, match=r"Give SUBJECTS.csv or --export EXPORT"):
            trial.screen(**arguments)


def test_a_study_without_criteria_says_so(repository: Path, table: Path) -> None:
    study = Study(repository / "examples" / "cdiscpilot01")
    for arguments in ({"subjects": table}, {"export": table.parent}):
        with pytest.raises(TrialbookError, match="no eligibility criteria"):
            study.screen(**arguments)


def test_three_lines_of_python(trial: Study, table: Path) -> None:
    screening = trial.screen(table)
    assert screening.frame.to_dict("records")[2] == {
        "subject": "S003", "verdict": "UNDETERMINED", "failed": "", "missing": "I6: alt_uln", "warnings": "",
    }  # fmt: skip
    assert screening.counts == {"ELIGIBLE": 1, "NOT ELIGIBLE": 1, "UNDETERMINED": 1}
    assert "alt_uln" in screening._repr_html_()
