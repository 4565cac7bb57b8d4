"""``trialbook analyse`` as a person runs it, on the small trial's datasets: exit codes, messages, what is written."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from trialbook import cli
from trialbook.datasets import SdtmDataset, Variable, read_datasets, write_datasets

# What all displays cost, one test pays.
ONE_DISPLAY = "displays: [{number: 14.1.2, kind: disposition, title: Disposition, analyses: A-DISPOSITION}]"


class Outcome(NamedTuple):
    """What a person sees of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def study(repository: Path, tmp_path: Path, small_trial_sdtm: dict[str, pd.DataFrame]) -> Path:
    """A copy of the small trial that can be run: its datasets in ``datasets/``, specifications of two of them, one display."""
    root = shutil.copytree(repository / "tests" / "small_trial", tmp_path / "trial")
    shutil.copytree(repository / "tests" / "tiny_study" / "sdtm_specs", root / "sdtm_specs")
    (root / "analysis_specs" / "displays.yml").rename(root / "displays.yml")
    (root / "analysis_specs" / "displays.yml").write_text(ONE_DISPLAY, encoding="utf-8")
    datasets = []
    for name, frame in small_trial_sdtm.items():
        numeric = {column: pd.api.types.is_numeric_dtype(frame[column].dtype) for column in frame}
        variables = {column: Variable(column, column, "Num" if numeric[column] else "Char") for column in frame}
        datasets.append(SdtmDataset(name, name, frame, variables))
    write_datasets(datasets, root / "datasets", "parquet")
    return root


