"""What a raw cell says, by one reading for mapping, keys and rules; findings show the cell as it is."""

from __future__ import annotations

import re

import pandas as pd

from trialbook.mapping.datetimes import read_iso8601
from trialbook.mapping.form_spec import ColumnSpec
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.plain import BLANKS, plain

_WHOLE = re.compile(r"^([+-]?[0-9]+)\.0*$")


def read_cells(cells: pd.Series, column: ColumnSpec) -> pd.Series:
    """Without outer blanks; of a number the usual digits, and of a whole number no point: ``１.0`` is ``1``.

    What the specification lists as a null code is ``""``. Reading what has been read changes nothing.
    """
    read = cells.str.strip(BLANKS)
    if column.type in ("integer", "number"):
        read = _changed(read, _as_number_text(read, whole=column.type == "integer"))
    return read.mask(read.isin(_null_among(read, column)), "") if column.nulls else read


def _as_number_text(read: pd.Series, whole: bool) -> dict[str, str]:
    """What the distinct cells become as numbers, but for those that stay as they are: nearly all."""
    texts = {text: plain(text) for text in read.unique()}
    if whole:
        texts = {text: _WHOLE.sub(r"\1", number) for text, number in texts.items()}
    return {text: number for text, number in texts.items() if number != text}


def _changed(read: pd.Series, texts: dict[str, str]) -> pd.Series:
    if not texts:
        return read
    concerned = read.isin(list(texts))
    return read.mask(concerned, read[concerned].map(texts).astype("str"))


def _null_among(read: pd.Series, column: ColumnSpec) -> list[str]:
    """The distinct cells that a null code stands for: the same text, number (``9999.0``) or date (``1900/1/1``)."""
    distinct = pd.Series(read.unique(), dtype="str")
    codes = pd.Series(list(map(plain, column.nulls)), dtype="str")
    found = distinct.map(plain).isin(codes)
    if column.type in ("integer", "number"):
        found |= read_numbers(distinct).isin(read_numbers(codes).dropna())
    elif column.format:
        found |= (distinct != "") & read_iso8601(distinct, column.format).isin({*read_iso8601(codes, column.format)} - {""})
    return list(distinct[found])
