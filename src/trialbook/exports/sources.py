"""The files of an export, wherever they lie: in a folder, in a zip (read in memory, never unpacked to disk) or alone."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from trialbook.datasets import SYNTHETIC
from trialbook.datasets.steady import AGAIN, State, read_steady, refuse_changed
from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.archive import Archive

_CLUTTER = ("thumbs.db", "desktop.ini", "__macosx")


@dataclass
class _File:
    """A file on disk: ``name`` is its path inside the export; ``state`` what it was when it was read."""

    path: Path
    name: str
    state: State | None = None

    def read(self) -> bytes:
        """Its bytes; ExportError for what is no regular file, too large, not to be read, or changed meanwhile."""
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise ExportError("is neither a file nor a folder", file=self.name, remedy="Remove it from the export.")
            if status.st_size > limits.LARGEST_FILE:
                most = limits.LARGEST_FILE // limits.MIB
                what = f"has {status.st_size // limits.MIB:,} MiB, the most that can be read is {most:,}"
                raise ExportError(what, file=self.name, remedy="Split the file.")
            data, self.state = read_steady(self.path, self.name)
        except OSError as error:
            raise ExportError(f"cannot be read: {error.strerror}", file=self.name) from None
        return data

    def refuse_changed(self) -> None:
        """Raise ExportError where it is not what was read."""
        if self.state is not None:
            refuse_changed(self.path, self.name, self.state)


@dataclass(frozen=True)
class Source:
    """One file of the export: ``name`` is its path inside the export with forward slashes; ``file`` holds it, or is its zip."""

    name: str
    read: Callable[[], bytes]
    file: _File


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
        packed = _File(path, path.name)
        archive = Archive.open(packed.read(), path.name)
        wanted = [name for name in archive.names if not is_ignored(name, ignore)]
        for name in wanted:
            archive.check(name)
        found = [Source(name, lambda name=name: archive.read(name), packed) for name in wanted]  # type: ignore[misc]
    else:
        found = [_source(path, path.name)]
    return sorted(found, key=lambda source: source.name)


def refuse_changes(path: Path, ignore: Sequence[str], sources: Sequence[Source]) -> None:
    """Raise ExportError where the export is not what it was when its files were listed and read.

    Files of one export belong together: read while they are copied, some would be of the old export and some of the new.
    """
    for source in sources:
        source.file.refuse_changed()
    if path.is_dir() and all(source.file.name == source.name for source in sources):
        listed = {source.name for source in sources}
        for source in _folder(path, ignore):
            if source.name not in listed:
                raise ExportError("came while the export was read", file=source.name, remedy=AGAIN)


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
            found.append(_source(path, inside))
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


def _source(path: Path, name: str) -> Source:
    file = _File(path, name)
    return Source(name, file.read, file)