@pytest.fixture
def run(study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """``run("--sdtm", "datasets")`` in the folder of the study."""
    monkeypatch.chdir(study)

    def command(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["trialbook", "analyse", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *capsys.readouterr())

    return command


def test_datasets_results_tables_and_figures_are_written(run, study):
    (study / "displays.yml").replace(study / "analysis_specs" / "displays.yml")
    found = run("--sdtm", "datasets", "--out", "out")
    assert (found.code, found.err) == (0, "")
    assert found.out.splitlines()[:2] == ["All randomized   Active 4, Placebo 4", "Safety           Active 3, Placebo 4"]
    assert "ADTTE          32 records  Time-to-Event Analysis Dataset" in found.out
    assert "Against ADaM" not in found.out
    names = sorted(path.relative_to(study / "out").as_posix() for path in (study / "out").rglob("*") if path.is_file())
    assert [name for name in names if name.startswith("adam/")] == [
        f"adam/{name}.xpt" for name in ("adae", "adex", "adlb", "adrs", "adsl", "adtte")
    ]
    assert [name for name in names if name.startswith("figures/")] == [
        f"figures/figure-{number}.svg" for number in ("14.1.1", "14.2.3", "14.2.4", "14.2.6", "14.2.9", "14.3.8")
    ]
    assert {"report.html", "results.json", "tables.docx"} <= set(names)


def test_what_is_written_is_what_was_computed(run, study, small_trial):
    assert run("--sdtm", "datasets", "--out", "out").code == 0
    for one in read_datasets(study / "out" / "adam"):
        pd.testing.assert_frame_equal(one.frame, small_trial.datasets[one.name].frame, check_exact=True)
    document = json.loads((study / "out" / "results.json").read_text(encoding="utf-8"))
    assert (document["schema"], document["study"], document["violations"], document["notices"]) == (1, "SMALL01", [], {})
    assert document["sets"] == {"ITT": {"ACT": 4, "PBO": 4}, "SAFETY": {"ACT": 3, "PBO": 4}}
    assert [one["file"] for one in document["inputs"]] == [
        f"{name}.parquet" for name in ("ae", "cm", "dm", "ex", "lb", "rs", "ss")
    ]
    expected = [
        one.key._asdict() | {"value": None if one.value != one.value else one.value, "reason": one.reason or None}
        for one in small_trial.results.results
    ]
    assert document["results"] == expected


def test_another_strategy_changes_what_it_is_for(run, study):
    """P3 has rescue therapy on day 90: censored there, two of Placebo are at risk on day 100, and 3/8 survive."""
    assert run("--sdtm", "datasets", "--out", "out", "--strategy", "OS:RESCUE=hypothetical").code == 0
    document = json.loads((study / "out" / "results.json").read_text(encoding="utf-8"))
    assert document["strategies"] == {"OS": {"RESCUE": "hypothetical"}}
    found = {
        tuple(one[key] for key in ("analysis", "technique", "statistic", "group", "level")): one["value"]
        for one in document["results"]
    }
    assert found["A-OS", "survival", "estimate", "PBO", "day 184"] == pytest.approx(3 / 8)
    assert found["A-PROG", "incidence", "estimate", "PBO", "day 184"] == pytest.approx(1 / 4)


def test_a_dataset_against_adam_ends_with_1_and_is_written_all_the_same(run, study, edit):
    edit(study / "analysis_specs" / "datasets" / "adlb.yml", "derive_chg: [AVAL, BASE]", "derive_chg: [BASE, AVAL]")
    found = run("--sdtm", "datasets", "--out", "out")
    assert found.code == 1
    assert (
        "Against ADaM's rules: 1\n  ADLB.CHG, subject A1: is -110, not AVAL - BASE (5 records) [ADaMIG 1.3 section 3.3]"
        in found.out
    )
    document = json.loads((study / "out" / "results.json").read_text(encoding="utf-8"))
    assert document["violations"] == ["ADLB.CHG, subject A1: is -110, not AVAL - BASE (5 records) [ADaMIG 1.3 section 3.3]"]


def test_what_could_not_be_kept_is_told(run, study):
    dm = pd.read_parquet(study / "datasets" / "dm.parquet")
    variables = {name: Variable(name, name, "Num" if name == "AGE" else "Char") for name in dm}
    dm.loc[dm["USUBJID"] == "P1", "RFSTDTC"] = "2024-01"
    write_datasets(
        [SdtmDataset("DM", "DM", dm.astype({name: "str" for name in dm if name != "AGE"}), variables)],
        study / "datasets",
        "parquet",
    )
    found = run("--sdtm", "datasets")
    assert found.code == 0
    assert "the day from which times are counted is not known of P1: they have no record" in found.out


def test_shells_need_no_data(run, study):
    found = run("--shells", "--out", "shells")
    assert (found.code, found.err) == (0, "")
    assert sorted(path.name for path in (study / "shells").iterdir() if not path.name.startswith(".")) == [
        "figures",
        "report.html",
        "tables.docx",
    ]
    assert "Shell: no data" in (study / "shells" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--strategy", "OS"), "--strategy takes ENDPOINT:EVENT=STRATEGY; found 'OS'\nGive it as EFS:THERAPY=hypothetical."),
        (("--strategy", "OS:RESCUE="), "--strategy takes ENDPOINT:EVENT=STRATEGY; found 'OS:RESCUE='"),
        (
            ("--strategy", "XX:RESCUE=hypothetical"),
            "--strategy: no estimand is of the endpoint 'XX'\nName one of CURE, OS, PROG.",
        ),
        (("--strategy", "OS:DOSE=hypothetical"), "--strategy: OS knows no event 'DOSE'\nName one of DEATH, RESCUE."),
        (("--strategy", "OS:RESCUE=censored"), "--strategy: 'censored' is none\nTake one of treatment policy, hypothetical"),
        (("--strategy", "OS:RESCUE=principal stratum"), "the strategy 'principal stratum' for RESCUE of OS can't be computed"),
        (("--strategy", "OS:DEATH=hypothetical"), "OS: the strategies leave no event of this endpoint"),
        (("--strategy", "CURE:DEATH=while on treatment"), "CURE: a response at one visit has no value while on treatment"),
    ],
)
def test_a_strategy_that_can_not_be_taken_ends_with_2_and_writes_nothing(run, study, arguments, message):
    found = run("--sdtm", "datasets", "--out", "out", *arguments)
    assert found.code == 2
    assert found.err.startswith(f"trialbook: {message}")
    assert not (study / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("datasets", "--sdtm", "datasets"), "analyse takes a raw export or SDTM datasets: found both"),
        (("--shells",), "--shells makes tables without data: it takes no data, no --compare, and needs --out"),
        (("--shells", "--sdtm", "datasets", "--out", "out"), "--shells makes tables without data"),
        (("--sdtm", "datasets", "--compare"), "the study has no second program"),
        (("--sdtm", "nowhere"), "nowhere"),
        ((), "the study has no course of disease, so there is no synthetic export to show"),
    ],
)
def test_what_can_not_be_run_ends_with_2(run, arguments, message):
    found = run(*arguments)
    assert found.code == 2
    assert message in found.err


@pytest.mark.parametrize("name", ["tests/tiny_study", "examples/cdiscpilot01"])
def test_a_study_that_says_nothing_of_its_analysis_is_told_before_data_are_read(run, repository, name):
    found = run("no export", "--study", str(repository / name))
    assert found.code == 2
    assert (
        "analysis_specs: the study does not say how analysis datasets are made\nWrite analysis_specs/endpoints.yml" in found.err
    )
