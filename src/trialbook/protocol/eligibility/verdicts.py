"""What eligibility says of each subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

# Combinations are counted in 64-bit integers, from the number of records on.
_BITS_AT_ONCE = 30


class Verdict(StrEnum):
    """Of a subject: every criterion is in order, one is not, or it cannot be told yet."""

    ELIGIBLE = "ELIGIBLE"
    NOT_ELIGIBLE = "NOT ELIGIBLE"
    UNDETERMINED = "UNDETERMINED"


@dataclass(frozen=True)
class Verdicts:
    """One row a subject, all on the index of the items that were judged.

    ``criteria``: a column a criterion, dtype ``boolean``, NA where unknown; of an exclusion, true says that it applies.
    ``verdict``: a :class:`Verdict`'s text. ``failed``: tuples of the ids of inclusions not met and exclusions that apply.
    ``missing``: dicts of each unknown criterion's id to the tuple of items that would decide it. ``warnings``: tuples of
    messages about items that contradict each other.
    """

    criteria: pd.DataFrame
    verdict: pd.Series
    failed: pd.Series
    missing: pd.Series
    warnings: pd.Series


def named(masks: Mapping[str, np.ndarray], index: pd.Index) -> pd.Series:
    """Of each record, the tuple of the names whose mask holds of it."""
    codes, patterns = _patterns(masks, len(index))
    return pd.Series(_taken(patterns, codes), index=index, dtype=object)


def named_by_criterion(reasons: Mapping[str, Mapping[str, np.ndarray]], index: pd.Index) -> pd.Series:
    """Of each record, a dict of the criteria that have names there, to the tuple of those."""
    found: list[dict[str, tuple[str, ...]]] = [{} for _ in range(len(index))]
    for criterion, masks in reasons.items():
        codes, patterns = _patterns(masks, len(index))
        for row in np.flatnonzero(np.array([bool(pattern) for pattern in patterns], dtype=bool)[codes]):
            found[row][criterion] = patterns[codes[row]]
    values = np.empty(len(index), dtype=object)
    values[:] = found
    return pd.Series(values, index=index, dtype=object)


def _patterns(masks: Mapping[str, np.ndarray], rows: int) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """For each record the number of its combination of names, and the combinations."""
    names = list(masks)
    if not names or not rows:
        return np.zeros(rows, dtype=int), [()]
    codes = np.zeros(rows, dtype="int64")
    for number, name in enumerate(names):
        if number % _BITS_AT_ONCE == 0:
            codes = pd.factorize(codes)[0]
        codes = codes * 2 + masks[name]
    codes = pd.factorize(codes)[0]
    firsts = np.flatnonzero(~pd.Series(codes).duplicated().to_numpy())
    held = np.column_stack([masks[name][firsts] for name in names])
    return codes, [tuple(name for name, there in zip(names, row, strict=True) if there) for row in held]


def _taken(patterns: Sequence[tuple[str, ...]], codes: np.ndarray) -> np.ndarray:
    values = np.empty(len(patterns), dtype=object)
    values[:] = patterns
    return values[codes]
