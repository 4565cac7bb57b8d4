"""What the study's modules get wrong is told with file and place, and nothing is written."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from trialbook.cli import app, main
from trialbook.errors import SpecError, TrialbookError

BREAK = """

_made = simulate


def simulate(subjects, random, parameters):
    made = _made(subjects, random, parameters)
    {body}
    return made
"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('made["XX"] = made["DM"]', "it returns the table 'XX', which is no form of sdtm_specs/forms"),
        ('del made["AE"]', "it returns no table AE, which sdtm_specs/forms requires"),
        (
            'made["AE"] = made["AE"].drop(columns="TERM")',
            "AE: lacks TERM; its columns must be SUBJID, AE_NO, TERM, GRADE, START, END, in this order",
        ),
        ('made["AE"]["MORE"] = ""', "AE: has MORE too; its columns must be"),
        ('made["AE"]["AE_NO"] = 1', "AE: AE_NO holds dtype int64; every cell must be text"),
        ('made["AE"].loc[2, "TERM"] = None', "AE: TERM holds NaN; every cell must be text, a missing one ''"),
        ('made["AE"].loc[2, "TERM"] = ""', "AE: TERM, record 2: '' is empty, but the column is required (1 such)"),
        ('made["AE"].loc[2, "TERM"] = " x"', "AE: TERM, record 2: ' x' has outer white space"),
        ('made["AE"].loc[2, "GRADE"] = "1级"', "AE: GRADE, record 2: '1级' is no term of the code list GRADE"),
        ('made["AE"].loc[2, "START"] = "2024/3/5"', "AE: START, record 2: '2024/3/5' is no date in ISO 8601"),
        ('made["AE"].loc[2, "START"] = "2023-02-29"', "AE: START, record 2: '2023-02-29' is no date in ISO 8601"),
        ('made["LAB"].loc[2, "TIM"] = "25:10"', "LAB: TIM, record 2: '25:10' is no time in ISO 8601"),
        ('made["DM"].loc[2, "WEIGHT"] = "<5"', "DM: WEIGHT, record 2: '<5' is no number"),
        ('made["AE"].loc[2, "AE_NO"] = "1.5"', "AE: AE_NO, record 2: '1.5' is no integer"),
        ('made["DM"].loc[2, "SUBJID"] = "S001"', "DM: record 2 has the key S001 of another record (1 such)"),
        ('made["LAB"].loc[2, "RESULT"] = "未查"', "LAB: RESULT, record 2: '未查' stands for an empty cell in this column"),
        ("made = [made]", "simulate must return a dict of frames by form, not list"),
        ("made = 1 / 0", "simulate fails: ZeroDivisionError: division by zero"),
    ],
)
def test_tables_that_are_not_canonical(sim, body, message):
    course = sim.study.root / "simulation" / "course.py"
    course.write_text(course.read_text(encoding="utf-8") + BREAK.format(body=body), encoding="utf-8")
    with pytest.raises(SpecError, match=r"course\.py") as error:
        sim()
    assert message in str(error.value)
    assert not sim.out.exists()


def test_a_date_that_no_format_of_its_column_holds(sim):
    course = sim.study.root / "simulation" / "course.py"
    body = 'made["DM"].loc[0, "CONSENT"] = "2024-03-05"'
    course.write_text(course.read_text(encoding="utf-8") + BREAK.format(body=body), encoding="utf-8")
    form = sim.study.root / "sdtm_specs" / "forms" / "dm.yml"
    form.write_text(form.read_text(encoding="utf-8").replace("format: [y/m/d, y-m-d]", "format: [y/m]"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"DM: CONSENT, record 0: 2024-03-05 can't be written in a format of the column \(y/m\)"):
        sim()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("course.py", None, "the study has no course of disease to simulate"),
        ("course.py", "x = 1", "has no function simulate(subjects, random, parameters)"),
        ("course.py", "def simulate(:", "course.py, line 1: does not run: SyntaxError"),
        ("people.py", "\ndef numbers(:", "people.py, line 2: does not run: SyntaxError"),
        ("people.py", "day = 1", "cannot import name 'numbers'"),
        ("people.py", "numbers = day = 1", "course.py, line 12: simulate fails: TypeError: 'int' object is not callable"),
        ("parameters.yml", "female: [", "parameters.yml, line 1"),
        ("parameters.yml", "male: 1", "simulate fails: KeyError: 'female'"),
    ],
)
def test_modules_that_do_not_run(sim, file, text, message):
    path = sim.study.root / "simulation" / file
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as error:
        sim()
    assert message in str(error.value)


def test_a_changed_sibling_is_run_afresh_and_leaves_no_cache(sim):
    people = sim.study.root / "simulation" / "people.py"
    assert sim.course(2)["DM"]["SUBJID"].tolist() == ["S001", "S002"]
    people.write_text(people.read_text(encoding="utf-8").replace('f"S{number:03}"', 'f"T{number:03}"'), encoding="utf-8")
    assert sim.course(2)["DM"]["SUBJID"].tolist() == ["T001", "T002"]
    assert not (sim.study.root / "simulation" / "__pycache__").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subjects": 0}, "--subjects takes a number from 1 on; found 0"),
        ({"seed": -1}, "--seed takes a number from 0 on; found -1"),
        ({"rate": 1.5}, "--defects takes a part of the records, from 0 to 1; found 1.5"),
        ({"rate": float("nan")}, "--defects takes a part of the records, from 0 to 1; found nan"),
        ({"layout": "pdf"}, "--layout takes csv, zip, workbook, odm, redcap; found 'pdf'"),
    ],
)
def test_values_out_of_range(sim, options, message):
    with pytest.raises(TrialbookError) as error:
        sim(**options)
    assert message in str(error.value)
    assert not sim.out.exists()


def test_the_command_says_what_it_wrote(sim):
    out = sim.out / "cli"
    arguments = ["simulate", "--out", str(out), "--subjects", "3", "--layout", "zip", "--study", str(sim.study.root)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    first, *rest = result.stdout.splitlines()
    assert first.startswith("SYNTHETIC DATA  3 subjects, ")
    assert rest == [f"Export: {out}/export/SIM01.zip", f"Next: trialbook validate {out}/export/SIM01.zip"]


def test_the_command_exits_with_2_and_one_message(sim, monkeypatch, capsys):
    options = ["--out", str(sim.out), "--subjects", "5", "--defects", "7", "--study", str(sim.study.root)]
    monkeypatch.setattr("sys.argv", ["trialbook", "simulate", *options])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("trialbook: --defects takes a part of the records, from 0 to 1; found 7")


def test_as_many_subjects_are_simulated_as_the_protocol_plans(sim, monkeypatch, capsys):
    command = ["trialbook", "simulate", "--out", str(sim.out), "--study", str(sim.study.root)]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("trialbook: --subjects is needed: protocol/study.yml does not say how many")

    study = sim.study.root / "protocol" / "study.yml"
    study.write_text(f"{study.read_text(encoding='utf-8').rstrip()}\ndesign: {{planned_subjects: 7}}\n", encoding="utf-8")
    done = CliRunner().invoke(app, command[1:])
    assert (done.exit_code, "7 subjects" in done.output) == (0, True)
