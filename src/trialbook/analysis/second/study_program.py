"""A study's second program, ``analysis_specs/second/``: loaded by path and run on the SDTM datasets as plain records."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from trialbook.analysis.second.subjects import SecondTrial
from trialbook.datasets import SdtmDataset
from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.studymodules import load_module

FOLDER = Path("analysis_specs") / "second"
Rows = list[dict[str, Any]]


def rows(datasets: Mapping[str, SdtmDataset]) -> dict[str, Rows]:
    """The records of each dataset as plain values by variable: text, a number, or None for a number that is not there."""
    return {name: _rows(one) for name, one in datasets.items()}


def _rows(dataset: SdtmDataset) -> Rows:
    names = [str(name) for name in dataset.frame]
    columns = [[None if value != value else value for value in dataset.frame[name].tolist()] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def second_trial(root: Path, prefix: str, datasets: Mapping[str, Rows], protocol: Protocol) -> SecondTrial:
    """What the study's ``program.py`` derives of the records; ``prefix`` is the study's namespace.

    Raises SpecError where the study has no second program, it does not run, or it says that it can't derive what the plan asks
    for (ValueError).
    """
    folder = root / FOLDER
    file = folder / "program.py"
    if not file.is_file():
        remedy = "Write the module with derive(datasets, protocol), or leave out the comparison."
        raise SpecError("the study has no second program", file=file, remedy=remedy)
    derive = getattr(_loaded(folder, file, prefix), "derive", None)
    if not callable(derive):
        raise SpecError("has no function derive(datasets, protocol)", file=file)
    try:
        found = derive(datasets, protocol)
    except ValueError as error:
        remedy = "Let the program follow what the plan now asks for, or leave out the comparison."
        raise SpecError(str(error), file=file, remedy=remedy) from error
    if not isinstance(found, SecondTrial):
        raise SpecError(f"derive gives {type(found).__name__}, not a SecondTrial", file=file)
    return found


def _loaded(folder: Path, file: Path, prefix: str) -> ModuleType:
    """The module, whose folder is a package of the study's so that its modules find each other; nothing is cached beside them."""
    name = f"{prefix}.{folder.name}"
    for loaded in [module for module in sys.modules if module.startswith(f"{name}.")]:
        del sys.modules[loaded]
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return load_module(file, prefix)
    finally:
        sys.dont_write_bytecode = before
