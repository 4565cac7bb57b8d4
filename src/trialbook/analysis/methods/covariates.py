"""Covariates of a regression as a matrix of numbers with names, and which of them the events can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trialbook.analysis.methods.time_data import numbers

type Covariates = Mapping[str, Any] | pd.DataFrame | np.ndarray | pd.Series | Sequence[Any]

TELLING = 1e-10
"""A covariate's information, given those before it, is zero below this share of its variance times the events."""


class Design(NamedTuple):
    """Covariates centred and in units of their standard deviation ``scale``, so that rounding is small."""

    names: tuple[str, ...]
    standardised: np.ndarray
    scale: np.ndarray


def design(covariates: Covariates, subjects: int) -> Design:
    """The covariates: a mapping or frame from names to numbers, one array of numbers, or a matrix (subjects, covariates).

    Without names they are x1, x2, …. A covariate of labels is to be given as numbers (true and false count as 1 and 0). Raises
    ValueError where there is none, one is no number or missing, or the lengths differ.
    """
    if isinstance(covariates, (pd.DataFrame, Mapping)):
        names = tuple(str(name) for name in covariates)
        columns = [np.asarray(covariates[name]) for name in covariates]
    else:
        matrix = np.asarray(covariates)
        matrix = matrix[:, None] if matrix.ndim == 1 else matrix
        if matrix.ndim != 2:
            raise ValueError(f"covariates are a column each: found {matrix.ndim} dimensions")
        names, columns = tuple(f"x{place + 1}" for place in range(matrix.shape[1])), list(matrix.T)
    if not names:
        raise ValueError("at least one covariate is needed")
    x = np.column_stack([_column(name, column, subjects) for name, column in zip(names, columns, strict=True)])
    centred = x - x.mean(axis=0) if subjects else x
    scale = np.sqrt((centred**2).mean(axis=0)) if subjects else np.zeros(len(names))
    scale = np.where(scale > 0, scale, 1.0)
    return Design(names, centred / scale, scale)


def told_apart(information: np.ndarray, events: int) -> np.ndarray:
    """Which standardised covariates vary among those at risk, beyond what those before them explain (as R has it)."""
    kept: list[int] = []
    for place in range(len(information)):
        rest = information[place, place]
        if kept:
            within = information[np.ix_(kept, kept)]
            rest -= information[place, kept] @ np.linalg.solve(within, information[kept, place])
        if rest > TELLING * events:
            kept.append(place)
    return np.isin(np.arange(len(information)), kept)


def _column(name: str, column: np.ndarray, subjects: int) -> np.ndarray:
    found = numbers(column, f"covariate {name}")
    if found.shape != (subjects,):
        raise ValueError(f"covariate {name} must be one number a subject: found {found.shape} for {subjects} subjects")
    if not np.isfinite(found).all():
        raise ValueError(f"covariate {name} is missing for the subject at position {int((~np.isfinite(found)).argmax())}")
    return found
