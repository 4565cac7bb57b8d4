"""The command line: exit codes, one message for a user's mistake, nothing written when a run could not be made."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jsonschema
import numpy as np
import pytest

from trialbook import __version__, cli
from trialbook.findings import json_schema
from trialbook.mapping import MappingIssue
from trialbook.run import MappedExport

SOUND = {
    "dm.csv": "SUBJECT,SITE,SEX,CONSENT,DEATH\n001,S1,Female,2024-01-10,\n",
    "ae.csv": "SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END\n001,Nausea,Mild,No,,2024-01-12,2024-01-13\n",
}
FAULTY = SOUND | {"ae.csv": SOUND["ae.csv"] + "001,Rash,Grade 9,No,,2024-01-15,\n"}


class Outcome(NamedTuple):
    """What a person sees of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(tiny_study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run trialbook in the tiny study's folder; its two required variables without a form are filled, so that sound is sound."""
    for domain, line in (("ae", "  AEDECOD: {assign_no_ct: TERM}\n"), ("dm", "  COUNTRY: {hardcode_no_ct: CHN}\n")):
        spec = tiny_study / "sdtm_specs" / "domains" / f"{domain}.yml"
        spec.write_text(spec.read_text(encoding="utf-8") + line, encoding="utf-8")
    monkeypatch.chdir(tiny_study)

    def command(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["trialbook", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *capsys.readouterr())

    return command


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "fail_on", "code"),
    [
        (SOUND, "error", 0),
        (SOUND, "warning", 1),
        (FAULTY, "error", 1),
        (FAULTY, "reject", 0),
        (FAULTY, "never", 0),
    ],
)
def test_exit_codes_of_validate(run, tiny_study, files, fail_on, code):
    """The tiny study maps few variables, so that Warnings are always there."""
    write(tiny_study / "export", files)
    outcome = run("validate", "export", "--out", "report", "--fail-on", fail_on)
    assert (outcome.code, outcome.err) == (code, "")
    found = json.loads((tiny_study / "report" / "findings.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, json_schema())
    assert found["gate"] == {"open": code == 0, "threshold": fail_on}
    assert sorted(path.name for path in (tiny_study / "report").iterdir() if not path.name.startswith(".")) == [
        "findings.json",
        "queries.csv",
        "report.html",
        "report.xlsx",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["validate", "nowhere"], "trialbook: nowhere: the export does not exist"),
        (["validate", "export", "--fail-on", "fatal"], "--fail-on takes reject, error, warning, never; found 'fatal'"),
        (
            ["validate", "export", "--core", "rules/"],
            "--core takes auto, off or a path to rules; found 'rules/', and there is no",
        ),
        (["validate", "export", "--study", "nowhere"], "trialbook: nowhere: is no study: it has no protocol/study.yml"),
        (["check", "export"], "trialbook: export/_datasets.csv: does not exist"),
        (["check", "export", "--no-study", "--study", "."], "--no-study and --study exclude each other"),
        (
            ["map", "export", "--out", "report", "--format", "sas7bdat"],
            "--format takes xpt, json, parquet, csv; found 'sas7bdat'",
        ),
        (["ct", "add", "nowhere.txt"], "trialbook: nowhere.txt"),
        (["demo", "--out", "report"], "simulation/course.py: the study has no course of disease"),
        (["validate"], "Missing argument 'EXPORT'"),
        (["inspect"], "No such command 'inspect'"),
    ],
)
def test_a_mistake_is_one_message_and_exit_2(run, tiny_study, arguments, said):
    write(tiny_study / "export", SOUND)
    before = sorted(tiny_study.rglob("*"))
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert "Traceback" not in outcome.err
    assert sorted(tiny_study.rglob("*")) == before


