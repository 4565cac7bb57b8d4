"""CDISC Dataset-JSON 1.1, as .json and as .ndjson (specification of 2024-12-05, CDISC Data Exchange).

A file is one dataset: metadata, ``columns``, and ``rows`` as arrays; in NDJSON line 1 is the metadata, each other a row.
``length`` counts characters there, where SAS counts bytes: it is passed on as the file states it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, ValidationError

from trialbook.datasets.columns import char_column, num_column, plain_frame, utf8_text
from trialbook.datasets.dataset import SdtmDataset, Variable
from trialbook.errors import ExportError

_TEXT_TYPES = ("string", "date", "datetime", "time", "URI")
_EXACT = 2**53


class _Column(BaseModel):
    name: str = Field(min_length=1)
    label: str
    dataType: Literal["string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI"]  # noqa: N815
    targetDataType: Literal["integer", "decimal"] | None = None  # noqa: N815
    length: int | None = Field(default=None, ge=1)


class _Metadata(BaseModel):
    datasetJSONVersion: str = Field(pattern=r"^1\.1(\.(0|[1-9][0-9]*))?$")  # noqa: N815
    itemGroupOID: str  # noqa: N815
    records: int = Field(ge=0)
    name: str = Field(min_length=1)
    label: str
    columns: list[_Column]


def read_dataset_json(path: Path) -> SdtmDataset:
    """The dataset in a Dataset-JSON 1.1 file (.json or .ndjson); null is missing.

    A date that asks for ``targetDataType`` integer (ADaM) stays ISO 8601 text, with a notice. Raises ExportError, with
    record and variable, for another version, a row that does not fit its columns, or fewer rows than ``records`` says.
    """
    text = utf8_text(path)
    if path.suffix.lower() == ".ndjson":
        lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        parsed = [_parse(line, path, number) for number, line in lines]
        head, rows = (parsed[0], parsed[1:]) if parsed else ({}, [])
    else:
        head = _parse(text, path)
        given = head.get("rows") if isinstance(head, dict) else None
        rows = [] if given is None else given
    return _dataset(_metadata(head, path), rows, path)


def _parse(text: str, path: Path, line: int | None = None) -> Any:
    place = f"line {line}" if line else None

    def no_constant(name: str) -> NoReturn:
        raise ExportError(f"has {name}, which is not JSON", file=path, place=place, remedy="Write missing as null.")

    try:
        return json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise ExportError(
            f"is not valid JSON: {error.msg}",
            file=path,
            place=f"line {line or error.lineno}, column {error.colno}",
            remedy="Export the file again: it may be cut short.",
        ) from None
    except (RecursionError, ValueError) as error:
        raise ExportError(f"is not Dataset-JSON: {error}", file=path, place=place) from None


def _metadata(head: Any, path: Path) -> _Metadata:
    remedy = "trialbook reads Dataset-JSON 1.1: convert an older file, and leave other JSON files out of the folder."
    if not isinstance(head, dict) or "datasetJSONVersion" not in head:
        raise ExportError("is not Dataset-JSON: it has no datasetJSONVersion", file=path, remedy=remedy)
    try:
        metadata = _Metadata.model_validate(head, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        found = "" if first["type"] == "missing" else f", found {str(first['input'])[:40]!r}"
        raise ExportError(f"is not Dataset-JSON 1.1: {first['msg']}{found}", file=path, place=place, remedy=remedy) from None
    names = [column.name for column in metadata.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ExportError(f"has the variable {twice[0]} twice", file=path, remedy="Rename one of the two.")
    return metadata


def _dataset(metadata: _Metadata, rows: Any, path: Path) -> SdtmDataset:
    if not isinstance(rows, list) or len(rows) != metadata.records:
        found = f"{len(rows)} rows" if isinstance(rows, list) else "rows that are no array"
        raise ExportError(
            f"states {metadata.records} records and has {found}",
            file=path,
            remedy="Export the file again: it is cut short or was edited.",
        )
    width = len(metadata.columns)
    for record, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != width:
            found = f"{len(row)} values" if isinstance(row, list) else "no array"
            raise ExportError(f"the row has {found}, expected {width} values", file=path, place=f"record {record}")
    variables, columns, notices = {}, {}, []
    for position, column in enumerate(metadata.columns):
        values = [row[position] for row in rows]
        columns[column.name] = _read_column(column, values, path)
        kind = "Char" if column.dataType in _TEXT_TYPES else "Num"
        variables[column.name] = Variable(column.name, column.label, kind, column.length)  # type: ignore[arg-type]
        if kind == "Char" and column.targetDataType:
            notices.append(f"{column.name} asks to become {column.targetDataType}: kept as ISO 8601 text")
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))
    return SdtmDataset(metadata.name, metadata.label, frame, variables, file=path.name, notices=tuple(notices), encoding="utf-8")


def _read_column(column: _Column, values: list[Any], path: Path) -> pd.Series:
    if column.dataType == "boolean":
        raise ExportError(
            f"{column.name} is boolean, which SDTM does not have",
            file=path,
            place=column.name,
            remedy="Write it as Y and N.",
        )
    text = column.dataType in _TEXT_TYPES or column.dataType == "decimal"
    if not (_all_text(values) if text else _all_exact(values)):
        fits: Callable[[Any], bool] = _is_text if text else _exact_number
        record, value = next((n, value) for n, value in enumerate(values, start=1) if value is not None and not fits(value))
        expected = "text" if text else "a number that a double holds"
        raise ExportError(
            f"{str(value)[:40]!r} is not {expected}, and {column.name} is {column.dataType}",
            file=path,
            place=f"record {record}, {column.name}",
        )
    if column.dataType == "decimal":
        return num_column([value or "" for value in values], path, column.name, range(1, len(values) + 1))
    if text:
        return char_column(values)
    return pd.Series(values, dtype="float64")


def _all_text(values: list[Any]) -> bool:
    return set(map(type, values)) <= {str, type(None)}


def _all_exact(values: list[Any]) -> bool:
    """Whether all are numbers that a double holds; a whole column at once where none is large."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds <= {int, float}:
        return False
    known = [value for value in values if value is not None]
    if not known or (min(known) >= -_EXACT and max(known) <= _EXACT):
        return True
    return all(map(_exact_number, known))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _exact_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _EXACT if isinstance(value, int) else bool(np.isfinite(value))


