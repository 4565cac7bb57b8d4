"""The study's course of disease and its kinds of defect: its modules loaded, its tables held against the form specifications."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ConfigDict

from trialbook.errors import SpecError
from trialbook.mapping import Specs
from trialbook.simulation.canonical import check_tables
from trialbook.simulation.changes import Kind
from trialbook.specfile import SpecFile, SpecModel
from trialbook.studymodules import load_module

DEFECTS = "defects*.py"
"""The modules with the study's own kinds of defect."""


class _Parameters(SpecModel):
    """Any keys: what they mean is the study's."""

    model_config = ConfigDict(extra="allow")


class Course:
    """The modules of one study's folder ``simulation/``, loaded afresh under the study's namespace ``prefix``."""

    def __init__(self, folder: Path, prefix: str):
        self.folder, self.file = folder, folder / "course.py"
        if not self.file.is_file():
            raise SpecError(
                "the study has no course of disease to simulate",
                file=self.file,
                remedy="Write the module with simulate(subjects, random, parameters).",
            )
        _forget(folder, prefix)
        module = _load(self.file, prefix)
        simulate = getattr(module, "simulate", None)
        if not callable(simulate):
            raise SpecError("has no function simulate(subjects, random, parameters)", file=self.file)
        self._simulate: Callable[..., object] = simulate
        self._kinds = _kinds({file: _load(file, prefix) for file in sorted(folder.glob(DEFECTS))})

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The study's own kinds of defect, by module and name."""
        return tuple(kind for kind, _ in self._kinds.values())

    def file_of(self, kind: str) -> Path:
        """The module that has the study's kind of this name; the folder for a kind of the kit's."""
        return self._kinds[kind][1] if kind in self._kinds else self.folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        """``parameters.yml`` as plain dicts and lists; empty where the study has none."""
        path = self.folder / "parameters.yml"
        return SpecFile(path).parse(_Parameters).model_extra or {} if path.is_file() else {}

    def tables(self, subjects: int, random: np.random.Generator, specs: Specs) -> dict[str, pd.DataFrame]:
        """The canonical tables in the order of the form specifications; raises :class:`SpecError` for what is not canonical."""
        parameters = self.parameters
        try:
            made = self._simulate(subjects, random, parameters)
        except Exception as error:
            raise study_error(error, "simulate", self.folder, self.file) from error
        return check_tables(made, specs, self.file)


def study_error(error: Exception, what: str, folder: Path, file: Path) -> SpecError:
    """What a study's function raised, with the last line of the study's own that it passed."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    at, place = (Path(frames[-1].filename), f"line {frames[-1].lineno}") if frames else (file, None)
    return SpecError(
        f"{what} fails: {type(error).__name__}: {error}", file=at, place=place, remedy="Mend the module and run again."
    )


def _forget(folder: Path, prefix: str) -> None:
    """Make the folder a package of the study's, so that its modules find each other, without what an earlier run loaded."""
    name = f"{prefix}.{folder.name}"
    for loaded in [module for module in sys.modules if module.startswith(f"{name}.")]:
        del sys.modules[loaded]
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


def _load(path: Path, prefix: str) -> ModuleType:
    """A module, and by its relative imports its siblings, of which Python must leave no cache in the study's folder."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return load_module(path, prefix)
    except SpecError as error:
        cause = error.__cause__
        if isinstance(cause, SyntaxError) and cause.filename and Path(cause.filename) != path:
            what = f"does not run: {type(cause).__name__}: {cause.msg}"
            raise SpecError(what, file=cause.filename, place=f"line {cause.lineno}", remedy=error.remedy) from cause
        if isinstance(cause, Exception) and not isinstance(cause, SyntaxError):
            raise study_error(cause, "the module", path.parent, path) from cause
        raise
    finally:
        sys.dont_write_bytecode = before


def _kinds(modules: Mapping[Path, ModuleType]) -> dict[str, tuple[Kind, Path]]:
    """The kinds of all modules by name, each with its module; one that a module imports from another is the same kind."""
    found: dict[str, tuple[Kind, Path]] = {}
    for file, module in modules.items():
        kinds = [value for value in vars(module).values() if isinstance(value, Kind)]
        for kind in sorted(kinds, key=lambda kind: kind.name.lower()):
            if found.setdefault(kind.name, (kind, file))[0] is not kind:
                raise SpecError(f"two kinds of defect are named {kind.name!r}", file=file, remedy="Give each its own name.")
    return found
