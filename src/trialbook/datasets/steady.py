"""Files that stay what they are while they are read: else a result would be of no state in which they ever were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trialbook.errors import ExportError

State = tuple[int, int, int]
"""Size, time of the last change (nanoseconds) and number (inode) of a file: another of them is another file."""

AGAIN = "Wait until what writes it is done, and run again."


def state_of(path: Path) -> State:
    """The state of a file; OSError where there is none."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def read_steady(path: Path, name: str) -> tuple[bytes, State]:
    """The bytes of a file, read once, and its state; ExportError where it changes meanwhile, OSError where it is not there."""
    before = state_of(path)
    data = path.read_bytes()
    refuse_changed(path, name, before)
    return data, before


def refuse_changed(path: Path, name: str, before: State) -> None:
    """Raise ExportError where the file is not what it was; ``name`` is what the user calls it."""
    try:
        same = state_of(path) == before
    except OSError as error:
        raise ExportError(f"is gone, or can't be read any more ({error.strerror})", file=name, remedy=AGAIN) from None
    if not same:
        raise ExportError("was changed while it was read", file=name, remedy=AGAIN)


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Raise ExportError after the block where a file of the folder (not of its sub-folders), or the one file, is another then.

    For what has to be read more than once, or all of a folder together. A path that is not there is the block's to refuse.
    """
    before = _states(path)
    yield
    after = _states(path)
    for name, state in before.items():
        if name not in after:
            raise ExportError("is gone since it was read", file=name, remedy=AGAIN)
        if after[name] != state:
            raise ExportError("was changed while it was read", file=name, remedy=AGAIN)
    for name in after:
        if name not in before:
            raise ExportError("came while the folder was read", file=name, remedy=AGAIN)


def _states(path: Path) -> dict[str, State]:
    states = {}
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError:
        return {}
    for file in files:
        try:
            if file.is_file():
                states[file.name] = state_of(file)
        except OSError:  # it went between the listing and the look at it
            continue
    return states
