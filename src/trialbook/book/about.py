"""What the document says of itself: the version of the protocol, the commit, the day, the versions of what made it."""

from __future__ import annotations

import dataclasses
import json
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from trialbook.errors import TrialbookError
from trialbook.git import git
from trialbook.pages.inputs import KIT_ROOT, LOCK_FILE, content_hash, folder_hashes, tree_hash

ABOUT = "about.json"
"""In the work folder: the document as the pages say it."""
VERSIONED = ("trialbook", "pandas", "pandera", "altair", "jupyter-book", "sphinx", "myst-nb")
"""What decides results or what is shown of them; the lock file has all."""


@dataclass(frozen=True)
class About:
    """The document: its study and version, when it was built and from what.

    ``commit``: of the study's repository, None where it is in none; ``changed``: whether files differed from that commit.
    ``lock`` and ``kit``: SHA-256 of the lock file, None where there is none, and over the kit's sources.
    """

    study: str
    title: str
    version: str
    sponsor: str
    built: str
    commit: str | None
    changed: bool
    python: str
    versions: dict[str, str]
    lock: str | None
    kit: str

    @classmethod
    def of(cls, root: Path) -> Self:
        """The document of the study at ``root``, now."""
        from trialbook.study_folders import StudyFolders  # not to be paid by Sphinx, which reads what this has written

        protocol = StudyFolders(root).protocol
        lock = root / LOCK_FILE
        commit, changed = _commit(root)
        return cls(
            study=protocol.id,
            title=protocol.study.title,
            version=protocol.amendments.versions[-1],
            sponsor=protocol.study.sponsor or "",
            built=datetime.now(UTC).isoformat(timespec="seconds"),
            commit=commit,
            changed=changed,
            python=platform.python_version(),
            versions={name: metadata.version(name) for name in VERSIONED},
            lock=content_hash(lock) if lock.is_file() else None,
            kit=tree_hash(folder_hashes(KIT_ROOT).items()),
        )

    @classmethod
    def read(cls, file: Path) -> Self:
        """As :meth:`write` wrote it."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")

    @property
    def of_each_page(self) -> dict[str, Any]:
        """What the line of each page says of the whole document: when it changes all pages are written again."""
        return {"version": self.version, "commit": self.commit_words, "python": self.python, "versions": self.versions}

    @property
    def commit_words(self) -> str:
        """The commit as a person reads it."""
        if self.commit is None:
            return "not under version control"
        return f"commit {self.commit[:10]}" + (" and changes that are not committed" if self.changed else "")


def _commit(root: Path) -> tuple[str | None, bool]:
    """The commit that is checked out, and whether files differ from it."""
    try:
        commit = git(root, "rev-parse", "HEAD")
        changed = git(root, "status", "--porcelain", "--untracked-files=no", "--", ".") if commit else None
    except TrialbookError:  # no git, or a repository of somebody else: the document says that it has no commit
        return None, False
    return commit.decode().strip() if commit else None, bool(changed)
