"""Zip files, of an export or a workbook's own, read in memory with distrust: nothing is unpacked to disk."""

from __future__ import annotations

import copy
import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, TYPE_CHECKING

from trialbook.errors import ExportError
from trialbook.exports import limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError)
"""What zipfile and the unpackers beneath it raise for a damaged member."""

_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
# zipfile unpacks the other methods without a bound: 1 kB of bzip2 can ask for gigabytes in one step.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OTHER_METHODS = {9: "deflate64", zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "lzma", 93: "zstd", 95: "xz", 98: "ppmd"}
_CHUNK = 1 << 16


class _Member(io.RawIOBase):
    """A member's bytes, unpacked a chunk at a time and counted: more or fewer than the zip states are a BadZipFile.

    zipfile alone stops at the size that is stated, so that a member which lies about it would be cut in silence.
    """

    def __init__(self, zipped: zipfile.ZipFile, info: zipfile.ZipInfo):
        unbounded = copy.copy(info)
        unbounded.file_size = limits.LARGEST_FILE + 2 * _CHUNK
        self._packed = zipped.open(unbounded)
        self._stated, self._found = info.file_size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._packed.read(min(len(view), _CHUNK))
        self._found += len(chunk)
        if self._found > self._stated or (not chunk and self._found < self._stated):
            found = f"more than the {self._stated:,}" if chunk else f"{self._found:,} of the {self._stated:,}"
            raise zipfile.BadZipFile(f"unpacks to {found} bytes that the zip states")
        view[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._packed.close()
        super().close()


class Archive:
    """The members of one zip by name; ``names`` leaves folders out."""

    def __init__(self, zipped: zipfile.ZipFile, file: str):
        self.file = file
        self._zip = zipped
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in zipped.infolist():
            name = member_name(info)
            if info.is_dir() or name.endswith("/"):
                continue
            if name in self._members:
                raise ExportError(f"holds two files named {name!r}", file=file, remedy="Make the zip again.")
            self._members[name] = info
        self.names = tuple(self._members)

    @classmethod
    def open(cls, data: bytes, file: str) -> Archive:
        """The zip in ``data``; ExportError when it is none, or is past the limits."""
        try:
            zipped = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise ExportError(f"is no zip, or a damaged one ({error})", file=file, remedy="Make the zip again.") from None
        infos = zipped.infolist()
        if len(infos) > limits.MOST_FILES or sum(info.file_size for info in infos) > limits.LARGEST_EXPORT:
            raise ExportError(
                f"unpacks to more than {limits.MOST_FILES:,} files or {limits.LARGEST_EXPORT // limits.MIB:,} MiB",
                file=file,
                remedy="Zip the export alone; a zip that unpacks to so much may be an attack.",
            )
        return cls(zipped, file)

    def check(self, name: str) -> None:
        """Raise ExportError for a member that must not be read: it escapes, is a link, encrypted, packed unusually, or a bomb."""
        info = self._members[name]
        path = PurePosixPath(name)
        if path.is_absolute() or PureWindowsPath(name).drive or ".." in path.parts:
            raise self._error(name, "has a path that leads out of the zip")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise self._error(name, "is a symbolic link", "Zip the file itself in its place.")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise self._error(name, "is encrypted", "Make the zip again without a password.")
        if info.compress_type not in _METHODS:
            method = _OTHER_METHODS.get(info.compress_type, f"method {info.compress_type}")
            raise self._error(name, f"is packed by {method}, expected deflate", "Make the zip again with the usual settings.")
        size = info.file_size
        ratio = size / max(info.compress_size, 1)
        if size > limits.LARGEST_FILE or (size > limits.SUSPICIOUS_SIZE and ratio > limits.SUSPICIOUS_RATIO):
            raise self._error(
                name,
                f"unpacks to {size // limits.MIB:,} MiB, {ratio:,.0f} times its packed size",
                "Real tables do not: this may be an attack. If the file is sound, hand it over unpacked.",
            )

    def read(self, name: str) -> bytes:
        """The member's bytes."""
        try:
            with self.stream(name) as stream:
                return stream.read()
        except NotImplementedError as error:
            raise self._error(name, f"is packed in a way that cannot be read ({error})") from None
        except DAMAGE as error:
            raise self._error(name, f"is damaged ({error})") from None

    def stream(self, name: str) -> IO[bytes]:
        """The member as a stream, for parts too large to hold; damage shows as zipfile's and zlib's own errors."""
        self.check(name)
        return io.BufferedReader(_Member(self._zip, self._members[name]), _CHUNK)

    def _error(self, name: str, what: str, remedy: str = "Make the zip again.") -> ExportError:
        return ExportError(what, file=f"{self.file}: {name}", remedy=remedy)


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name as its author wrote it, with forward slashes.

    Without the flag that says UTF-8 the standard says cp437, but Chinese Windows tools write GBK (of which GB18030 is
    the superset) and macOS writes UTF-8.
    """
    name = info.filename
    corrected = name != info.orig_filename  # by the field that some tools add for the name in Unicode
    if not info.flag_bits & _UTF8_FLAG and not corrected and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding) or name
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")
