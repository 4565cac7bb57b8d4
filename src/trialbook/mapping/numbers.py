"""Collected text to numbers, by one reading for the whole kit's mapping: what a person calls a number, and nothing else."""

from __future__ import annotations

import math
import re

import pandas as pd

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def read_numbers(texts: pd.Series) -> pd.Series:
    """float64 on the index of ``texts``, NaN where a text is no finite decimal number (``inf``, ``0x10``, ``1,5``, ``<5``).

    Outer blanks are allowed and full-width digits are read as the usual ones.
    """
    distinct = pd.Series(texts.unique(), dtype="str")
    plain = distinct.str.normalize("NFKC").str.strip()
    values = [float(text) if _NUMBER.fullmatch(text) else math.nan for text in plain]
    finite = [value if math.isfinite(value) else math.nan for value in values]
    numbers = pd.Series(finite, index=pd.Index(distinct), dtype="float64")
    return numbers.reindex(texts).set_axis(texts.index)