def test_a_broken_specification_is_named_by_file_and_line(run, tiny_study):
    write(tiny_study / "export", SOUND)
    form = tiny_study / "sdtm_specs" / "forms" / "ae.yml"
    lines = form.read_text(encoding="utf-8").splitlines()
    form.write_text("\n".join([*lines, "  EXTRA: {typ: text}"]) + "\n", encoding="utf-8")
    outcome = run("validate", "export", "--out", "report")
    assert outcome.code == 2
    assert f"ae.yml, line {len(lines) + 1}: columns.EXTRA.typ: is not a key known here" in outcome.err
    assert not (tiny_study / "report").exists()


def test_a_folder_with_things_of_others_is_left_alone(run, tiny_study):
    write(tiny_study / "export", SOUND)
    mine = write(tiny_study / "report", {"notes.txt": "mine"})
    outcome = run("validate", "export", "--out", "report")
    assert outcome.code == 2
    assert "report: holds files that trialbook did not write: notes.txt" in outcome.err
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]


def test_validate_says_the_worst_and_where_the_report_is(run, tiny_study):
    write(tiny_study / "export", FAULTY)
    said = run("validate", "export", "--out", "report").out
    assert "Gate closed" in said
    assert "TB-RAW-AE-SEVERITY-CODE" in said
    assert "Report: report/report.html" in said
    assert "No report written" in run("validate", "export").out


def test_files_that_cannot_be_read_end_the_run_unless_it_is_told_to_go_on(run, tiny_study):
    export = write(tiny_study / "export", FAULTY | {"extra.csv": 'SUBJECT,"TERM\n001,x\n', "notes.pdf": "no table"})
    stopped = run("validate", str(export), "--out", "report")
    assert (stopped.code, stopped.out, (tiny_study / "report").exists()) == (2, "", False)
    assert "extra.csv, row 1" in stopped.err
    assert "notes.pdf" in stopped.err
    gone_on = run("validate", str(export), "--out", "report", "--skip-unreadable", "--fail-on", "reject")
    assert gone_on.code == 1
    findings = json.loads((tiny_study / "report" / "findings.json").read_text(encoding="utf-8"))["findings"]
    rejects = [(one["rule"], one["dataset"], one["origins"]) for one in findings if one["severity"] == "Reject"]
    assert rejects == [
        ("TB-RAW-FILE", name, [{"role": "correct", "file": name, "sheet": None, "row": None, "columns": []}])
        for name in ("extra.csv", "notes.pdf")
    ]
    assert "TB-RAW-AE-SEVERITY-CODE" in {one["rule"] for one in findings}


def test_an_export_of_which_nothing_can_be_read_ends_the_run_all_the_same(run, tiny_study):
    export = write(tiny_study / "export", {"ae.csv": 'SUBJECT,"TERM\n'})
    assert run("validate", str(export), "--skip-unreadable").code == 2


@pytest.mark.parametrize(("format", "files"), [("xpt", ["ae.xpt", "dm.xpt"]), ("json", ["ae.json", "dm.json"])])
def test_map_writes_datasets_that_check_reads(run, tiny_study, format, files):
    write(tiny_study / "export", SOUND)
    outcome = run("map", "export", "--out", "sdtm", "--format", format)
    assert outcome.code == 0
    assert sorted(path.name for path in (tiny_study / "sdtm").iterdir() if not path.name.startswith(".")) == files
    assert run("check", "sdtm").code == 0
    assert run("check", "sdtm", "--no-study", "--core", "off").code == 0


def test_the_statement_that_data_are_invented_goes_with_them(run, tiny_study):
    write(tiny_study / "export", SOUND | {"SYNTHETIC.txt": "All of it is invented. No person is meant.\n"})
    assert run("map", "export", "--out", "sdtm").out.startswith("SYNTHETIC DATA  All of it is invented.\n")
    run("check", "sdtm", "--out", "report")
    found = json.loads((tiny_study / "report" / "findings.json").read_text(encoding="utf-8"))
    assert found["run"]["synthetic"] == "All of it is invented. No person is meant."


