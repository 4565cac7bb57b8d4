"""A copy of this repository's study, and the same one amended once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.amendment import freeze
from trialbook.amendment.difference import Difference, compare
from trialbook.protocol import Protocol

FOLDERS = ("protocol", "sdtm_specs", "validators", "analysis_specs", "book")
AMENDMENT = """
  - number: 1
    version: "2.0"
    date: 2026-03-01
    effective: 2026-03-15
    consents: [V2.0]
    author: A. Writer
    source: assumption
    rationale: Safety
    rationales: {study.population.minimum_age: "Not licensed below 20 years"}
"""
EDITS = (
    ("study.yml", "minimum_age: 18", "minimum_age: 20"),
    ("visits.yml", "visit: MONTH 3, day: 92, window: [-14, 14]", "visit: MONTH 3, day: 92, window: [-28, 28]"),
    ("interventions.yml", "doses: [90, 45]", "doses: [90, 67.5]"),
    ("activities.yml", "visits: [SCREENING, MONTH 6]", "visits: [SCREENING, MONTH 12]"),
    ("analysis.yml", "p_control: 0.3", "p_control: 0.25"),
)
CRITERION = """  - id: E11
    kind: exclusion
    text: Weight of the subject is not known.
    logic: "severe_organ_dysfunction == 'Y'"
    source: assumption
"""


def edit(folder: Path, *edits: tuple[str, str, str]) -> None:
    """Replace texts in files of a folder; each must be there."""
    for name, before, after in edits:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text, (name, before)
        path.write_text(text.replace(before, after, 1), encoding="utf-8")


def add_criterion(folder: Path) -> None:
    """A criterion after the last one."""
    path = folder / "eligibility.yml"
    text = path.read_text(encoding="utf-8")
    place = text.index("\ncontradictions:") + 1
    while text[:place].rstrip("\n").rsplit("\n", 1)[-1].startswith("#"):
        place = text[:place].rstrip("\n").rindex("\n") + 1
    path.write_text(text[:place].rstrip("\n") + "\n" + CRITERION + text[place:], encoding="utf-8")


def amend(root: Path, *edits: tuple[str, str, str]) -> Path:
    """Put the version aside, edit the protocol and say so in ``amendments.yml``."""
    protocol = root / "protocol"
    freeze(Protocol(protocol))
    edit(protocol, *edits, ("amendments.yml", "amendments: []", f"amendments:{AMENDMENT}"))
    return root


def copy_study(repository: Path, target: Path) -> Path:
    for name in FOLDERS:
        shutil.copytree(repository / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture
def copied(repository: Path, tmp_path: Path) -> Path:
    """The study, to change."""
    return copy_study(repository, tmp_path / "study")


@pytest.fixture(scope="session")
def amended(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with one amendment: an age limit, a window, a dose step, an activity, an assumption, and a new criterion."""
    root = amend(copy_study(repository, tmp_path_factory.mktemp("amended") / "study"), *EDITS)
    add_criterion(root / "protocol")
    return root


@pytest.fixture(scope="session")
def difference(amended: Path) -> Difference:
    """What the amendment changed, and what that touches."""
    return compare("1.0", str(amended), amended)


@pytest.fixture
def touched(copied: Path) -> Callable[..., Difference]:
    """The difference that edits of the protocol make in a study whose other folders stay as they are."""

    def run(*edits: tuple[str, str, str]) -> Difference:
        old = copied.parent / "old"
        shutil.copytree(copied / "protocol", old)
        edit(copied / "protocol", *edits)
        return compare(str(old), str(copied), copied)

    return run
