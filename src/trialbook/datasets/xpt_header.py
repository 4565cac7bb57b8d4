"""The header records of a SAS transport file, version 5, read from its bytes.

Source: SAS Institute, TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format": 80-byte records; a
NAMESTR of 140 bytes a variable; observations one after the other, the last record padded with blanks.
pyreadstat 1.3 gives the values; it cuts labels within a character and drops blank records at the end, so names,
labels, lengths and the number of records come from here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trialbook.datasets.dataset import VariableType
from trialbook.errors import ExportError

_CARD = 80
_NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhl")
_TRUNCATED = "Copy or export the file again: it is cut short or damaged."


@dataclass(frozen=True)
class Field:
    """A variable as its NAMESTR states it; ``start`` and ``length`` in bytes within an observation; ``format`` as ``DATE9.``."""

    name: bytes
    label: bytes
    type: VariableType
    start: int
    length: int
    format: str = ""


@dataclass(frozen=True)
class XptHeader:
    """What the header records say, texts still as bytes, and the observations: uint8, one row a record.

    ``possible_blank_records`` counts blank records that could stand at the end, or be padding: the format cannot tell.
    """

    name: bytes
    label: bytes
    fields: tuple[Field, ...]
    records: np.ndarray
    possible_blank_records: int


def read_header(content: bytes, file: Path) -> XptHeader:
    """The header of a transport file with one dataset; ExportError for another version, several datasets or a cut."""
    if content.startswith(b"HEADER RECORD*******LIBV8"):
        raise ExportError(
            "is a SAS transport file of version 8",
            file=file,
            remedy="Write it as version 5 (SAS: the XPORT engine), which agencies take.",
        )
    if not content.startswith(_mark(b"LIBRARY")):
        raise ExportError(
            "is not a SAS transport file: its first record is not a LIBRARY header",
            file=file,
            remedy="Export the dataset as SAS transport version 5 (XPORT engine; a CPORT file is something else).",
        )
    if len(content) % _CARD:
        raise ExportError(f"has {len(content):,} bytes, not a whole number of 80-byte records", file=file, remedy=_TRUNCATED)
    members = [at for at in range(0, len(content), _CARD) if content.startswith(_mark(b"MEMBER "), at)]
    if len(members) != 1:
        raise ExportError(
            f"holds {len(members)} datasets, expected one",
            file=file,
            remedy="Write one dataset a file, as a submission has them.",
        )
    start = members[0]
    try:
        size = int(content[start + 74 : start + 78])
        name = content[start + 2 * _CARD + 8 : start + 2 * _CARD + 16]
        label = content[start + 3 * _CARD + 32 : start + 3 * _CARD + 72]
        count = int(content[start + 4 * _CARD + 54 : start + 4 * _CARD + 58])
        first = start + 5 * _CARD
        fields = tuple(_field(content, first + number * size) for number in range(count))
    except (ValueError, struct.error):
        raise ExportError("has header records that cannot be read", file=file, remedy=_TRUNCATED) from None
    observations = first + -(-count * size // _CARD) * _CARD
    if not content.startswith(_mark(b"OBS    "), observations):
        raise ExportError("has no OBS header record after its variables", file=file, remedy=_TRUNCATED)
    records, possible = _records(content[observations + _CARD :], fields, file)
    return XptHeader(name.rstrip(b" \0"), label.rstrip(b" \0"), fields, records, possible)


def _mark(kind: bytes) -> bytes:
    return b"HEADER RECORD*******" + kind + b" HEADER RECORD!!!!!!!"


def _field(content: bytes, at: int) -> Field:
    kind, _, length, _, name, label, format, width, *_, start = _NAMESTR.unpack_from(content, at)
    if kind not in (1, 2) or length < 1 or start < 0:
        raise ValueError
    return Field(name.rstrip(b" \0"), label.rstrip(b" \0"), "Num" if kind == 1 else "Char", start, length, _format(format, width))


def _format(name: bytes, width: int) -> str:
    shown = name.rstrip(b" \0").decode("ascii", "replace")
    return f"{shown}{width or ''}." if shown else ""


def _records(data: bytes, fields: tuple[Field, ...], file: Path) -> tuple[np.ndarray, int]:
    """The observations, and how many blank ones after them could be padding: fewer than 80 bytes are."""
    length = max((field.start + field.length for field in fields), default=0)
    if not length:
        return np.empty((0, 0), dtype=np.uint8), 0
    whole = len(data) // length
    rest = data[whole * length :]
    if len(rest) >= _CARD or rest.strip(b" "):
        raise ExportError(f"ends within record {whole + 1}", file=file, remedy=_TRUNCATED)
    certain = max(0, -(-(len(data) - _CARD + 1) // length))
    table = np.frombuffer(data, dtype=np.uint8, count=whole * length).reshape(whole, length)
    filled = np.flatnonzero((table[certain:] != ord(" ")).any(axis=1))
    count = certain + (int(filled[-1]) + 1 if len(filled) else 0)
    # A Num variable is never all blanks: its missing value is a full stop and zeros.
    only_char = all(field.type == "Char" for field in fields)
    return table[:count], whole - count if only_char else 0
