"""One trial as a GB18030 zip of Chinese tables, as one workbook, as ODM and as REDCap's export: the same SDTM, cell by cell.

Dirty in form as a site's exports are, without a defect: there is no finding at all, and every rule has run.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from trialbook.findings import RuleStatus
from trialbook.run import Run, Study
from trialbook.simulation import simulate_export

SEED, SUBJECTS = 27, 20
LAYOUTS = ("workbook", "odm", "redcap")
OTHER_TRIALS = ((10, "odm"), (25, "workbook"), (SEED, "redcap"))
"""Of so few subjects each of these seeds has adverse events, relapses and deaths."""
# What its tests share is made once, not once a process.
pytestmark = pytest.mark.xdist_group("layouts")
RAN = (RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED)


def simulated(study: Study, folder: Path, layout: str, seed: int = SEED) -> Path:
    made = simulate_export(study.root, study.protocol.id, study.specs, folder, SUBJECTS, seed, 0.0, layout)
    assert [name for name, count in made.records.items() if not count] == []
    return made.export


def validated(study: Study, folder: Path, layout: str, seed: int = SEED) -> Run:
    return study.validate(simulated(study, folder, layout, seed), core=None)


def faults(run: Run) -> list[object]:
    """The findings, and the rules that did not run: not those of signals, of which so few subjects tell nothing, nor CORE."""
    findings = [(one.rule, one.message, dict(one.values)) for one in run.results.findings]
    not_run = [(one.rule, one.status, one.reason) for one in run.results.rules if one.status not in RAN]
    return [*findings, *(one for one in not_run if not one[0].startswith(("TB-SIGNAL-", "CORE")))]


@pytest.fixture(scope="module")
def zipped(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(trial, tmp_path_factory.mktemp("zip") / "made", "zip")


@pytest.fixture(scope="module")
def of_zip(trial: Study, zipped: Path) -> Run:
    return trial.validate(zipped, core=None)


def test_the_trial_has_every_dataset(trial: Study, of_zip: Run) -> None:
    datasets = {one.name: one for one in of_zip.sdtm}
    assert set(trial.specs.domains) <= set(datasets)
    assert [name for name, dataset in datasets.items() if not len(dataset.frame)] == []
    assert faults(of_zip) == []


def test_a_zip_of_the_seed_holds_gb18030(zipped: Path) -> None:
    """What the site's system writes in China, so that the comparison below is one of encodings too."""
    encodings = []
    with zipfile.ZipFile(zipped) as archive:
        for name in archive.namelist():
            try:
                archive.read(name).decode("utf-8")
                encodings.append("utf-8")
            except UnicodeDecodeError:
                archive.read(name).decode("gb18030")
                encodings.append("gb18030")
    assert "gb18030" in encodings


@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_layout_gives_the_same_datasets(trial: Study, tmp_path: Path, of_zip: Run, layout: str) -> None:
    other = trial.map(simulated(trial, tmp_path / "made", layout)).datasets
    assert list(other) == [one.name for one in of_zip.sdtm]
    for dataset in of_zip.sdtm:
        own = other[dataset.name]
        assert_frame_equal(own.frame, dataset.frame, obj=f"{dataset.name} of {layout}")
        assert own.variables == dataset.variables


@pytest.mark.parametrize(("seed", "layout"), OTHER_TRIALS, ids=[f"{layout} of seed {seed}" for seed, layout in OTHER_TRIALS])
def test_no_finding_in_another_trial(trial: Study, tmp_path: Path, seed: int, layout: str) -> None:
    assert faults(validated(trial, tmp_path / "made", layout, seed)) == []
