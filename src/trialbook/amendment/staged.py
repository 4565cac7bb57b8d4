"""A study as it would be with another protocol: the same specifications, rules and pages, and the one folder exchanged."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from trialbook.run import Study

CODE = ("sdtm_specs", "validators", "analysis_specs")
"""What is copied: a module of the study looks for the protocol beside its own folder."""


@contextlib.contextmanager
def staged(root: Path, protocol: Path) -> Iterator[Study]:
    """The study at ``root`` with the folder ``protocol`` as its protocol, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="trialbook-") as beside:
        stage = Path(beside)
        for name in CODE:
            if (root / name).is_dir():
                shutil.copytree(root / name, stage / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(protocol, stage / "protocol")
        yield Study(stage)
