"""The two kinds of column a dataset has, made from what a file or a mapping gives; and text decoded strictly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trialbook.datasets.dataset import SdtmDataset
from trialbook.errors import ExportError, TrialbookError

_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def char_column(values: Iterable[object]) -> pd.Series:
    """A Char column: dtype ``str``, ``""`` where ``values`` have None or NaN."""
    column = pd.Series(values, dtype="str").reset_index(drop=True)
    return column.fillna("") if column.hasnans else column


def byte_lengths(cells: pd.Series) -> np.ndarray:
    """How many bytes each text of a Char column takes in UTF-8, int64."""
    return np.asarray(pc.binary_length(pa.array(cells, type=pa.large_string())), dtype=np.int64)


def num_column(texts: Sequence[str], file: Path, variable: str, row_of: Sequence[int]) -> pd.Series:
    """A Num column from texts, each converted to the nearest double; an empty text is missing.

    Raises ExportError at the first text that is not a number; ``row_of`` gives the row a person sees for each.
    """
    values = np.full(len(texts), np.nan)
    for position, text in enumerate(texts):
        if not text.strip():
            continue
        number = float(text) if _NUMBER.fullmatch(text) else np.inf
        if not np.isfinite(number):
            raise ExportError(
                f"{text!r} is not a number, and {variable} is Num",
                file=file,
                place=f"row {row_of[position]}, column {variable}",
                remedy="Correct the value, or state the variable's type as Char.",
            )
        values[position] = number
    return pd.Series(values)


def number_text(number: float) -> str:
    """The shortest text that reads back as the same double: ``12`` for 12.0, ``""`` for missing."""
    if np.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(float(number))


def plain_frame(dataset: SdtmDataset) -> pd.DataFrame:
    """The dataset's columns as files hold them: Char ``str`` with ``""``, Num float64, records numbered from 0.

    Raises TrialbookError where a column has no metadata, the metadata no column, or a Num column an infinite number.
    """
    unknown = set(dataset.frame.columns) ^ set(dataset.variables)
    if unknown or dataset.frame.columns.has_duplicates:
        differ = ", ".join(sorted(map(str, unknown))) or "a column twice"
        raise TrialbookError(
            f"dataset {dataset.name}: columns and variables differ: {differ}",
            remedy="Give each column of the dataset one variable with its label and type.",
        )
    columns: dict[str, pd.Series] = {}
    for name in dataset.frame.columns:
        column = dataset.frame[name].reset_index(drop=True)
        if dataset.variables[name].type == "Char":
            columns[name] = char_column(column)
            continue
        columns[name] = column.astype("float64")
        if np.isinf(columns[name]).any():
            record = int(np.flatnonzero(np.isinf(columns[name]))[0]) + 1
            raise TrialbookError(f"dataset {dataset.name}, variable {name}, record {record}: the number is infinite")
    return pd.DataFrame(columns, index=pd.RangeIndex(len(dataset.frame)))


def utf8_text(path: Path) -> str:
    """The file's text as UTF-8, with or without a byte order mark; ExportError with the line where it is not."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ExportError(f"cannot be read: {error.strerror}", file=path) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ExportError(
            f"is not UTF-8 text: byte 0x{content[error.start]:02X}",
            file=path,
            place=f"line {line}",
            remedy="Save the file as UTF-8.",
        ) from None
