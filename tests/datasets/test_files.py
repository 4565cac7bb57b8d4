"""A folder of datasets as a whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset, Variable, read_datasets, write_datasets
from trialbook.errors import ExportError

DATASETS = [
    SdtmDataset(name, "", pd.DataFrame({"X": pd.Series(["a"], dtype="str")}), {"X": Variable("X", "x", "Char", 1)})
    for name in ("SV", "AE")
]


def test_the_order_is_that_of_the_files_names(tmp_path: Path) -> None:
    write_datasets(DATASETS, tmp_path, "xpt")
    assert [dataset.name for dataset in read_datasets(tmp_path)] == ["AE", "SV"]


def test_endings_in_capitals_count_and_other_files_do_not(tmp_path: Path) -> None:
    write_datasets(DATASETS, tmp_path, "xpt")
    (tmp_path / "ae.xpt").rename(tmp_path / "AE.XPT")
    (tmp_path / "define.xml").write_text("<ODM/>", encoding="utf-8")
    (tmp_path / "_meta.json").write_text("{}", encoding="utf-8")
    assert [dataset.file for dataset in read_datasets(tmp_path)] == ["AE.XPT", "sv.xpt"]


def test_one_dataset_in_two_files_is_an_error(tmp_path: Path) -> None:
    write_datasets(DATASETS[1:], tmp_path, "xpt")
    write_datasets(DATASETS[1:], tmp_path, "json")
    with pytest.raises(ExportError, match=r"holds the dataset AE twice: in ae\.json and in ae\.xpt"):
        read_datasets(tmp_path)


def test_a_copy_under_another_name_is_an_error(tmp_path: Path) -> None:
    write_datasets(DATASETS[1:], tmp_path, "xpt")
    shutil.copy(tmp_path / "ae.xpt", tmp_path / "ae_old.xpt")
    with pytest.raises(ExportError, match="Leave one of the two files out"):
        read_datasets(tmp_path)


@pytest.mark.parametrize(
    ("name", "what"), [(".", "holds no dataset"), ("nowhere", "does not exist"), ("a.txt", "is not a dataset")]
)
def test_nothing_to_read_is_an_error_with_a_remedy(name: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    with pytest.raises(ExportError) as caught:
        read_datasets(tmp_path / name)
    assert caught.value.what == what
    assert caught.value.remedy is not None
    assert "trialbook validate" in caught.value.remedy
