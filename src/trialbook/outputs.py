"""Outputs are written whole or not at all: a folder beside the target is filled and exchanged with it in one step.

The exchange is Linux's ``renameat2`` with RENAME_EXCHANGE (renameat2(2)), since a rename onto a folder with files in it fails.
Where that is not to be had the target is renamed aside and the new folder renamed in; a run that is killed between the two
leaves the old folder aside, and the next run puts it back.

Names beside a target ``out``: ``.out.trialbook-<token>`` is being filled, or is what was exchanged for it, and
``.out.trialbook-<token>-old`` is the target set aside. A run holds a lock on what it fills, which ends with its process, however
that ends: what is not locked is a killed run's, and the next run removes it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import secrets
import shutil
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import IO

from trialbook.errors import TrialbookError

try:
    import fcntl
except ImportError:  # Windows: no lock can tell whether a run is alive, so leftovers stay
    fcntl = None  # type: ignore[assignment]

MARKER = ".trialbook"
"""A file in each folder that trialbook writes; it lists the files written, so that others are never taken for its own."""

_MARKER_TITLE = "trialbook wrote this folder, and replaces it as a whole. It wrote these files:"
_CLUTTER = {".ds_store", "thumbs.db", "desktop.ini"}
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_NOT_TO_BE_HAD = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextlib.contextmanager
def output_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes ``target`` when the block ends; when the block raises, nothing has changed.

    Missing folders above the target are made. Raises TrialbookError, and touches nothing, when the target is a file, holds
    files that trialbook did not write, or can't be written, and when the disk is full.
    """
    named, target = target, _resolved(target)
    _refuse_target(target, named)
    with _folders_above(target, named):
        with _explained(named):
            _sweep(target)
            folder, marker = _new_folder(target)
        try:
            with marker:
                with _explained(named, _FULL):
                    yield folder
                with _explained(named):
                    _write_marker(folder, marker)
                    if target.exists():
                        _refuse_target(target, named)
                        shutil.copymode(target, folder)
                    _put_in_place(folder, target)
        finally:
            _remove(folder)


