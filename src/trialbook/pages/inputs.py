"""What the book is made from: the export that its pages show, and hashes over what decides results."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

EXPORT_VARIABLE = "TRIALBOOK_EXPORT"
WORK = Path("_build/trialbook")
"""Where a study keeps what makes the next build fast: pages read, results of cells; it can be removed at any time."""

STUDY_FOLDERS = ("protocol", "sdtm_specs", "validators")
LOCK_FILE = "uv.lock"
CACHES = ".jupyter_cache"
"""The folder of executed pages beside the site that is being built: one cache in it for each state of the inputs."""

_KIT = Path(__file__).resolve().parents[1]


def named_export() -> Path | None:
    """The export that TRIALBOOK_EXPORT names; whether it exists is not asked here."""
    named = os.environ.get(EXPORT_VARIABLE)
    return Path(named) if named else None


def study_hash(root: Path) -> str:
    """SHA-256 over the study's own folders: names and contents."""
    return _hash(_files(root, *STUDY_FOLDERS))


def simulation_hash(root: Path) -> str:
    """SHA-256 over all that a synthetic export of the study depends on: the kit and the study's folders."""
    return _hash(iter([*_files(_KIT, "."), *_files(root, *STUDY_FOLDERS, "simulation")]), sys.version)


def inputs_hash(root: Path, export: Path) -> str:
    """SHA-256 over all that a page's results depend on beside its own code.

    The kit's sources, the study's folders, the export, the lock file, the interpreter, the versions of what is installed, and the
    names of the book's pages: a page links to those that are there.
    """
    pages = sorted(page.relative_to(root).as_posix() for page in (root / "book").rglob("*.md"))
    installed = sorted({f"{one.metadata['Name']} {one.version}" for one in metadata.distributions()})
    files = [*_files(_KIT, "."), *_files(root, *STUDY_FOLDERS, LOCK_FILE), *_files(export, ".")]
    return _hash(iter(files), str(export), sys.version, *installed, *pages)


def _files(folder: Path, *parts: str) -> Iterator[tuple[str, Path]]:
    """Every file in these parts of a folder, by its name in it and in a fixed order; parts that are not there give none."""
    for part in parts:
        top = folder / part
        found = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
        for path in found:
            if "__pycache__" not in path.parts:
                yield path.relative_to(folder).as_posix(), path


def _hash(files: Iterator[tuple[str, Path]], *texts: str) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    for name, path in files:
        with path.open("rb") as file:
            digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
