"""One trial as a GB18030 zip of Chinese tables, as one workbook, as ODM and as REDCap's export: the same SDTM, cell by cell."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from trialbook.datasets import SdtmDataset
from trialbook.run import Study
from trialbook.simulation import simulate_export

SEED, SUBJECTS = 27, 20
LAYOUTS = ("csv", "workbook", "odm", "redcap")


def mapped(study: Study, folder: Path, layout: str) -> Mapping[str, SdtmDataset]:
    made = simulate_export(study.root, study.protocol.id, study.specs, folder, SUBJECTS, SEED, 0.0, layout)
    return study.map(made.export).datasets


@pytest.fixture(scope="module")
def of_zip(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, SdtmDataset]:
    return mapped(trial, tmp_path_factory.mktemp("zip") / "made", "zip")


def test_the_trial_has_every_dataset(trial: Study, of_zip: Mapping[str, SdtmDataset]) -> None:
    assert set(trial.specs.domains) <= set(of_zip)
    assert [name for name, dataset in of_zip.items() if not len(dataset.frame)] == []


def test_a_zip_of_the_seed_holds_gb18030(trial: Study, tmp_path: Path) -> None:
    """What the site's system writes in China, so that the comparison below is one of encodings too."""
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, tmp_path / "made", SUBJECTS, SEED, 0.0, "zip")
    encodings = []
    for path in made.export.rglob("*.zip") if made.export.is_dir() else [made.export]:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                try:
                    archive.read(name).decode("utf-8")
                    encodings.append("utf-8")
                except UnicodeDecodeError:
                    archive.read(name).decode("gb18030")
                    encodings.append("gb18030")
    assert "gb18030" in encodings


@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_layout_gives_the_same_datasets(
    trial: Study, tmp_path: Path, of_zip: Mapping[str, SdtmDataset], layout: str
) -> None:
    other = mapped(trial, tmp_path / "made", layout)
    assert list(other) == list(of_zip)
    for name, dataset in of_zip.items():
        assert_frame_equal(other[name].frame, dataset.frame, obj=f"{name} of {layout}")
        assert other[name].variables == dataset.variables
