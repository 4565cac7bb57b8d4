"""The study's own functions: ``sdtm_specs/derivations.py``, or where they are many the modules of ``sdtm_specs/derivations/``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trialbook.errors import SpecError
from trialbook.studymodules import load_module


@dataclass(frozen=True)
class Derivations:
    """The functions by their names, with the module that each is from; ``place`` is where one that is not there belongs."""

    place: Path
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)


def load_derivations(folder: Path, prefix: str) -> Derivations:
    """Run the modules under the study's namespace ``prefix``; a function is known by its name alone, whichever it is in.

    Raises :class:`SpecError` for a module that does not run, for both a module and a folder, and for a name in two modules.
    """
    one, several = folder / "derivations.py", folder / "derivations"
    if not several.is_dir():
        found = Derivations(one)
        return _with(found, one, prefix) if one.exists() else found
    if one.exists():
        remedy = "Move its functions into a module of the folder."
        raise SpecError(f"is there beside the folder {several.name}/", file=one, remedy=remedy)
    found = Derivations(several)
    for path in sorted(several.glob("*.py")):
        found = _with(found, path, prefix)
    return found


def _with(found: Derivations, path: Path, prefix: str) -> Derivations:
    """``found`` and what a module declares; what it only imports is no function of the study."""
    module = load_module(path, prefix)
    named = {name: value for name, value in vars(module).items() if callable(value) and not name.startswith("_")}
    own = {name: value for name, value in named.items() if getattr(value, "__module__", None) == module.__name__}
    for name in own:
        if name in found.files:
            what = f"{name} is also a function of {found.files[name].name}"
            raise SpecError(what, file=path, place=f"function {name}", remedy="Give one of them another name.")
    return Derivations(found.place, found.functions | own, found.files | dict.fromkeys(own, path))
