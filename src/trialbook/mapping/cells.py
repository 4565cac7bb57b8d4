"""What a raw cell says, by one reading for mapping, keys and rules; findings show the cell as it is."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.exports.headers import INVISIBLE
from trialbook.mapping.datetimes import read_iso8601
from trialbook.mapping.numbers import read_numbers

if TYPE_CHECKING:
    from trialbook.mapping.form_spec import ColumnSpec

_WHOLE = re.compile(r"^([+-]?[0-9]+)\.0*$")
BLANKS = "".join(chr(code) for code in range(0x10000) if chr(code).isspace()) + INVISIBLE
"""What a person sees nothing of at a text's ends: white space of every width, and characters without any width."""


def plain(text: str) -> str:
    """What codes are compared by: usual digits, signs and letters for full-width ones, one micro sign, no outer blanks."""
    return unicodedata.normalize("NFKC", text).strip(BLANKS)


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
