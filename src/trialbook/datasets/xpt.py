"""SAS transport files (XPORT version 5): values by pyreadstat, everything about them from the header records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.datasets.columns import byte_lengths, char_column, plain_frame
from trialbook.datasets.dataset import SdtmDataset, Variable
from trialbook.datasets.xpt_header import Field, XptHeader, read_header
from trialbook.errors import ExportError, TrialbookError

LABEL_BYTES, CHAR_BYTES, NAME_BYTES = 40, 200, 8
# Within the range of IBM's format (5.4e-79 to 7.2e75), and of what pyreadstat converts.
SMALLEST, LARGEST = 1e-77, 1e74
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_TO_JSON = "Choose the format json (Dataset-JSON 1.1), which has no such limit, or shorten it."


def read_xpt(path: Path, declared: Sequence[str] = ()) -> SdtmDataset:
    """The dataset in a SAS transport file: text as UTF-8, else as the first encoding of ``declared`` in which all of it is
    valid, else as Windows-1252, with a notice for each variable whose text is then a guess.

    SAS's special missing values (.A to .Z, ._) become missing, with a notice. Raises ExportError for text in none of these
    encodings (naming record and variable) and for a file that is cut short, of another version or with several datasets.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ExportError(f"cannot be read: {error.strerror}", file=path) from None
    header = read_header(content, path)
    encoding, notices = _encoding(header, path, declared)
    variables = {}
    for item in header.fields:
        name = item.name.decode(encoding)
        if name in variables:
            raise ExportError(f"has the variable {name} twice", file=path, remedy="Rename one of the two.")
        variables[name] = Variable(name, item.label.decode(encoding), item.type, item.length, item.format)
    frame = _values(path, header, list(variables.values()), encoding)
    if header.possible_blank_records:
        notices.append(
            f"ends in blanks that may be padding or up to {header.possible_blank_records} blank records (the format "
            "cannot tell): taken as padding"
        )
    for item in header.fields:
        if item.type == "Char":
            continue
        records = _special_missing(header, item)
        if len(records):
            count = f" (the first of {len(records):,} records)" if len(records) > 1 else ""
            notices.append(
                f"record {records[0] + 1}, variable {item.name.decode(encoding)}: a special missing value (.A to .Z, ._) was "
                f"taken as missing{count}"
            )
    return SdtmDataset(
        header.name.decode(encoding),
        header.label.decode(encoding),
        frame,
        variables,
        file=path.name,
        notices=tuple(notices),
        encoding=encoding,
    )


def _encoding(header: XptHeader, path: Path, declared: Sequence[str]) -> tuple[str, list[str]]:
    """The encoding all texts of the file are valid in, and a notice for each guess where that is Windows-1252 undeclared."""
    # The format pads with ASCII's blanks, so that an encoding in which they are something else (UTF-16) cannot be meant.
    known = ("utf-8", *(name for name in declared if name != "utf-8" and "A \n".encode(name) == b"A \n"))
    for encoding in known:
        if not _undecodable(header, encoding):
            return encoding, []
    tried = ", nor ".join(known)
    failures = _undecodable(header, "cp1252")
    if failures:
        raise ExportError(
            f"has text that is not {tried}, nor Windows-1252",
            file=path,
            place=failures[0][0],
            remedy="Export the dataset again from a session in UTF-8, or declare its encoding in the study's export settings.",
        )
    name = header.name.decode("cp1252")
    return "cp1252", [
        f"dataset {name}, {place}: {text.decode('cp1252')!r} is a guess: the file is not {tried}, and was read as "
        f"Windows-1252{count}"
        for place, text, count in _undecodable(header, "ascii")
    ]


def _undecodable(header: XptHeader, encoding: str) -> list[tuple[str, bytes, str]]:
    """Texts that are not valid in ``encoding``, the first of each variable: its place, its bytes, how many there are."""
    heads = [("its name", header.name), ("its label", header.label)]
    for number, item in enumerate(header.fields, start=1):
        heads += [(f"the name of variable {number}", item.name), (f"the label of variable {_shown(item)}", item.label)]
    found = [(place, text, "") for place, text in heads if not _is_valid(text, encoding)]
    for item in header.fields:
        if item.type == "Num":
            continue
        cells = header.records[:, item.start : item.start + item.length]
        # A line feed after each cell: else a character cut at the end of one could be completed by the next.
        if _is_valid(np.insert(cells, item.length, ord("\n"), axis=1).tobytes(), encoding):
            continue
        texts = [cell.tobytes() for cell in cells]
        wrong = [record for record, text in enumerate(texts) if not _is_valid(text, encoding)]
        count = f" (the first of {len(wrong):,} records)" if len(wrong) > 1 else ""
        found += [(f"record {record + 1}, variable {_shown(item)}", texts[record].rstrip(b" "), count) for record in wrong[:1]]
    return found


def _shown(item: Field) -> str:
    return item.name.decode("utf-8", "backslashreplace")


def _is_valid(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeError:
        return False
    return True


def _values(path: Path, header: XptHeader, variables: list[Variable], encoding: str) -> pd.DataFrame:
    # As Latin-1 each byte is one character: Python decodes what it was that decided on the encoding.
    through = "UTF-8" if encoding == "utf-8" else "ISO-8859-1"
    import pyreadstat  # slow to import, and a run on an export reads and writes no transport file

    try:
        raw, _ = pyreadstat.read_xport(path, encoding=through, disable_datetime_conversion=True)
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise ExportError(f"cannot be read: {error}", file=path, remedy="Export the dataset again.") from None
    if encoding != "utf-8":
        raw.columns = pd.Index([name.encode("latin-1").decode(encoding) for name in raw.columns])
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
        item.name: _texts(raw[item.name], encoding) if item.type == "Char" else raw[item.name].astype("float64")
        for item in variables
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(count))


def _texts(column: pd.Series, encoding: str) -> pd.Series:
    cells = char_column(column)
    if encoding == "utf-8":
        return cells
    return char_column(cells.map({text: text.encode("latin-1").decode(encoding) for text in cells.unique()}))


def _special_missing(header: XptHeader, item: Field) -> np.ndarray:
    cells = header.records[:, item.start : item.start + item.length]
    first = cells[:, 0]
    letter = ((first >= ord("A")) & (first <= ord("Z"))) | (first == ord("_"))
    return np.flatnonzero(letter & ~cells[:, 1:].any(axis=1))


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
    import pyreadstat

    pyreadstat.write_xport(
        frame.astype(dict.fromkeys(texts, object)),  # it goes through the cells one by one, which Arrow's are slow at
        path,
        file_label=dataset.label,
        column_labels=[dataset.variables[name].label for name in frame.columns],
        table_name=dataset.name,
        file_format_version=5,
        variable_format={
            name: dataset.variables[name].format.rstrip(".") for name in frame.columns if dataset.variables[name].format
        },
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
