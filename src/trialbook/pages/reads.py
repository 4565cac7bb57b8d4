"""What a process reads: the files that it opens, the folders that it lists, the modules of the kit that it imports.

Python's audit events (PEP 578) tell of every ``open`` and ``os.scandir``, whoever calls it; asking whether a file exists is
no such event, so code that decides by what is there lists the folder.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_opened: set[str] = set()
_listed: set[str] = set()


def watch() -> None:
    """Note from now on what this process opens and lists; there is no end to it but the process's own."""
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        if isinstance(arguments[0], str):
            _opened.add(arguments[0])
    elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str):
        _listed.add(arguments[0])


def report(*roots: str) -> str:
    """What lies under ``roots`` of what was read, as JSON: ``files``, ``folders``, and ``modules`` of the kit by file."""
    kit = [getattr(module, "__file__", None) for name, module in list(sys.modules.items()) if name.split(".")[0] == "trialbook"]
    return json.dumps(
        {
            "files": sorted(_under(_opened, roots)),
            "folders": sorted(_under(_listed, roots)),
            "modules": sorted(os.path.realpath(file) for file in kit if file),
        }
    )


def _under(names: set[str], roots: tuple[str, ...]) -> set[str]:
    real = {str(Path(os.path.realpath(name))) for name in list(names)}
    return {name for name in real if any(name == root or name.startswith(root + os.sep) for root in roots)}
