"""Collected text to numbers, by one reading for the whole kit's mapping: what a person calls a number, and nothing else."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd

from trialbook.mapping.distinct import numbers_of_distinct

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def read_numbers(texts: pd.Series) -> pd.Series:
    """float64 on the index of ``texts``, NaN where a text is no finite decimal number (``inf``, ``0x10``, ``1,5``, ``<5``).

    Outer blanks are allowed and full-width digits are read as the usual ones.
    """
    return numbers_of_distinct(texts, _numbers)


def last_place(texts: pd.Series) -> pd.Series:
    """What one unit of the last printed digit is worth: 0.01 for ``1.25`` and ``<1.25``, 1 where there is no decimal point."""
    plain = texts.str.normalize("NFKC").str.replace(" ", "")
    return 10.0 ** -plain.str.extract(r"\.([0-9]+)$")[0].str.len().fillna(0)


def _numbers(texts: pd.Series) -> np.ndarray:
    plain = texts.str.normalize("NFKC").str.strip()
    values = [float(text) if _NUMBER.fullmatch(text) else math.nan for text in plain]
    return np.array([value if math.isfinite(value) else math.nan for value in values])
