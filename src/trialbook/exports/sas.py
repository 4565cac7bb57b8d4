"""SAS datasets (.sas7bdat) and SAS transport files (.xpt) as raw exports: numbers as the format that SAS shows them in.

A date, time or datetime is a number that its format alone makes one (SAS 9.4 Formats and Informats: Reference): it is written
in ISO 8601. ``Z4.`` shows leading zeros, so they stay. Every other number is the shortest decimal text that stands for it.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.datasets.xpt import read_xpt
from trialbook.datasets.xpt_header import read_header
from trialbook.errors import ExportError
from trialbook.exports.tables import RawTable, ReadNote

DATASET, TRANSPORT = ".sas7bdat", ".xpt"
DATES = re.compile(
    r"DATE|DDMMYY[BCDNPS]?|MMDDYY[BCDNPS]?|YYMMDD[BCDNPS]?|[EB]8601DA|JULIAN|JULDAY|DAY|DOWNAME|MONNAME|MONTH|MONYY|YEAR|QTRR?|"
    r"MMYY[CDNPS]?|YYMM[CDNPS]?|YYQR?[CDNPS]?|YYMON|WEEKDA[TY]E?|WEEKDATX|WEEK[UVW]|WORDDATX?|NENGO|MINGUO|HDATE|HEBDATE|PDJULI|"
    r"PDJULG|NLDATE[A-Z]*|EUR[A-Z]*DD|EURDF(DD|DE|DWN|DWD|DN|MN|MY|WDX|WKX)"
)
DATETIMES = re.compile(
    r"DATETIME|DATEAMPM|MDYAMPM|DTDATE|DTMONYY|DTWKDATX|DTYEAR|DTYYQC|[EB]8601D[TNZX]|NLDATM[A-Z]*|EURDFDT|TODSTAMP"
)
TIMES = re.compile(r"TIME|TIMEAMPM|TOD|HHMM|[EB]8601T[MZX]|NLTIM[A-Z]*")
_ZEROS = re.compile(r"Z([0-9]*)")
_EPOCH = datetime(1960, 1, 1)
_DAY = 86_400
_AGAIN = "Export the dataset again; if SAS itself reads it, as CSV."


def read_sas(data: bytes, file: str, declared: Sequence[str] = ()) -> tuple[RawTable, str]:
    """The table in a SAS dataset or transport file, and the encoding its text was read in; a record's row is its number.

    A transport file names no encoding: UTF-8, then those ``declared``, then Windows-1252 with a note that names variable and
    record. A .sas7bdat names its own. Special missing values (.A to .Z) are kept as that text in .sas7bdat; a transport file's
    become empty, with a note. Raises ExportError for a file that cannot be read.
    """
    if file.lower().endswith(TRANSPORT):
        return _transport(data, file, declared)
    import pyreadstat  # slow to import, and most exports have no such file

    try:
        frame, about = pyreadstat.read_sas7bdat(io.BytesIO(data), disable_datetime_conversion=True, user_missing=True)
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError, OverflowError, MemoryError) as error:
        raise ExportError(f"cannot be read as a SAS dataset: {error}", file=file, remedy=_AGAIN) from None
    numeric = {name for name, kind in about.readstat_variable_types.items() if kind != "string"}
    formats = {name: about.original_variable_types[name] or "" for name in frame.columns}
    texts = {name: _texts(frame[name], formats[name], name in numeric) for name in frame.columns}
    return _table(texts, len(frame), file, ()), str(about.file_encoding).lower()


def _transport(data: bytes, file: str, declared: Sequence[str]) -> tuple[RawTable, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xpt"
        path.write_bytes(data)
        try:
            dataset = read_xpt(path, declared)
            fields = read_header(data, path).fields
        except ExportError as error:
            raise ExportError(error.what, file=file, place=error.place, remedy=error.remedy) from None
    texts = {
        name: _texts(dataset.frame[name], field.format, field.type == "Num")
        for name, field in zip(dataset.frame.columns, fields, strict=True)
    }
    return _table(texts, len(dataset.frame), file, dataset.notices), str(dataset.encoding)


def _table(texts: dict[str, pd.Series], records: int, file: str, notices: Sequence[str]) -> RawTable:
    frame = pd.DataFrame(texts, index=range(records), dtype="str")
    frame.columns = frame.columns.str.strip()
    notes = tuple(ReadNote(None, notice) for notice in notices)
    return RawTable(file, None, frame, np.arange(1, records + 1), notes=notes)


def _texts(column: pd.Series, format: str, numeric: bool) -> pd.Series:
    """A column as text: each distinct value is written once; a special missing value is a letter among the numbers."""
    distinct = {value: _text(value, format) if numeric else str(value) for value in column.dropna().unique()}
    return column.map(distinct).astype("str").fillna("").reset_index(drop=True)


def _text(value: object, format: str) -> str:
    return f".{value}" if isinstance(value, str) else number_text(float(value), format)  # type: ignore[arg-type]


def number_text(value: float, format: str) -> str:
    """A number as a SAS format means it: ``number_text(23376, "DATE9.")`` is ``2024-01-01``, ``(7, "Z4.")`` is ``0007``.

    A number that no calendar holds stays a number.
    """
    try:
        dated = _dated(value, re.sub(r"[0-9.]+$", "", format.upper()))
    except OverflowError:
        dated = None
    if dated is not None:
        return dated
    plain = str(int(value)) if value % 1 == 0 and abs(value) < 1e15 else repr(float(value))
    zeros = _ZEROS.match(format.upper())
    return plain.zfill(int(zeros[1] or 1)) if zeros and plain.isdigit() else plain


def _dated(value: float, name: str) -> str | None:
    """A number in a format of dates or times as ISO 8601; None in any other format."""
    if DATES.fullmatch(name):
        return (_EPOCH + timedelta(days=float(value))).date().isoformat() if value % 1 == 0 else _moment(value * _DAY)
    if DATETIMES.fullmatch(name):
        return _moment(value)
    if TIMES.fullmatch(name) and 0 <= value < _DAY:
        return _moment(value).partition("T")[2]
    return None


def _moment(seconds: float) -> str:
    """ISO 8601 of seconds since 1960; without seconds where they are 0."""
    moment = _EPOCH + timedelta(seconds=round(float(seconds), 3))
    if moment.microsecond:
        return moment.isoformat(timespec="milliseconds")
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")
