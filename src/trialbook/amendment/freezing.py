"""Puts the protocol as it stands aside, under the name of its version, before it is amended."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol
from trialbook.protocol.amendments import VERSIONS


def freeze(protocol: Protocol) -> Path:
    """Copy the folder, whole or not at all, to ``versions/<its version>/`` in it; returns that folder.

    The versions before are not copied into it: they stand beside it. Raises TrialbookError where the version is there already.
    """
    name = protocol.versions[-1]
    target = protocol.folder / VERSIONS / name
    if target.exists():
        remedy = "What is there is not overwritten; if it is what was in force, amend the protocol and name the new version."
        raise TrialbookError(f"the version {name} is there already", file=target, remedy=remedy)
    beside = target.with_name(f".{name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(protocol.folder, beside, ignore=_without_versions(protocol.folder))
        beside.rename(target)
    except OSError as error:
        raise TrialbookError(f"can't be written: {error}", file=target, remedy="Name a place you may write to.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _without_versions(folder: Path):  # type: ignore[no-untyped-def]
    def ignored(directory: str, names: list[str]) -> set[str]:
        top = {VERSIONS} if Path(directory) == folder else set()
        return {name for name in names if name in top or name == "__pycache__" or name.startswith(".")}

    return ignored
