"""The two sides of a comparison: a folder, a version by its name, or a revision of the repository, read beside the work tree."""

from __future__ import annotations

import contextlib
import io
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.git import git
from trialbook.protocol import Protocol

FOLDER = "protocol"
FILE = "study.yml"


@dataclass(frozen=True)
class Side:
    """``name`` is what the user calls it, ``kind`` folder, version or revision; ``revision`` the commit, with its ``date``."""

    name: str
    kind: str
    protocol: Protocol
    revision: str | None = None
    date: str | None = None


@contextlib.contextmanager
def open_side(name: str, root: Path | None) -> Iterator[Side]:
    """The protocol that ``name`` means, for as long as the block lasts; ``root`` is the study's folder, None where there is none.

    A folder is meant before a version, and a version before a revision of git. Raises TrialbookError where it is none of them.
    """
    folder = _protocol_in(Path(name))
    if folder is not None:
        yield Side(name, "folder", Protocol(folder))
    elif root is not None and name in Protocol(root / FOLDER).versions:
        yield Side(name, "version", Protocol(root / FOLDER).version(name))
    elif root is None or _exists(name):
        what = "holds no protocol: neither it nor its folder protocol/ has study.yml"
        if not _exists(name):
            what = "is no folder with a protocol, and there is no study here whose versions or revisions it could be"
        raise TrialbookError(what, file=name, remedy="Name a study's folder, or go to the study, or name it with --study DIR.")
    else:
        with tempfile.TemporaryDirectory(prefix="trialbook-") as beside:
            yield _revision(name, root, Path(beside) / FOLDER)


def _protocol_in(path: Path) -> Path | None:
    try:
        found = [folder for folder in (path / FOLDER, path) if (folder / FILE).is_file()]
    except OSError:  # a name that no path can be
        return None
    return found[0].resolve() if found else None


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # a name that no path can be
        return False


def _revision(name: str, root: Path, target: Path) -> Side:
    """The folder ``protocol/`` of a commit, unpacked to ``target``; the work tree and the index are not touched."""
    versions = ", ".join(Protocol(root / FOLDER).versions)
    remedy = f"Name a folder, a version of the protocol ({versions}) or a revision (git log shows them)."
    commit = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if commit is None:
        what = "is no folder, no version of the protocol and no revision that git knows in the study's repository"
        raise TrialbookError(what, file=name, remedy=remedy)
    revision = commit.decode().strip()
    prefix, top = (_line(git(root, "rev-parse", which)) for which in ("--show-prefix", "--show-cdup"))
    # From the top of the work tree: in a folder of it git packs only what lies beneath a folder of that name.
    packed = git(root / top, "archive", "--format=tar", f"{revision}:{prefix}{FOLDER}")
    if packed is None:
        raise TrialbookError(f"has no folder {FOLDER}/ in this revision ({revision[:12]})", file=name, remedy=remedy)
    target.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(target, filter="data")
    if not (target / FILE).is_file():
        raise TrialbookError(f"has no {FOLDER}/{FILE} in this revision ({revision[:12]})", file=name, remedy=remedy)
    date = _line(git(root, "show", "--no-patch", "--format=%cs", revision))
    return Side(name, "revision", Protocol(target), revision, date or None)


def _line(said: bytes | None) -> str:
    return (said or b"").decode("utf-8", "surrogateescape").rstrip("\n")
