"""A folder of datasets as a whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset, Variable, read_datasets, write_datasets
from trialbook.errors import ExportError, TrialbookError

DATASETS = [
    SdtmDataset(name, "", pd.DataFrame({"X": pd.Series(["a"], dtype="str")}), {"X": Variable("X", "x", "Char", 1)})
    for name in ("SV", "AE")
]


def test_the_order_is_that_of_the_files_names(tmp_path: Path) -> None:
    write_datasets(DATASETS, tmp_path, "xpt")
    assert [dataset.name for dataset in read_datasets(tmp_path)] == ["AE", "SV"]


BESIDE = [
    "define.xml",
    "define-2-1.xml",
    "define2-1.XSL",
    "cSDRG.pdf",
    "README.md",
    "_notes.csv",
    ".env",
    ".trialbook",
    "~$lb.xlsx",
]


def test_endings_in_capitals_count_and_what_lies_beside_datasets_does_not(tmp_path: Path) -> None:
    write_datasets(DATASETS, tmp_path, "xpt")
    (tmp_path / "ae.xpt").rename(tmp_path / "AE.XPT")
    for name in BESIDE:
        (tmp_path / name).write_text("no dataset", encoding="utf-8")
    assert [dataset.file for dataset in read_datasets(tmp_path)] == ["AE.XPT", "sv.xpt"]


def test_files_that_cannot_be_read_are_named_and_never_left_out(tmp_path: Path) -> None:
    write_datasets(DATASETS, tmp_path, "xpt")
    for name in ("dm.sas7bdat", "ex.xlsx", "lb.xpt.gz", "cm"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "vs.xpt").symlink_to(tmp_path / "nowhere.xpt")
    with pytest.raises(ExportError) as caught:
        read_datasets(tmp_path)
    assert caught.value.what == "holds files that are not read as datasets: cm, dm.sas7bdat, ex.xlsx, lb.xpt.gz, vs.xpt"
    assert caught.value.file == tmp_path
    assert caught.value.remedy is not None
    assert caught.value.remedy.startswith("Convert them, unpack them, or move them to another folder. Expected a folder of")


@pytest.mark.parametrize("format", ["xpt", "json", "parquet", "csv"])
def test_a_call_that_fails_leaves_the_files_that_were_there(format: Literal["xpt", "json"], tmp_path: Path) -> None:
    write_datasets(DATASETS, tmp_path, format)
    before = {item.name: item.read_bytes() for item in tmp_path.iterdir()}
    endless = pd.DataFrame({"N": [float("inf")]})
    wrong = SdtmDataset("SV", "", endless, {"N": Variable("N", "n", "Num", 8)})
    with pytest.raises(TrialbookError, match="the number is infinite"):
        write_datasets([DATASETS[1], wrong], tmp_path, format)
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == before


def test_a_folder_in_the_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ae.xpt").mkdir()
    with pytest.raises(TrialbookError, match="is a folder; a dataset was to be written there"):
        write_datasets(DATASETS, tmp_path, "xpt")
    assert [item.name for item in tmp_path.iterdir()] == ["ae.xpt"]


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
    ("name", "what"), [("empty", "holds no dataset"), ("nowhere", "does not exist"), ("a.txt", "is not a dataset")]
)
def test_nothing_to_read_is_an_error_with_a_remedy(name: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportError) as caught:
        read_datasets(tmp_path / name)
    assert caught.value.what == what
    assert caught.value.remedy is not None
    assert "trialbook validate" in caught.value.remedy
