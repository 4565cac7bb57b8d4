"""What all tests share: where the reference material lies, if it is there."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
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


@pytest.fixture(scope="session")
def leaked() -> Callable[..., dict[str, str]]:
    """``leaked(texts, export, study, allowed=())``: what of an export's cells stands in texts (``tests/leaks.py``)."""
    spec = importlib.util.spec_from_file_location("leaks", Path(__file__).with_name("leaks.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., dict[str, str]] = module.leaked
    return found
