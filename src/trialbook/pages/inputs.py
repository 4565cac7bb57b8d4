"""What the book is made from: where it stands, by which names its files go, and hashes over what they hold.

An input is named by where it belongs: ``study:protocol/visits.yml``, ``export:AE.csv``, ``kit:pages/html.py``, and ``run:`` and
``analysis:`` for the validation and the analyses that pages share. A name with ``/`` at its end is a folder, whose content is the
names in it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

EXPORT_VARIABLE = "TRIALBOOK_EXPORT"
LEVEL_VARIABLE = "TRIALBOOK_SUBJECT_LEVEL"
RUN_VARIABLE = "TRIALBOOK_RUN"
ANALYSIS_VARIABLE = "TRIALBOOK_ANALYSIS"
SHARED = {"run": RUN_VARIABLE, "analysis": ANALYSIS_VARIABLE}
"""What pages share and is made once for all of them, and the variable that names its file."""
RESULTS_VARIABLE = "TRIALBOOK_RESULTS"
PREPARED_VARIABLE = "TRIALBOOK_PREPARED"
"""The build's work folder, for Jupyter Book; without it the extension has the pages executed itself."""
WORK = Path("_build/trialbook")
"""Where a study keeps what makes the next build fast: executed pages, pages read; it can be removed at any time."""

STUDY_FOLDERS = ("protocol", "sdtm_specs", "validators", "analysis_specs")
LOCK_FILE = "uv.lock"
KIT_ROOT = Path(__file__).resolve().parents[1]

_OWN = {"_build", ".git", ".venv", "out", "__pycache__"}


def named_export() -> Path | None:
    """The export that TRIALBOOK_EXPORT names; whether it exists is not asked here."""
    named = os.environ.get(EXPORT_VARIABLE)
    return Path(named) if named else None


def book_files(root: Path) -> frozenset[str]:
    """The names in ``book/``: a page links to those that are there. Listed, so that the build knows that a page depends on it."""
    folder = root / "book"
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


class Inputs:
    """The inputs of a build by name, each hashed once; ``shared``: the files of what pages share, by the names of ``SHARED``."""

    def __init__(self, root: Path, export: Path | None, shared: Mapping[str, Path] | None = None):
        self.root, self.export, self.shared = root, export, dict(shared or {})
        self._hashes: dict[str, str | None] = {}

    @property
    def run(self) -> Path | None:
        """The file of the validation."""
        return self.shared.get("run")

    def with_shared(self, shared: Mapping[str, Path]) -> Inputs:
        """The same inputs with the files of what pages share."""
        other = Inputs(self.root, self.export, shared)
        own = {f"{name}:" for name in SHARED}
        other._hashes = {name: digest for name, digest in self._hashes.items() if name not in own}
        return other

    def names(self, read: dict[str, list[str]]) -> set[str]:
        """The inputs in what a process has read (:func:`~trialbook.pages.reads.report`)."""
        found = {name for file in read["files"] if (name := self._name(Path(file)))}
        # Python lists a package's folder to import from it: the modules that it found are named one by one.
        folders = [Path(folder) for folder in read["folders"] if not (Path(folder) / "__init__.py").is_file()]
        found |= {f"{name.rstrip('/')}/" for folder in folders if (name := self._name(folder))}
        modules = [Path(file) for file in read["modules"]]
        return found | {f"kit:{file.relative_to(KIT_ROOT).as_posix()}" for file in modules if file.is_relative_to(KIT_ROOT)}

    def hash(self, name: str) -> str | None:
        """SHA-256 of an input; None where it is not there."""
        if name not in self._hashes:
            path = self.path(name)
            self._hashes[name] = None if path is None or not path.exists() else content_hash(path)
        return self._hashes[name]

    def path(self, name: str) -> Path | None:
        """Where an input lies; None for one that this build does not have."""
        where, _, rest = name.partition(":")
        top = self.shared.get(where) if where in SHARED else {"study": self.root, "export": self.export, "kit": KIT_ROOT}[where]
        return top if top is None or not rest.strip("/") else top / rest.rstrip("/")

    def _name(self, file: Path) -> str | None:
        """The name of a file that is an input; the book's own work and what Python keeps beside its modules are none."""
        for name, shared in self.shared.items():
            if file == shared:
                return f"{name}:"
        for where, top in (("export", self.export), ("kit", KIT_ROOT), ("study", self.root)):
            if top is not None and file.is_relative_to(top):
                inside = file.relative_to(top)
                if inside.parts and ((where != "export" and inside.parts[0] in _OWN) or "__pycache__" in inside.parts):
                    return None
                return f"{where}:{inside.as_posix()}" if inside.parts else f"{where}:"
        return None


def content_hash(path: Path) -> str:
    """SHA-256 of a file's content, or of the names in a folder."""
    if path.is_dir():
        names = sorted(one.name for one in path.iterdir() if one.name != "__pycache__")
        return hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_hash(files: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over names and hashes of files, as ``sha256sum`` would list them in the order of their names."""
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(files))
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()


def folder_hashes(folder: Path, *parts: str) -> dict[str, str]:
    """SHA-256 of each file in these parts of a folder, by its name in it; of a file, under its own name."""
    return {name: content_hash(path) for name, path in _files(folder, *parts)}


@cache
def environment_hash() -> str:
    """SHA-256 over the interpreter and the versions of all that is installed: results may depend on each."""
    installed = sorted({f"{one.metadata['Name']} {one.version}" for one in metadata.distributions()})
    return hashlib.sha256("\n".join([sys.version, *installed]).encode()).hexdigest()


def _files(folder: Path, *parts: str) -> Iterator[tuple[str, Path]]:
    for part in parts or (".",):
        top = folder / part
        found = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
        for path in found:
            if "__pycache__" not in path.parts:
                yield path.relative_to(folder).as_posix() if path != folder else path.name, path
