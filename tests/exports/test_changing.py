"""An export that changes while it is read: nothing is said of a state in which it never was."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.errors import ExportError
from trialbook.exports import read_export, reader

AGAIN = "Wait until what writes it is done, and run again."
DM, AE = "SUBJID,AGE\nS001,40\n", "SUBJID,AETERM\nS001,fever\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "AE.csv").write_text(AE)
    (folder / "DM.csv").write_text(DM)
    return folder


@pytest.fixture
def amid(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen after the first file was read, before the second is."""

    def arrange(happens: Callable[[], object]) -> None:
        read, done = reader._read_file, list[object]()

        def read_then(*arguments: object) -> object:
            found = read(*arguments)  # type: ignore[arg-type]
            if not done:
                done.append(happens())
            return found

        monkeypatch.setattr(reader, "_read_file", read_then)

    return arrange


def refused(export: Path, skip: bool = False) -> str:
    with pytest.raises(ExportError) as caught:
        read_export(export, skip_unreadable=skip)
    return str(caught.value)


def test_the_hash_is_of_the_bytes_that_were_read(export: Path) -> None:
    read = read_export(export)
    assert [(one.file, one.sha256) for one in read.inputs] == [
        ("AE.csv", hashlib.sha256(AE.encode()).hexdigest()),
        ("DM.csv", hashlib.sha256(DM.encode()).hexdigest()),
    ]


@pytest.mark.parametrize("skip", [False, True])
def test_a_file_that_is_written_after_it_was_read(export: Path, amid: Callable[..., None], skip: bool) -> None:
    amid(lambda: (export / "AE.csv").write_text(AE + "S002,rash\n"))
    assert refused(export, skip) == f"AE.csv: was changed while it was read\n{AGAIN}"


def test_a_file_that_is_gone_before_it_is_read(export: Path, amid: Callable[..., None]) -> None:
    amid(lambda: (export / "DM.csv").unlink())
    assert refused(export) == "DM.csv: cannot be read: No such file or directory"


def test_a_file_that_is_gone_after_it_was_read(export: Path, amid: Callable[..., None]) -> None:
    amid(lambda: (export / "AE.csv").unlink())
    assert refused(export) == f"AE.csv: is gone, or can't be read any more (No such file or directory)\n{AGAIN}"


def test_a_file_that_comes_meanwhile(export: Path, amid: Callable[..., None]) -> None:
    amid(lambda: (export / "LB.csv").write_text(AE))
    assert refused(export) == f"LB.csv: came while the export was read\n{AGAIN}"


def test_what_is_ignored_may_come_and_go(export: Path, amid: Callable[..., None]) -> None:
    amid(lambda: (export / ".DS_Store").write_text(""))
    assert [table.name for table in read_export(export).tables] == ["AE", "DM"]


def test_a_zip_that_is_written_again(tmp_path: Path, export: Path, amid: Callable[..., None]) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(export / "AE.csv", "AE.csv")
        archive.write(export / "DM.csv", "DM.csv")
    assert len(read_export(packed).tables) == 2
    amid(lambda: packed.write_bytes(b"PK"))
    assert refused(packed) == f"export.zip: was changed while it was read\n{AGAIN}"


def test_the_zip_alone_in_a_folder(tmp_path: Path, export: Path) -> None:
    folder = tmp_path / "as it came"
    folder.mkdir()
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        archive.write(export / "AE.csv", "AE.csv")
    assert [table.name for table in read_export(folder).tables] == ["AE"]
