"""Parquet files: labels from the Arrow metadata (key ``label`` of the schema and of each field) where it is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trialbook.datasets.columns import char_column, plain_frame
from trialbook.datasets.dataset import SdtmDataset, Variable
from trialbook.errors import ExportError


def read_parquet(path: Path) -> SdtmDataset:
    """The dataset in a Parquet file; its name from the metadata, else the file's name in capitals.

    Text columns are Char, integers, floats and decimals Num. Raises ExportError for a file that is not whole, a column
    of another type (dates, booleans, lists), text that is not UTF-8, or an integer that a double does not hold.
    """
    try:
        table = pq.read_table(path, partitioning=None)
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ExportError(
            f"is not a Parquet file that can be read: {str(error).splitlines()[0]}",
            file=path,
            remedy="Export it again.",
        ) from None
    notices = []
    index = [name for name in table.column_names if name.startswith("__index_level_")]
    if index:
        notices.append(f"the index of a pandas frame is not a variable: {', '.join(index)} left out")
        table = table.drop_columns(index)
    if len(set(table.column_names)) < table.num_columns:
        raise ExportError("has a variable twice", file=path, remedy="Rename one of the two.")
    metadata = _texts(table.schema.metadata)
    columns, variables = {}, {}
    for item in table.schema:
        columns[item.name] = _read_column(table.column(item.name), item, path)
        about = _texts(item.metadata)
        length = about.get("length", "")
        variables[item.name] = Variable(
            item.name,
            about.get("label", ""),
            "Num" if columns[item.name].dtype == np.float64 else "Char",
            int(length) if length.isdecimal() else None,
        )
    if variables and not any(variable.label for variable in variables.values()):
        notices.append("states no labels for its variables")
    return SdtmDataset(
        metadata.get("name", path.stem.upper()),
        metadata.get("label", ""),
        pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows)),
        variables,
        file=path.name,
        notices=tuple(notices),
    )


def _texts(metadata: dict[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in (metadata or {}).items()}


def _read_column(column: pa.ChunkedArray, item: pa.Field, path: Path) -> pd.Series:
    kind = item.type.value_type if pa.types.is_dictionary(item.type) else item.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return char_column(column.to_pylist())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        try:
            values = column.cast(pa.float64()).to_numpy()
        except pa.ArrowInvalid as error:
            raise ExportError(f"{item.name}: {error}", file=path, place=item.name, remedy="Write the variable as text.") from None
        if np.isinf(values).any():
            record = int(np.flatnonzero(np.isinf(values))[0]) + 1
            raise ExportError("the number is infinite", file=path, place=f"record {record}, {item.name}")
        return pd.Series(values, dtype="float64")
    raise ExportError(
        f"{item.name} is of type {item.type}; an SDTM variable is text or a number",
        file=path,
        place=item.name,
        remedy="Write dates as ISO 8601 text and flags as Y or N.",
    )


def write_parquet(dataset: SdtmDataset, path: Path) -> None:
    """Write the dataset as Parquet: Char as string, Num as double, name, labels and lengths in the Arrow metadata."""
    frame = plain_frame(dataset)
    fields, arrays = [], []
    for name in frame.columns:
        variable = dataset.variables[name]
        about = {"label": variable.label} | ({} if variable.length is None else {"length": str(variable.length)})
        fields.append(pa.field(name, pa.string() if variable.type == "Char" else pa.float64(), metadata=about))
        arrays.append(pa.array(frame[name].tolist(), type=fields[-1].type, from_pandas=True))
    schema = pa.schema(fields, metadata={"name": dataset.name, "label": dataset.label})
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path)
