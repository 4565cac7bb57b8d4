"""Exports made to harm, or of no use: each gets its one message, soon, and in little memory."""

from __future__ import annotations

import io
import os
import random
import stat
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import Workbook

from trialbook.errors import ExportError
from trialbook.exports import limits, read_export, xml_stream

SECONDS = 30
MEMORY = 600 * 1024 * 1024
"""Bounds, in processor time, for a slow machine; what is refused takes a second or two, and little more than the file itself."""

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

SCALE = 100
"""By how much sizes and limits are less here than where they count: what is refused at a hundredth of its size for a hundredth of
the limit costs a hundredth of the time. Those in ``TRUE_SIZE`` are as large as what is meant."""

TRUE_SIZE = (
    "cell of 100 MB", "bomb in a zip", "bomb in a bomb", "many files in a zip", "too many columns", "column past the last"
)  # fmt: skip
BIG = 100_000_000 // SCALE
LIMITS = (
    (limits, ("LONGEST_CELL", "LONGEST_LINE", "MOST_BLANK_ROWS")),
    (xml_stream, ("_MOST_ELEMENTS", "_LONGEST_TOKEN")),
)
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)  # fmt: skip


def zip_of(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, level: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=level) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return out.getvalue()


def sheet(rows: str, after: str = "", before: str = "") -> bytes:
    return f"<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>".encode()


