"""SAS transport files (XPORT version 5): values by pyreadstat, everything about them from the header records."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from trialbook.datasets.columns import byte_lengths, char_column, plain_frame
from trialbook.datasets.dataset import SdtmDataset, Variable
from trialbook.datasets.xpt_header import Field, XptHeader, read_header
from trialbook.errors import ExportError, TrialbookError

LABEL_BYTES, CHAR_BYTES, NAME_BYTES = 40, 200, 8
# Within the range of IBM's format (5.4e-79 to 7.2e75), and of what pyreadstat converts.
SMALLEST, LARGEST = 1e-77, 1e74
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_TO_JSON = "Choose the format json (Dataset-JSON 1.1), which has no such limit, or shorten it."


def read_xpt(path: Path) -> SdtmDataset:
    """The dataset in a SAS transport file: text as UTF-8, else as Windows-1252 with a notice.

    SAS's special missing values (.A to .Z, ._) become missing, with a notice. Raises ExportError for text in neither
    encoding (naming record and variable) and for a file that is cut short, of another version or with several datasets.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ExportError(f"cannot be read: {error.strerror}", file=path) from None
    header = read_header(content, path)
    encoding, notices = _encoding(header, path)
    variables = {}
    for item in header.fields:
        name = item.name.decode(encoding)
        if name in variables:
            raise ExportError(f"has the variable {name} twice", file=path, remedy="Rename one of the two.")
        variables[name] = Variable(name, item.label.decode(encoding), item.type, item.length)
    frame = _values(path, header, list(variables.values()), encoding)
    if header.possible_blank_records:
        notices.append(
            f"ends in blanks that may be padding or up to {header.possible_blank_records} blank records (the format "
            "cannot tell): taken as padding"
        )
    special = [item.name.decode(encoding) for item in header.fields if item.type == "Num" and _special_missing(header, item)]
    if special:
        notices.append(f"special missing values (.A to .Z, ._) taken as missing in {', '.join(special)}")
    return SdtmDataset(
        header.name.decode(encoding),
        header.label.decode(encoding),
        frame,
        variables,
        file=path.name,
        notices=tuple(notices),
    )


def _encoding(header: XptHeader, path: Path) -> tuple[str, list[str]]:
    """The encoding all texts of the file are valid in, and the notice when that is not UTF-8."""
    place = _first_undecodable(header, "utf-8")
    if place is None:
        return "utf-8", []
    other = _first_undecodable(header, "cp1252")
    if other is None:
        return "cp1252", [f"is not UTF-8 (first in {place}): read as Windows-1252; look whether its texts are right"]
    raise ExportError(
        "has text that is neither UTF-8 nor Windows-1252",
        file=path,
        place=other,
        remedy="Export the dataset again from a session in UTF-8.",
    )


def _first_undecodable(header: XptHeader, encoding: str) -> str | None:
    """Where the first text stands that is not valid in ``encoding``."""
    heads = [("the dataset's name", header.name), ("the dataset's label", header.label)]
    for item in header.fields:
        heads += [("a variable's name", item.name), (f"the label of {item.name!r}", item.label)]
    for place, text in heads:
        try:
            text.decode(encoding)
        except UnicodeDecodeError:
            return place
    for item in header.fields:
        if item.type == "Num":
            continue
        try:
            header.records[:, item.start : item.start + item.length].tobytes().decode(encoding)
        except UnicodeDecodeError as error:
            return f"record {error.start // item.length + 1}, variable {item.name.decode(encoding)}"
    return None


def _values(path: Path, header: XptHeader, variables: list[Variable], encoding: str) -> pd.DataFrame:
    try:
        raw, _ = pyreadstat.read_xport(
            path, encoding={"utf-8": "UTF-8", "cp1252": "WINDOWS-1252"}[encoding], disable_datetime_conversion=True
        )
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise ExportError(f"cannot be read: {error}", file=path, remedy="Export the dataset again.") from None
    count = len(header.records)
    lost = header.records[len(raw) :]
    if len(raw) > count or list(raw.columns) != [item.name for item in variables] or (lost != ord(" ")).any():
        raise ExportError(
            f"its header records give {count} records, its contents {len(raw)}",
            file=path,
            remedy="Export the dataset again.",
        )
    raw = raw.reindex(range(count))
    columns = {
        item.name: char_column(raw[item.name]) if item.type == "Char" else raw[item.name].astype("float64") for item in variables
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(count))


def _special_missing(header: XptHeader, item: Field) -> bool:
    cells = header.records[:, item.start : item.start + item.length]
    first = cells[:, 0]
    letter = ((first >= ord("A")) & (first <= ord("Z"))) | (first == ord("_"))
    return bool((letter & ~cells[:, 1:].any(axis=1)).any())


def write_xpt(dataset: SdtmDataset, path: Path) -> None:
    """Write the dataset as SAS transport version 5, in UTF-8; a Char variable is as long as its longest value.

    (FDA's Study Data Technical Conformance Guide asks for lengths that the values need.) Doubles from 1e-77 to 1e74
    survive exactly: the 56-bit fraction of IBM's format holds the 53 bits of a double. Raises TrialbookError where
    a name, label or value is longer than the format holds, naming dataset, variable and record.
    """
    frame = plain_frame(dataset)
    _check_name(dataset.name, f"dataset {dataset.name}")
    _check_bytes(dataset.label, LABEL_BYTES, f"dataset {dataset.name}: the label")
    for name in frame.columns:
        _check_name(name, f"dataset {dataset.name}, variable {name}")
        _check_bytes(dataset.variables[name].label, LABEL_BYTES, f"dataset {dataset.name}, variable {name}: the label")
        place = f"dataset {dataset.name}, variable {name}"
        if dataset.variables[name].type == "Char":
            for record in np.flatnonzero(byte_lengths(frame[name]) > CHAR_BYTES)[:1]:
                _check_bytes(frame[name].iloc[record], CHAR_BYTES, f"{place}, record {record + 1}")
        else:
            size = frame[name].abs().to_numpy()
            for record in np.flatnonzero((size > LARGEST) | ((size > 0) & (size < SMALLEST)))[:1]:
                what = f"{frame[name].iloc[record]:g} is beyond the numbers a SAS transport file holds exactly"
                raise TrialbookError(f"{place}, record {record + 1}: {what}", remedy="Choose the format json.")
    texts = [name for name in frame.columns if dataset.variables[name].type == "Char"]
    pyreadstat.write_xport(
        frame.astype(dict.fromkeys(texts, object)),  # it goes through the cells one by one, which Arrow's are slow at
        path,
        file_label=dataset.label,
        column_labels=[dataset.variables[name].label for name in frame.columns],
        table_name=dataset.name,
        file_format_version=5,
    )


def _check_name(name: str, whose: str) -> None:
    if not _NAME.fullmatch(name):
        raise TrialbookError(
            f"{whose}: a name in a SAS transport file has at most {NAME_BYTES} capital letters, digits and _",
            remedy="Choose the format json, or rename it.",
        )


def _check_bytes(text: str, limit: int, whose: str) -> None:
    size = len(text.encode())
    if size > limit:
        raise TrialbookError(f"{whose}: {text[:40]!r}… has {size} bytes; a SAS transport file holds {limit}", remedy=_TO_JSON)