def output_file(target: Path, text: str | bytes, keep: Sequence[Path] = ()) -> None:
    """Write ``text``, as UTF-8 where it is no bytes, to the file ``target``, whole or not at all, in place of what is there.

    Missing folders above it are made. ``keep``: what the text was made from, which must stay. Raises TrialbookError, and touches
    nothing, where the target is a folder, is one of them, or can't be written.
    """
    named, target = target, _resolved(target)
    if target.is_dir():
        raise TrialbookError("is a folder; a file was to be written there", file=named, remedy="Name a file in it.")
    if target.exists() and not target.is_file():
        raise TrialbookError("is no file that can be replaced", file=named, remedy="Name a file.")
    if any(one.exists() and target.exists() and target.samefile(one) for one in keep):
        raise TrialbookError("is what was read; it would be lost", file=named, remedy="Name another file.")
    with _folders_above(target, named), _explained(named):
        beside = target.with_name(f".{target.name}.trialbook-{secrets.token_hex(8)}")
        try:
            beside.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
            if target.exists():
                shutil.copymode(target, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise TrialbookError(f"is no path that can be followed ({error})", file=path, remedy="Name another place.") from None


def _refuse_target(target: Path, named: Path) -> None:
    """Raise TrialbookError for a target that must not be replaced; ``named`` is what the user calls it."""
    if target.is_dir():
        if _is_current(target) or target.is_mount():
            what = "is the folder you are in" if _is_current(target) else "is where a disk is mounted"
            raise TrialbookError(f"{what}, and can't be replaced in one step", file=named, remedy="Name a folder in it.")
        foreign = _foreign_files(target)
        if foreign:
            shown = ", ".join(foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
            raise TrialbookError(
                f"holds files that trialbook did not write: {shown}",
                file=named,
                remedy="Name a new or an empty folder, or move these files away first.",
            )
    elif target.exists():
        raise TrialbookError("is a file; a folder was to be written there", file=named, remedy="Name a folder.")


def _is_current(folder: Path) -> bool:
    try:
        return folder.samefile(".")
    except OSError:  # the folder the process is in was removed
        return False


def _foreign_files(folder: Path) -> list[str]:
    """Files that are in the folder but not on its marker's list."""
    try:
        first, *listed = (folder / MARKER).read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except OSError:
        first, listed = "", []
    ours = {MARKER, *listed} if first == _MARKER_TITLE else set()
    found = _files(folder)
    return [name for name in found if name not in ours and name.rpartition("/")[2].lower() not in _CLUTTER]


def _files(folder: Path) -> list[str]:
    """All files beneath a folder, and folders that hold none, by their path in it."""
    found = []
    for directory, subfolders, files in folder.walk():
        names = [*files, *([] if subfolders or files or directory == folder else ["."])]
        found += [(directory / name).relative_to(folder).as_posix() for name in names]
    return sorted(found)


def _write_marker(folder: Path, marker: IO[bytes]) -> None:
    lines = [_MARKER_TITLE, *(name for name in _files(folder) if name != MARKER)]
    marker.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    marker.flush()
    _close_on_windows(marker)


def _new_folder(target: Path) -> tuple[Path, IO[bytes]]:
    """A new folder beside the target, and its open marker with the lock."""
    while True:
        folder = target.with_name(f".{target.name}.trialbook-{secrets.token_hex(8)}")
        folder.mkdir()
        try:
            marker = (folder / MARKER).open("xb")
        except FileNotFoundError:  # swept by another run before it could be locked
            continue
        if _lock(marker) is not False and (folder / MARKER).exists():
            return folder, marker
        marker.close()


def _lock(file: IO[bytes]) -> bool | None:
    """Take the lock until the file is closed or the process ends: whether it was free, or None where that can't be told."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def _close_on_windows(file: IO[bytes]) -> None:
    """There, what is open can't be renamed; elsewhere it stays open, for the lock."""
    if fcntl is None:
        file.close()


def _put_in_place(folder: Path, target: Path) -> None:
    """Let the folder become the target; what the target was stands at the folder's name, or is gone."""
    if not target.exists():
        folder.rename(target)
    elif not _exchange(folder, target):
        aside = folder.with_name(f"{folder.name}-old")
        target.rename(aside)
        try:
            folder.rename(target)
        except BaseException:
            aside.rename(target)
            raise
        _remove(aside)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or its file system can't."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if renameat2 is None:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_RENAME_EXCHANGE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_TO_BE_HAD:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _sweep(target: Path) -> None:
    """Mend what killed runs left beside the target: put an old folder back whose place is empty, and remove the rest."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.trialbook-[0-9a-f]{{16}}(-old)?")
    ours = [path for path in target.parent.iterdir() if pattern.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]
    for path in sorted(ours, key=lambda path: path.name.endswith("-old"), reverse=True):
        is_old = path.name.endswith("-old")
        with contextlib.ExitStack() as locks:
            if not all(_claim(each, locks) for each in {path, path.with_name(path.name.removesuffix("-old"))}):
                continue
            if is_old and not target.exists():
                path.rename(target)
            elif all((path / name).is_dir() for name in _foreign_files(path)) or (not is_old and (path / MARKER).exists()):
                _remove(path)


def _remove(folder: Path) -> None:
    """Remove a folder that trialbook wrote, its marker last: a run killed amid it leaves what the next knows as its own."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != MARKER:
                path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _claim(path: Path, locks: contextlib.ExitStack) -> bool:
    """Lock a leftover so that nobody else takes it; False when a living run holds it, or that can't be told."""
    try:
        file = (path / MARKER).open("r+b")
    except FileNotFoundError:  # nothing there that a run could hold
        return True
    except OSError:
        return False
    return _lock(locks.enter_context(file)) is True


@contextlib.contextmanager
def _folders_above(target: Path, named: Path) -> Iterator[None]:
    """Make the folders above the target; when the block raises, those that were made are removed again."""
    missing = [folder for folder in target.parents if not folder.exists()]
    try:
        with _explained(named):
            target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


@contextlib.contextmanager
def _explained(named: Path, numbers: Container[int] | None = None) -> Iterator[None]:
    """What the system refuses, as a TrialbookError; with ``numbers`` only these of its errors."""
    try:
        yield
    except OSError as error:
        if numbers is not None and error.errno not in numbers:
            raise
        full = error.errno in _FULL
        remedy = "Free some space, or name a place on another disk." if full else "Name a place you may write to."
        raise TrialbookError(f"can't be written: {error.strerror}", file=named, remedy=remedy) from error
