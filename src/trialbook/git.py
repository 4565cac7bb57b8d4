"""What git says of the repository that a folder stands in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from trialbook.errors import TrialbookError


def git(root: Path, *arguments: str) -> bytes | None:
    """What git says; None where it says no. Raises TrialbookError where git is not to be had."""
    # A hook that runs this must not point it at another repository or index.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, env=environment, check=False)
    except OSError as error:
        remedy = "Install git, or name a folder or a version of the protocol."
        raise TrialbookError(f"git can't be run ({error.strerror}), and a revision was asked for", remedy=remedy) from None
    if done.returncode and b"dubious ownership" in done.stderr:
        raise TrialbookError(done.stderr.decode("utf-8", "replace").strip(), file=root)
    return None if done.returncode else done.stdout
