from __future__ import annotations

import pytest

from trialbook.datasets.encodings import declared_encodings
from trialbook.errors import ExportError
from trialbook.exports.encodings import UndecodableError, find_encoding

TEXT = "受试者,性别\n张三,男\n"


@pytest.mark.parametrize(
    ("data", "declared", "encoding"),
    [
        (b"A,B\n", [], "utf-8"),
        (TEXT.encode(), ["gb18030"], "utf-8"),
        (TEXT.encode("utf-8-sig"), [], "utf-8-sig"),
        (TEXT.encode("utf-16"), [], "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), [], "utf-16"),
        (TEXT.encode("gb18030"), ["gb18030"], "gb18030"),
        ("Menière, café\n".encode("cp1252"), ["gb18030", "cp1252"], "cp1252"),
        ("㐀𠀀\n".encode("gb18030"), ["gb18030"], "gb18030"),
    ],
)
def test_an_encoding_is_proved_or_declared(data: bytes, declared: list[str], encoding: str) -> None:
    assert find_encoding(data, "AE.csv", declared_encodings(declared)) == encoding


def test_an_encoding_is_never_guessed() -> None:
    with pytest.raises(UndecodableError) as caught:
        find_encoding("编号,性别\nS01,男\n".encode("gb18030"), "DM.csv")
    assert str(caught.value) == (
        "DM.csv, line 1, column 1: the byte 0xB1 is not utf-8\n"
        "Save the file as UTF-8, or declare its encoding (for example gb18030) in the study's export settings."
    )


@pytest.mark.parametrize(
    ("data", "declared", "message"),
    [
        ("甲,乙\r\n丙,x".encode() + b"\xff\n", (), "line 2, column 4: the byte 0xFF is not utf-8"),
        (b"A\rB\nC\xe9\n", (), "line 3, column 2: the byte 0xE9 is not utf-8"),
        (b"A\n\xc3", (), "line 2, column 1: the byte 0xC3 is not utf-8"),
        (b"A,\xff\n", ("gb18030",), "line 1, column 3: the byte 0xFF is not utf-8, nor gb18030 (line 1, column 3)"),
        (
            b"\xef\xbb\xbfA,\xff\n",
            ("gb18030",),
            "line 1, column 3: the byte 0xFF is not utf-8, which its byte order mark says\nExport",
        ),
        (
            b"\xff\xfeA\x00\n\x00\x00\xd8",
            ("latin-1",),
            "line 2, column 1: the byte 0x00 is not utf-16, which its byte order mark says\nExport",
        ),
        (b"A,B\n1,\x00\n", (), "line 2, column 3: holds a NUL character"),
        (b"\0\0A,\0", (), "line 1, column 1: holds a NUL character"),
        (b"A\0B,\0\n", (), "line 1, column 2: holds a NUL character"),
        ("A\nB\0".encode("utf-16"), (), "line 2, column 2: holds a NUL character"),
    ],
)
def test_what_can_not_be_text_is_located(data: bytes, declared: tuple[str, ...], message: str) -> None:
    with pytest.raises(ExportError) as caught:
        find_encoding(data, "LB.csv", declared)
    assert str(caught.value).startswith(f"LB.csv, {message}")


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-16-le", "UTF-16LE"), ("utf-16-be", "UTF-16BE")], ids=["little endian", "big endian"]
)
@pytest.mark.parametrize("text", ["A,B\n1,2\n", TEXT, "受试者,性别\r\n" * 2000], ids=["ASCII", "Chinese", "long"])
def test_utf_16_without_its_mark_is_told(text: str, encoding: str, name: str) -> None:
    with pytest.raises(ExportError) as caught:
        find_encoding(text.encode(encoding), "LB.csv", ["gb18030"])
    assert str(caught.value) == (
        f"LB.csv: is {name} without a byte order mark, so that its encoding is a guess\n"
        "Save the file as UTF-8, or as UTF-16 with a byte order mark."
    )


def test_a_character_across_two_pieces_is_whole() -> None:
    data = b"x" * ((1 << 20) - 1) + "男".encode()
    assert find_encoding(data, "DM.csv") == "utf-8"


def test_gbk_and_gb2312_are_read_as_their_superset() -> None:
    assert declared_encodings(["GBK", "gb2312", "CP936", "latin-1"]) == ("gb18030", "iso8859-1")


@pytest.mark.parametrize("name", ["klingon", "base64", ""])
def test_an_unknown_encoding_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match="which is not known"):
        declared_encodings([name])


def test_a_damaged_file_is_told_where_the_encoding_that_reads_farthest_breaks() -> None:
    data = "编号,性别\nS01,男\nS02,".encode("gb18030") + b"\xff\n"
    with pytest.raises(UndecodableError) as caught:
        find_encoding(data, "DM.csv", ["gb18030"])
    assert str(caught.value) == (
        "DM.csv, line 3, column 5: the byte 0xFF is not gb18030, nor utf-8 (line 1, column 1)\n"
        "Save the file as UTF-8, or mend the text at that place."
    )
