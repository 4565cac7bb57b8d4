"""What all tests share: where the reference material lies, if it is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the repository; tests that use it are skipped where it is absent."""
    path = REPOSITORY.parent / "shared" / "reference"
    if not path.is_dir():
        pytest.skip("the reference material (../shared/reference) is not on this machine")
    return path


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository: the study's folders stand there."""
    return REPOSITORY


@pytest.fixture
def tiny_study(tmp_path: Path) -> Path:
    """A copy of the study of two forms in ``tests/tiny_study``, to run or to break."""
    return shutil.copytree(REPOSITORY / "tests" / "tiny_study", tmp_path / "study")