def write_dataset_json(dataset: SdtmDataset, path: Path, created: datetime) -> None:
    """Write the dataset as Dataset-JSON 1.1; Num is ``integer`` where every value is whole, else ``float``.

    A missing text is ``""``, a missing number null.
    """
    frame = plain_frame(dataset)
    columns, values = [], []
    for name in frame.columns:
        variable = dataset.variables[name]
        column: dict[str, Any] = {"itemOID": f"IT.{dataset.name}.{name}", "name": name, "label": variable.label}
        column["dataType"] = "string"
        if variable.type == "Char":
            values.append(frame[name].tolist())
        else:
            known = frame[name].dropna()
            whole = len(known) > 0 and bool((known.eq(known.round()) & known.abs().le(_EXACT)).all())
            column["dataType"] = "integer" if whole else "float"
            values.append([None if np.isnan(value) else int(value) if whole else value for value in frame[name].tolist()])
        if variable.length is not None:
            column["length"] = variable.length
        columns.append(column)
    head = {
        "datasetJSONCreationDateTime": created.isoformat(timespec="seconds"),
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": f"IG.{dataset.name}",
        "records": len(frame),
        "name": dataset.name,
        "label": dataset.label,
    }
    lines = [f" {json.dumps(key)}: {_compact(value)},\n" for key, value in head.items()]
    described = ",\n".join("  " + _compact(column) for column in columns)
    rows = ",\n".join(_compact(row) for row in (zip(*values, strict=True) if values else ()))
    text = "{\n" + "".join(lines) + f' "columns": [\n{described}\n ],\n "rows": [\n{rows}\n]}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
