"""What is found does not depend on the order of the export's files, on that of a folder's listing, nor on Python's hashes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

from trialbook.findings import Threshold, findings_json
from trialbook.run import Study

pytestmark = pytest.mark.xdist_group("broken")

SCRIPT = """
import os
import sys
from pathlib import Path

study, export, out = sys.argv[1:]
scanned, listed = os.scandir, os.listdir


class Backwards(list):
    def __init__(self, *folder):
        with scanned(*folder) as entries:
            super().__init__(sorted(entries, key=lambda entry: entry.name, reverse=True))

    def __enter__(self):
        return iter(self)

    def __exit__(self, *error):
        pass


os.scandir, os.listdir = Backwards, lambda *folder: sorted(listed(*folder), reverse=True)

from trialbook.findings import Threshold, findings_json
from trialbook.run import Study

run = Study(study).validate(export, core=None)
Path(out).write_text(findings_json(run.results, Threshold.ERROR), encoding="utf-8")
"""
"""Validate an export, its folders listed backwards, and write the findings."""


def told(text: str, names: dict[str, str]) -> dict[str, Any]:
    """What a run wrote, without its time; its files by the names that ``names`` gives, in the order of these."""
    for name, usual in names.items():
        text = text.replace(name, usual)
    record: dict[str, Any] = json.loads(text)
    del record["run"]["started"]
    record["run"]["inputs"].sort(key=lambda one: one["file"])
    return record


@pytest.fixture(scope="module")
def both(trial: Study, broken: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """A broken export as it is made, and with its files in folders that put the last first; its folders are read backwards."""
    place = tmp_path_factory.mktemp("order")
    files = sorted(path for path in broken.export.iterdir() if path.suffix == ".csv")
    names = {f"{len(files) - at:02}/{path.name}": path.name for at, path in enumerate(files)}
    for name, usual in names.items():
        (place / "turned" / name).parent.mkdir(parents=True)
        shutil.copy(broken.export / usual, place / "turned" / name)
    for path in broken.export.iterdir():
        if path not in files:
            shutil.copy(path, place / "turned" / path.name)
    out = place / "turned.json"
    command = [sys.executable, "-c", SCRIPT, *map(str, (trial.root, place / "turned", out))]
    subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": "2"}, check=True)
    return told(findings_json(broken.run.results, Threshold.ERROR), {}), told(out.read_text(encoding="utf-8"), names)


def test_findings_are_the_same_and_in_the_same_order(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    one, other = both
    assert len(one["findings"]) > 50
    assert [(f["id"], f["rule"]) for f in other["findings"]] == [(f["id"], f["rule"]) for f in one["findings"]]


def test_all_else_is_the_same_to_the_byte(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    one, other = (json.dumps(record, indent=0, ensure_ascii=False).splitlines() for record in both)
    # Not the texts whole: to show how they differ would take minutes.
    assert [pair for pair in zip(other, one, strict=False) if pair[0] != pair[1]][:5] == []
    assert len(other) == len(one)
