"""What is found does not depend on the order of the export's files, on that of a folder's listing, nor on Python's hashes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trialbook.run import Study
from trialbook.simulation import simulate_export

# What its tests share is made once, not once a process.
pytestmark = pytest.mark.xdist_group("any order")

SCRIPT = """
import os
import sys
from pathlib import Path

study, export, out, order = sys.argv[1:]
scanned, listed = os.scandir, os.listdir


class Backwards(list):
    def __init__(self, *folder):
        with scanned(*folder) as entries:
            super().__init__(sorted(entries, key=lambda entry: entry.name, reverse=True))

    def __enter__(self):
        return iter(self)

    def __exit__(self, *error):
        pass


if order == "backwards":
    os.scandir, os.listdir = Backwards, lambda *folder: sorted(listed(*folder), reverse=True)

from trialbook.findings import Threshold, findings_json
from trialbook.run import Study

run = Study(study).validate(export, core=False)
Path(out).write_text(findings_json(run.results, Threshold.ERROR), encoding="utf-8")
"""
"""Validate an export, its folders listed in the order of names or backwards, and write the findings."""


LEFT_OUT = ("MFC.csv", "SEROLOGY.csv", "THYROID.csv", "VS.csv", "既往化疗.csv")
"""Files without which the runs are quicker."""


def started(study: Path, export: Path, out: Path, seed: int, order: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SCRIPT, *map(str, (study, export, out)), order]
    return subprocess.Popen(command, env=os.environ | {"PYTHONHASHSEED": str(seed)})


def written(out: Path, names: dict[str, str]) -> dict[str, Any]:
    """What a run wrote, without its time; its files by the names that ``names`` gives, in the order of these."""
    text = out.read_text(encoding="utf-8")
    for name, usual in names.items():
        text = text.replace(name, usual)
    record: dict[str, Any] = json.loads(text)
    del record["run"]["started"]
    record["run"]["inputs"].sort(key=lambda one: one["file"])
    return record


@pytest.fixture(scope="module")
def both(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """A broken export as it is made, and with its files in folders that put the last of them first."""
    place = tmp_path_factory.mktemp("order")
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, place / "made", subjects=3, seed=2, rate=0.05)
    for name in LEFT_OUT:
        (made.export / name).unlink()
    files = sorted(path for path in made.export.iterdir() if path.suffix == ".csv")
    names = {f"{len(files) - at:02}/{path.name}": path.name for at, path in enumerate(files)}
    for name, usual in names.items():
        (place / "turned" / name).parent.mkdir(parents=True)
        shutil.copy(made.export / usual, place / "turned" / name)
    for path in made.export.iterdir():
        if path not in files:
            shutil.copy(path, place / "turned" / path.name)
    usual_out, turned_out = place / "usual.json", place / "turned.json"
    runs = [
        started(trial.root, made.export, usual_out, 1, "forwards"),
        started(trial.root, place / "turned", turned_out, 2, "backwards"),
    ]
    assert [run.wait() for run in runs] == [0, 0]
    return written(usual_out, {}), written(turned_out, names)


def test_findings_are_the_same_and_in_the_same_order(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    one, other = both
    assert len(one["findings"]) > 50
    assert [(f["id"], f["rule"]) for f in other["findings"]] == [(f["id"], f["rule"]) for f in one["findings"]]


def test_all_else_is_the_same_to_the_byte(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    one, other = both
    assert json.dumps(other) == json.dumps(one)
