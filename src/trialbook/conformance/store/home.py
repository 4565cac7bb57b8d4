"""Where the kit keeps what belongs to a user and to no study."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from trialbook.conformance.rules.constructs import constructs
from trialbook.errors import TrialbookError

HOME_VARIABLE = "TRIALBOOK_HOME"
ENGINE = "cdisc-rules-engine"


def home() -> Path:
    """The user's folder: what TRIALBOOK_HOME names, else ``trialbook`` where the system keeps a user's data."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser()
    try:
        return _system() / "trialbook"
    except RuntimeError:
        raise TrialbookError(
            "this user has no home folder to keep rules in", remedy=f"Name a folder in the variable {HOME_VARIABLE}."
        ) from None


def _system() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support"
    # The XDG Base Directory Specification takes absolute paths alone.
    named = os.environ.get("XDG_DATA_HOME", "")
    return Path(named) if Path(named).is_absolute() else Path.home() / ".local/share"


def engine_version() -> str:
    """The version of CDISC's engine whose rules are wanted: the one that is installed, else the one the kit is made for."""
    try:
        return version(ENGINE)
    except PackageNotFoundError:
        return constructs().engine


def store_folder(engine: str | None = None) -> Path:
    """The folder of the rules for a version of the engine; by default for the one that runs them."""
    return home() / "core" / (engine or engine_version())