def test_map_says_what_it_lost(run, tiny_study):
    write(tiny_study / "export", {"ae.csv": SOUND["ae.csv"]})
    outcome = run("map", "export", "--out", "sdtm")
    assert outcome.code == 0
    assert "DM is not made: the export has none of its forms (DM)" in outcome.err


def test_map_names_the_variables_whose_values_differ_by_record(run, tiny_study, monkeypatch):
    issue = MappingIssue("UNIT", "LB", "LB", ("LBORRESU",), np.array([4]), "No conversion of AST from {LBORRESU} to U/L")
    monkeypatch.setattr("trialbook.run.Study.map", lambda *_: MappedExport({}, (issue,), {}, None))
    outcome = run("map", "export", "--out", "sdtm")
    assert outcome.err.splitlines()[-1] == "LB: 1 record: No conversion of AST from LBORRESU to U/L"


def test_check_says_that_a_standard_is_not_installed(run, tiny_study):
    write(
        tiny_study / "case",
        {
            ".env": "PRODUCT=SENDIG\nVERSION=3-1\n",
            "_datasets.csv": "Filename,Label\ndm.csv,Demographics\n",
            "_variables.csv": "dataset,variable,label,type,length\ndm,STUDYID,Study Identifier,Char,10\n",
            "dm.csv": "STUDYID\nX\n",
        },
    )
    outcome = run("check", "case", "--no-study", "--out", "report")
    assert outcome.code == 0
    found = json.loads((tiny_study / "report" / "findings.json").read_text(encoding="utf-8"))
    assert found["run"]["standard"] == "sendig-3.1"
    assert found["findings"] == []
    (only,) = found["rules"]
    assert (only["rule"], only["status"]) == ("sendig-3.1", "SKIPPED")
    assert only["reason"].startswith("the standard sendig-3.1 is not installed")


def test_lint_lists_each_raw_column(run):
    outcome = run("specs", "lint")
    assert outcome.code == 0
    assert "errors" in outcome.out
    for column in ("SUBJECT", "SEVERITY", "CRITERION"):
        assert column in outcome.out
    assert "SEVERITY" not in run("specs", "lint", "--brief").out.split("columns accounted for")[0].splitlines()[-1]


def test_a_terminology_package_is_added_named_and_used(run, tiny_study):
    header = (
        "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\t"
        "CDISC Submission Value\tCDISC Synonym(s)\tCDISC Definition\tNCI Preferred Term\n"
    )
    rows = "C66742\t\tNo\tNo Yes Response\tNY\t\t\t\nC49488\tC66742\t\tNo Yes Response\tY\tYes\t\tYes\n"
    file = tiny_study / "SDTM Terminology 2025-09-26.txt"
    file.write_text(header + rows, encoding="utf-8")
    outcome = run("ct", "add", file.name)
    assert outcome.code == 0
    assert "Added sdtmct-2025-09-26" in outcome.out
    assert "sdtmct-2025-09-26\n" in run("ct", "list").out
    study = tiny_study / "protocol" / "study.yml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.rstrip("\n") + "\nct: sdtmct-2025-09-26\n", encoding="utf-8")
    assert "sdtmct-2025-09-26  (used by this study)" in run("ct", "list").out
    write(tiny_study / "export", SOUND)
    run("validate", "export", "--out", "report")
    found = json.loads((tiny_study / "report" / "findings.json").read_text(encoding="utf-8"))
    assert found["run"]["ct"] == "sdtmct-2025-09-26"
    assert "sdtmct-2025-09-26" in (tiny_study / "report" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [["demo"], ["validate"], ["check"], ["map"], ["book", "build"], ["specs", "lint"], ["ct", "add"], ["ct", "list"]],
    ids=" ".join,
)
def test_each_command_has_help_with_an_example(run, command):
    outcome = run(*command, "--help")
    assert outcome.code == 0
    assert f"Example: trialbook {' '.join(command)}" in outcome.out


