"""Which encoding a text file is in: what can be proved or what the study declares, never a guess."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from trialbook.errors import ExportError

_CHUNK = 1 << 20
_BEGINNING = 1 << 12


class UndecodableError(ExportError):
    """A text file that is in none of the encodings it may be in; ``file`` and ``place`` say where it fails."""


def find_encoding(data: bytes, file: str, declared: Sequence[str] = ()) -> str:
    """The encoding in which all of ``data`` decodes strictly: ``utf-8``, ``utf-8-sig``, ``utf-16`` or a declared one.

    A byte order mark decides; without one UTF-8 comes first, then ``declared`` in its order. Raises UndecodableError with the
    line and column (in characters, both from 1) at which UTF-8 and each declared encoding fail, and ExportError for NUL.
    """
    if data.startswith(codecs.BOM_UTF8):
        candidates: tuple[str, ...] = ("utf-8-sig",)
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ("utf-16",)
    else:
        candidates = ("utf-8", *(name for name in declared if name != "utf-8"))
    _refuse_nul(data, file, candidates[0])
    failures = []
    for encoding in candidates:
        error = _first_failure(data, encoding)
        if error is None:
            return encoding
        failures.append((encoding, *error))
    # Where the file is damaged, not of another encoding, the right one reads the farthest.
    farthest = max(failures, key=lambda failure: failure[3])
    encoding, place, found, _ = farthest
    others = "".join(f", nor {name} ({at})" for name, at, _, _ in failures if name != encoding)
    settings = "in the study's export settings"
    remedy = "Save the file as UTF-8, or mend the text at that place."
    if candidates[0] != "utf-8":
        others, remedy = ", which its byte order mark says", "Export the file again, or mend the text at that place."
    elif len(failures) == 1:
        remedy = f"Save the file as UTF-8, or declare its encoding (for example gb18030) {settings}."
    name = encoding.removesuffix("-sig")
    raise UndecodableError(f"the byte {found} is not {name}{others}", file=file, place=place, remedy=remedy)


def _refuse_nul(data: bytes, file: str, encoding: str) -> None:
    at = _nul_in_utf16(data) if encoding == "utf-16" else data.find(b"\0")
    if at < 0:
        return
    if encoding != "utf-16" and (name := _bare_utf16(data)):
        raise ExportError(
            f"is {name} without a byte order mark, so that its encoding is a guess",
            file=file,
            remedy="Save the file as UTF-8, or as UTF-16 with a byte order mark.",
        )
    raise ExportError(
        "holds a NUL character, which no text file has",
        file=file,
        place=_place(data[:at], encoding),
        remedy="The file is not text, or it is damaged: export it again as UTF-8.",
    )


def _bare_utf16(data: bytes) -> str | None:
    """UTF-16LE or UTF-16BE when the text's beginning is that: each half of a character that is NUL stands at the same side."""
    start = data[:_BEGINNING]
    halves = start[::2].count(0), start[1::2].count(0)
    if min(halves) or max(halves) < 2:
        return None
    encoding, name = ("utf-16-le", "UTF-16LE") if halves[1] else ("utf-16-be", "UTF-16BE")
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(start)
    except UnicodeError:
        return None
    return name


def _nul_in_utf16(data: bytes) -> int:
    at = data.find(b"\0\0", 2)
    while at >= 0 and at % 2:
        at = data.find(b"\0\0", at + 1)
    return at


def _first_failure(data: bytes, encoding: str) -> tuple[str, str, int] | None:
    """Where the first undecodable byte stands, which it is, and how many bytes come before it; None where all decodes."""
    if _decodes(data, encoding):
        return None
    try:
        data.decode("utf-8" if encoding == "utf-8-sig" else encoding)  # the other leaves the mark out of its count
    except UnicodeDecodeError as error:
        return _place(data[: error.start], encoding), f"0x{data[error.start]:02X}", error.start
    except UnicodeError as error:
        return "line 1, column 1", str(error), 0
    return None


def _decodes(data: bytes, encoding: str) -> bool:
    """Whether all of it decodes; in pieces, so that no second copy is kept."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(view[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _place(before: bytes, encoding: str) -> str:
    text = before.decode(encoding, errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return f"line {text.count('\n') + 1}, column {len(text) - text.rfind('\n')}"
