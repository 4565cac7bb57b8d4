"""The statistical libraries of the second path, imported when they are asked for and without the noise that they make."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def quiet() -> Iterator[None]:
    """What a library uses that Python or NumPy deprecates is no concern of who calls it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def lifelines() -> ModuleType:
    """lifelines, with its statistics."""
    with quiet():
        import_module("lifelines.statistics")
        return import_module("lifelines")


def comprisk() -> ModuleType:
    """comprisk, whose compiler numba uses what NumPy deprecates."""
    with quiet():
        return import_module("comprisk")


def statsmodels() -> ModuleType:
    """statsmodels' comparison of survival functions."""
    with quiet():
        return import_module("statsmodels.duration.survfunc")
