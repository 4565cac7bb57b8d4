"""What the methods for times to events are given, checked: times, events or causes, and labels of groups and strata.

Lists, numpy arrays and pandas Series are taken alike. Nothing that is missing is dropped in silence: it is an error, since who
is left out of an analysis is a decision of the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

type Values = Sequence[Any] | np.ndarray | pd.Series


class Labels(NamedTuple):
    """The labels that there are, in order, and each subject's as its place among them."""

    names: tuple[Any, ...]
    codes: np.ndarray


def numbers(values: Any, what: str) -> np.ndarray:
    """Values as floats, true as 1, missing ones as NaN; ValueError for a text or a date, even where it reads as a number."""
    array = np.asarray(values)
    if array.dtype.kind == "O":
        wrong = [value for value in array.ravel() if not (isinstance(value, (Real, np.bool_)) or pd.isna(value))]
        if wrong:
            raise ValueError(f"{what} must be numbers: found {wrong[0]!r}")
        return np.array([nan if pd.isna(value) else float(value) for value in array.ravel()]).reshape(array.shape)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{what} must be numbers: found {array.dtype}")
    return array.astype(float)


def checked_times(time: Values) -> np.ndarray:
    """Times from the start, one a subject, as floats; ValueError where one is missing, infinite or negative."""
    times = numbers(time, "times")
    if times.ndim != 1:
        raise ValueError(f"times must be one a subject: found {times.ndim} dimensions")
    wrong = ~(np.isfinite(times) & (times >= 0))
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(f"times must be numbers of 0 or more: found {times[place]} for the subject at position {place}")
    return times


def checked_events(event: Values, subjects: int) -> np.ndarray:
    """Whether each subject had the event, as booleans; ValueError where there is something else than true, false, 1 or 0."""
    return _codes(event, subjects, "event", highest=1).astype(bool)


def checked_causes(cause: Values, subjects: int) -> np.ndarray:
    """Each subject's cause, 0 where censored, as integers; ValueError where there is no whole number of 0 or more."""
    return _codes(cause, subjects, "cause", highest=None)


def checked_cause_of_interest(cause: int) -> int:
    """The number of a cause; ValueError where it is no whole number of 1 or more."""
    if cause != int(cause) or cause < 1:
        raise ValueError(f"a cause is a whole number of 1 or more (0 is censored): found {cause}")
    return int(cause)


def labelled(values: Values, subjects: int, what: str) -> Labels:
    """Labels in their order, or in that of their categories (an empty one counts); ValueError where one is missing."""
    if np.ndim(values) != 1:
        raise ValueError(f"{what} must be one a subject: found {np.ndim(values)} dimensions")
    if isinstance(values, (pd.Series, pd.Categorical)) and isinstance(values.dtype, pd.CategoricalDtype):
        found = pd.Categorical(values)
        names, codes = tuple(found.categories), np.asarray(found.codes)
    else:
        codes, uniques = pd.factorize(np.asarray(values, dtype=object), sort=True)
        names = tuple(uniques)
    if len(codes) != subjects:
        raise ValueError(f"{what} must be one a subject: found {len(codes)} for {subjects} subjects")
    if (codes < 0).any():
        raise ValueError(f"{what} is missing for the subject at position {int((codes < 0).argmax())}")
    return Labels(names, codes.astype(int))


def one_stratum(subjects: int) -> Labels:
    """All subjects in one stratum."""
    return Labels(("all",), np.zeros(subjects, dtype=int))


def checked_strata(strata: Values | None, subjects: int) -> Labels:
    """The strata, or all subjects in one where none are given."""
    return one_stratum(subjects) if strata is None else labelled(strata, subjects, "stratum")


def checked_level(level: float) -> float:
    """The level of an interval; ValueError where it is not between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1: found {level}")
    return level


def checked_moment(time: float) -> float:
    """A time at which something is asked; ValueError where it is no number of 0 or more."""
    if not (np.isfinite(time) and time >= 0):
        raise ValueError(f"a time is a number of 0 or more: found {time}")
    return float(time)


def _codes(values: Values, subjects: int, what: str, highest: int | None) -> np.ndarray:
    expected = "true or false (1 or 0)" if highest == 1 else "a whole number, 0 for censored"
    found = numbers(values, what)
    if found.shape != (subjects,):
        raise ValueError(f"{what} must be one a subject: found {found.shape} for {subjects} subjects")
    wrong = ~np.isfinite(found) | (found < 0) | (found != np.floor(found)) | (found > (np.inf if highest is None else highest))
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(f"{what} must be {expected}: found {found[place]} for the subject at position {place}")
    return found.astype(int)
