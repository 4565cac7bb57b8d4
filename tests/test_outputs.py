"""Outputs are whole or not there: whatever happens to the run, the target is the old folder or the new one."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trialbook import outputs
from trialbook.errors import TrialbookError
from trialbook.outputs import MARKER, output_folder

ON_LINUX = sys.platform == "linux"


def fill(target: Path, word: str, files: int = 3) -> None:
    with output_folder(target) as folder:
        for number in range(files):
            (folder / f"{number}.txt").write_text(word)


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MARKER
    }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


OLD = {"0.txt": "old", "1.txt": "old", "2.txt": "old"}
NEW = {"0.txt": "new", "1.txt": "new", "2.txt": "new"}


@pytest.fixture(params=["exchanged in one step", "renamed aside"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of putting a folder in place: as on Linux, and as elsewhere."""
    if request.param == "renamed aside":
        monkeypatch.setattr(outputs, "_exchange", lambda one, other: False)
    return request.param


def test_a_new_target_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    fill(tmp_path / "results" / "first" / "out", "new")
    assert content(tmp_path / "results" / "first" / "out") == NEW
    assert names(tmp_path / "results" / "first") == ["out"]


def test_an_earlier_output_is_replaced_as_a_whole(tmp_path: Path, way: str) -> None:
    target = tmp_path / "out"
    fill(target, "old", files=5)
    fill(target, "new")
    assert content(target) == NEW
    assert names(tmp_path) == ["out"]


