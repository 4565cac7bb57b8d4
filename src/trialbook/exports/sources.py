"""The files of an export, wherever they lie: in a folder, in a zip (read in memory, never unpacked to disk) or alone."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from trialbook.datasets import SYNTHETIC
from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.archive import Archive

_CLUTTER = ("thumbs.db", "desktop.ini", "__macosx")


@dataclass(frozen=True)
class Source:
    """One file of the export: ``name`` is its path inside the export with forward slashes."""

    name: str
    read: Callable[[], bytes]


def list_sources(path: Path, ignore: Sequence[str] = ()) -> list[Source]:
    """The export's files in the order of their names, without hidden files and those that ``ignore`` names.

    Raises ExportError for a path that is not there, a link that leads out of the export, what is not a regular file,
    and an export past the limits.
    """
    try:
        path.stat()
    except (OSError, ValueError):
        raise ExportError(
            "the export does not exist, or may not be read", file=path, remedy="Name a folder, a zip or a file of the export."
        ) from None
    if path.is_dir():
        found = _folder(path, ignore)
        tables = [source.name for source in found if source.name.lower() != SYNTHETIC.lower()]
        # The zip as it came, in a folder of its own. Beside other tables it is refused: it may be the same once more.
        if len(tables) == 1 and tables[0].lower().endswith(".zip"):
            return list_sources(path / tables[0], ignore)
    elif path.suffix.lower() == ".zip":
        archive = Archive.open(_read(path, path.name), path.name)
        wanted = [name for name in archive.names if not is_ignored(name, ignore)]
        for name in wanted:
            archive.check(name)
        found = [Source(name, lambda name=name: archive.read(name)) for name in wanted]  # type: ignore[misc]
    else:
        found = [Source(path.name, lambda: _read(path, path.name))]
    return sorted(found, key=lambda source: source.name)


def is_ignored(name: str, ignore: Sequence[str]) -> bool:
    """Whether a file is hidden, the clutter of an operating system or of Excel, or matches a pattern of ``ignore``.

    Patterns (``*``, ``?``, ``[…]``) are matched, in any case, with the file's name, and those with a slash with its path inside
    the export: the name of a folder hides nothing in it (``README and data/AE.csv``).
    """
    last = name.rpartition("/")[2]
    return _is_clutter(name) or any(matches(name if "/" in pattern else last, [pattern]) for pattern in ignore)


def _is_clutter(name: str) -> bool:
    parts = PurePosixPath(name.lower()).parts
    return any((part.startswith((".", "~$")) and part != "..") or part in _CLUTTER for part in parts)


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name matches one of the patterns, in any case."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _folder(folder: Path, ignore: Sequence[str]) -> list[Source]:
    root = folder.resolve()
    found: list[Source] = []
    total = 0
    for directory, subfolders, files in folder.walk(on_error=_unreadable):
        for name in [*subfolders, *files]:
            path = directory / name
            inside = path.relative_to(folder).as_posix()
            if name in subfolders and not path.is_symlink():
                if _is_clutter(inside):
                    subfolders.remove(name)
                continue
            if is_ignored(inside, ignore):
                continue
            if path.is_symlink() and not _stays_inside(path, root):
                raise ExportError(
                    f"is a link that does not lead to a file of the export, but to {path.readlink()}",
                    file=inside,
                    remedy="Put the file itself in its place, or list it under 'ignore' in the study's export settings.",
                )
            if path.is_dir():
                continue
            found.append(Source(inside, lambda path=path, inside=inside: _read(path, inside)))  # type: ignore[misc]
            total += path.lstat().st_size
        if len(found) > limits.MOST_FILES or total > limits.LARGEST_EXPORT:
            raise ExportError(
                f"holds more than {limits.MOST_FILES:,} files or {limits.LARGEST_EXPORT // limits.MIB:,} MiB",
                file=folder,
                remedy="Name the folder that holds the export and nothing else.",
            )
    return found


def _stays_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # it leads nowhere, or in a circle
        return False


def _unreadable(error: OSError) -> None:
    raise ExportError(f"cannot be read: {error.strerror}", file=error.filename)


def _read(path: Path, name: str) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ExportError("is neither a file nor a folder", file=name, remedy="Remove it from the export.")
        if status.st_size > limits.LARGEST_FILE:
            raise ExportError(
                f"has {status.st_size // limits.MIB:,} MiB, the most that can be read is {limits.LARGEST_FILE // limits.MIB:,}",
                file=name,
                remedy="Split the file.",
            )
        return path.read_bytes()
    except OSError as error:
        raise ExportError(f"cannot be read: {error.strerror}", file=name) from None
