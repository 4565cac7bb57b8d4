"""A file that changes while it is read is noticed, whatever way it changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.datasets.steady import read_steady, state_of, unchanged
from trialbook.errors import ExportError

AGAIN = "Wait until what writes it is done, and run again."


def grow(file: Path) -> None:
    file.write_text(file.read_text() + "S003,2\n")


def rewrite(file: Path) -> None:
    before = file.stat()
    file.write_text("USUBJID,N\nS009,1\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


def replace(file: Path) -> None:
    """As rsync does: another file of the same size and time is renamed onto it."""
    other, before = file.with_suffix(".new"), file.stat()
    other.write_text("USUBJID,N\nS009,1\n")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)


CHANGES = [grow, rewrite, replace]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dm.csv"
    path.write_text("USUBJID,N\nS001,1\n")
    return path


def test_what_stays_is_read_once_with_its_state(file: Path) -> None:
    assert read_steady(file, "dm.csv") == (b"USUBJID,N\nS001,1\n", state_of(file))


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_while_it_is_read_is_refused(
    file: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def read_then_change(self: Path) -> bytes:
        data = read(self)
        change(self)
        return data

    monkeypatch.setattr(Path, "read_bytes", read_then_change)
    with pytest.raises(ExportError) as caught:
        read_steady(file, "in/dm.csv")
    assert str(caught.value) == f"in/dm.csv: was changed while it was read\n{AGAIN}"


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_in_which_a_file_changed_is_refused(file: Path, change: Callable[[Path], None]) -> None:
    with pytest.raises(ExportError) as caught, unchanged(file.parent):
        change(file)
    assert str(caught.value) == f"dm.csv: was changed while it was read\n{AGAIN}"


def test_a_folder_from_which_a_file_went_is_refused(file: Path) -> None:
    with pytest.raises(ExportError) as caught, unchanged(file.parent):
        file.unlink()
    assert str(caught.value) == f"dm.csv: is gone since it was read\n{AGAIN}"


def test_a_folder_into_which_a_file_came_is_refused(file: Path) -> None:
    with pytest.raises(ExportError) as caught, unchanged(file.parent):
        file.with_name("ae.csv").write_text("")
    assert str(caught.value) == f"ae.csv: came while the folder was read\n{AGAIN}"


def test_what_is_not_there_is_the_blocks_to_refuse(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), unchanged(tmp_path / "nothing"):
        raise ZeroDivisionError


def test_one_file_is_watched_alone(file: Path) -> None:
    other = file.with_name("ae.csv")
    with unchanged(file):
        other.write_text("new")
    assert other.read_text() == "new"