def test_help_and_version_load_nothing_heavy():
    """What makes ``--help`` quick: neither pandas nor pydantic nor the reports are imported for it."""
    code = (
        "import sys; from trialbook import cli; sys.argv = ['trialbook', '--help']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print(sorted({'pandas', 'pandera', 'pydantic', 'openpyxl', 'jinja2', 'rich.markdown'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version(run):
    assert run("--version") == (0, f"trialbook {__version__}\n", "")


def test_the_package_runs_as_a_module():
    made = subprocess.run([sys.executable, "-m", "trialbook", "--version"], capture_output=True, text=True, check=True)
    assert made.stdout == f"trialbook {__version__}\n"


def test_the_next_run_is_held_against_the_one_before(run, tiny_study):
    write(tiny_study / "october", FAULTY)
    write(tiny_study / "november", SOUND)
    assert run("validate", "october", "--core", "off", "--out", "one").code == 1
    said = run("validate", "october", "--core", "off", "--out", "two", "--previous", "one/findings.json")
    assert (said.code, "0 new, " in said.out, "0 resolved, 0 not assessed." in said.out) == (1, True, True)
    # The folder that is read is the one that is written.
    said = run("validate", "november", "--core", "off", "--out", "two", "--previous", "two")
    assert (said.code, "1 resolved, 0 not assessed." in said.out) == (0, True)
    kept = json.loads((tiny_study / "two" / "findings.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json_schema()).validate(kept)
    assert [entry["counts"]["Error"] for entry in kept["history"]] == [1, 1]
    assert [entry["rule"] for entry in kept["resolved"]] == ["TB-RAW-AE-SEVERITY-CODE"]


@pytest.mark.parametrize(
    ("option", "name", "content", "said"),
    [
        ("--previous", "none.json", None, "none.json: there is no such file"),
        ("--previous", "cut.json", '{"schema": 1, "run": {"stu', "cut.json, line 1, column 23: is cut off"),
        ("--previous", "two.json", '{"schema": 2}', "two.json, schema: has schema 2; this version of trialbook reads 1"),
        ("--previous", "list.json", "[]", "list.json: is no findings.json: found a JSON list"),
        ("--answers", "none.csv", None, "none.csv: there is no such file"),
        ("--answers", "ids.csv", "id,answer\n1.2E+15,yes\n", "row 2: the id is 1.2e+15: a program took it for a number"),
        ("--answers", "other.csv", "id,answer\n0123456789abcdef,yes\n", "other.csv: none of its 1 answer is to a question"),
    ],
)
def test_what_is_known_from_before_and_cannot_be_read(run, tiny_study, option, name, content, said):
    write(tiny_study / "export", FAULTY)
    if content is not None:
        (tiny_study / name).write_text(content, encoding="utf-8")
    ended = run("validate", "export", option, name, "--out", "report")
    assert (ended.code, ended.out, (tiny_study / "report").exists()) == (2, "", False)
    assert said in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("day", ["2026-13-01", "05.12.2026", "", "today"])
def test_a_day_of_the_export_that_is_no_date(run, tiny_study, day):
    write(tiny_study / "export", SOUND)
    ended = run("validate", "export", "--exported", day, "--out", "report")
    assert (ended.code, ended.out, (tiny_study / "report").exists()) == (2, "", False)
    assert f"--exported takes a date, YYYY-MM-DD; found {day!r}" in ended.err


def test_dates_after_the_day_of_the_export_close_the_gate(run, tiny_study):
    write(tiny_study / "export", SOUND)
    assert run("validate", "export", "--exported", "2024-01-13").code == 0
    said = run("validate", "export", "--exported", "2024-01-12")
    assert (said.code, "TB-RAW-AE-END-FUTURE" in said.out) == (1, True)


def test_help_of_validate_shows_how_runs_follow_each_other(run):
    said = run("validate", "--help").out
    assert "--previous FILE" in said
    assert "--answers FILE" in said
    assert "trialbook validate exports/2026-11 --previous out/october/findings.json --out out/november" in said