def test_an_empty_folder_is_replaced(tmp_path: Path, way: str) -> None:
    target = tmp_path / "out"
    target.mkdir(mode=0o750)
    fill(target, "new")
    assert content(target) == NEW
    assert target.stat().st_mode & 0o777 == 0o750


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    fill(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real") == NEW


def test_the_marker_lists_what_was_written(tmp_path: Path) -> None:
    with output_folder(tmp_path / "out") as folder:
        (folder / "pages").mkdir()
        (folder / "pages" / "概要.html").write_text("")
        (folder / "report.html").write_text("")
    assert (tmp_path / "out" / MARKER).read_text(encoding="utf-8").splitlines()[1:] == ["pages/概要.html", "report.html"]


def test_a_target_with_files_of_others_is_refused_and_untouched(tmp_path: Path) -> None:
    target = tmp_path / "thesis"
    target.mkdir()
    (target / "chapter.docx").write_text("mine")
    with pytest.raises(TrialbookError) as caught:
        fill(target, "new")
    assert str(caught.value) == (
        f"{target}: holds files that trialbook did not write: chapter.docx\n"
        "Name a new or an empty folder, or move these files away first."
    )
    assert content(target) == {"chapter.docx": "mine"}
    assert names(tmp_path) == ["thesis"]


def test_a_file_put_into_an_earlier_output_is_not_lost(tmp_path: Path) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    (target / "notes.txt").write_text("mine")
    with pytest.raises(TrialbookError, match=r"did not write: notes\.txt"):
        fill(target, "new")
    assert content(target) == {**OLD, "notes.txt": "mine"}


def test_a_file_put_there_while_the_run_was_going_is_not_lost(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pytest.raises(TrialbookError, match=r"did not write: late\.txt"), output_folder(target) as folder:
        (folder / "0.txt").write_text("new")
        target.mkdir()
        (target / "late.txt").write_text("mine")
    assert content(target) == {"late.txt": "mine"}
    assert names(tmp_path) == ["out"]


def test_what_an_operating_system_leaves_in_a_folder_does_not_count(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / ".DS_Store").write_text("")
    fill(target, "new")
    assert content(target) == NEW


@pytest.mark.parametrize("exception", [ValueError("a rule failed"), KeyboardInterrupt(), SystemExit(2)])
def test_an_exception_leaves_everything_as_it_was(tmp_path: Path, exception: BaseException) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    with pytest.raises(type(exception)), output_folder(target) as folder:
        (folder / "0.txt").write_text("new")
        raise exception
    assert content(target) == OLD
    assert names(tmp_path) == ["out"]


def test_folders_above_a_target_that_was_not_written_are_removed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="failed"), output_folder(tmp_path / "results" / "out"):
        raise ValueError("failed")
    assert names(tmp_path) == []


def test_a_full_disk_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(TrialbookError) as caught, output_folder(tmp_path / "out"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(caught.value) == (
        f"{tmp_path / 'out'}: can't be written: No space left on device\nFree some space, or name a place on another disk."
    )
    assert names(tmp_path) == []


def test_other_errors_of_the_block_are_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), output_folder(tmp_path / "out"):
        (tmp_path / "no such input").read_text()


def test_a_target_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(TrialbookError, match="is a file; a folder was to be written there"):
        fill(tmp_path / "out", "new")
    with pytest.raises(TrialbookError, match="can't be written: "):
        fill(tmp_path / "out" / "below", "new")
    assert (tmp_path / "out").read_text() == "mine"


def test_the_current_folder_and_the_root_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrialbookError, match="is the folder you are in"):
        fill(Path(), "new")
    with pytest.raises(TrialbookError, match="is where a disk is mounted"):
        fill(Path("/"), "new")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_parent_that_may_not_be_written_is_said_plainly(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(TrialbookError, match="can't be written: Permission denied"):
            fill(tmp_path / "out", "new")
    finally:
        tmp_path.chmod(0o700)


def test_a_refused_folder_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(TrialbookError) as caught:
        fill(tmp_path / "out", "new")
    assert str(caught.value) == f"{tmp_path / 'out'}: can't be written: Permission denied\nName a place you may write to."


WRITER = """
import sys, time
from pathlib import Path
from trialbook import outputs
if {aside}:
    outputs._exchange = lambda one, other: False
for word in ["new", "old"] * 10_000:
    with outputs.output_folder(Path(sys.argv[1])) as folder:
        for number in range(3):
            (folder / f"{{number}}.txt").write_text(word)
    print("written", flush=True)
"""


@pytest.mark.skipif(not ON_LINUX, reason="kill -9 is POSIX, and the one-step exchange Linux")
@pytest.mark.parametrize("aside", [False, True])
def test_a_run_killed_at_any_moment_leaves_the_old_folder_or_the_new(tmp_path: Path, aside: bool) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    for milliseconds in (0, 1, 2, 3, 5, 8):
        with subprocess.Popen([sys.executable, "-c", WRITER.format(aside=aside), str(target)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(milliseconds / 1000)
            process.send_signal(signal.SIGKILL)
        if not aside:
            assert content(target) in (OLD, NEW)
        with pytest.raises(ValueError, match="stop"), output_folder(target):
            assert content(target) in (OLD, NEW)
            raise ValueError("stop")
        assert names(tmp_path) == ["out"]


STOPPED = """
import os, signal, sys
from pathlib import Path
from trialbook import outputs
step, target = sys.argv[1], Path(sys.argv[2])
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
rename, exchange = Path.rename, outputs._exchange
def rename_then_die(self, other):
    rename(self, other)
    if step == "aside" and str(other).endswith("-old") or step == "in" and Path(other) == target:
        die()
def exchange_then_die(one, other):
    exchange(one, other)
    die()
Path.rename = rename_then_die
outputs._exchange = exchange_then_die if step == "exchanged" else lambda one, other: False
with outputs.output_folder(target) as folder:
    for number in range(3):
        (folder / f"{number}.txt").write_text("new")
    if step == "filled":
        die()
"""


@pytest.mark.skipif(not ON_LINUX, reason="kill -9 is POSIX, and the one-step exchange Linux")
@pytest.mark.parametrize(
    ("killed_when", "target_holds"),
    [("filled", OLD), ("exchanged", NEW), ("aside", OLD), ("in", NEW)],
)
def test_the_next_run_mends_what_a_killed_one_left(tmp_path: Path, killed_when: str, target_holds: dict[str, str]) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    subprocess.run([sys.executable, "-c", STOPPED, killed_when, str(target)], check=False)
    assert len(names(tmp_path)) == 2
    with pytest.raises(ValueError, match="stop"), output_folder(target):
        assert content(target) == target_holds
        raise ValueError("stop")
    assert content(target) == target_holds
    assert names(tmp_path) == ["out"]


REMOVING = """
import os, signal, sys
from pathlib import Path
from trialbook import outputs
if sys.argv[2] == "aside":
    outputs._exchange = lambda one, other: False
left, unlink = int(sys.argv[3]), os.unlink
def unlink_then_die(*path, **folder):
    global left
    unlink(*path, **folder)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
os.unlink = unlink_then_die
with outputs.output_folder(Path(sys.argv[1])) as folder:
    (folder / "0.txt").write_text("new")
"""


@pytest.mark.skipif(not ON_LINUX, reason="kill -9 is POSIX, and the one-step exchange Linux")
@pytest.mark.parametrize("files_removed", [1, 2, 3, 4])
@pytest.mark.parametrize("how", ["exchanged", "aside"])
def test_what_a_run_killed_amid_its_removal_left_goes_with_the_next(tmp_path: Path, how: str, files_removed: int) -> None:
    target = tmp_path / "out"
    with output_folder(target) as folder:
        (folder / "below").mkdir()
        for name in ("0.txt", "1.txt", "below/2.txt"):
            (folder / name).write_text("old")
    killed = subprocess.run([sys.executable, "-c", REMOVING, str(target), how, str(files_removed)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(names(tmp_path)) == 2
    with pytest.raises(ValueError, match="stop"), output_folder(target):
        raise ValueError("stop")
    assert content(target) == {"0.txt": "new"}
    assert names(tmp_path) == ["out"]


def test_a_living_run_and_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    kept = tmp_path / ".out.trialbook-backup"
    kept.mkdir()
    (kept / MARKER).write_text("")
    alike = tmp_path / ".out.trialbook-0123456789abcdef"
    alike.mkdir()
    (alike / "mine.txt").write_text("mine")
    with output_folder(target) as first:
        (first / "0.txt").write_text("first")
        fill(target, "new")
        assert first.is_dir()
    assert content(target) == {"0.txt": "first"}
    assert content(alike) == {"mine.txt": "mine"}
    assert names(tmp_path) == [alike.name, kept.name, "out"]
