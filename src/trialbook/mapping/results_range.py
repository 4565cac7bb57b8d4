"""``derive_range_indicator``: whether a result lies below, within or above its limits (SDTMIG 3.4 section 6.3.5.6, LBNRIND)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.mapping.distinct import spread
from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.making import Making
from trialbook.mapping.provenance import together
from trialbook.mapping.results import read_result


def derive_range_indicator(making: Making, name: str, algorithm: Algorithm) -> None:
    """LOW, NORMAL or HIGH of --STRESN by --STNRLO and --STNRHI, and of a bound in --STRESC where it leaves no doubt.

    Both limits belong to the range; a result with one limit is NORMAL on the right side of it. A limit that is collected and
    could not be made a number leaves open whether a result is within the range. The numbers were decimals of few digits: float64
    keeps their order and equality.
    """
    frame, value = making.frame, str(algorithm.derive_range_indicator)
    prefix = value.removesuffix("STRESN")
    low, high = (_numbers(frame, f"{prefix}STNR{end}") for end in ("LO", "HI"))
    unclear = _lost(frame, prefix, "LO", low) | _lost(frame, prefix, "HI", high) | (low > high)
    least, most, above, below = _interval(frame, value, f"{prefix}STRESC")
    # A bound can lie outside the range itself, or touch it: what is less than the lower limit is low.
    is_low = (most < low) | ((most == low) & below)
    is_high = (least > high) | ((least == high) & above)
    # Nothing is measured below a lower limit of 0.
    reaches_low = np.isnan(low) | (least >= low) | ((low == 0) & (most >= 0))
    within = reaches_low & (np.isnan(high) | (most <= high)) & ~(np.isnan(low) & np.isnan(high))
    known = ~np.isnan(least) & ~(low > high)
    which = np.select([known & is_low, known & is_high, known & within & ~unclear], [1, 2, 3], 0)
    frame[name] = spread(("", "LOW", "HIGH", "NORMAL"), which, frame.index)
    behind = [f"{prefix}{one}" for one in ("STRESN", "STNRLO", "STNRHI")]
    sources = [making.sources[one] for one in behind if one in making.sources]
    if sources:
        making.sources[name] = together(*sources)


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    return frame[name].to_numpy(dtype="float64", copy=True) if name in frame else np.full(len(frame), np.nan)


def _lost(frame: pd.DataFrame, prefix: str, end: str, made: np.ndarray) -> np.ndarray:
    """Where a limit was collected, and no number was made of it."""
    collected = frame.get(f"{prefix}ORNR{end}")
    return np.zeros(len(frame), dtype=bool) if collected is None else (collected != "").to_numpy(dtype=bool) & np.isnan(made)


def _interval(frame: pd.DataFrame, value: str, text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Least and greatest value that each result can be, and whether it is strictly above the least, or below the greatest."""
    least, most = _numbers(frame, value), _numbers(frame, value)
    above, below = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    if text in frame:
        censored = frame[text].str.startswith(("<", ">")).to_numpy(dtype=bool) & np.isnan(least)
        texts = frame[text][censored]
        codes, distinct = pd.factorize(texts)
        bounds = np.full((len(distinct), 4), np.nan)
        for i, one in enumerate(distinct):
            reading = read_result(one)
            if reading is not None and reading.number is not None:
                number = float(reading.number)
                up = reading.sign.startswith(">")
                bounds[i] = (number, np.inf, reading.sign == ">", 0) if up else (-np.inf, number, 0, reading.sign == "<")
        least[censored], most[censored] = bounds[codes, 0], bounds[codes, 1]
        above[censored], below[censored] = bounds[codes, 2] == 1, bounds[codes, 3] == 1
    return least, most, above, below
