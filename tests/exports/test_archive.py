"""Zips of an export: names as their author wrote them, and members that must not be read."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.archive import Archive
from trialbook.exports.reader import read_export


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def named_in(encoding: str, name: str) -> bytes:
    """A zip with one member whose name is in an encoding and carries no flag that says so."""
    raw = name.encode(encoding)
    return zipped({"x" * len(raw): b"A\n1\n"}).replace(b"x" * len(raw), raw)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gb18030", "数据/不良事件.csv"),
        ("gb18030", "联通.csv"),
        ("utf-8", "不良事件.csv"),
        ("ascii", "AE.csv"),
        ("ascii", r"a\AE.csv"),
    ],
)
def test_names_without_the_flag_for_utf_8(encoding: str, name: str) -> None:
    assert Archive.open(named_in(encoding, name), "export.zip").names == (name.replace("\\", "/"),)


def test_names_with_the_flag_and_with_the_field_for_unicode() -> None:
    assert Archive.open(zipped({"é/不良事件.csv": b""}), "export.zip").names == ("é/不良事件.csv",)
    info = zipfile.ZipInfo("x.csv")
    unicode_name = "é.csv".encode()
    info.extra = struct.pack("<HHBL", 0x7075, 5 + len(unicode_name), 1, zlib.crc32(b"x.csv")) + unicode_name
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(info, b"")
    assert Archive.open(out.getvalue(), "export.zip").names == ("é.csv",)


@pytest.mark.parametrize("name", ["../AE.csv", "a/../../AE.csv", "/etc/AE.csv", r"..\AE.csv", r"C:\AE.csv", "C:AE.csv"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "export.zip").write_bytes(zipped({"DM.csv": b"A\n1\n", name: b"A\n1\n"}))
    with pytest.raises(ExportError) as caught:
        read_export(tmp_path / "export.zip")
    shown = name.replace("\\", "/")
    assert str(caught.value) == f"export.zip: {shown}: has a path that leads out of the zip\nMake the zip again."


def test_a_link_is_refused() -> None:
    info = zipfile.ZipInfo("AE.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(info, b"/etc/passwd")
    with pytest.raises(ExportError, match=r"export\.zip: AE\.csv: is a symbolic link"):
        Archive.open(out.getvalue(), "export.zip").read("AE.csv")


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(zipped({"AE.csv": b"A\n1\n"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ExportError, match=r"AE\.csv: is encrypted\nMake the zip again without a password\."):
        Archive.open(bytes(data), "export.zip").read("AE.csv")


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"AE.csv": b"0" * 20_000_000})
    with pytest.raises(ExportError, match=r"AE\.csv: unpacks to 19 MiB, [0-9,]+ times its packed size"):
        Archive.open(bomb, "export.zip").read("AE.csv")
    monkeypatch.setattr(limits, "LARGEST_EXPORT", 10_000_000)
    with pytest.raises(ExportError, match=r"unpacks to more than 10,000 files or 9 MiB"):
        Archive.open(bomb, "export.zip")


def lying(data: bytes, size: int, crc: int) -> bytes:
    """The zip with another size, and checksum, of its first member stated in both of its headers."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        start = changed.index(mark) + at
        changed[start : start + 4] = struct.pack("<L", crc)
        changed[start + 8 : start + 12] = struct.pack("<L", size)
    return bytes(changed)


CSV = b"A\n" + b"1\n" * 150_000


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("size", "what"),
    [
        (2, "unpacks to more than the 2 bytes that the zip states"),
        (200_002, "unpacks to more than the 200,002 bytes that the zip states"),
        (300_003, "unpacks to 300,002 of the 300,003 bytes that the zip states"),
    ],
)
def test_a_member_that_lies_about_its_size_is_damaged(method: int, size: int, what: str) -> None:
    # The checksum is that of the bytes up to the size it states: zipfile alone reads them, and nothing of the rest.
    data = lying(zipped({"AE.csv": CSV}, method), size, zlib.crc32(CSV[:size]))
    with pytest.raises(ExportError) as caught:
        Archive.open(data, "export.zip").read("AE.csv")
    assert caught.value.what == f"is damaged ({what})"


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    data = lying(zipped({"AE.csv": bytes(50_000_000)}), 10, zlib.crc32(bytes(10)))
    tracemalloc.start()
    try:
        with pytest.raises(ExportError, match=r"AE\.csv: is damaged \(unpacks to more than the 10 bytes"):
            Archive.open(data, "export.zip").read("AE.csv")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("method", "name"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "lzma")])
def test_packing_that_unpacks_without_a_bound_is_refused(method: int, name: str) -> None:
    with pytest.raises(ExportError) as caught:
        Archive.open(zipped({"AE.csv": b"A\n1\n"}, method), "export.zip").read("AE.csv")
    assert caught.value.what == f"is packed by {name}, expected deflate"


def test_two_members_of_one_name_are_refused() -> None:
    data = zipped({"A1.csv": b"A\n1\n", "A2.csv": b"A\n2\n"}).replace(b"A2.csv", b"A1.csv")
    with pytest.raises(ExportError, match=r"export\.zip: holds two files named 'A1\.csv'"):
        Archive.open(data, "export.zip")


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"not a zip", zipped({"AE.csv": b"A\n"})[:-5]],
    ids=["empty", "a beginning", "text", "cut off"],
)
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(ExportError, match=r"^export\.zip: is no zip, or a damaged one"):
        Archive.open(data, "export.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_damage_is_found_whatever_the_packing(method: int) -> None:
    data = bytearray(zipped({"AE.csv": bytes(range(256)) * 40}, method))
    data[60] ^= 0xFF
    with pytest.raises(ExportError, match=r"AE\.csv: is damaged"):
        Archive.open(bytes(data), "export.zip").read("AE.csv")
