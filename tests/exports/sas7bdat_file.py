"""A SAS dataset file for tests: no library that can be had writes .sas7bdat.

The layout is the 64-bit little-endian one, without compression, as far as readers look at it: Shotwell, "SAS7BDAT Database
Binary Format" (the R package sas7bdat), and the header files of ReadStat.
"""

from __future__ import annotations

import math
import struct

MAGIC = bytes.fromhex("00000000 00000000 00000000 c2ea8160 b31411cf bd920800 09c7318c 181f1011")
HEADER, PAGE, PAGE_HEADER, POINTER = 1024, 65_536, 40, 24
UTF_8, WINDOWS_1252 = 20, 62
ROW_SIZE, COLUMN_SIZE = 0xF7F7F7F7, 0xF6F6F6F6
FORMAT, ATTRIBUTES, TEXT, NAME = -1026, -4, -3, -1


def sas7bdat(columns: dict[str, tuple[str, list[float | str | None]]], encoding: int = UTF_8) -> bytes:
    """A file with ``columns``: name to (format such as ``DATE9`` or ``$``, values); None is missing, a letter special missing."""
    records = len(next(iter(columns.values()))[1])
    codec = "utf-8" if encoding == UTF_8 else "cp1252"
    is_text = {name: format.startswith("$") for name, (format, _) in columns.items()}
    width = {
        name: max([len(str(value).encode(codec)) for value in values] or [1]) if is_text[name] else 8
        for name, (_, values) in columns.items()
    }
    texts = b""

    def reference(text: str) -> bytes:
        nonlocal texts
        raw = text.encode()
        at = len(texts) + 28
        texts += raw.ljust(-(-len(raw) // 4) * 4, b"\0")
        return struct.pack("<HHH", 0, at, len(raw))

    names = b"".join(reference(name) + bytes(2) for name in columns)
    formats, attributes, start = [], b"", 0
    for name, (format, _) in columns.items():
        word = format.rstrip("0123456789")
        size = int(format[len(word) :] or 0)
        header = struct.pack("<q16xHH", FORMAT, size, 0).ljust(46, b"\0")
        formats.append((header + reference(word)).ljust(64, b"\0"))
        attributes += struct.pack("<qIHBx", start, width[name], 4, 2 if is_text[name] else 1)
        start += width[name]
    row_size = bytearray(808)
    struct.pack_into("<I", row_size, 0, ROW_SIZE)
    for at, value in ((40, start), (48, records), (72, len(columns)), (104, PAGE)):
        struct.pack_into("<q", row_size, at, value)
    subheaders = [
        bytes(row_size),
        struct.pack("<I4xqq", COLUMN_SIZE, len(columns), 0),
        _sized(TEXT, texts.rjust(len(texts) + 26, b"\0")),
        _sized(NAME, names.ljust(len(names) + 12, b"\0"), gap=6),
        _sized(ATTRIBUTES, attributes.ljust(len(attributes) + 12, b"\0"), gap=6),
        *formats,
    ]
    page, pointers, end = bytearray(PAGE), b"", PAGE
    for number, one in enumerate(subheaders):
        end -= len(one)
        page[end : end + len(one)] = one
        pointers += struct.pack("<qqBB6x", end, len(one), 0, int(2 <= number <= 4))
    page[PAGE_HEADER : PAGE_HEADER + len(pointers)] = pointers
    struct.pack_into("<HHH", page, 32, 0, len(subheaders), len(subheaders))
    rows = b"".join(
        b"".join(_cell(values[record], width[name], is_text[name], codec) for name, (_, values) in columns.items())
        for record in range(records)
    )
    data = bytearray(PAGE)
    struct.pack_into("<HH", data, 32, 0x0100, records)
    data[PAGE_HEADER : PAGE_HEADER + len(rows)] = rows
    return _header(encoding) + bytes(page) + bytes(data)


def _sized(signature: int, content: bytes, gap: int = 0) -> bytes:
    body = bytes(gap) + content
    return struct.pack("<qH", signature, len(body) + 10 - 20) + body


def _cell(value: float | str | None, width: int, is_text: bool, codec: str) -> bytes:
    if is_text:
        return str(value or "").encode(codec).ljust(width, b" ")
    if isinstance(value, float | int):
        return struct.pack("<d", value)
    missing = bytearray(struct.pack("<d", math.nan))
    missing[5] = ~ord(value or ".") & 0xFF
    return bytes(missing)


def _header(encoding: int) -> bytes:
    start = MAGIC + bytes([0x33, 0, 0, 0x22, 0, 1, 0]) + b"1" + bytes(30) + bytes([encoding]) + bytes(13)
    start += b"SAS FILE" + b"EXPORT".ljust(32) + bytes(32) + b"DATA    "
    end = struct.pack("<dd16xIIQ8x", 0.0, 0.0, HEADER, PAGE, 2) + b"9.0401M0" + b"9.0401M6Linux"
    return (start + end).ljust(HEADER, b"\0")
