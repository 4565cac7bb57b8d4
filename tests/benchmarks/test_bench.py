"""The benchmark runs, and the script that it holds the kit's speed against does the same work."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from trialbook.run import Study

RECORDS = 6000


def load(repository: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", repository / "benchmarks" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def exports(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    load(repository, "lab_export").write_exports(folder, RECORDS)
    return folder


def test_by_hand_maps_what_the_kit_maps(repository: Path, exports: Path) -> None:
    by_hand = load(repository, "by_hand").map_lb(exports / "clean")
    of_kit = Study(repository).map(exports / "clean").datasets["LB"].frame
    keys = ["USUBJID", "LBTESTCD", "LBSPEC", "VISITNUM", "LBDTC", "LBREFID"]
    # Results of other forms have no accession; they are not mapped by hand.
    kit = of_kit[of_kit["LBREFID"] != ""].sort_values(keys, kind="stable", ignore_index=True)
    hand = by_hand.sort_values(keys, kind="stable", ignore_index=True)
    assert len(hand) == len(kit) == RECORDS
    different = []
    for name in hand.columns.drop("LBSEQ"):
        if kit[name].dtype.kind == "f":
            same = np.isclose(hand[name].astype("float64"), kit[name], rtol=1e-4, equal_nan=True)
        else:
            same = (hand[name].fillna("").astype("str") == kit[name]).to_numpy()
        different += [] if same.all() else [(name, int((~same).sum()))]
    assert different == []
    assert set(of_kit.columns) - set(hand.columns) == {"LBREASND", "EPOCH"}


@pytest.mark.parametrize(("name", "said"), [("clean", "rules"), ("by hand, failing", "6,000 records")])
def test_a_measurement_prints_its_steps(repository: Path, exports: Path, name: str, said: str) -> None:
    script = repository / "benchmarks" / "bench_validate.py"
    command = [sys.executable, str(script), "--exports", str(exports), "--only", name]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert said in printed
    assert "peak memory" in printed


def test_one_record_in_ten_is_broken(exports: Path) -> None:
    clean, failing = (
        pd.read_csv(exports / name / "LAB.csv", dtype="str", keep_default_na=False) for name in ("clean", "failing")
    )
    broken = int((clean != failing).any(axis=1).sum())
    assert abs(broken - RECORDS / 10) < RECORDS / 100
