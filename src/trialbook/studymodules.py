"""A study's Python modules, loaded by path under the study's own namespace, as pytest loads conftest files.

They are never importable by their folder's name: a package ``validators`` on the path would shadow the one of PyPI that the
CORE engine depends on.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType

from trialbook.errors import SpecError


def namespace(study_id: str) -> str:
    """The prefix of a study's module names."""
    return "trialbook_study_" + re.sub(r"\W", "_", study_id)


def load_module(path: Path, prefix: str) -> ModuleType:
    """Run the module at ``path`` afresh; registered in ``sys.modules``, or its annotations could not be resolved.

    Raises :class:`SpecError` with file and line where it does not run. Nothing is cached beside the study's files: Python's
    cache goes by the second and the size, and would run the module as it was before a small change.
    """
    name = f"{prefix}.{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise SpecError("is not a Python module", file=path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        if isinstance(error, SyntaxError) and error.filename == str(path):
            line = error.lineno
        else:
            lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
            line = lines[-1] if lines else 1
        what = f"does not run: {type(error).__name__}: {error}"
        raise SpecError(what, file=path, place=f"line {line}", remedy="Mend the module and run again.") from error
    return module