def book_with(parts: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A sound workbook, some of whose parts are replaced; stored unpacked, so that no ratio gives it away."""
    out = io.BytesIO()
    book = Workbook()
    assert book.active is not None
    book.active.append(["SUBJID", "AETERM"])
    book.save(out)
    with zipfile.ZipFile(out) as zipped:
        sound = {name: zipped.read(name) for name in zipped.namelist()}
    return zip_of({**sound, **parts}, method)


CELL = '<c r="A1" t="inlineStr"><is><t>A</t></is></c>'
LETTERS = "".join(f'<c t="inlineStr"><is><t>c{number}</t></is></c>' for number in range(16_385))


def files(**named: bytes | Callable[[], bytes]) -> Callable[[Path], Path]:
    """An export of one folder; a double underscore stands for the point of an ending."""

    def build(folder: Path) -> Path:
        for name, content in named.items():
            (folder / name.replace("__", ".")).write_bytes(content() if callable(content) else content)
        return folder

    return build


def zipped(members: Mapping[str, bytes]) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / "export.zip").write_bytes(zip_of(members))
        return folder / "export.zip"

    return build


def linked(target: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / "AE.csv").symlink_to(target)
        return folder

    return build


def link_in_zip(folder: Path) -> Path:
    info = zipfile.ZipInfo("AE.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "export.zip", "w") as file:
        file.writestr(info, b"/etc/passwd")
    return folder / "export.zip"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "AE.csv")
    return folder


def stored(**parts: Callable[[], bytes] | bytes) -> Callable[[], bytes]:
    names = {"sheet": SHEET, "strings": STRINGS, "styles": "xl/styles.xml", "workbook": "xl/workbook.xml"}
    return lambda: book_with({names[part]: content() if callable(content) else content for part, content in parts.items()})


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    # text
    "cell of 100 MB": (
        files(AE__csv=lambda: b"A,B\n1," + b"x" * BIG * SCALE + b"\n"),
        "AE.csv, row 2, column B: the cell has more than 1,000,000 characters",
    ),
    "quoted cell of 100 MB": (files(AE__csv=lambda: b'A,B\n1,"' + b"x" * BIG), "AE.csv, row 2, column B: the cell has more than"),
    "header of 100 MB": (files(AE__csv=lambda: b"x" * BIG), "AE.csv, row 1, column A: the cell has more than"),
    "100 MB of commas": (files(AE__csv=lambda: b"A,B\n" + b"," * BIG), "AE.csv, row 2: the row has more than"),
    "100 MB after an unclosed quote": (
        files(AE__csv=lambda: b'A,B\n1,"2\n' + b"3,4\n" * (BIG // 4)),
        "AE.csv, row 2, column B: a quote is opened in this cell and not closed within",
    ),
    "no header in 100 MB of blanks": (files(AE__csv=lambda: b"\n" * BIG), "AE.csv: has no header: its first 10,485 rows are"),
    "100 MB of blanks": (
        files(AE__csv=lambda: b"A,B\n" + b"\n" * BIG),
        "AE.csv, row 10487: has more than 10,485 blank rows",
    ),
    "empty file": (files(AE__csv=b""), "AE.csv: has no header: the file is empty (0 bytes)"),
    "NUL": (files(AE__csv=b"A,B\n1,\0\n"), "AE.csv, line 2, column 3: holds a NUL character"),
    "UTF-16 without its mark": (files(AE__csv="A,B\n1,2\n".encode("utf-16-le")), "AE.csv: is UTF-16LE without a byte order mark"),
    "too many columns": (files(AE__csv=b"A," * 20_000), "AE.csv, row 1: has 20,001 columns"),
    # folders and zips
    "link to a file outside": (linked("/etc/passwd"), "AE.csv: is a link that does not lead to a file of the export"),
    "link to nowhere": (linked("gone.csv"), "AE.csv: is a link that does not lead to a file of the export"),
    "link to itself": (linked("AE.csv"), "AE.csv: is a link that does not lead to a file of the export"),
    "link in a zip": (link_in_zip, "export.zip: AE.csv: is a symbolic link"),
    "pipe": (pipe, "AE.csv: is neither a file nor a folder"),
    "path upwards in a zip": (zipped({"../AE.csv": b"A\n1\n"}), "export.zip: ../AE.csv: has a path that leads out of the zip"),
    "absolute path in a zip": (zipped({"/AE.csv": b"A\n1\n"}), "export.zip: /AE.csv: has a path that leads out of the zip"),
    "path of Windows in a zip": (
        zipped({"C:\\AE.csv": b"A\n1\n"}),
        "export.zip: C:/AE.csv: has a path that leads out of the zip",
    ),
    "zip in a zip": (zipped({"in.zip": zip_of({"AE.csv": b"A\n1\n"})}), "in.zip: is of a kind that is not read here (.zip)"),
    "bomb in a zip": (zipped({"AE.csv": bytes(BIG * SCALE)}), "export.zip: AE.csv: unpacks to 95 MiB"),
    "bomb in a bomb": (zipped({"AE.xlsx": zip_of({SHEET: bytes(BIG * SCALE)})}), f"AE.xlsx: {SHEET}: unpacks to 95 MiB"),
    "many files in a zip": (zipped({f"{n}.csv": b"" for n in range(10_001)}), "export.zip: unpacks to more than 10,000 files"),
    # workbooks
    "XML bomb in a sheet": (
        files(AE__xlsx=stored(sheet=LAUGHS.encode() + b"]><worksheet>&i;</worksheet>")),
        f"AE.xlsx: declares XML entities or a document type in its part {SHEET}",
    ),
    "external entity in the strings": (
        files(AE__xlsx=stored(strings=b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><sst/>')),
        f"AE.xlsx: declares XML entities or a document type in its part {STRINGS}",
    ),
    "inline text of 100 MB": (
        files(AE__xlsx=stored(sheet=lambda: sheet(f'<row><c t="inlineStr"><is><t>{"x" * BIG}</t></is></c></row>'))),
        "AE.xlsx, sheet 'Sheet': a text of it has more than 10,000 characters",
    ),
    "shared text of 100 MB": (
        files(AE__xlsx=stored(strings=lambda: f"<sst {MAIN}><si><t>{'x' * BIG}</t></si></sst>".encode())),
        "AE.xlsx: is not a sound workbook: a text of it has more than 10,000 characters",
    ),
    "row of a million cells": (
        files(AE__xlsx=stored(sheet=lambda: sheet("<row>" + "<c/>" * 20_000 + "</row>"))),
        "AE.xlsx, sheet 'Sheet': a row or text of it is made of too many parts",
    ),
    "elements nested without end": (
        files(AE__xlsx=stored(sheet=lambda: sheet("<row>" + "<c>" * 50_000))),
        "AE.xlsx, sheet 'Sheet': a row or text of it is made of too many parts",
    ),
    "styles nested without end": (
        files(AE__xlsx=stored(styles=lambda: b"<styleSheet>" + b"<a>" * 50_000)),
        "AE.xlsx: is not a sound workbook: a row or text of it is made of too many parts",
    ),
    "list of sheets without end": (
        files(AE__xlsx=stored(workbook=lambda: b"<workbook><sheets>" + b'<sheet name="x"/>' * 30_000)),
        "AE.xlsx: is not a sound workbook: a row or text of it is made of too many parts",
    ),
    "column past the last": (
        files(AE__xlsx=stored(sheet=sheet(f"<row>{LETTERS}</row>"))),
        "AE.xlsx, sheet 'Sheet', row 1: has 16,385 columns",
    ),
    "row past the last": (files(AE__xlsx=stored(sheet=sheet('<row r="1048577"><c/></row>'))), "row 1048577 stands after row 0"),
    "cells merged a million times": (
        files(
            AE__xlsx=stored(
                sheet=lambda: sheet(
                    f"<row>{CELL}</row>", f"<mergeCells>{'<mergeCell ref="A1:XFD1048576"/>' * 3_000}</mergeCells>"
                )
            )
        ),
        "AE.xlsx, sheet 'Sheet': cells of it are merged twice",
    ),
    "unknown encoding of XML": (
        files(AE__xlsx=stored(sheet=b'<?xml version="1.0" encoding="klingon"?><worksheet/>')),
        "AE.xlsx, sheet 'Sheet': ",
    ),
    "encrypted workbook": (
        files(AE__xlsx=bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le")),
        "AE.xlsx: is encrypted",
    ),
    "old binary workbook": (files(AE__xls=bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)), "AE.xls: is a workbook of the old"),
    "binary workbook": (files(AE__xlsb=zip_of({"xl/workbook.bin": b"\x83"})), "AE.xlsb: is a workbook of the binary format"),
    "text named as a workbook": (files(AE__xlsx=b"A,B\n1,2\n"), "AE.xlsx: is no zip, or a damaged one"),
    "workbook named as text": (files(AE__csv=stored()), "AE.csv: is named .csv but is a workbook or a zip"),
    "zip that is no workbook": (files(AE__xlsx=zip_of({"AE.csv": b"A\n"})), "AE.xlsx: is not a sound workbook"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_export_gets_its_message(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    build, message = HOSTILE[name]
    for module, names in LIMITS if name not in TRUE_SIZE else ():
        for limit in names:
            monkeypatch.setattr(module, limit, getattr(module, limit) // SCALE)
    path = build(tmp_path)
    refused = refusal(path)
    assert message in refused.split("\n")[0]
    assert len(refused) < 1000
    assert [file for file in tmp_path.iterdir() if file != path and file.parent != path] == []


@pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "xls", "xlsx", "xlsm", "xlsb", "zip", "xml", "xpt", "sas7bdat", "dat"])
@pytest.mark.parametrize("start", [b"", b"PK\x03\x04", b"\xff\xfe", bytes.fromhex("D0CF11E0A1B11AE1")])
def test_random_bytes_get_a_message_whatever_their_ending(tmp_path: Path, ending: str, start: bytes) -> None:
    file = tmp_path / f"AE.{ending}"
    file.write_bytes(start + random.Random(f"{ending}{start!r}").randbytes(100_000) + b"\0\0\0")
    for path in (file, tmp_path):
        assert f"AE.{ending}" in refusal(path)


def refusal(path: Path) -> str:
    """The message of an export that cannot be read."""
    with bounded(), pytest.raises(ExportError) as caught:
        read_export(path, ["gb18030"], headers={"SUBJID", "AETERM"})
    assert caught.value.remedy
    return str(caught.value)


@contextmanager
def bounded() -> Iterator[None]:
    """What is done within comes soon, and takes little memory beside what is held before."""
    began, held = time.process_time(), memory("VmRSS")
    yield
    assert time.process_time() - began < SECONDS
    assert memory("VmHWM") - held < MEMORY


def memory(which: str) -> int:
    """The process's memory by the system's account, in bytes; asking for what is held forgets what was the most before."""
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not status.exists():
        return 0
    if which == "VmRSS":
        reset.write_text("5")
    return 1024 * next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(which))


LARGE: dict[str, tuple[Callable[[], bytes], int, int]] = {
    "a million rows that are declared and empty": (
        stored(sheet=lambda: sheet(f"<row>{CELL}</row>" + "".join(f'<row r="{n}"/>' for n in range(2, 1_000_001)))),
        1,
        0,
    ),
    "as many columns as a sheet has": (
        stored(sheet=sheet(f"<row>{LETTERS[: LETTERS.rindex('<c t=')]}</row><row><c><v>1</v></c></row>")),
        16_384,
        1,
    ),
    "shared strings of 20 MB": (
        stored(
            sheet=sheet(f'<row>{CELL}</row><row><c t="s"><v>199999</v></c></row>'),
            strings=lambda: f"<sst {MAIN}>{f'<si><t>{"x" * 80}</t></si>' * 200_000}</sst>".encode(),
        ),
        1,
        1,
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_only_large_is_read(tmp_path: Path, name: str) -> None:
    build, columns, rows = LARGE[name]
    (tmp_path / "AE.xlsx").write_bytes(build())
    with bounded():
        (table,) = read_export(tmp_path).tables
    assert table.frame.shape == (rows, columns)
